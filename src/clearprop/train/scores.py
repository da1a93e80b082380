"""Scores by name: what they are, which way is better, and how they are computed (scikit-learn's metrics)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import metrics

from clearprop.errors import SpecError
from clearprop.maths.derivation import quantile_term

CLASSIFICATION = ("accuracy", "balanced_accuracy", "log_loss", "auc", "brier")
REGRESSION = ("r2", "rmse", "mae")
OF_QUANTILES = ("quantile",)  # of a regression that was asked for a quantile
OF_PROBABILITIES = ("log_loss", "brier")  # which a temperature changes
LOWER_IS_BETTER = ("log_loss", "brier", "rmse", "mae", "quantile")
DEFAULT = {"classification": "log_loss", "regression": "rmse"}
SMALLEST = 1e-15  # of a probability under the logarithm


def score(name: str, y: np.ndarray, p: np.ndarray, w: np.ndarray | None = None, level: float = 0.5) -> float:
    """One score.

    Parameters
    ----------
    name : str
        One of `CLASSIFICATION`, `REGRESSION` or `OF_QUANTILES`.
    y : ndarray of shape (m,)
        Labels 0..C-1, or numbers.
    p : ndarray of shape (m, C) or (m,)
        Probabilities, or predicted numbers.
    w : ndarray of shape (m,), optional
        Row weights.
    level : float
        Which quantile is meant, of the score "quantile".

    Returns
    -------
    float
        NaN where the score does not exist: AUC with one class present, R2 with one row.

    Examples
    --------
    >>> score("accuracy", np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]))
    0.5
    """
    p = np.asarray(p, np.float64)
    if name == "quantile":
        return float(np.average(quantile_term(p, y, level), weights=w))
    return float(_SCORES[name](y, p, w))


def scores(
    names: tuple[str, ...], y: np.ndarray, p: np.ndarray, w: np.ndarray | None = None, level: float = 0.5
) -> dict[str, float]:
    """Several scores, by name."""
    return {name: score(name, y, p, w, level) for name in names}


def names_for(task: str) -> tuple[str, ...]:
    """The scores of a task."""
    return CLASSIFICATION if task == "classification" else REGRESSION


def checked_metric(name: str, task: str | None) -> str:
    """The metric that chooses the epoch: the given one, or the task's for "auto"; a task of None is not known yet."""
    if name == "auto":
        return DEFAULT[task] if task else name
    of = {"classification": CLASSIFICATION, "regression": (*REGRESSION, *OF_QUANTILES)}
    known = of[task] if task else (*of["classification"], *of["regression"])
    if name not in known:
        whose = f" of a {task}" if task else ""
        msg = f"`metric`{whose} must be auto or one of {', '.join(known)}; got {name!r}."
        raise SpecError(msg)
    return name


def better(name: str, value: float) -> float:
    """The score turned so that higher is better; NaN is the worst."""
    value = turned(name, value)
    return -np.inf if np.isnan(value) else value


def turned(name: str, value: float) -> float:
    """A score where lower is better with the other sign; the others as they are. Undoes itself.

    Examples
    --------
    >>> turned("rmse", 0.25), turned("auc", 0.75)
    (-0.25, 0.75)
    """
    return -value if name in LOWER_IS_BETTER else value


def _log_loss(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    chosen = np.clip(p[np.arange(len(y)), y], SMALLEST, 1)
    return float(np.average(-np.log(chosen), weights=w))


def _brier(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    """Mean squared distance of p from the truth, half of it summed over the classes."""
    truth = np.zeros_like(p)
    truth[np.arange(len(y)), y] = 1
    return float(np.average(0.5 * ((p - truth) ** 2).sum(axis=1), weights=w))


def _auc(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    """Of the second class against the first; with more classes the mean over those that are present."""
    if p.shape[1] == 2:
        p = p[:, 1:]
        present = [1]
    else:
        present = list(range(p.shape[1]))
    if w is not None:  # rows without weight are absent
        y, p, w = y[w > 0], p[w > 0], w[w > 0]
    columns = [(y == c, p[:, k]) for k, c in enumerate(present)]
    each = [metrics.roc_auc_score(t, q, sample_weight=w) for t, q in columns if t.any() and not t.all()]
    return float(np.mean(each)) if each else float("nan")


def _of_labels(metric: Callable[..., float]) -> Callable[..., float]:
    return lambda y, p, w: metric(y, p.argmax(axis=1), sample_weight=w)


def _balanced_accuracy(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    """The mean share of right answers within each class that is present."""
    right = p.argmax(axis=1) == y
    w = np.ones(len(y)) if w is None else w
    inside = [(y == c) & (w > 0) for c in np.unique(y)]
    return float(np.mean([np.average(right[rows], weights=w[rows]) for rows in inside if rows.any()]))


def _r2(y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> float:
    return metrics.r2_score(y, p, sample_weight=w) if len(y) > 1 else float("nan")


_SCORES: dict[str, Callable[..., Any]] = {
    "accuracy": _of_labels(metrics.accuracy_score),
    "balanced_accuracy": _balanced_accuracy,
    "log_loss": _log_loss,
    "auc": _auc,
    "brier": _brier,
    "r2": _r2,
    "rmse": lambda y, p, w: metrics.root_mean_squared_error(y, p, sample_weight=w),
    "mae": lambda y, p, w: metrics.mean_absolute_error(y, p, sample_weight=w),
}
