"""Tables that are larger than the memory: whether one is, and how it is read then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from clearprop.cli import outputs
from clearprop.cli.estimator import estimator_of
from clearprop.estimators.streaming import room_of
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor
from clearprop.tables.files import find_tables
from clearprop.tables.prepare import FIXED, UNPACKED, Progress
from clearprop.tables.size import size_of
from clearprop.tables.stream import Stream, sample
from clearprop.tables.stream_files import GroupedTable, open_groups
from clearprop.tables.table import Table
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.memory import available_memory, readable
from clearprop.train.progress import bar
from clearprop.train.scores import checked_metric
from clearprop.train.workers.group import Group, from_first

DEFAULT = "1GiB"  # where streaming is chosen and `--memory` is not given
VALUE = 32  # bytes that a value takes in memory: read, encoded, and what is made on the way
TEXT = 12  # times the size of a text table
HELD = 200_000  # held-out rows that are scored, at most


@dataclass(frozen=True)
class Choice:
    """Whether a table is streamed, and within how much memory."""

    streams: bool
    memory: str
    why: str


def choose(table: str, drop: tuple[str, ...], memory: str | None) -> Choice:
    """In memory if the table fits there, else streamed."""
    paths, parquet = find_tables(table)
    if parquet:
        groups = open_groups(table, drop=drop)
        size = groups.n_rows * len(groups.columns) * VALUE
    else:
        size = TEXT * sum(p.stat().st_size * (UNPACKED if p.name.endswith(".gz") else 1) for p in paths)
    free = available_memory()
    given = size_of(memory) - FIXED if memory is not None else free
    if given is None or size <= given:
        return Choice(
            False, memory or DEFAULT, f"{table} is read into memory: it takes about {readable(size)} there."
        )
    within = memory or DEFAULT
    beside = f", beside the {readable(FIXED)} of the libraries" if memory is not None else ""
    why = f"{table} would take about {readable(size)} in memory{beside}: it is streamed from the disk, within {within}."
    return Choice(True, within, why)


def streams_of(request: Any, memory: str, group: Group | None = None) -> tuple[Stream, GroupedTable]:
    """The rows to learn from, and the held-out ones; text tables are prepared, by the first process of a group.

    Those held out are of the files as they are now: were one to come or go meanwhile, rows that are learned from could
    be among them.
    """
    settings = request.settings["missing"], request.settings["categorical"]
    whole = Stream(request.table, request.target, request.weight, request.drop, memory)
    room_of(whole)
    fraction = request.fraction
    streams = [whole] if fraction is not None else [whole, replace(whole, source=request.valid)]
    with _preparing() as progress:

        def prepared() -> bytes:
            for stream in streams:
                stream.open(*settings, progress)
            return b""

        from_first(group, prepared) if group else prepared()
    if fraction is None:
        return whole, streams[1].open(*settings)
    return whole.part(request.seed, fraction, 1.0), whole.part(request.seed, 0.0, fraction).open(*settings)


def fitted(request: Any, stream: Stream, folder: Folder | None) -> TabularClassifier | TabularRegressor:
    """The estimator of the task, fitted to a stream."""
    settings = dict(request.settings)
    opened = stream.open(settings["missing"], settings["categorical"])
    task = stream.roles(opened, request.task).task
    estimator = estimator_of(task, settings)
    with bar(checked_metric(estimator.metric, task)) as watch:
        return estimator.fit(stream, watch=watch, checkpoint=folder, workers=request.workers)


def held_rows(held: GroupedTable, memory: int) -> Table:
    """Held-out rows to score: all, or a sample of very many."""
    return sample(held, HELD, (memory - FIXED) // 4)


@contextmanager
def _preparing() -> Iterator[Progress]:
    """Tells that a text table is prepared, once it begins to be."""
    told = []

    def progress(share: float) -> None:
        if share and not told:
            outputs.say("preparing the table once: typed, shuffled Parquet, kept beside it")
            told.append(True)
        drawn(share)

    with prepare_bar() as drawn:
        yield progress


@contextmanager
def prepare_bar() -> Iterator[Progress]:
    """A bar of the share that is done, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda share: None
        return
    columns = TextColumn("prepare"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("", total=1.0, visible=False)
        yield lambda share: drawn.update(task, completed=share, visible=True)
