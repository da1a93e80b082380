"""A progress bar for a terminal; silence elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clearprop.train.loop import Progress, Watch


@contextmanager
def shown(watch: Watch | None, verbose: bool) -> Iterator[Watch | None]:
    """The watch itself, or a bar on standard error if that is wanted and a terminal."""
    if watch is not None or not verbose:
        yield watch
        return
    with bar() as drawn:
        yield drawn


@contextmanager
def bar() -> Iterator[Watch | None]:
    """A bar with loss, score, rows a second and time left; None where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TextColumn("J {task.fields[loss]}  score {task.fields[score]}  {task.fields[speed]:>12} rows/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("", total=None, epoch="0", loss="-", score="-", speed="-")

        def tell(now: Progress) -> None:
            drawn.update(
                task,
                completed=now.done,
                total=now.epochs,
                epoch=f"{int(now.done)}/{now.epochs}",
                loss=f"{now.loss:.4f}",
                score="-" if now.score is None else f"{now.score:.4f}",
                speed=f"{now.rows_per_second:,.0f}",
            )

        yield tell


@contextmanager
def counted(total: int, verbose: bool) -> Iterator[Callable[[int], object]]:
    """A bar of fits done out of `total`, to be told how many more are; silence where it is not wanted."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not (verbose and console.is_terminal):
        yield lambda more: None
        return
    columns = TextColumn("networks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("", total=total)
        yield lambda more: drawn.advance(task, more)
