"""The target of a regression: its mean and spread, and values standardised; or their logarithms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearprop.errors import TableError
from clearprop.maths.derivation import log_scale, standardise, unlog, unstandardise, within
from clearprop.tables.stored import field, one_of, refuse
from clearprop.tables.table import Column
from clearprop.tables.target_checks import target_numbers

SKEWED, SKEWED_ROWS = 1.5, 50


@dataclass(frozen=True)
class Scale:
    """The mean and spread of the target of a regression.

    Args:
        mean: of the values in training.
        sd: their standard deviation (divided by m), positive.
        least, most: the range of the values in training.
        shift: None, or c where ln(y + c) is learned in place of y: mean and sd are of these logarithms.

    >>> from clearprop.tables.read import read_table
    >>> column = read_table({"y": [1.0, 3.0]}).column("y")
    >>> target = Scale.learn(column)
    >>> target.encode(column), target.decode([1.0])
    (array([-1.,  1.]), array([3.]))
    """

    mean: float
    sd: float
    least: float
    most: float
    shift: float | None = None

    task = "regression"

    @classmethod
    def learn(cls, column: Column, shift: float | None = None) -> "Scale":
        """Find mean and spread.

        Args:
            column: (m,) numbers, none missing.
            shift: c, to learn ln(y + c); it must be above minus the smallest value.

        Raises:
            TableError: a value is missing, infinite or not a number, or all are the same.

        >>> from clearprop.tables.read import read_table
        >>> Scale.learn(read_table({"y": [1.0, 3.0]}).column("y"))
        Scale(mean=2.0, sd=1.0, least=1.0, most=3.0, shift=None)
        """
        values = target_numbers(column)
        bounds = float(values.min()), float(values.max())
        with np.errstate(all="ignore"):
            values = values if shift is None else log_scale(values, shift)
            mean, sd = float(values.mean()), float(values.std())
        return replace(cls.of(column.name, column.table.source, column.n_rows, mean, sd, bounds), shift=shift)

    @classmethod
    def of(
        cls, name: str, source: str, rows: int, mean: float, sd: float, bounds: tuple[float, float]
    ) -> "Scale":
        """From what is known of the values.

        Args:
            name, source: of the column and its table, for messages.
            rows: how many there are.
            mean, sd: of the values.
            bounds: the smallest and the largest.

        Raises:
            TableError: all values are the same, or too far apart.

        >>> Scale.of("y", "t.csv", 2, 2.0, 1.0, (1.0, 3.0))
        Scale(mean=2.0, sd=1.0, least=1.0, most=3.0, shift=None)
        """
        least, most = bounds
        if least == most or sd == 0:
            msg = (
                f"A regression needs a target that varies, but column `{name}` holds {least} in all "
                f"{rows:,} rows of {source}. Choose another target."
            )
            raise TableError(msg)
        if not np.isfinite(mean) or not np.isfinite(sd):
            msg = (
                f"The target must have a finite mean and spread, but column `{name}` of "
                f"{source} ranges from {least} to {most}. Divide it by a large number, or take logarithms."
            )
            raise TableError(msg)
        return cls(mean, sd, least, most)

    def encode(self, column: Column) -> np.ndarray:
        """The standardised values, (m,) float64.

        Args:
            column: (m,) numbers, none missing.

        Raises:
            TableError: a value is missing, infinite or not a number.

        >>> from clearprop.tables.read import read_table
        >>> Scale(2.0, 1.0, 1.0, 3.0).encode(read_table({"y": [2.5]}).column("y"))
        array([0.5])
        """
        return self.standardised(target_numbers(column))

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Numbers in the target's units, standardised, (m,) float64.

        >>> Scale(2.0, 1.0, 1.0, 3.0).standardised(np.array([2.5]))
        array([0.5])
        """
        if self.shift is not None:  # a number below all of training's may have no logarithm
            values = log_scale(np.maximum(values, self.least), self.shift)
        return standardise(values, self.mean, self.sd)

    def decode(self, t: Any) -> np.ndarray:
        """The values of standardised ones, (m,) float64.

        Args:
            t: (m,) standardised numbers.

        >>> Scale(2.0, 1.0, 1.0, 3.0).decode([0.5])
        array([2.5])
        """
        values = unstandardise(np.asarray(t, dtype=np.float64), self.mean, self.sd)
        return values if self.shift is None else unlog(values, self.shift)

    def answer(self, t: Any) -> np.ndarray:
        """The predictions that standardised ones stand for, (m,) float64, held within the range of training.

        Args:
            t: (m,) standardised numbers.

        >>> Scale(2.0, 1.0, 1.0, 3.0).answer([0.5, 7.0])
        array([2.5, 3. ])
        """
        with np.errstate(over="ignore"):
            return within(self.decode(t), self.least, self.most)

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of the values in training, standardised.

        >>> Scale(2.0, 1.0, 1.0, 3.0).bounds
        (-1.0, 1.0)
        """
        low, high = self.standardised(np.array([self.least, self.most]))
        return float(low), float(high)

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Scale.from_dict(Scale(2.0, 1.0, 1.0, 3.0).to_dict())
        Scale(mean=2.0, sd=1.0, least=1.0, most=3.0, shift=None)
        """
        known = {"task": self.task, "mean": self.mean, "sd": self.sd, "least": self.least, "most": self.most}
        return known if self.shift is None else known | {"shift": self.shift}

    @classmethod
    def from_dict(cls, data: object) -> "Scale":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Scale.from_dict({"task": "regression", "mean": 0.0, "sd": 0.0, "least": 0.0, "most": 1.0})
        Traceback (most recent call last):
        clearprop.errors.ModelFileError: The `sd` of the target must be positive, but is 0.0. \
The model file is damaged.
        """
        one_of(data, "task", ("regression",), "the target")
        scale = cls(*(field(data, key, float, "the target") for key in ("mean", "sd", "least", "most")))
        if scale.sd <= 0:
            refuse("The `sd` of the target must be positive", scale.sd)
        if scale.least > scale.most:
            refuse("The `least` of the target must not be above its `most`", scale.least)
        if not isinstance(data, Mapping) or "shift" not in data:
            return scale
        shift = field(data, "shift", float, "the target")
        if scale.least + shift <= 0:
            refuse("The `shift` of the target must be above minus its `least`", shift)
        return replace(scale, shift=shift)


def log_shift(values: np.ndarray) -> float | None:
    """The c of ln(y + c) for a target with a long tail of large numbers; None for any other.

    Asked for are numbers from 0 up with a skewness above `SKEWED`, which the logarithm halves at least. c is 0
    if all are positive; else the median of those that are.

    Args:
        values: (m,) finite numbers.

    >>> log_shift(np.exp(np.linspace(0, 9, 100))), log_shift(np.linspace(0, 9, 100))
    (0.0, None)
    """
    if len(values) < SKEWED_ROWS or values.min() < 0:
        return None
    shift = 0.0 if values.min() > 0 else float(np.median(values[values > 0]))
    before = _skewness(values)
    if not np.isfinite(before) or before < SKEWED or abs(_skewness(log_scale(values, shift))) > before / 2:
        return None
    return shift


def _skewness(values: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        t = (values - values.mean()) / values.std()
        return float((t**3).mean())
