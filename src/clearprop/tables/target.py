"""The target column: which task it is, and its values as labels or as standardised numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import SpecError, TableError
from clearprop.maths.derivation import log_scale, standardise, unlog, unstandardise, within
from clearprop.tables.category import codes_of, count_levels
from clearprop.tables.number import as_floats, check_finite
from clearprop.tables.stored import field, levels, one_of, refuse
from clearprop.tables.table import Column

TASKS = ("classification", "regression")
FEW = 20
ROWS_A_CLASS = 5
SKEWED, SKEWED_ROWS = 1.5, 50


@dataclass(frozen=True)
class Classes:
    """The classes of a classification, sorted.

    Args:
        classes: texts, whole numbers, numbers that are whole, or truth values.

    >>> from clearprop.tables.read import read_table
    >>> column = read_table({"y": ["no", "yes", "no"]}).column("y")
    >>> target = Classes.learn(column)
    >>> target.encode(column), target.decode([1])
    (array([0, 1, 0]), array(['yes'], dtype='<U3'))
    """

    classes: tuple[Any, ...]

    task = "classification"

    @classmethod
    def learn(cls, column: Column) -> "Classes":
        """Find the classes.

        Args:
            column: (m,) values, none missing.

        Raises:
            TableError: a value is missing, infinite or has a fraction, or there is one class only.

        >>> from clearprop.tables.read import read_table
        >>> Classes.learn(read_table({"y": [2.0, 1.0]}).column("y")).classes
        (1.0, 2.0)
        """
        check_known_everywhere(column)
        classes, _ = count_levels(column)
        if isinstance(classes[0], float):
            values = as_floats(column)
            row = int(np.argmax(values != np.floor(values)))
            msg = (
                f"Classes must be texts, whole numbers or truth values, but column `{column.name}` holds "
                f"{values[row]} at {column.where(row)}. Choose regression, or round the column."
            )
            raise TableError(msg)
        if len(classes) < 2:
            msg = (
                f'A classification needs two classes, but column `{column.name}` holds "{classes[0]}" in all '
                f"{column.n_rows:,} rows of {column.table.source}. Add rows of another class."
            )
            raise TableError(msg)
        if pa.types.is_floating(_value_type(column)):
            classes = [float(label) for label in classes]
        return cls(tuple(classes))

    def encode(self, column: Column) -> np.ndarray:
        """The labels, (m,) int64: the place of each value among the classes.

        Args:
            column: (m,) values, none missing.

        Raises:
            TableError: a value is missing, or is a class that training did not have.

        >>> from clearprop.tables.read import read_table
        >>> Classes(("no", "yes")).encode(read_table({"y": ["yes"]}).column("y"))
        array([1])
        """
        check_known_everywhere(column)
        labels, _ = codes_of(column, _matched(self.classes))
        unseen = np.flatnonzero(labels < 0)
        if len(unseen):
            value = column.values[int(unseen[0])].as_py()
            known = ", ".join(f'"{label}"' for label in self.classes[:8])
            more = f" and {len(self.classes) - 8:,} more" if len(self.classes) > 8 else ""
            msg = (
                f'Column `{column.name}` holds the class "{value}" at {column.where(int(unseen[0]))}, which the '
                f"rows of training do not have (they have {known}{more}). Add such rows to training, or remove it."
            )
            raise TableError(msg)
        return labels

    def decode(self, labels: Any) -> np.ndarray:
        """The classes of labels, in their own type.

        Args:
            labels: (m,) whole numbers, places among the classes.

        >>> Classes((False, True)).decode([1, 0])
        array([ True, False])
        """
        return np.array(self.classes)[np.asarray(labels)]

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Classes(("no", "yes")).to_dict()
        {'task': 'classification', 'classes': ['no', 'yes']}
        """
        return {"task": self.task, "classes": list(self.classes)}

    @classmethod
    def from_dict(cls, data: object) -> "Classes":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Classes.from_dict({"task": "classification", "classes": [0, 1]})
        Classes(classes=(0, 1))
        """
        one_of(data, "task", ("classification",), "the target")
        classes = levels(data, "classes", "the target")
        if len(classes) < 2:
            refuse("The number of classes of the target must be 2 or more", len(classes))
        if any(isinstance(label, float) and not label.is_integer() for label in classes):
            refuse("The classes of the target must be whole", "a fraction")
        return cls(classes)


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


def task_of(column: Column) -> str:
    """Which task a target column asks for.

    Text, truth values and dictionaries: classification. Numbers with fractions: regression. Whole numbers:
    classification when there are two different ones, or at most 20 with five rows each on average; else regression.

    Args:
        column: (m,) values; missing ones are left out.

    >>> from clearprop.tables.read import read_table
    >>> task_of(read_table({"y": ["a", "b"]}).column("y")), task_of(read_table({"y": [1.5, 2.0]}).column("y"))
    ('classification', 'regression')
    """
    kind = column.values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return "classification"
    values = as_floats(column)
    values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        return "regression"
    distinct = len(np.unique(values))
    few = distinct <= 2 or (distinct <= FEW and len(values) >= ROWS_A_CLASS * distinct)
    return "classification" if few else "regression"


def learn_target(column: Column, task: str = "auto") -> Classes | Scale:
    """Learn the target of a task.

    Args:
        column: (m,) values, none missing.
        task: ``classification``, ``regression``, or ``auto`` for `task_of`.

    Raises:
        TableError: the column does not suit the task.
        SpecError: an unknown task.

    >>> from clearprop.tables.read import read_table
    >>> learn_target(read_table({"y": ["a", "b"]}).column("y"))
    Classes(classes=('a', 'b'))
    """
    if task not in (*TASKS, "auto"):
        msg = f"`task` must be classification, regression or auto, but is {task!r}."
        raise SpecError(msg)
    check_no_dates(column.name, _value_type(column), column.table.source)
    check_known_everywhere(column)
    task = task_of(column) if task == "auto" else task
    return Classes.learn(column) if task == "classification" else Scale.learn(column)


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


def target_from_dict(data: object) -> Classes | Scale:
    """What `to_dict` of a target gave.

    Raises:
        ModelFileError: it is damaged.

    >>> target_from_dict({"task": "classification", "classes": [0, 1]})
    Classes(classes=(0, 1))
    """
    task = one_of(data, "task", TASKS, "the target")
    return Classes.from_dict(data) if task == "classification" else Scale.from_dict(data)


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
    kind = _value_type(column)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        msg = (
            f"A regression needs numbers, but column `{column.name}` of {column.table.source} holds "
            f"{'truth values' if pa.types.is_boolean(kind) else 'texts'}. Choose classification, or another target."
        )
        raise TableError(msg)
    values = as_floats(column).astype(np.float64, copy=False)
    check_finite(column, values, 0)
    return values


def _value_type(column: Column) -> pa.DataType:
    kind = column.values.type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _matched(classes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Classes in the form that columns of levels have: 1.0 is the level 1."""
    return tuple(int(label) for label in classes) if isinstance(classes[0], float) else classes
