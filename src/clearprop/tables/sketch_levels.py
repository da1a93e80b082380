"""`Levels`: how often each value of a stream occurs, in bounded memory, exact while the values are few."""

import zlib
from heapq import nlargest
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.tables.category import plain_levels
from clearprop.tables.table import Column

SMALLEST = 4096  # hashes that are kept to estimate how many values there are: off by 1 / sqrt(4096)


class Levels:
    """Counts of the values of a column.

    Up to `limit` different ones are counted. Beyond it the rarer half is let go: a value that comes once in
    ``limit / 2`` rows or more is never lost (Misra and Gries, 1982). How many different ones there are is then
    estimated from the smallest hashes (Bar-Yossef and others, RANDOM 2002).

    Args:
        limit: how many different values are counted.

    >>> levels = Levels(limit=4)
    >>> for _ in range(50):
    ...     places, found = levels.add(pa.chunked_array([["a", "b", "c", "d", "e", "a", "b"]]))
    >>> levels.n, sorted(level for level, n in levels.counts.items() if n > 40)
    (350, ['a', 'b'])
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.n = limit, 0
        self.counts: dict[Any, int] = {}
        self.hashes: np.ndarray | None = None  # the smallest, once values were let go

    def add(self, values: pa.ChunkedArray) -> tuple[np.ndarray, list[Any]]:
        """Take in values (missing ones are left out); gives the places of the values among those of this part."""
        values = values.drop_null()
        if not len(values):
            return np.empty(0, np.int64), []
        coded = values.combine_chunks().dictionary_encode()
        places = coded.indices.to_numpy().astype(np.int64)
        found = coded.dictionary.to_pylist()
        for level, count in zip(found, np.bincount(places, minlength=len(found)).tolist(), strict=True):
            self.counts[level] = self.counts.get(level, 0) + count
        self.n += len(places)
        if self.hashes is not None:
            self._note(found)
        if len(self.counts) > self.limit:
            self._let_go()
        return places, found

    @property
    def distinct(self) -> int:
        """How many different values there were: counted, or estimated."""
        if self.hashes is None:
            return len(self.counts)
        if len(self.hashes) < SMALLEST:
            return len(self.hashes)
        return round((SMALLEST - 1) * 2.0**32 / (int(self.hashes[-1]) + 1))

    def _let_go(self) -> None:
        if self.hashes is None:
            self.hashes = np.empty(0, np.int64)
            self._note(list(self.counts))
        self.counts = dict(nlargest(self.limit // 2, self.counts.items(), key=lambda item: item[1]))

    def _note(self, found: list[Any]) -> None:
        new = np.fromiter((zlib.crc32(str(level).encode()) for level in found), np.int64, len(found))
        self.hashes = np.unique(np.r_[self.hashes, new])[:SMALLEST]


def as_levels(column: Column) -> pa.ChunkedArray:
    """The values of a part of a column as a stream of levels: floats stay floats, since others may not be whole.

    >>> from clearprop.tables.table import of_columns
    >>> as_levels(of_columns({"n": pa.chunked_array([[2.0, float("nan")]])}, "t").column("n")).to_pylist()
    [2.0, None]
    """
    levels = plain_levels(column)
    kind = column.values.type.value_type if pa.types.is_dictionary(column.values.type) else column.values.type
    return levels.cast(pa.float64()) if pa.types.is_floating(kind) else levels


def settled_levels(counts: dict[Any, int]) -> tuple[list[Any], list[int]]:
    """Levels, sorted, and their counts; floats that are all whole become whole numbers, as in a table in memory.

    >>> settled_levels({2.0: 3, 1.0: 1})
    ([1, 2], [1, 3])
    """
    pairs = sorted(counts.items())
    if pairs and all(
        type(level) is float and level == int(level) and abs(level) < 2.0**53 for level, _ in pairs
    ):
        pairs = [(int(level), n) for level, n in pairs]
    return [level for level, _ in pairs], [n for _, n in pairs]
