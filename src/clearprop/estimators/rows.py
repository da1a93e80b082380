"""Rows as the user gives them, and as encoding, engine and judge take them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from clearprop.engine.engine import Batch
from clearprop.errors import ShapeError, SpecError, TableError
from clearprop.estimators.contrasts import Contrasts
from clearprop.estimators.inputs import checked, one_column
from clearprop.estimators.judging import Judged
from clearprop.estimators.leaks import check_apart, check_is_column
from clearprop.network import Parameters
from clearprop.tables.arrow import pc
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.scale import Scale
from clearprop.tables.table import Column, Table
from clearprop.tables.target_checks import target_numbers
from clearprop.tables.weights import weights


@dataclass(frozen=True)
class Rows:
    """Rows as the user gave them, read: columns, target, weights (float64), groups (whole numbers from 0)."""

    table: Table
    y: Column
    w: np.ndarray
    groups: np.ndarray | None = None

    def weighted(self) -> "Rows":
        """The rows whose weight is above 0: others count as absent."""
        return self if self.w.all() else self.take(np.flatnonzero(self.w))

    def take(self, rows: np.ndarray) -> "Rows":
        """Some of the rows."""
        taken = self.y.table.select([self.y.name]).take(rows)
        groups = None if self.groups is None else self.groups[rows]
        return Rows(self.table.take(rows), taken.column(self.y.name), self.w[rows], groups)


def rows_of(X: Any, y: Any, w: Any, estimator: Any, among: Rows | None = None, groups: Any = None) -> Rows:
    """X, y, w and groups read and checked against each other; `among` are the rows of training."""
    if y is None:
        msg = f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        raise SpecError(msg)
    check_is_column(y, X)
    table = table_of(X, estimator)
    column = one_column(y, among.y.name if among else "y")
    weight = np.ones(table.n_rows) if w is None else weights(one_column(w, "sample_weight"))
    group = None if groups is None else places_of(one_column(groups, "groups"))
    sizes = {"y": column.n_rows, "sample_weight": len(weight)} | (
        {} if group is None else {"groups": len(group)}
    )
    for name, given in sizes.items():
        if given != table.n_rows:
            msg = f"`{name}` must have one entry a row of `X`: `X` has {table.n_rows:,} rows, `{name}` has {given:,}."
            raise ShapeError(msg)
    if isinstance(X, str | Path):
        check_apart(table, column, X, named=getattr(y, "name", None) is not None or hasattr(y, "columns"))
    return Rows(table, column, weight, group)


def table_of(X: Any, estimator: Any) -> Table:
    """X read as this estimator reads it."""
    X = checked(X, type(estimator).__name__)
    if isinstance(X, Table):
        return X
    return read_table(X, missing=estimator.missing, categorical=estimator.categorical)


class Learned(NamedTuple):
    """What a table taught before the training: encoding, target, its name, what is known without columns, notes, and
    contrasts, which the batches then hold too."""

    encoding: Encoding
    target: Classes | Scale
    target_name: str
    baseline: list[float]
    notes: tuple[str, ...] = ()
    contrasts: Contrasts | None = None

    @property
    def n_inputs(self) -> int:
        """How many columns the rows have in training."""
        return self.encoding.n_outputs + (self.contrasts.count if self.contrasts else 0)

    def without_contrasts(self, params: Parameters) -> Parameters:
        """The parameters of a trained network for the columns of the encoding alone."""
        return self.contrasts.folded(params) if self.contrasts else params


def places_of(column: Column) -> np.ndarray:
    """Which group each row is of, (m,) whole numbers from 0.

    Raises
    ------
    TableError
        If a row has none.
    """
    absent = column.values.is_null(nan_is_null=True).to_numpy()
    if absent.any():
        msg = (
            f"Each row must have a group, but `{column.name}` has none at {column.where(int(np.argmax(absent)))}. "
            "Fill it in: a row on its own is a group of its own."
        )
        raise TableError(msg)
    values = column.values.combine_chunks()
    values = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return pc.index_in(values, pc.unique(values)).to_numpy().astype(np.int64)


def batch_of(encoding: Encoding, target: Classes | Scale, rows: Rows, most: float) -> Batch:
    """Rows as the engine takes them; `most` is the largest weight: only ratios count, and none leaves the dtype."""
    dtype = np.dtype(encoding.dtype)
    w = (rows.w / most).astype(dtype)
    return Batch(encoding.encode(rows.table), target.encode(rows.y).astype(dtype)[:, None], w)


def judged_of(encoding: Encoding, target: Classes | Scale, held: Rows) -> Judged:
    """Held-out rows as scores take them."""
    y = target_numbers(held.y) if isinstance(target, Scale) else target.encode(held.y)
    return Judged(encoding.encode(held.table), y, held.w)


def baseline_of(target: Classes | Scale, batch: Batch, rows: Rows) -> list[float]:
    """The share of each class, or the mean."""
    if isinstance(target, Scale):
        return [float(np.average(target_numbers(rows.y), weights=rows.w))]
    shares = np.bincount(batch.y[:, 0].astype(int), weights=rows.w, minlength=len(target.classes))
    return (shares / shares.sum()).tolist()
