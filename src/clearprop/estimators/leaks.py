"""A target that is given beside the file that holds it, where it would be an input that tells the answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.table import Column, Table

LOOK = 1000  # rows that are compared before all are


def check_is_column(y: Any, X: Any) -> None:
    """y must hold the target of each row: it is no name of a column, and no path.

    Raises
    ------
    TableError
        If it is a text or a path; the message says what takes the name of a column.
    """
    if not isinstance(y, str | Path):
        return
    advice = "Pass the column itself, and a table without it."
    if isinstance(X, str | Path):
        advice = (
            f"To predict a column of that file, pass `Stream({str(X)!r}, target=...)` alone, with its name."
        )
    msg = f"`y` must be the target of each row, (rows,); got {str(y)!r}. {advice}"
    raise TableError(msg)


def check_apart(table: Table, y: Column, path: str | Path, named: bool) -> None:
    """No column of a table that was read from a path may be y; `named`: whether its name is the user's.

    Raises
    ------
    TableError
        If one has its name, or holds the same in every row.
    """
    same_name = [y.name] if named and y.name in table.names else []
    for name in same_name or (name for name in table.names if _same(table.column(name).values, y.values)):
        msg = (
            f"`y` must not be among the inputs, but {table.source} has a column `{name}` that "
            f"{'is called as `y` is' if same_name else 'holds the same'}. Pass "
            f"`Stream({str(path)!r}, target={name!r})` alone, or a table without that column."
        )
        raise TableError(msg)


def _same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    """Whether two columns hold the same in every row."""
    return len(one) == len(other) and _equal(one[:LOOK], other[:LOOK]) and _equal(one, other)


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if all(pa.types.is_integer(c.type) or pa.types.is_floating(c.type) for c in (one, other)):
        return np.array_equal(*(c.to_numpy().astype(float) for c in (one, other)), equal_nan=True)
    return one.to_pylist() == other.to_pylist()
