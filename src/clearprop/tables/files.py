"""A path, a folder or a glob to the files of one table, and these to its columns."""

import glob
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.delimited import read_delimited
from clearprop.tables.names import nearest
from clearprop.tables.parquet import MAGIC, read_parquet
from clearprop.tables.table import Table

PARQUET = (".parquet", ".pq", ".parq")
TEXT = (".csv", ".tsv", ".csv.gz", ".tsv.gz")


def read_files(source: str | Path) -> tuple[Table, bool]:
    """The table in a file, in the files of a folder, or in those that a glob matches.

    Args:
        source: a path, or a text with ``*``, ``?`` or ``[...]``.

    Returns:
        The columns, and whether they are text that waits for types (CSV).

    Raises:
        TableError: there is no such file, it cannot be read, or the files do not have the same columns.
    """
    paths, parquet = find_tables(source)
    tables = [read_parquet(path) if parquet else read_delimited(path) for path in paths]
    names = [path.name for path in paths]
    data = pa.concat_tables([_agreed(table, tables[0], names[i], names[0]) for i, table in enumerate(tables)])
    name = names[0] if len(paths) == 1 else Path(source).name
    if not data.num_rows:
        msg = f"{name} has no rows; a table needs at least one row."
        raise TableError(msg)
    parts = tuple((name, table.num_rows) for name, table in zip(names, tables, strict=True))
    return Table(data, name, parts if len(paths) > 1 else ()), not parquet


def find_tables(source: str | Path) -> tuple[list[Path], bool]:
    """The files of a table, sorted by name, and whether they are Parquet.

    Raises:
        TableError: there are none, one cannot be read, or they are of two formats.
    """
    paths = find_files(source)
    parquet = [is_parquet(path) for path in paths]
    if len(set(parquet)) > 1:
        msg = (
            f"The files of {source} must be of one format, but {paths[parquet.index(True)].name} is Parquet and "
            f"{paths[parquet.index(False)].name} is not. Take one of them out."
        )
        raise TableError(msg)
    return paths, parquet[0]


def check_there(source: str | Path) -> None:
    """Check that a table is there and none of its files is empty, without reading it.

    Raises:
        TableError: it is not.
    """
    paths, parquet = find_tables(source)
    for path in paths:
        if not path.stat().st_size:
            read_parquet(path) if parquet else read_delimited(path)  # which says so


def find_files(source: str | Path) -> list[Path]:
    """The files of a table, sorted by name.

    Raises:
        TableError: there are none.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return _files_in(path)
    if path.exists():
        if not path.is_file():
            msg = f"{path} is not a regular file; a table is a CSV or Parquet file, or a folder of them."
            raise TableError(msg)
        return [path]
    if glob.has_magic(str(source)):
        paths = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
        if not any(match.is_file() for match in paths):
            msg = f"No file matches {source}. Check the pattern; `*` stands for any part of a name."
            raise TableError(msg)
        return [match for match in paths if match.is_file()]
    msg = f"There is no file {path}{_nearest_file(path)}."
    raise TableError(msg)


def _files_in(folder: Path) -> list[Path]:
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name[0] not in "._"]
    tables = [path for path in files if path.name.lower().endswith((*PARQUET, *TEXT))]
    if not tables:
        msg = f"The folder {folder} holds no table; it must hold files that end in .csv, .csv.gz, .tsv or .parquet."
        raise TableError(msg)
    return tables


def _nearest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f", nor a folder {path.parent}"
    close = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=1)
    return f"; the nearest name is {close[0]}" if close else ""


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name or its first bytes.

    Raises:
        TableError: it cannot be read.
    """
    if path.name.lower().endswith(PARQUET):
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == MAGIC
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise TableError(msg) from None


def _agreed(table: pa.Table, first: pa.Table, name: str, first_name: str) -> pa.Table:
    """The columns in the order of the first file; they must be the same, with the same types."""
    check_agreed(table.schema, first.schema, name, first_name)
    table = table.select(first.column_names)
    return (
        table.cast(first.schema) if not table.schema.equals(first.schema) else table.replace_schema_metadata()
    )


def check_agreed(schema: pa.Schema, first: pa.Schema, name: str, first_name: str) -> None:
    """Check that two files have the same columns, in any order, with the same types.

    Raises:
        TableError: they have not; the message names the column.

    >>> check_agreed(pa.schema([("a", pa.int64())]), pa.schema([("a", pa.int64())]), "2.csv", "1.csv")
    """
    for one, other, holder, lacking in ((first, schema, first_name, name), (schema, first, name, first_name)):
        for column in one.names:
            if column not in other.names:
                msg = (
                    f"The files of a table must have the same columns, but `{column}` of {holder} is not in "
                    f"{lacking}: {nearest(column, other.names)}. Correct one of the files."
                )
                raise TableError(msg)
    for expected in first:
        field = schema.field(expected.name)
        if not field.type.equals(expected.type):
            msg = (
                f"The files of a table must have the same types, but `{field.name}` is {expected.type} in "
                f"{first_name} and {field.type} in {name}. Correct one of the files."
            )
            raise TableError(msg)
