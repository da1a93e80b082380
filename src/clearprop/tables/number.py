"""`Number`: a column of numbers, learned and encoded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.maths.derivation import robust_scale, smooth_clip
from clearprop.tables.infer import numbers_of
from clearprop.tables.stored import count, field, refuse
from clearprop.tables.table import Column

BLOCK = 1 << 15
QUARTILES = (0.25, 0.5, 0.75)
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

    >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 3).features
    ('age', 'age is missing')
    """

    name: str
    median: float
    q25: float
    q75: float
    least: float
    most: float
    scale: float
    missing: int

    kind = "number"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the encoded columns.

        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).features
        ('age',)
        """
        value = (self.name,) if self.scale else ()
        return (*value, f"{self.name} is missing") if self.missing else value

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Write the encoded columns of one raw column.

        Args:
            column: (m,) numbers; null and NaN are missing and become the median.
            out: (m, len(features)), written.

        Raises:
            TableError: a value is infinite or not a number.
        """
        values = as_floats(column)
        for start in range(0, len(values), BLOCK):
            block = values[start : start + BLOCK].astype(np.float64)
            check_finite(column, block, start)
            absent = np.isnan(block)
            if self.scale:
                with np.errstate(all="ignore"):
                    scaled = np.clip(robust_scale(block, self.median, self.scale), -FAR, FAR)
                    scaled[absent] = 0.0
                    out[start : start + BLOCK, 0] = smooth_clip(scaled)
            if self.missing:
                out[start : start + BLOCK, -1] = absent

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).summary()["median"]
        40.0
        """
        return {**self.to_dict(), "iqr": self.q75 - self.q25, "width": len(self.features)}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Number.from_dict(Number("age", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0).to_dict()).scale
        0.05
        """
        return {"kind": self.kind, **{key: getattr(self, key) for key in self.__dataclass_fields__}}

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
        learned = {key: field(data, key, float, what) for key in keys}
        number = cls(name, missing=count(data, "missing", what), **learned)
        if number.scale < 0:
            refuse(f"The `scale` of {what} must not be negative", number.scale)
        if not number.least <= number.q25 <= number.median <= number.q75 <= number.most:
            refuse(f"The quantiles of {what} must be in order", number.median)
        return number


def learn_number(column: Column) -> Number | None:
    """Learn a column of numbers; None when no value is there.

    Args:
        column: (m,) numbers.

    Raises:
        TableError: a value is infinite.

    >>> from clearprop.tables.read import read_table
    >>> learn_number(read_table({"age": [20, 30, 40, None]}).column("age"))
    Number(name='age', median=30.0, q25=25.0, q75=35.0, least=20.0, most=40.0, scale=0.1, missing=1)
    """
    values = as_floats(column)
    if values.dtype.kind == "f":
        for start in range(0, len(values), BLOCK):
            check_finite(column, values[start : start + BLOCK], start)
        present = values[~np.isnan(values)]
    else:
        present = values
    if not len(present):
        return None
    with np.errstate(all="ignore"):
        middle = np.quantile(present.astype(np.float64, copy=False), QUARTILES)
    if not np.isfinite(middle).all():  # the difference of two neighbours is infinite
        middle = np.quantile(present, QUARTILES, method="lower")
    return number_of(
        column.name, middle, float(present.min()), float(present.max()), len(values) - len(present)
    )


def number_of(name: str, middle: np.ndarray, least: float, most: float, missing: int) -> Number:
    """A column of numbers from what is known of it.

    Args:
        name: of the column.
        middle: the quartiles, (3,).
        least, most: of the values.
        missing: how many have no value.

    >>> number_of("age", np.array([25.0, 30.0, 35.0]), 20.0, 40.0, 1).scale
    0.1
    """
    q25, median, q75 = np.clip(np.maximum.accumulate(middle), least, most).tolist()
    return Number(name, median, q25, q75, least, most, _scale(q25, q75, least, most), missing)


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
