"""What a pass over a stream learns of the target and the weights, and which task the target asks for."""

import math
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.classes import Classes
from clearprop.tables.number import as_floats
from clearprop.tables.scale import Scale
from clearprop.tables.sketch_levels import Levels, as_levels, settled_levels
from clearprop.tables.stream_files import GroupedTable
from clearprop.tables.table import Column
from clearprop.tables.target import FEW, ROWS_A_CLASS
from clearprop.tables.target_checks import target_numbers

MOST_CLASSES = 100_000
EXACT = 1 << 20  # numbers of a target that are kept, so that a small stream has the mean of a table in memory


class ClassStream:
    """The classes of a target, and the weight of each in the rows to learn from."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source
        self.levels, self.weights = Levels(MOST_CLASSES), {}
        self.floats = False

    def add(self, column: Column, w: np.ndarray) -> None:
        """Take in some rows and their weights (0: the row counts for the classes only).

        Raises:
            TableError: a value is missing or has a fraction, or there are too many classes.
        """
        _check_known(column)
        places, found = self.levels.add(as_levels(column))
        self.floats = self.floats or bool(found and isinstance(found[0], float))
        self._check(column, found, places)
        for level, weight in zip(found, np.bincount(places, weights=w, minlength=len(found)), strict=True):
            self.weights[level] = self.weights.get(level, 0.0) + float(weight)

    def target(self) -> Classes:
        """The classes.

        Raises:
            TableError: there is one only.
        """
        classes, _ = settled_levels(self.levels.counts)
        if len(classes) < 2:
            msg = (
                f'A classification needs two classes, but column `{self.name}` holds "{classes[0]}" in all '
                f"{self.levels.n:,} rows of {self.source}. Add rows of another class."
            )
            raise TableError(msg)
        return Classes(tuple(float(label) if self.floats else label for label in classes))

    def baseline(self) -> list[float]:
        """The share of each class."""
        shares = np.array([weight for _, weight in sorted(self.weights.items())])
        return (shares / shares.sum()).tolist()

    def _check(self, column: Column, found: list[Any], places: np.ndarray) -> None:
        for place, level in enumerate(found):
            if isinstance(level, float) and level != math.floor(level):
                where = column.where(int(np.argmax(places == place)))
                msg = (
                    f"Classes must be texts, whole numbers or truth values, but column `{self.name}` holds "
                    f"{level} at {where}. Choose regression, or round the column."
                )
                raise TableError(msg)
        if self.levels.hashes is not None:
            msg = (
                f"A classification has at most {MOST_CLASSES:,} classes, but column `{self.name}` of {self.source} "
                "holds more different values. Choose regression, or another target."
            )
            raise TableError(msg)


class ScaleStream:
    """Mean and spread of a target, by Chan's sums of parts once there are many; its weighted mean."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source
        self.kept: list[np.ndarray] | None = []
        self.n, self.mean, self.squares = 0, 0.0, 0.0
        self.least, self.most = math.inf, -math.inf
        self.weighted, self.weight = 0.0, 0.0

    def add(self, column: Column, w: np.ndarray) -> None:
        """Take in some rows and their weights; rows of weight 0 are left out.

        Raises:
            TableError: a value is missing, infinite or not a number.
        """
        _check_known(column)
        values = target_numbers(column)[w > 0]
        if not len(values):
            return
        w = w[w > 0]
        self.least, self.most = min(self.least, values.min()), max(self.most, values.max())
        self.weighted, self.weight = self.weighted + float(values @ w), self.weight + float(w.sum())
        self._combine(values)
        if self.kept is not None:
            self.kept.append(values)
            self.kept = self.kept if self.n <= EXACT else None

    def target(self) -> Scale:
        """Mean and spread.

        Raises:
            TableError: all values are the same, or too far apart.
        """
        if self.kept is not None:
            values = np.concatenate([*self.kept, np.empty(0)])
            with np.errstate(all="ignore"):
                mean, sd = float(values.mean()), float(values.std())
        else:
            mean, sd = self.mean, math.sqrt(self.squares / self.n)
        return Scale.of(self.name, self.source, self.n, mean, sd, (float(self.least), float(self.most)))

    def baseline(self) -> list[float]:
        """The mean."""
        return [self.weighted / self.weight]

    def _combine(self, values: np.ndarray) -> None:
        with np.errstate(all="ignore"):
            mean, n = float(values.mean()), self.n + len(values)
            apart = mean - self.mean
            self.squares += float(((values - mean) ** 2).sum()) + apart**2 * self.n * len(values) / n
            self.mean += apart * len(values) / n
        self.n = n


def target_stream(task: str, name: str, source: str) -> ClassStream | ScaleStream:
    """What learns the target of a task."""
    return ClassStream(name, source) if task == "classification" else ScaleStream(name, source)


def task_of_stream(table: GroupedTable, name: str) -> str:
    """Which task a target column asks for, by the rule of `task_of`; the column is read once, if it must be.

    Raises:
        TableError: there is no such column.
    """
    kind = table.schema.field(name).type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return "classification"
    distinct, rows = np.empty(0), 0
    column_only = table.only((name,))
    for group in table.groups:
        for part in column_only.tables(group):
            values = as_floats(part.column(name))
            values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
            distinct, rows = np.unique(np.r_[distinct, values]), rows + len(values)
            if values.dtype.kind == "f" and (values != np.floor(values)).any():
                return "regression"
            if len(distinct) > FEW:
                return "regression"
    few = len(distinct) <= 2 or rows >= ROWS_A_CLASS * len(distinct)
    return "classification" if few else "regression"


def _check_known(column: Column) -> None:
    absent = column.values.is_null(nan_is_null=True).to_numpy()
    if absent.any():
        msg = (
            f"The target `{column.name}` must be known in every row, but {column.where(int(np.argmax(absent)))} has "
            "none. Remove such rows, or fill them in."
        )
        raise TableError(msg)
