"""What a pass over a stream learns of each column: the same as of a column in memory, in bounded memory."""

import numpy as np
import pyarrow as pa

from clearprop.tables.category import category_of
from clearprop.tables.encoding import Learned, may_be_identifier, settled
from clearprop.tables.moment import as_seconds, moment_of, turns_of
from clearprop.tables.number import QUARTILES, SHARES, as_floats, check_finite, number_of
from clearprop.tables.sketch import Quantiles
from clearprop.tables.sketch_levels import Levels, as_levels, settled_levels
from clearprop.tables.table import Column


class NumberStream:
    """A column of numbers or dates, a part at a time.

    Args:
        name: of the column.
        kind: its type.
        capacity: of the sketch of its quantiles.
        limit: of the different values that are counted, where that can make an identifier of it.
        places: whether the place of a number among the others is encoded.
    """

    def __init__(self, name: str, kind: pa.DataType, capacity: int, limit: int, places: bool = False) -> None:
        self.name, self.rows, self.places = name, 0, places
        self.quantiles = Quantiles(capacity)
        self.distinct = Levels(limit) if may_be_identifier(name, kind) else None
        self.least, self.most = np.inf, -np.inf
        self.turns: dict[str, tuple[float, float]] | None = None
        self.is_moment = pa.types.is_timestamp(kind)

    def add(self, column: Column) -> None:
        """Take in some rows.

        Raises:
            TableError: a value is infinite.
        """
        raw = as_seconds(column) if self.is_moment else as_floats(column)
        check_finite(column, raw, 0)
        values = raw.astype(np.float64)
        self.rows += len(values)
        present = values[~np.isnan(values)]
        if len(present):
            self.least, self.most = min(self.least, present.min()), max(self.most, present.max())
            self.quantiles.add(present)
            if self.is_moment:
                self._turn(turns_of(present))
        if self.distinct is not None:
            self.distinct.add(column.values)

    def learned(self) -> Learned:
        """What was learned, as of the column in memory."""
        if not self.quantiles.n:
            return settled(None, self.name, self.rows, None)
        with np.errstate(all="ignore"):
            middle = self.quantiles.at(QUARTILES)
        if not np.isfinite(middle).all():
            middle = np.quantile(self.quantiles.values()[0], QUARTILES, method="lower")
        missing = self.rows - self.quantiles.n
        knots = self.quantiles.at(SHARES) if self.places and not self.is_moment else None
        number = number_of(self.name, middle, float(self.least), float(self.most), missing, knots)
        if self.turns is not None:
            return settled(moment_of(number, self.turns), self.name, self.rows, None)
        return settled(number, self.name, self.rows, self.distinct and self.distinct.distinct)

    def _turn(self, found: dict[str, tuple[float, float]]) -> None:
        before = self.turns or found
        self.turns = {
            part: (min(low, before[part][0]), max(high, before[part][1]))
            for part, (low, high) in found.items()
        }


class CategoryStream:
    """A column of categories, a part at a time; `is_free` unless the user says that it holds categories."""

    def __init__(self, name: str, kind: pa.DataType, limit: int, is_free: bool) -> None:
        self.name, self.rows = name, 0
        self.levels = Levels(limit)
        self.may_be_identifier = is_free and may_be_identifier(name, kind)

    def add(self, column: Column) -> None:
        """Take in some rows."""
        self.levels.add(as_levels(column))
        self.rows += column.n_rows

    def learned(self) -> Learned:
        """What was learned, as of the column in memory."""
        known, counts = settled_levels(self.levels.counts)
        category = category_of(self.name, known, counts, self.levels.n, self.rows) if known else None
        return settled(
            category, self.name, self.rows, self.levels.distinct if self.may_be_identifier else None
        )


def stream_of(
    name: str, kind: pa.DataType, *, categorical: bool, capacity: int, limit: int, places: bool = False
) -> NumberStream | CategoryStream:
    """What learns a column of a type: numbers and dates as such, unless they are `categorical`."""
    if not categorical and (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_timestamp(kind)
    ):
        return NumberStream(name, kind, capacity, limit, places)
    return CategoryStream(name, kind, limit, not categorical)
