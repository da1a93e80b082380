"""Importances of raw columns: by shuffling them, which is measured here, and by slopes."""

import numpy as np

from clearprop.tables.scale import Scale
from clearprop.tables.table import Column, Table
from clearprop.tables.target_checks import known_numbers
from clearprop.tables.weights import weights
from clearprop.train.examined import Examined
from clearprop.train.importances import Importances
from clearprop.train.model import Model
from clearprop.train.scores import LOWER_IS_BETTER, score
from clearprop.train.slopes import by_slopes

MOST = 2000  # rows
FEWEST = 200  # of wide tables, however long it takes
WORK = 10_000_000_000  # products of a number and a weight that are affordable: a second or so
REPEATS = 5


def importances(
    rows: Examined, metric: str, level: float = 0.5, *, repeats: int = REPEATS, seed: int = 0
) -> Importances:
    """How much each raw column matters on these rows.

    Parameters
    ----------
    rows : Examined
        The rows, and who answers for them.
    metric : str
        The score: one of those of `score`.
    level : float
        Which quantile is meant, of the score "quantile".
    repeats : int
        How often each column is shuffled. A shuffle is the same order of rows for every column.
    seed : int
        Of the shuffles.
    """
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(rows.m) for _ in range(repeats)]
    X, sign = rows.encoding.encode(rows.table), 1.0 if metric in LOWER_IS_BETTER else -1.0
    plain = _scored(rows, X, metric, level)
    each = np.zeros((len(rows.encoding.columns), repeats))
    shuffled = X.copy()
    for k, block in enumerate(rows.blocks()):
        for r, order in enumerate(orders if block.start < block.stop else ()):
            shuffled[:, block] = X[order, block]
            each[k, r] = sign * (_scored(rows, shuffled, metric, level) - plain)
        shuffled[:, block] = X[:, block]
    names = tuple(column.name for column in rows.encoding.columns)
    return Importances(names, metric, plain, each, by_slopes(rows, X, orders), rows.m)


def importances_of(model: Model, table: Table, weight: str | None = None) -> Importances:
    """Of a model, on a table that has its target: at most `MOST` evenly spaced rows, by the model's own metric.

    Parameters
    ----------
    model : Model
        Trained.
    table : Table
        With the model's columns and its target's.
    weight : str, optional
        The name of a column of row weights.
    """
    w = None if weight is None else weights(table.column(weight))
    rows = affordable(examined(model, table, table.column(model.target_name), w))
    return importances(rows, model.metric, model.level)


def examined(model: Model, table: Table, y: Column, w: np.ndarray | None = None) -> Examined:
    """Rows of a table as importances are found on them: those whose weight is above 0."""
    truth = known_numbers(y) if isinstance(model.target, Scale) else model.target.encode(y)
    found = Examined(model.members, model.encoding, model.target, model.held.temperature, table, truth, w)
    return found if w is None else found.taken(np.flatnonzero(w))


def affordable(rows: Examined, repeats: int = REPEATS) -> Examined:
    """At most `MOST` of the rows; fewer of a wide table or a large network."""
    answering = len(rows.members) if rows.aside is None else rows.aside.sum() / rows.m
    columns = sum(bool(column.features) for column in rows.encoding.columns)
    row = columns * repeats * answering * rows.members[0].net.n_weights
    return rows.thinned(int(np.clip(WORK / row, FEWEST, MOST)))


def _scored(rows: Examined, X: np.ndarray, metric: str, level: float) -> float:
    answer = rows.answer(X)
    return score(metric, rows.y, answer, rows.w, level) if np.isfinite(answer).all() else np.nan
