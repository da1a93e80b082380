"""The weights of rows."""

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.number import as_floats
from clearprop.tables.table import Column


def weights(column: Column) -> np.ndarray:
    """The weights of rows, (m,) float64: finite, not negative, not all zero.

    Args:
        column: (m,) numbers.

    Raises:
        TableError: a weight is missing, infinite, negative or not a number, or all are zero.

    >>> from clearprop.tables.read import read_table
    >>> weights(read_table({"w": [1, 2]}).column("w"))
    array([1., 2.])
    """
    values = weights_of(column)
    if not values.any():
        msg = (
            f"Weights must not all be zero, but those in column `{column.name}` of {column.table.source} are."
        )
        raise TableError(msg)
    return values


def weights_of(column: Column) -> np.ndarray:
    """The weights of some rows of a table, (m,) float64: finite and not negative; here all may be zero.

    Raises:
        TableError: a weight is missing, infinite, negative or not a number.

    >>> from clearprop.tables.read import read_table
    >>> weights_of(read_table({"w": [0, 0]}).column("w"))
    array([0., 0.])
    """
    kind = column.values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
        told = "texts" if pa.types.is_string(kind) or pa.types.is_dictionary(kind) else kind
        msg = f"Weights must be numbers, but column `{column.name}` of {column.table.source} holds {told}."
        raise TableError(msg)
    values = as_floats(column).astype(np.float64, copy=False)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        what = "nothing" if np.isnan(values[row]) else values[row]
        msg = (
            f"Weights must be finite and not negative, but column `{column.name}` holds {what} at "
            f"{column.where(row)}. Correct it, or remove the row."
        )
        raise TableError(msg)
    return values
