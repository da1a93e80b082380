"""A Parquet file to columns."""

import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from clearprop.errors import TableError
from clearprop.tables.formats import foreign
from clearprop.tables.names import check_distinct

MAGIC = b"PAR1"
INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(path: Path) -> pa.Table:
    """The columns of a Parquet file, which may have no rows; an index that pandas stored beside them is left out.

    Args:
        path: the file.

    Raises:
        TableError: the file is damaged or cut, has no columns, or names one twice.
    """
    try:
        with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from None
    table = table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)])
    check_distinct(table.column_names, path.name)
    if not table.num_columns:
        msg = f"{path.name} has no columns; a table needs at least one."
        raise TableError(msg)
    return table


def unreadable(path: Path, error: Exception, where: str = "") -> TableError:
    """What is said of a Parquet file that cannot be read: the system refuses it, or it is damaged.

    >>> print(unreadable(Path("t.parquet"), ValueError("cut.")))
    t.parquet is a damaged or cut Parquet file (cut). Make or download it again.
    """
    if isinstance(error, OSError) and error.errno:
        return TableError(
            f"{path} cannot be read: {os.strerror(error.errno)}. Put it right, and start again."
        )
    named = "" if where else _misnamed(path)
    if named:
        return TableError(f"{path.name} must be a Parquet file, as its name says, but {named}.")
    why = " ".join(str(error).split())[:120].rstrip(".")
    kind = f"damaged in {where}" if where else "a damaged or cut Parquet file"
    return TableError(f"{path.name} is {kind} ({why}). Make or download it again.")


def _misnamed(path: Path) -> str:
    """What a file is that does not begin as Parquet, and what to do; empty if it does, or is nothing known."""
    try:
        with path.open("rb") as file:
            start = file.read(1000)
    except OSError:
        return ""
    if start.startswith(MAGIC):
        return ""
    what = foreign(start)
    if what is None and b"\n" in start and b"\0" not in start:
        what = "text; name it .csv"
    return f"is {what}" if what else ""
