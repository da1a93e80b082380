"""A progress bar for a terminal; silence elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clearprop.train.loop import Progress, Watch
from clearprop.train.scores import turned

COMPILING = "compiling, for the first run alone"


@contextmanager
def shown(watch: Watch | None, verbose: bool, metric: str = "score") -> Iterator[Watch | None]:
    """The watch itself, or a bar on standard error if that is wanted and a terminal."""
    if watch is not None or not verbose:
        yield watch
        return
    with bar(metric) as drawn:
        yield drawn


@contextmanager
def bar(metric: str = "score") -> Iterator[Watch | None]:
    """A bar with loss, score (of a metric), rows a second and time left; None where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.fields[doing]}"),
        BarColumn(None),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True, expand=True) as drawn:
        task = drawn.add_task("", total=None, doing="preparing", figures="")

        def tell(now: Progress) -> None:
            score = "-" if now.score is None else f"{turned(metric, now.score):.4f}"
            drawn.update(
                task,
                completed=now.done,
                total=now.epochs,
                doing=f"epoch {int(now.done)}/{now.epochs}",
                figures=f"J {now.loss:.4f}  {metric} {score}  {now.rows_per_second:>9,.0f} rows/s",
            )

        with compiling(lambda: drawn.update(task, doing=COMPILING)):
            yield tell


@contextmanager
def compiling(tell: Callable[[], object]) -> Iterator[None]:
    """Tells, inside, each time that a kernel is compiled: it is what the first run on a machine waits for."""
    from numba.core.event import Listener, install_listener

    class Heard(Listener):
        def on_start(self, event: object) -> None:
            tell()

        def on_end(self, event: object) -> None:
            pass

    with install_listener("numba:compile", Heard()):
        yield


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
