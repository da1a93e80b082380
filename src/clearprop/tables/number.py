"""`Number`: a column of numbers, learned and encoded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.maths import derivation, languages
from clearprop.tables.infer import numbers_of
from clearprop.tables.stored import count, field, levels, refuse
from clearprop.tables.table import Column

BLOCK = 1 << 15
QUARTILES = (0.25, 0.5, 0.75)
SHARES = tuple((np.arange(33) / 32).tolist())
"""The quantiles between which a value's place is found."""
FEWEST_KNOTS = 3
WIDEST = 2.0
"""Places run from minus this to this."""
STEP = 1e-20
"""Of the complex step: its square is lost beside 1."""
FAR = 1e9
"""Scaled values are cut here before the smooth clip, which gives 3 (to 16 digits) for all of them."""


@dataclass(frozen=True)
class Number:
    """A column of numbers: s (x - median), smoothly clipped to +-3, and an indicator if values were missing.

    s is 1 / (q75 - q25), or 2 / (max - min) when that is 0, or 0 when all values are the same.

    Args:
        name: the name of the column.
        median, q25, q75, least, most: of the values in training that are not missing.
        scale: s; 0 when only the indicator is encoded.
        missing: how many values were missing in training.
        knots: quantiles of the values, in ascending order, if their places are encoded; else none. With them come
            the parts of a value between the quartiles: see `ramps`.
        places: where each knot is among the values: -2 at the least, 0 at the median, 2 at the largest.

    >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 3).features
    ('age', 'age is missing')
    >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0, (17.0, 40.0, 90.0), (-2.0, 0.0, 2.0)).features
    ('age', 'place of age', 'age from 17 to 30', 'age from 30 to 40', 'age from 40 to 50', 'age from 50 to 90')
    """

    name: str
    median: float
    q25: float
    q75: float
    least: float
    most: float
    scale: float
    missing: int
    knots: tuple[float, ...] = ()
    places: tuple[float, ...] = ()

    kind = "number"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the encoded columns.

        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).features
        ('age',)
        """
        value = (self.name,) if self.scale else ()
        if self.knots:
            value = (
                *value,
                f"place of {self.name}",
                *(f"{self.name} from {a:g} to {b:g}" for a, b in self.ramps),
            )
        return (*value, f"{self.name} is missing") if self.missing else value

    @property
    def ramps(self) -> tuple[tuple[float, float], ...]:
        """The stretches between the quartiles, over each of which an encoded column rises from -1 to 1.

        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0, (17.0, 40.0, 90.0), (-2.0, 0.0, 2.0)).ramps
        ((17.0, 30.0), (30.0, 40.0), (40.0, 50.0), (50.0, 90.0))
        """
        ends = (self.least, self.q25, self.median, self.q75, self.most) if self.knots else ()
        return tuple((a, b) for a, b in pairwise(ends) if a < b and np.isfinite(b - a))

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Write the encoded columns of one raw column.

        Args:
            column: (m,) numbers; null and NaN are missing and become the median.
            out: (m, len(features)), written.

        Raises:
            TableError: a value is infinite or not a number.
        """
        self.encode_values(column, as_floats(column), out)

    def encode_values(self, column: Column, values: np.ndarray, out: np.ndarray) -> None:
        """As `encode`, of the values as an array, (m,); the column is where they come from."""
        for start in range(0, len(values), BLOCK):
            block = values[start : start + BLOCK].astype(np.float64)
            check_finite(column, block, start)
            absent = np.isnan(block)
            block[absent] = self.median
            with np.errstate(all="ignore"):
                for j, line in enumerate(self.lines(block)):
                    out[start : start + BLOCK, j] = line
            if self.missing:
                out[start : start + BLOCK, -1] = absent

    def lines(self, x: np.ndarray, page: Any = derivation) -> Iterator[np.ndarray]:
        """The encoded columns of numbers that are there, the indicator left out.

        Args:
            x: (m,) float64.
            page: the derivation page in the language of x.

        >>> [line.tolist() for line in Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).lines(np.array([40.0]))]
        [[0.0]]
        """
        if self.scale:
            scaled = page.robust_scale(x, self.median, self.scale)
            yield page.smooth_clip(page.within(scaled, -FAR, FAR))
        if self.knots:
            yield self.place(x, page)
        for a, b in self.ramps:
            yield page.between(x, a, b, -1.0, 1.0)

    def slopes(self, column: Column) -> np.ndarray:
        """How the encoded columns change with the number, in units of its spread 1 / s, by the complex step.

        Args:
            column: (m,) numbers.

        Returns:
            (m, len(features)) float64; 0 where the number is missing, and of the indicator.

        >>> from clearprop.tables.read import read_table
        >>> column = read_table({"age": [40.0, 60.0, None]}).column("age")
        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 1).slopes(column).round(3).tolist()
        [[1.0, 0.0], [0.854, 0.0], [0.0, 0.0]]
        """
        x = as_floats(column).astype(np.float64)
        present, found = np.flatnonzero(~np.isnan(x)), np.zeros((len(x), len(self.features)))
        with np.errstate(all="ignore"):
            moved = x[present] + 1j * (STEP / self.scale)
            for j, line in enumerate(self.lines(moved, languages.in_complex())):
                found[present, j] = np.imag(line) / STEP
        return found

    def place(self, x: np.ndarray, page: Any = derivation) -> np.ndarray:
        """Where numbers are among the values of training: on the line between the knots around them.

        Args:
            x: (m,) float64, none missing.
            page: as in `lines`.

        >>> Number("x", 2.0, 1.0, 3.0, 0.0, 4.0, 0.5, 0, (0.0, 2.0, 4.0), (-2.0, 0.0, 2.0)).place(np.array([1.0, 9.0]))
        array([-1.,  2.])
        """
        knots, places = np.array(self.knots), np.array(self.places)
        i = np.clip(np.searchsorted(knots, np.real(x)), 1, len(knots) - 1)
        return page.between(x, knots[i - 1], knots[i], places[i - 1], places[i])

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).summary()["median"]
        40.0
        """
        known = {key: value for key, value in self.to_dict().items() if key not in ("knots", "places")}
        return {**known, "iqr": self.q75 - self.q25, "width": len(self.features)}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Number.from_dict(Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).to_dict()).scale
        0.05
        """
        known = {
            key: getattr(self, key) for key in self.__dataclass_fields__ if key not in ("knots", "places")
        }
        if self.knots:
            known |= {"knots": list(self.knots), "places": list(self.places)}
        return {"kind": self.kind, **known}

    @classmethod
    def from_dict(cls, data: object) -> "Number":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Number.from_dict({"kind": "number", "name": "age"})
        Traceback (most recent call last):
        clearprop.errors.ModelFileError: The description of column `age` must hold `median`, but does not. \
The model file is damaged.
        """
        name = field(data, "name", str, "a column")
        what = f"column `{name[:60]}`"
        keys = ("median", "q25", "q75", "least", "most", "scale")
        learned: dict[str, Any] = {key: field(data, key, float, what) for key in keys}
        if isinstance(data, Mapping) and "knots" in data:
            learned |= {key: _floats(data, key, what) for key in ("knots", "places")}
        number = cls(name, missing=count(data, "missing", what), **learned)
        if number.scale < 0:
            refuse(f"The `scale` of {what} must not be negative", number.scale)
        if not number.least <= number.q25 <= number.median <= number.q75 <= number.most:
            refuse(f"The quantiles of {what} must be in order", number.median)
        if len(number.knots) != len(number.places) or np.any(np.diff(number.knots) <= 0):
            refuse(f"The `knots` of {what} must ascend, each with its place", len(number.knots))
        if number.knots and (len(number.knots) < FEWEST_KNOTS or not number.scale):
            refuse(
                f"The `knots` of {what} must be {FEWEST_KNOTS} or more, of values that differ", number.scale
            )
        return number


def learn_number(column: Column, places: bool = False) -> Number | None:
    """Learn a column of numbers; None when no value is there.

    Args:
        column: (m,) numbers.
        places: whether a value's place among the others is encoded too.

    Raises:
        TableError: a value is infinite.

    >>> from clearprop.tables.read import read_table
    >>> learn_number(read_table({"age": [20, 30, 40, None]}).column("age")).scale
    0.1
    """
    values = as_floats(column)
    if values.dtype.kind == "f":
        for start in range(0, len(values), BLOCK):
            check_finite(column, values[start : start + BLOCK], start)
        present = values[~np.isnan(values)]
    else:
        present = values
    return number_of_values(column.name, present, len(values) - len(present), places)


def number_of_values(name: str, present: np.ndarray, missing: int, places: bool = False) -> Number | None:
    """A column of numbers from its values; None when there is none.

    Args:
        name: of the column.
        present: (m,) finite numbers.
        missing: how many have no value.
        places: as in `learn_number`.

    >>> number_of_values("age", np.array([20.0, 40.0]), 1).median
    30.0
    """
    if not len(present):
        return None
    with np.errstate(all="ignore"):
        middle = np.quantile(present.astype(np.float64, copy=False), QUARTILES)
    if not np.isfinite(middle).all():  # the difference of two neighbours is infinite
        middle = np.quantile(present, QUARTILES, method="lower")
    knots = np.quantile(present.astype(np.float64, copy=False), SHARES) if places else None
    return number_of(name, middle, float(present.min()), float(present.max()), missing, knots)


def number_of(
    name: str, middle: np.ndarray, least: float, most: float, missing: int, knots: np.ndarray | None = None
) -> Number:
    """A column of numbers from what is known of it.

    Args:
        name: of the column.
        middle: the quartiles, (3,).
        least, most: of the values.
        missing: how many have no value.
        knots: the quantiles at `SHARES`, if places are encoded; there is none of three different ones or fewer.

    >>> number_of("age", np.array([25.0, 30.0, 35.0]), 20.0, 40.0, 1).scale
    0.1
    """
    q25, median, q75 = np.clip(np.maximum.accumulate(middle), least, most).tolist()
    scale = _scale(q25, q75, least, most)
    return Number(name, median, q25, q75, least, most, scale, missing, *_placed(knots))


def _placed(quantiles: np.ndarray | None) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Knots, and the place of each: where several quantiles are one value, it is in their middle."""
    if quantiles is None or not np.isfinite(quantiles).all():
        return (), ()
    knots, first, counts = np.unique(quantiles, return_index=True, return_counts=True)
    with np.errstate(all="ignore"):
        apart = len(knots) > FEWEST_KNOTS and np.isfinite(np.diff(knots)).all()
    if not apart:
        return (), ()
    middle = (first + (counts - 1) / 2) / (len(quantiles) - 1)
    return tuple(knots.tolist()), tuple((WIDEST * (2 * middle - 1)).tolist())


def _floats(data: Mapping[str, Any], key: str, what: str) -> tuple[float, ...]:
    return tuple(field({key: value}, key, float, what) for value in levels(data, key, what))


def _scale(q25: float, q75: float, least: float, most: float) -> float:
    """s; halves are subtracted, so that no difference of numbers is infinite."""
    for low, high, width in ((q25, q75, 0.5), (least, most, 1.0)):
        half = high / 2 - low / 2
        if half > 0 and np.isfinite(width / half) and width / half > 0:
            return width / half
    return 0.0 if least == most else 1.0


def as_floats(column: Column) -> np.ndarray:
    """The numbers of a column, NaN where missing; whole numbers stay so when none is missing.

    Raises:
        TableError: a text is not a number.

    >>> from clearprop.tables.read import read_table
    >>> as_floats(read_table({"age": [20.5, None]}).column("age"))
    array([20.5,  nan])
    """
    values = column.values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type):
        values = numbers_of(Column(column.name, values, column.table))
    elif pa.types.is_boolean(values.type):
        values = values.cast(pa.int64())
    elif pa.types.is_null(values.type):
        values = values.cast(pa.float64())
    return values.to_numpy()


def check_finite(column: Column, values: np.ndarray, start: int) -> None:
    """Check that no value is infinite.

    Args:
        column: where the values come from.
        values: a stretch of them.
        start: the row of the first, counted from 0.

    Raises:
        TableError: a value is infinite; the message gives its row.
    """
    infinite = np.isinf(values)
    if infinite.any():
        row = int(np.argmax(infinite))
        msg = (
            f"Numbers must be finite, but column `{column.name}` holds {values[row]} at "
            f"{column.where(start + row)}. Correct it, or leave it empty if it is missing."
        )
        raise TableError(msg)
