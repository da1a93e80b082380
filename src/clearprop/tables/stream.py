"""`Stream`: a table on disk that is larger than the memory, and the roles of its columns."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from clearprop.errors import TableError
from clearprop.tables.files import find_files, find_tables
from clearprop.tables.names import as_names, nearest
from clearprop.tables.prepare import prepare
from clearprop.tables.size import size_of
from clearprop.tables.stream_files import GroupedTable, Part, open_groups
from clearprop.tables.stream_learn import Roles, stacked
from clearprop.tables.stream_target import task_of_stream
from clearprop.tables.table import Table
from clearprop.tables.target_checks import check_no_dates

FOLDER = ".clearprop"  # beside a text table: what was prepared from it
SAMPLE_SEED = 0x5A3B1E


@dataclass(frozen=True)
class Stream:
    """A table on disk, larger than the memory: `fit` reads it a row group at a time, in a seeded order.

    Parameters
    ----------
    source : str or Path
        A Parquet file, a folder or a glob of them. Text tables (CSV, TSV, gzipped or not) are prepared once: shuffled,
        typed Parquet is written into the folder ``.clearprop`` beside them.
    target : str
        The column to predict.
    weight : str, optional
        The column of row weights.
    drop : sequence of str
        Columns to leave out.
    memory : int or str
        What the whole process may take: 1GiB, 500MB, ...
    parts : tuple of Part
        Which rows, by a hash of their number; for holding rows out.

    Examples
    --------
    >>> Stream("big/*.parquet", target="price", memory="2GiB").bytes
    2147483648
    """

    source: str | Path
    target: str
    weight: str | None = None
    drop: Sequence[str] = ()
    memory: int | str = "1GiB"
    parts: tuple[Part, ...] = ()

    @property
    def bytes(self) -> int:
        """The memory that the process may take.

        Raises:
            SpecError: it is no size.

        >>> Stream("t.parquet", "y", memory=4096).bytes
        4096
        """
        return size_of(self.memory)

    def part(self, seed: int, low: float, high: float) -> "Stream":
        """The rows whose hash, by the seed, lies from `low` to below `high`, of 0 to 1.

        >>> len(Stream("t.parquet", "y").part(0, 0.1, 1.0).parts)
        1
        """
        return replace(self, parts=(*self.parts, Part(seed, low, high)))

    def open(
        self, missing: Sequence[str] = (), categorical: Sequence[str] = (),
        progress: Callable[[float], object] | None = None,
    ) -> GroupedTable:  # fmt: skip
        """The files, opened and checked; a text table is prepared first, if that was not done before.

        Args:
            missing: further texts that mean a missing value.
            categorical: names of columns that hold categories.
            progress: told the share of the preparation that is done.

        Raises:
            TableError: a file cannot be read, or there is no such column.
        """
        source, (_, parquet) = self.source, find_tables(self.source)
        if not parquet:
            source = prepared(source, missing, categorical, self.bytes, progress)
        table = open_groups(source, drop=self.drop, missing=missing, categorical=categorical)
        table = replace(table, source=Path(self.source).name) if not parquet else table
        for name in (self.target, *([self.weight] if self.weight else [])):
            if name not in table.columns:
                msg = f"There is no column `{name}` in {table.source}: {nearest(name, table.columns)}."
                raise TableError(msg)
        for part in self.parts:
            table = table.part(part)
        return table

    def roles(self, table: GroupedTable, task: str) -> Roles:
        """The roles of the columns, and the task; "auto" is found from the target."""
        inputs = tuple(name for name in table.columns if name not in (self.target, self.weight))
        check_no_dates(self.target, table.schema.field(self.target).type, table.source)
        task = task_of_stream(table, self.target) if task == "auto" else task
        return Roles(self.target, self.weight, inputs, task)


def sample(table: GroupedTable, most: int, bytes_: int) -> Table:
    """At most about `most` rows of a stream that take at most `bytes_` bytes, chosen by a hash of their numbers.

    Raises:
        TableError: there are no rows.
    """
    share = min(1.0, most_rows(table, most, bytes_) / table.expected_rows)
    chosen = table.part(Part(SAMPLE_SEED, 0.0, share)) if share < 1 else table
    found = stacked([part for group in table.groups for part in chosen.tables(group)])
    if found is None:
        msg = f"{table.source} has no rows left. Use more rows, or a larger share of them."
        raise TableError(msg)
    return found


def most_rows(table: GroupedTable, most: int, bytes_: int) -> int:
    """How many rows a sample may have: 24 bytes a value are its columns, their encoding, and what makes it."""
    return max(1, min(most, bytes_ // (24 * len(table.columns))))


def prepared(
    source: str | Path, missing: Sequence[str], categorical: Sequence[str], memory: int,
    progress: Callable[[float], object] | None = None,
) -> Path:  # fmt: skip
    """The Parquet file that was prepared from text files with these settings; made if it is not there.

    It lies in the folder ``.clearprop`` beside the first of them, or in the user's cache if nothing can be written
    there. What was prepared from earlier contents is removed.
    """
    paths = find_files(source)
    about = [[str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns] for path in paths]
    settings = [about, sorted(as_names(missing)), sorted(as_names(categorical))]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
    home = hashlib.sha256(json.dumps([name for name, *_ in about]).encode()).hexdigest()[:8]
    folder = _folder(paths[0].resolve().parent)
    file = folder / f"{paths[0].name.partition('.')[0]}-{home}-{key}.parquet"
    if not file.exists():
        for old in folder.glob(f"*-{home}-*.parquet"):
            old.unlink(missing_ok=True)
        try:
            prepare(source, file, missing=missing, categorical=categorical, memory=memory, progress=progress)
        except BaseException:
            with suppress(OSError):  # others' files may be there
                folder.rmdir()
            raise
    return file


def _folder(beside: Path) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (beside / FOLDER, cache / "clearprop" / "tables"):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    msg = f"A text table is prepared once, but neither {beside} nor {cache} can be written to. Use `prepare`."
    raise TableError(msg)
