"""How good a model is on rows: scores, a plain baseline, and where it is wrong."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from clearprop.tables.classes import Classes
from clearprop.tables.table import Table
from clearprop.tables.target_checks import known_numbers
from clearprop.tables.weights import weights
from clearprop.train.importances import Importances
from clearprop.train.model import Model
from clearprop.train.scores import OF_QUANTILES, names_for, scores

WORST = 10
BINS = 10
INTERVAL = 0.9


@dataclass(frozen=True)
class Evaluation:
    """A model on some rows.

    Attributes
    ----------
    task : str
        classification or regression.
    rows : int
        How many.
    scores, baseline : dict
        By name; the baseline knows only the mean (or the shares of the classes) of the rows of training, and
        answers the same for every row.
    classes : list of str
        In the order of the confusion matrix; empty for a regression.
    confusion : list of list of int
        Rows by true class and predicted class.
    calibration : list of dict
        A bin each: the mean probability given to the answer, the share that was right, and the rows.
    residuals : dict
        Of a regression: a sample of true and predicted numbers, and a histogram of predicted - true.
    worst : list of dict
        The rows with the largest loss: where, truth, answer, loss.
    weight : str or None
        The column that weights the rows in `scores` and `baseline`; all else counts rows.
    temperature : float or None
        Of a classification: what its probabilities were made with.
    interval : dict
        Of a regression with held-out residuals: the coverage that was asked for, the share of the rows that lie in
        their intervals, and the mean width of these.
    importances : Importances or None
        Of the raw columns, where they were asked for.
    """

    task: str
    rows: int
    scores: dict[str, float | None]
    baseline: dict[str, float | None]
    classes: list[str] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    calibration: list[dict[str, float]] = field(default_factory=list)
    residuals: dict[str, list[float]] = field(default_factory=dict)
    worst: list[dict[str, Any]] = field(default_factory=list)
    weight: str | None = None
    temperature: float | None = None
    interval: dict[str, float] = field(default_factory=dict)
    importances: Importances | None = None

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as JSON takes it."""
        found = self.importances and self.importances.to_dict()
        return asdict(replace(self, importances=None)) | {"importances": found}


def evaluate(model: Model, table: Table, weight: str | None = None) -> Evaluation:
    """The model on a table that has its target.

    Parameters
    ----------
    model : Model
        Trained.
    table : Table
        With the model's columns and its target's.
    weight : str, optional
        The name of a column of row weights.
    """
    column = table.column(model.target_name)
    w = None if weight is None else weights(table.column(weight))
    if isinstance(model.target, Classes):
        found = _classification(model, model.target, table, model.target.encode(column), w)
    else:
        found = _regression(model, table, known_numbers(column), w)
    return replace(found, weight=weight)


def _classification(
    model: Model, target: Classes, table: Table, y: np.ndarray, w: np.ndarray | None
) -> Evaluation:
    p = model.predict_proba(table)
    names, answer = names_for("classification"), p.argmax(axis=1)
    shares = np.tile(np.asarray(model.baseline), (len(y), 1))
    n = len(target.classes)
    confusion = np.bincount(y * n + answer, minlength=n * n).reshape(n, n)
    labels = [str(c) for c in target.classes]
    losses = -np.log(np.clip(p[np.arange(len(y)), y], 1e-15, 1))
    worst = [
        _wrong(table, row, labels[y[row]], labels[answer[row]], float(losses[row]))
        | {"p": float(p[row, y[row]])}
        for row in _largest(losses)
    ]
    return Evaluation(
        "classification", len(y), _plain(scores(names, y, p, w)), _plain(scores(names, y, shares, w)), labels,
        confusion.tolist(), _calibration(p, y), worst=worst, temperature=model.held.temperature,
    )  # fmt: skip


def _regression(model: Model, table: Table, y: np.ndarray, w: np.ndarray | None) -> Evaluation:
    p, names, level = model.predict_number(table), names_for("regression"), 0.5
    if model.params.net.head == "quantile":
        names, level = (*names, *OF_QUANTILES), model.params.net.head_constants[0]
    constant = np.full(len(y), float(model.baseline[0]))
    worst = [
        _wrong(table, row, float(y[row]), float(p[row]), float(0.5 * (p[row] - y[row]) ** 2))
        for row in _largest(np.abs(p - y))
    ]
    return Evaluation(
        "regression", len(y), _plain(scores(names, y, p, w, level)), _plain(scores(names, y, constant, w, level)),
        residuals=_residuals(y, p), worst=worst, interval=_interval(model, table, y),
    )  # fmt: skip


def _interval(model: Model, table: Table, y: np.ndarray) -> dict[str, float]:
    """How intervals of 90 % fare on the rows; nothing if the model has too few residuals for them."""
    if len(model.held.residuals) < INTERVAL / (1 - INTERVAL) - 1e-9:
        return {}
    low, high = model.predict_interval(table, INTERVAL).T
    inside = float(np.mean((low <= y) & (y <= high)))
    return {"coverage": INTERVAL, "seen": inside, "width": float(np.mean(high - low))}


def _largest(losses: np.ndarray) -> np.ndarray:
    return np.argsort(-losses, kind="stable")[:WORST]


def _wrong(table: Table, row: int, truth: Any, answer: Any, loss: float) -> dict[str, Any]:
    return {"where": table.where(int(row)), "truth": truth, "answer": answer, "loss": loss}


def _calibration(p: np.ndarray, y: np.ndarray) -> list[dict[str, float]]:
    """Of the answer's probability (of the second class where there are two): said against seen."""
    said, right = (p[:, 1], y == 1) if p.shape[1] == 2 else (p.max(axis=1), p.argmax(axis=1) == y)
    at = np.minimum((said * BINS).astype(int), BINS - 1)
    return [
        {
            "said": float(said[at == b].mean()),
            "seen": float(right[at == b].mean()),
            "rows": int((at == b).sum()),
        }
        for b in range(BINS)
        if (at == b).any()
    ]


def _residuals(y: np.ndarray, p: np.ndarray, most: int = 500) -> dict[str, list[float]]:
    rows = np.linspace(0, len(y) - 1, min(most, len(y))).round().astype(int)
    low, high = np.quantile(p - y, [0.005, 0.995]) if len(y) else (0.0, 0.0)
    counts, edges = np.histogram(np.clip(p - y, low, high), bins=30)
    return {
        "true": y[rows].tolist(),
        "predicted": p[rows].tolist(),
        "counts": counts.tolist(),
        "edges": edges.tolist(),
    }


def _plain(found: dict[str, float]) -> dict[str, float | None]:
    """NaN as None: JSON has no NaN."""
    return {name: None if np.isnan(value) else value for name, value in found.items()}
