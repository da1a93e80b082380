"""`Moment`: a column of dates or times, learned and encoded."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.maths.derivation import cyclic
from clearprop.tables.moments import moments_of
from clearprop.tables.number import Number, as_floats, number_of_values
from clearprop.tables.stored import field, refuse
from clearprop.tables.table import Column

DAY = 86_400.0
PARTS = {"time of day": (1.0, DAY), "day of week": (DAY, 7.0), "day of year": (DAY, 365.2425)}
"""Of each part: the seconds that its count goes in steps of, and after how many steps it comes again."""
SPAN = 31 * DAY  # less than this is no part of a year
SINE = 0.25


@dataclass(frozen=True)
class Moment:
    """A column of dates: how late it is, as a number, and cosine and sine of the parts that come again.

    The number is that of seconds since 1970-01-01 on the clock of the table. The parts are the time of day, the day of
    the week (whole days), and the day of the year (whole days, of 365.2425); each where it varied in training. A
    missing date has the median, and 0 in place of each cosine and sine.

    Args:
        number: of the seconds.
        parts: those that vary, in the order of `PARTS`.

    >>> Moment(Number("sold", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0), ("day of week",)).features
    ('sold', 'sold: day of week, cosine', 'sold: day of week, sine')
    """

    number: Number
    parts: tuple[str, ...]

    kind = "moment"

    @property
    def name(self) -> str:
        """The name of the column.

        >>> Moment(Number("sold", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0), ()).name
        'sold'
        """
        return self.number.name

    @property
    def missing(self) -> int:
        """How many values were missing in training.

        >>> Moment(Number("sold", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 3), ()).missing
        3
        """
        return self.number.missing

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the encoded columns.

        >>> Moment(Number("sold", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 3), ()).features
        ('sold', 'sold is missing')
        """
        turns = tuple(f"{self.name}: {part}, {of}" for part in self.parts for of in ("cosine", "sine"))
        return (*self.number.features, *turns)

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Write the encoded columns of one raw column.

        Args:
            column: (m,) dates, or texts that are dates; null is missing.
            out: (m, len(features)), written.

        Raises:
            TableError: a text is no date, or a value is infinite.
        """
        values = as_seconds(column)
        width = len(self.number.features)
        self.number.encode_values(column, values, out[:, :width])
        absent = np.isnan(values)
        for k, (part, shift) in enumerate((part, s) for part in self.parts for s in (0.0, SINE)):
            step, period = PARTS[part]
            turn = cyclic(np.floor(values / step), period, shift)
            out[:, width + k] = np.where(absent, 0.0, turn)

    def summary(self) -> dict[str, Any]:
        """What was learned, for the report.

        >>> Moment(Number("sold", 0.0, 0.0, 0.0, 0.0, 86400.0, 0.05, 0), ()).summary()["last"]
        '1970-01-02'
        """
        number = self.number
        ends = {
            "first": written(number.least),
            "middle": written(number.median),
            "last": written(number.most),
        }
        return {**self.to_dict(), **ends, "width": len(self.features)}

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> moment = Moment(Number("sold", 40.0, 30.0, 50.0, 17.0, 90.0, 0.05, 0), ("time of day",))
        >>> Moment.from_dict(moment.to_dict()) == moment
        True
        """
        return {**self.number.to_dict(), "kind": self.kind, "parts": list(self.parts)}

    @classmethod
    def from_dict(cls, data: object) -> "Moment":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Moment.from_dict({**Number("d", 1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0).to_dict(), "parts": ["month"]})
        Traceback (most recent call last):
        clearprop.errors.ModelFileError: The `parts` of column `d` must be of time of day, day of week, day of year, \
but is 'month'. The model file is damaged.
        """
        number = Number.from_dict(data)
        what = f"column `{number.name[:60]}`"
        parts = field(data, "parts", list, what)
        for part in parts:
            if part not in PARTS:
                refuse(f"The `parts` of {what} must be of {', '.join(PARTS)}", part)
        return cls(number, tuple(parts))


def learn_moment(column: Column) -> Moment | None:
    """Learn a column of dates; None when no value is there.

    Args:
        column: (m,) dates.

    >>> from clearprop.tables.read import read_table
    >>> table = read_table({"day": ["2024-05-03", "2024-05-04", None]})
    >>> learn_moment(table.column("day")).features
    ('day', 'day is missing', 'day: day of week, cosine', 'day: day of week, sine')
    """
    values = as_seconds(column)
    present = values[~np.isnan(values)]
    number = number_of_values(column.name, present, len(values) - len(present))
    return None if number is None else moment_of(number, turns_of(present))


def moment_of(number: Number, turns: dict[str, tuple[float, float]]) -> Moment:
    """A column of dates from what is known of it.

    Args:
        number: of the seconds.
        turns: of each part, the least and the most of its count within a turn.
    """
    varied = [part for part, (least, most) in turns.items() if most > least]
    if number.most - number.least < SPAN:
        varied = [part for part in varied if part != "day of year"]
    return Moment(number, tuple(varied))


def turns_of(values: np.ndarray) -> dict[str, tuple[float, float]]:
    """Of each part, the least and the most of its count within a turn; values are seconds, one or more.

    >>> turns_of(np.array([0.0, 3600.0]))["time of day"]
    (0.0, 3600.0)
    """
    counts = {part: np.floor(values / step) % period for part, (step, period) in PARTS.items()}
    return {part: (float(count.min()), float(count.max())) for part, count in counts.items()}


def as_seconds(column: Column) -> np.ndarray:
    """Dates as seconds since 1970-01-01, (m,) float64, NaN where missing; numbers are such seconds already.

    Raises:
        TableError: a text is no date.

    >>> from clearprop.tables.read import read_table
    >>> as_seconds(read_table({"day": ["1970-01-02", None]}).column("day"))
    array([86400.,    nan])
    """
    values = column.values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type):
        found = moments_of(values)
        if found is None:
            text = next(
                t for t in values.to_pylist() if t is not None and moments_of(pa.chunked_array([[t]])) is None
            )
            row = values.to_pylist().index(text)
            msg = (
                f'Column `{column.name}` must hold dates, as it did in training, but holds "{text}" at '
                f"{column.where(row)}. Write it like 2024-05-31 13:45, or leave it empty if it is missing."
            )
            raise TableError(msg)
        values = found
    if not pa.types.is_timestamp(values.type):
        return as_floats(column).astype(np.float64)
    micro = values.cast(pa.int64())
    return as_floats(replace(column, values=micro)).astype(np.float64) / 1e6


def written(seconds: float) -> str:
    """A date, with its time unless that is midnight.

    >>> written(86400.0), written(86460.0)
    ('1970-01-02', '1970-01-02 00:01')
    """
    try:
        text = str(np.datetime64(round(seconds), "s")).replace("T", " ")
    except (ValueError, OverflowError):
        return f"{seconds:g} s"
    return text.removesuffix(":00").removesuffix(" 00:00")
