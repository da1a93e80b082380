"""`prepare`: any table on disk to one Parquet file of typed, shuffled rows in small row groups."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from clearprop.tables.files import check_agreed, find_tables
from clearprop.tables.names import as_names, check_known
from clearprop.tables.normal import blank_numbers, normal
from clearprop.tables.prepare_shuffle import Buckets, spilled
from clearprop.tables.prepare_text import TextFile
from clearprop.tables.prepare_types import TypeFinder, as_kind
from clearprop.tables.stream_files import GroupedTable, open_groups
from clearprop.tables.table import Table

MOST_ROWS, CELLS = 1 << 16, 1 << 24  # of a row group; fewer rows beyond 256 columns
FIXED = 350 << 20  # bytes that the libraries take
TIMES = 8  # a bucket's rows are in memory as text, as values and shuffled, with the parts of each
MOST_BUCKETS = 256
UNPACKED = 8  # times the size of a gzipped file
Progress = Callable[[float], object]


def prepare(
    source: str | Path,
    output: str | Path,
    *,
    missing: Sequence[str] = (),
    drop: Sequence[str] = (),
    categorical: Sequence[str] = (),
    memory: int = 1 << 30,
    seed: int = 0,
    progress: Progress | None = None,
) -> int:
    """Write a table as Parquet that can be streamed; returns the number of its rows.

    Rows are shuffled over the whole table, by buckets on the disk. Types are those that `read_table` finds, decided
    on all rows.

    Args:
        source: a CSV, TSV or Parquet file, a folder or a glob.
        output: the Parquet file, replaced if it is there.
        missing: further texts that mean a missing value.
        drop: names of columns to leave out.
        categorical: names of columns that hold categories.
        memory: bytes to keep within.
        seed: of the shuffle.
        progress: told the share that is done, now and then.

    Raises:
        TableError: the table cannot be read, or the output not be written; the message says where, and what to do.
    """
    (paths, parquet), output = find_tables(source), Path(output).absolute()
    tell = _Told(paths, progress)
    names = as_names(missing), as_names(drop), as_names(categorical)
    table: _Typed | _Text = _Typed(source, *names, tell) if parquet else _Text(source, paths, *names, tell)
    with spilled(output, _buckets(paths, memory, parquet), seed) as buckets:
        for part in table.parts():
            buckets.deal(part)
        rows = _write(table.typed(buckets), output, tell)
    tell.at(1.0)
    return rows


class _Told:
    """The share that is done: half is reading, half is writing."""

    def __init__(self, paths: Sequence[Path], progress: Progress | None) -> None:
        self.bytes, self.read, self.progress = sum(path.stat().st_size for path in paths) or 1, 0, progress
        self.rows = 0

    def reads(self, more: int) -> None:
        self.read += more
        self.at(0.5 * min(self.read / self.bytes, 1.0))

    def writes(self, rows: int) -> None:
        self.at(0.5 + 0.5 * rows / max(self.rows, 1))

    def at(self, share: float) -> None:
        if self.progress:
            self.progress(share)


class _Typed:
    """Parquet files: their columns have types."""

    def __init__(self, source: Any, missing: Any, drop: Any, categorical: Any, tell: _Told) -> None:
        self.table: GroupedTable = open_groups(source, drop=drop, missing=missing, categorical=categorical)
        self.tell = tell
        empty = self.table.schema.empty_table().select(list(self.table.columns))
        self.kinds = {name: _stored(empty.schema.field(name).type) for name in empty.column_names}
        for name in self.table.categorical:  # codes may be beyond int64
            self.kinds[name] = (
                pa.string() if pa.types.is_uint64(empty.schema.field(name).type) else self.kinds[name]
            )

    def parts(self) -> Iterator[pa.Table]:
        total = self.table.n_rows
        for group in self.table.groups:
            for part in self.table.tables(group):
                self.tell.rows += part.n_rows
                plain = {name: _plain(part.data.column(name)) for name in self.kinds}
                yield pa.table({name: plain[name].cast(_value(kind)) for name, kind in self.kinds.items()})
            self.tell.reads(int(self.tell.bytes * group.rows / total))

    def typed(self, buckets: Buckets) -> Iterator[pa.Table]:
        for table in buckets.shuffled():
            yield pa.table({name: table.column(name).cast(kind) for name, kind in self.kinds.items()})


class _Text:
    """Text files: their columns have the types that all rows allow."""

    def __init__(
        self, source: Any, paths: Sequence[Path], missing: Any, drop: Any, categorical: Any, tell: _Told
    ) -> None:
        self.missing, self.categorical, self.tell = missing, categorical, tell
        self.files = [TextFile(path) for path in paths]
        self.source = paths[0].name if len(paths) == 1 else Path(source).name
        names = self.files[0].names
        for other in self.files[1:]:
            _check_same(self.files[0], other)
        check_known(drop, names, "drop", self.source)
        check_known(categorical, names, "categorical", self.source)
        self.names = [name for name in names if name not in drop]
        self.found = {name: TypeFinder(name, name in categorical) for name in self.names}
        self.rows: list[tuple[str, int]] = []

    def parts(self) -> Iterator[pa.Table]:
        for file in self.files:
            rows = 0
            for part in file.parts(self.tell.reads):
                plain = normal(
                    Table(part.select(self.names), file.name), missing=self.missing, drop=(),
                    categorical=self.categorical, only=None, untyped=False,
                )  # fmt: skip
                columns = {name: plain.data.column(name).cast(pa.string()) for name in self.names}
                for name, column in columns.items():
                    self.found[name].add(column)
                rows += part.num_rows
                yield pa.table(columns)
            self.rows.append((file.name, rows))
            self.tell.rows += rows

    def typed(self, buckets: Buckets) -> Iterator[pa.Table]:
        parts = self.rows if len(self.files) > 1 else ()
        kinds = {name: found.kind(self.source, parts) for name, found in self.found.items()}
        for table in buckets.shuffled():
            values = {name: as_kind(table.column(name), kind) for name, kind in kinds.items()}
            yield pa.table({name: blank_numbers(column, self.missing) for name, column in values.items()})


def _write(tables: Iterator[pa.Table], output: Path, tell: _Told) -> int:
    """Row groups of one size, under the name of the output when all are written."""
    beside, held, written = output.with_name(f".{output.name}.{os.getpid()}.part"), None, 0
    writer, size = None, 0
    try:
        for table in tables:
            if writer is None:
                text: Any = [field.name for field in table.schema if not _is_number(field.type)]
                size = max(1024, min(MOST_ROWS, CELLS // table.num_columns))
                writer = pyarrow.parquet.ParquetWriter(
                    beside, table.schema, use_dictionary=text, write_page_checksum=True
                )
            held = table if held is None else pa.concat_tables([held, table])
            whole = len(held) // size * size
            for at in range(0, whole, size):
                writer.write_table(held.slice(at, size), row_group_size=size)
                written += size
                tell.writes(written)
            held = held.slice(whole).combine_chunks()
        assert writer is not None
        assert held is not None
        if len(held):
            writer.write_table(held, row_group_size=size)
        writer.close()
        _sync(beside)
        os.replace(beside, output)
        return written + len(held)
    finally:
        if writer is not None:
            with suppress(OSError):
                writer.close()
        with suppress(OSError):
            beside.unlink()


def _sync(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def _buckets(paths: Sequence[Path], memory: int, parquet: bool) -> int:
    """So many that each fits into memory several times."""
    size = sum(
        path.stat().st_size * (UNPACKED if parquet or path.name.endswith(".gz") else 1) for path in paths
    )
    return min(max(1, -(-size * TIMES // max(memory - FIXED, FIXED // 4))), MOST_BUCKETS)


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    return values.cast(kind.value_type) if pa.types.is_dictionary(kind) else values


def _stored(kind: pa.DataType) -> pa.DataType:
    """The type in which a column is stored: that of its normal form; a dictionary stays one, since it is a category."""
    if pa.types.is_dictionary(kind):
        return pa.dictionary(pa.int32(), _stored(kind.value_type))
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_float16(kind):
        return pa.float32()
    text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return pa.string() if text else kind


def _value(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind)


def _check_same(first: TextFile, other: TextFile) -> None:
    """Files of a table have the same columns."""
    one, two = (pa.schema([(name, pa.string()) for name in file.names]) for file in (first, other))
    check_agreed(two, one, other.name, first.name)
