"""``clearprop warmup``: compile ahead what fits will need."""

from typing import Annotated

import typer


def warmup(
    everything: Annotated[
        bool, typer.Option("--all", help="Every activation, head and solver, not only the usual ones.")
    ] = False,
) -> None:
    """Compile ahead what fits need. It is kept on the disk, so that the first fit need not wait."""
    import warnings

    from rich.console import Console
    from rich.progress import track

    from clearprop.cli import outputs
    from clearprop.engine import store, warm
    from clearprop.estimators import warming

    folder = store.cache_folder()
    if folder is None:
        msg = "Compiled code has nowhere to be kept: no folder can be written to. Set XDG_CACHE_HOME to one that can."
        raise outputs.OutputError(msg)
    console = Console(stderr=True)
    kinds, fits = warm.wanted(everything), list(warming.fits())
    work = [lambda kind=kind: warm.compile_for(kind) for kind in kinds] + [fit.run for fit in fits]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an epoch is not meant to be enough
        for compile_it in track(work, "compiling", console=console, disable=not console.is_terminal):
            compile_it()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    outputs.say(f"{len(work)} kinds of training, compiled and kept in {folder}: {size / 1e6:.1f} MB")
