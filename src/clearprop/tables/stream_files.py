"""Parquet files as row groups: opened, checked by their schemas, and read a part at a time."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from clearprop.errors import TableError
from clearprop.tables.files import check_agreed, find_files
from clearprop.tables.names import as_names, check_distinct, check_known
from clearprop.tables.normal import normal
from clearprop.tables.parquet import INDEX, unreadable
from clearprop.tables.row_hash import row_share
from clearprop.tables.table import Table

ROWS_AT_ONCE, CELLS_AT_ONCE = 1 << 16, 1 << 21
BUFFER = 1 << 20  # bytes read ahead a column
MOST_OPEN = 8


class Group(NamedTuple):
    """A row group: its file, its place there, its rows, and the number of the first among all rows."""

    file: int
    place: int
    rows: int
    first: int


class Part(NamedTuple):
    """The rows whose hash, of their number and the seed, lies from `low` to below `high`, of 0 to 1.

    >>> holds = Part(0, 0.0, 0.25).holds(np.arange(10_000))
    >>> bool(abs(holds.mean() - 0.25) < 0.01)
    True
    """

    seed: int
    low: float
    high: float

    def holds(self, rows: np.ndarray) -> np.ndarray:
        """Whether rows, by their numbers, are in it."""
        share = row_share(rows, self.seed)
        return (share >= self.low) & (share < self.high)


@dataclass(frozen=True)
class GroupedTable:
    """A table in Parquet files, read a row group at a time; what is not read takes no memory.

    Args:
        paths: the files, in order.
        schema: of all of them.
        groups: their row groups, in order.
        source: the name of the table in messages.
        columns: the names of the columns to read.
        missing: further texts that mean a missing value.
        categorical: names of columns that hold categories.
        parts: which rows; all of them hold.
    """

    paths: tuple[Path, ...]
    schema: pa.Schema
    groups: tuple[Group, ...]
    source: str
    columns: tuple[str, ...]
    missing: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    _open: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)
    _seen: dict[int, tuple[int, int]] = field(
        default_factory=dict, repr=False, compare=False
    )  # by this process

    @property
    def n_rows(self) -> int:
        """The rows of all groups, before `parts`."""
        return sum(group.rows for group in self.groups)

    @property
    def expected_rows(self) -> float:
        """The rows that `parts` leaves, on average."""
        share = 1.0
        for part in self.parts:
            share *= part.high - part.low
        return self.n_rows * share

    @property
    def rows_at_once(self) -> int:
        """Of a part that is read: fewer where there are many columns."""
        return max(1024, min(ROWS_AT_ONCE, CELLS_AT_ONCE // len(self.columns)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_open": {}, "_seen": {}}

    @cached_property
    def files(self) -> tuple[tuple[str, int], ...]:
        """(name, rows) of each file."""
        rows = [0] * len(self.paths)
        for group in self.groups:
            rows[group.file] += group.rows
        return tuple((path.name, n) for path, n in zip(self.paths, rows, strict=True))

    def part(self, part: Part) -> "GroupedTable":
        """Some of the rows."""
        return self._with(parts=(*self.parts, part))

    def only(self, columns: Sequence[str]) -> "GroupedTable":
        """Some of the columns."""
        return self._with(columns=tuple(columns))

    def tables(self, group: Group) -> Iterator[Table]:
        """The rows of a group in normal form, some 65,000 at a time; parts without rows are left out.

        Raises:
            TableError: the file is damaged, or a value cannot be.
        """
        first = group.first
        for batch in self._batches(group):
            numbers = np.arange(first, first + batch.num_rows)
            table = Table(pa.Table.from_batches([batch]), self.source, self.files, numbers)
            if self.parts:
                held = np.logical_and.reduce([part.holds(numbers) for part in self.parts])
                table = table if held.all() else table.take(np.flatnonzero(held))
            first += batch.num_rows
            if table.n_rows:
                yield self._normal(table)

    def close(self) -> None:
        """Close the files, which keep their metadata in memory; what is read next opens them again."""
        while self._open:
            self._open.popitem()[1].close()

    def _normal(self, table: Table) -> Table:
        return normal(
            table,
            missing=self.missing,
            drop=(),
            categorical=self.categorical,
            only=self.columns,
            untyped=False,
        )

    def _batches(self, group: Group) -> Iterator[pa.RecordBatch]:
        path = self.paths[group.file]
        try:
            yield from self._file(group.file).iter_batches(
                self.rows_at_once, row_groups=[group.place], columns=list(self.columns), use_threads=False
            )
        except (pa.ArrowException, OSError) as error:
            raise unreadable(path, error, f"row group {group.place + 1}") from None

    def _file(self, number: int) -> Any:
        """The open file; what was read before must still be what is there."""
        check_unchanged(self.paths[number], self._seen, number)
        if number not in self._open:
            while len(self._open) >= MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            self._open[number] = open_parquet(self.paths[number])
        return self._open[number]

    def _with(self, **changed: Any) -> "GroupedTable":
        return replace(self, _open={}, **changed)


def open_groups(
    source: str | Path,
    *,
    drop: Sequence[str] = (),
    missing: Sequence[str] = (),
    categorical: Sequence[str] = (),
) -> GroupedTable:
    """Open the Parquet files of a table; every column's type is checked, no row is read.

    Args:
        source: a file, a folder or a glob.
        drop: names of columns to leave out.
        missing: further texts that mean a missing value.
        categorical: names of columns that hold categories.

    Raises:
        TableError: a file is absent, damaged or empty; they differ in columns or types; a column holds neither
            numbers nor categories.
    """
    paths = find_files(source)
    schema, groups, seen = None, [], {}
    for number, path in enumerate(paths):
        check_unchanged(path, seen, number)
        with open_parquet(path) as file:
            metadata, found = file.metadata, _schema(file, path)
        schema = found if schema is None else schema
        check_agreed(found, schema, path.name, paths[0].name)
        for index in range(metadata.num_row_groups):
            rows, before = metadata.row_group(index).num_rows, groups[-1] if groups else Group(0, 0, 0, 0)
            groups.append(Group(number, index, rows, before.first + before.rows))
    assert schema is not None
    name = paths[0].name if len(paths) == 1 else Path(source).name
    drop, categorical = as_names(drop), as_names(categorical)
    check_known(drop, schema.names, "drop", name)
    columns = tuple(field.name for field in schema if field.name not in drop)
    check_known(categorical, columns, "categorical", name)
    table = GroupedTable(
        tuple(paths),
        schema,
        tuple(groups),
        name,
        columns,
        as_names(missing),
        as_names(categorical),
        _seen=seen,
    )
    table._normal(Table(schema.empty_table(), name))
    if not table.n_rows:
        msg = f"{name} has no rows; a table needs at least one row."
        raise TableError(msg)
    return table


def open_parquet(path: Path) -> Any:
    """A Parquet file, opened to be read a little at a time.

    Raises:
        TableError: it is damaged or cut.
    """
    try:
        return pyarrow.parquet.ParquetFile(
            path, pre_buffer=False, buffer_size=BUFFER, page_checksum_verification=True
        )
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from None


def check_unchanged(path: Path, seen: dict[int, tuple[int, int]], number: int) -> None:
    """Check that a file is as it was when it was first read; one that is gone can be read as long as it is open.

    Raises:
        TableError: its size or its time is another.
    """
    with suppress(FileNotFoundError):
        found = path.stat()
        now = found.st_size, found.st_mtime_ns
        if seen.setdefault(number, now) != now:
            msg = f"{path.name} was changed while it was being read. Start again, and leave the table alone meanwhile."
            raise TableError(msg)


def _schema(file: Any, path: Path) -> pa.Schema:
    """The columns; an index that pandas stored beside them is left out."""
    kept = [field for field in file.schema_arrow if not INDEX.fullmatch(field.name)]
    check_distinct([field.name for field in kept], path.name)
    if not kept:
        msg = f"{path.name} has no columns; a table needs at least one."
        raise TableError(msg)
    return pa.schema(kept)
