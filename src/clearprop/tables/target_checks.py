"""What holds of a target before anything is learned from it: no dates, nothing missing, numbers where they must be."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.infer import numbers_of
from clearprop.tables.number import as_floats, check_finite
from clearprop.tables.table import Column


def check_no_dates(name: str, kind: pa.DataType, source: str) -> None:
    """Check that the target does not hold dates.

    Args:
        name, kind, source: of the target, and of its table.

    Raises:
        TableError: it does.

    >>> check_no_dates("y", pa.int64(), "t.csv")
    """
    if pa.types.is_timestamp(kind):
        msg = (
            f"The target must be classes or numbers, but column `{name}` of {source} holds dates. Turn it into a "
            "number first, such as days since a date."
        )
        raise TableError(msg)


def check_known_everywhere(column: Column) -> None:
    """Check that no value of the target is missing.

    Raises:
        TableError: some are; the message says how many, and where the first is.

    >>> from clearprop.tables.read import read_table
    >>> check_known_everywhere(read_table({"y": ["a", "b"]}).column("y"))
    """
    absent = column.values.is_null(nan_is_null=True).to_numpy()
    n_absent = int(absent.sum())
    if n_absent:
        rows = "1 row has" if n_absent == 1 else f"{n_absent:,} rows have"
        first = "at" if n_absent == 1 else "the first at"
        msg = (
            f"The target `{column.name}` must be known in every row, but {rows} none, {first} "
            f"{column.where(int(np.argmax(absent)))}. Remove these rows, or fill them in."
        )
        raise TableError(msg)


def target_numbers(column: Column) -> np.ndarray:
    """The values of the target of a regression, (m,) float64.

    Raises:
        TableError: a value is missing, infinite or not a number.

    >>> from clearprop.tables.read import read_table
    >>> target_numbers(read_table({"y": [2, 3]}).column("y"))
    array([2., 3.])
    """
    check_known_everywhere(column)
    kind = value_type(column)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        msg = (
            f"A regression needs numbers, but column `{column.name}` of {column.table.source} holds "
            f"{'truth values' if pa.types.is_boolean(kind) else 'texts'}. Choose classification, or another target."
        )
        raise TableError(msg)
    values = as_floats(column).astype(np.float64, copy=False)
    check_finite(column, values, 0)
    return values


def known_numbers(column: Column) -> np.ndarray:
    """The values of a target that a model has learned as numbers, (m,) float64.

    Raises:
        TableError: a value is missing, infinite or not a number; the message gives its row.

    >>> from clearprop.tables.read import read_table
    >>> known_numbers(read_table({"y": [2, 3]}).column("y"))
    array([2., 3.])
    """
    if pa.types.is_string(column.values.type):
        column = replace(column, values=numbers_of(column))
    return target_numbers(column)


def value_type(column: Column) -> pa.DataType:
    """The type of the values, which a dictionary may hold."""
    kind = column.values.type
    return kind.value_type if pa.types.is_dictionary(kind) else kind
