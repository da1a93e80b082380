"""`Category`: a column of categories, learned and encoded."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.arrow import pc
from clearprop.tables.stored import count, field, levels, refuse
from clearprop.tables.table import Column

ALWAYS_KEPT = 100
"""How many levels have an encoded column of their own however rare they are; the rarest ones share one."""
MAX_LEVELS = 1000
"""How many levels may have an encoded column of their own."""
SUPPORT = 2
"""Rows of training that a level needs, if it is not among the `ALWAYS_KEPT` most frequent."""
NUMBERS = 1 << 24
"""Of the encoded columns in memory: beyond the `ALWAYS_KEPT`, rows times levels are at most as many."""
TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
WHOLE = re.compile(r"-?(0|[1-9]\d*)")


@dataclass(frozen=True)
class Category:
    """A column of categories: one 0/1 column a level, or one column of -1, 0, 1 for two levels.

    - two levels: -1 for the first, +1 for the second, 0 when missing or unknown;
    - more: one column a level; missing is one more level if it was seen in training; unknown is all zeros;
    - one level: whether the value is missing;
    - more than are kept (see `kept_levels`): any other value, seen or not, is in the column ``is another``.

    Args:
        name: the name of the column.
        levels: those kept, sorted, all of one type (text, whole number, number or truth value).
        counts: how often each occurred in training.
        missing: how many values were missing in training.
        others: how many values in training were of levels that are not kept.

    >>> Category("sex", ("f", "m"), (5, 7), 0, 0).features
    ('sex=m',)
    """

    name: str
    levels: tuple[Any, ...]
    counts: tuple[int, ...]
    missing: int
    others: int

    kind = "category"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the encoded columns.

        >>> Category("size", ("l", "m", "s"), (5, 7, 2), 1, 0).features
        ('size=l', 'size=m', 'size=s', 'size is missing')
        """
        absent = (f"{self.name} is missing",) if self.missing else ()
        if self._is_binary:
            return (f"{self.name}={self.levels[1]}",)
        if len(self.levels) == 1:
            return absent
        another = (f"{self.name} is another",) if self.others else ()
        return (*(f"{self.name}={level}" for level in self.levels), *another, *absent)

    @property
    def _is_binary(self) -> bool:
        return len(self.levels) == 2 and not self.others

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Write the encoded columns of one raw column.

        Args:
            column: (m,) values of any type; one that is not a level is unknown.
            out: (m, len(features)), written.
        """
        codes, absent = codes_of(column, self.levels)
        if self._is_binary:
            out[:, 0] = np.array([-1, 1, 0], out.dtype)[codes]
            return
        out[...] = 0
        if len(self.levels) > 1:
            known = np.flatnonzero(codes >= 0)
            out[known, codes[known]] = 1
        if self.others:
            out[:, len(self.levels)] = (codes < 0) & ~absent
        if self.missing:
            out[:, -1] = absent

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Category("sex", ("f", "m"), (5, 7), 0, 0).summary()["width"]
        1
        """
        return {**self.to_dict(), "width": len(self.features)}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Category.from_dict(Category("sex", ("f", "m"), (5, 7), 0, 0).to_dict()).levels
        ('f', 'm')
        """
        return {
            "kind": self.kind,
            "name": self.name,
            "levels": list(self.levels),
            "counts": list(self.counts),
            "missing": self.missing,
            "others": self.others,
        }

    @classmethod
    def from_dict(cls, data: object) -> "Category":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Category.from_dict({"kind": "category", "name": "sex", "levels": ["f", 1]})
        Traceback (most recent call last):
        clearprop.errors.ModelFileError: The `levels` of column `sex` must be texts, numbers or truth values, \
all of one type, but is 1. The model file is damaged.
        """
        name = field(data, "name", str, "a column")
        what = f"column `{name[:60]}`"
        known = levels(data, "levels", what)
        counts = tuple(field(data, "counts", list, what))
        if not 1 <= len(known) <= MAX_LEVELS:
            refuse(f"The `levels` of {what} must be 1 to {MAX_LEVELS}", len(known))
        if len(counts) != len(known) or any(type(n) is not int or n < 0 for n in counts):
            refuse(f"The `counts` of {what} must be a whole number a level", len(counts))
        return cls(name, known, counts, count(data, "missing", what), count(data, "others", what))


def learn_category(column: Column) -> Category | None:
    """Learn a column of categories; None when no value is there.

    Args:
        column: (m,) values.

    >>> from clearprop.tables.read import read_table
    >>> learn_category(read_table({"sex": ["m", "f", "m", None]}).column("sex"))
    Category(name='sex', levels=('f', 'm'), counts=(1, 2), missing=1, others=0)
    """
    known, counts = count_levels(column)
    return category_of(column.name, known, counts, sum(counts), column.n_rows) if known else None


def category_of(name: str, known: list[Any], counts: list[int], values: int, rows: int) -> Category:
    """A column of categories from its levels.

    Args:
        name: of the column.
        known, counts: the levels, sorted, and how often each occurs.
        values: how many rows have a value, those of levels that are not in `known` included.
        rows: how many there are.

    >>> category_of("sex", ["f", "m"], [1, 2], values=3, rows=4).missing
    1
    """
    kept = kept_levels(counts, rows)
    n_kept = sum(counts[i] for i in kept)
    levels, each = tuple(known[i] for i in kept), tuple(counts[i] for i in kept)
    return Category(name, levels, each, rows - values, values - n_kept)


def kept_levels(counts: list[int], rows: int) -> list[int]:
    """The places of the levels that are kept, ascending: the most frequent ones (first in order if as frequent).

    `ALWAYS_KEPT` of them are; more, up to `MAX_LEVELS`, if enough rows have them to learn from (`SUPPORT`) and the
    encoded rows do not become too many numbers (`NUMBERS`).

    Args:
        counts: how often each level occurs.
        rows: how many there are.

    >>> len(kept_levels([2] * 300, 10_000)), len(kept_levels([1] * 300, 10_000)), len(kept_levels([2] * 300, 10**6))
    (300, 100, 100)
    """
    rank = sorted(range(len(counts)), key=lambda i: (-counts[i], i))
    most = max(ALWAYS_KEPT, min(MAX_LEVELS, NUMBERS // max(rows, 1)))
    return sorted(i for place, i in enumerate(rank[:most]) if place < ALWAYS_KEPT or counts[i] >= SUPPORT)


def count_levels(column: Column) -> tuple[list[Any], list[int]]:
    """The different values of a column, sorted, and how often each occurs; missing ones are left out.

    Floats that are all whole become whole numbers: 1.0 is the level 1.

    >>> from clearprop.tables.read import read_table
    >>> count_levels(read_table({"n": [2.0, 1.0, 2.0]}).column("n"))
    ([1, 2], [1, 2])
    """
    values = plain_levels(column)
    if pa.types.is_null(values.type):
        return [], []
    table = pc.value_counts(values.drop_null())
    pairs = sorted(zip(table.field(0).to_pylist(), table.field(1).to_pylist(), strict=True))
    return [level for level, _ in pairs], [n for _, n in pairs]


def plain_levels(column: Column) -> pa.ChunkedArray:
    """The values of a column as levels: text, int64, float64 that is not all whole, bool; null when missing.

    Raises:
        TableError: a value is infinite.

    >>> from clearprop.tables.read import read_table
    >>> plain_levels(read_table({"n": [2.0, float("nan")]}).column("n")).to_pylist()
    [2, None]
    """
    values = column.values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_integer(values.type):
        return values.cast(pa.int64())
    if not pa.types.is_floating(values.type):
        return values
    values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values).cast(pa.float64())
    infinite = pc.index(pc.is_inf(values), True).as_py()
    if infinite >= 0:
        msg = f"Categories must be finite, but column `{column.name}` holds infinity at {column.where(infinite)}."
        raise TableError(msg)
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 2.0**53))
    return values.cast(pa.int64()) if pc.all(whole).as_py() in (True, None) else values


def codes_of(column: Column, known: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The place of each value among the levels, and whether it is missing.

    Values of another type than the levels are compared as texts: the code 7 is the level ``7``, and 1 is true.

    Args:
        column: (m,) values.
        known: the levels, all of one type.

    Returns:
        (m,) int64 places, -1 when missing or unknown, and (m,) bool.

    >>> from clearprop.tables.read import read_table
    >>> codes_of(read_table({"sex": ["m", "?", "x"]}).column("sex"), ("f", "m"))
    (array([ 1, -1, -1]), array([False,  True, False]))
    """
    values = plain_levels(column)
    absent = values.is_null().to_numpy()
    if pa.types.is_null(values.type):
        return np.full(len(absent), -1, dtype=np.int64), absent
    kind = TYPES[type(known[0])]
    if values.type.equals(kind):
        codes = pc.index_in(values, pa.array(known, kind))
    else:
        unique = values.unique()
        places = {_as_text(level): i for i, level in enumerate(known)}
        found = [places.get(_same(value, type(known[0])) or "") for value in unique.to_pylist()]
        codes = pc.take(pa.array(found, pa.int64()), pc.index_in(values, unique))
    return pc.fill_null(codes, -1).to_numpy().astype(np.int64), absent


def _as_text(level: Any) -> str:
    return str(level)


def _same(value: Any, kind: type) -> str | None:
    """The text of the level of type `kind` that a value of another type stands for."""
    if value is None:
        return None
    if kind is bool:
        return {"true": "True", "false": "False", "1": "True", "0": "False"}.get(str(value).lower())
    if kind is str:
        return str(value)
    if isinstance(value, bool):
        return str(int(value))
    if kind is float:
        try:
            return str(float(value))
        except (ValueError, OverflowError):
            return None
    text = str(value)
    return text if WHOLE.fullmatch(text) else None
