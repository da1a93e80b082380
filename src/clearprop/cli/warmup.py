"""``clearprop warmup``: compile ahead what fits will need."""

from typing import Annotated

import typer


def warmup(
    everything: Annotated[
        bool, typer.Option("--all", help="Every activation, head and solver, not only the usual ones.")
    ] = False,
) -> None:
    """Compile ahead what fits need, and keep it on the disk, so that the first fit need not wait."""
    from rich.console import Console
    from rich.progress import track

    from clearprop.cli import outputs
    from clearprop.engine import store, warm

    folder = store.cache_folder()
    if folder is None:
        msg = "Compiled code has nowhere to be kept: no folder can be written to. Set XDG_CACHE_HOME to one that can."
        raise outputs.OutputError(msg)
    console = Console(stderr=True)
    wanted = warm.wanted(everything)
    for one in track(wanted, "compiling", console=console, disable=not console.is_terminal):
        warm.compile_for(one)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    outputs.say(f"{len(wanted)} kinds of network, compiled and kept in {folder}: {size / 1e6:.1f} MB")
