"""A checksum a column: cheap, and different as soon as one bit of one row is.

It is the multilinear hash: the sum over the rows of their bits times a fixed odd number of the row, modulo 2^64. Two
columns that differ collide with a chance of about 2^-32 or less (Lemire and Kaser, The Computer Journal 57, 2014).
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from clearprop.tables.number import as_floats
from clearprop.tables.row_hash import row_hash
from clearprop.tables.table import Column

BLOCK = 1 << 15


def column_sums(X: np.ndarray, names: Sequence[str]) -> dict[str, int]:
    """The checksum of each column of X, by name.

    Args:
        X: (m, n) float32, float64 or int64.
        names: of the columns.

    >>> a = column_sums(np.array([[1.0, 2.0], [3.0, 4.0]]), ["u", "v"])
    >>> b = column_sums(np.array([[1.0, 2.0], [3.0, 5.0]]), ["u", "v"])
    >>> a["u"] == b["u"], a["v"] == b["v"]
    (True, False)
    """
    total = np.zeros(X.shape[1], np.uint64)
    for at in range(0, len(X), BLOCK):
        part = X[at : at + BLOCK]
        total += row_sums(part, factors(at, len(part)))
    return dict(zip(names, total.tolist(), strict=True))


def factors(first: int, rows: int) -> np.ndarray:
    """The numbers of rows first, first + 1, ...: (rows,) uint64, odd.

    >>> factors(0, 2) % 2
    array([1, 1], dtype=uint64)
    """
    return row_hash(np.arange(first, first + rows)) | np.uint64(1)


def row_sums(X: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The sums over some rows, (n,) uint64 modulo 2^64; those of the parts of a table add up.

    Args:
        X: (m, n) float32, float64 or int64.
        numbers: (m,), of the rows.

    >>> row_sums(np.array([[2], [3]]), np.array([5, 7], np.uint64))
    array([31], dtype=uint64)
    """
    bits = np.ascontiguousarray(X).view(f"u{X.dtype.itemsize}").astype(np.uint64, copy=False)
    return (bits * numbers[:, None]).sum(axis=0, dtype=np.uint64)


def value_sum(column: Column, numbers: np.ndarray) -> int:
    """The checksum of some rows of a raw column, modulo 2^64: of its numbers, or of its texts and their places.

    Args:
        column: (m,) values.
        numbers: (m,), of the rows.

    >>> from clearprop.tables.read import read_table
    >>> table = read_table({"a": ["x", "y"], "b": ["y", "x"]})
    >>> value_sum(table.column("a"), factors(0, 2)) == value_sum(table.column("b"), factors(0, 2))
    False
    """
    kind = column.values.type
    if pa.types.is_timestamp(kind):
        column = replace(column, values=column.values.cast(pa.int64()))
        kind = pa.int64()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind):
        return int(row_sums(as_floats(column).astype(np.float64)[:, None], numbers)[0])
    values = column.values
    values = values.cast(values.type.value_type) if pa.types.is_dictionary(kind) else values
    coded = values.combine_chunks().dictionary_encode()
    places = coded.indices.fill_null(-1).to_numpy().astype(np.int64)
    names = zlib.crc32("\0".join(map(str, coded.dictionary.to_pylist())).encode())
    return (int(row_sums(places[:, None], numbers)[0]) + names * int(numbers[0])) % 2**64
