"""The temperature: one number that makes a classifier's probabilities honest, fitted on held-out rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq

from clearprop.maths import derivation

COLDEST, HOTTEST = 0.05, 20.0


def temperature(z: np.ndarray, y: np.ndarray, w: np.ndarray | None = None) -> float:
    """The T that gives softmax(z / T) the least cross-entropy on rows that the network has not learned from.

    In x = 1 / T the cross-entropy is convex: its derivative, the sum of `sharpness_term`, never falls. So there is
    one best x, where that is 0 or at a bound (T stays within 0.05 and 20). The labels are smoothed by one row's
    share, as if one more row had been seen whose class nobody knows: rows that are all right do not make certain.
    Where the cross-entropy on these rows would not be less than at T = 1, T is 1 (Guo et al., ICML 2017).

    Parameters
    ----------
    z : ndarray of shape (m, C)
        Logits, or logarithms of probabilities.
    y : ndarray of shape (m,)
        Labels 0..C-1.
    w : ndarray of shape (m,), optional
        Row weights; only their ratios count.

    Examples
    --------
    Three rows of four are right, so the answer's probability should be near 3/4:

    >>> z = np.array([[9.0, 0.0]] * 40)
    >>> T = temperature(z, np.array([0, 0, 0, 1] * 10))
    >>> round(float(derivation.softmax(z[:1] / T)[0, 0]), 2)
    0.74
    """
    z = np.asarray(z, np.float64)
    w = np.ones(len(y)) if w is None else np.asarray(w, np.float64)
    truth = np.eye(z.shape[1])[y]
    known = derivation.smoothed(truth, 1 / (_rows(w) + 1), z.shape[1])

    def slope(x: float) -> float:
        terms = derivation.sharpness_term(derivation.softmax(x * z), known, z)
        return float(derivation.mean(terms.sum(axis=1), w, w.sum()))

    low, high = 1 / HOTTEST, 1 / COLDEST
    if slope(low) >= 0:
        x = low
    elif slope(high) <= 0:
        x = high
    else:
        x = _zero(slope, low, high)
    return 1 / x if loss(z, truth, w, 1 / x) < loss(z, truth, w, 1.0) else 1.0


def loss(z: np.ndarray, truth: np.ndarray, w: np.ndarray, T: float) -> float:
    """The mean cross-entropy at a temperature; `truth` is one-hot, (m, C)."""
    return float(derivation.mean(derivation.cross_entropy(derivation.tempered(z, T), truth), w, w.sum()))


def _zero(slope: Callable[[float], float], low: float, high: float) -> float:
    found: Any = brentq(slope, low, high, xtol=1e-6)
    return float(found)


def _rows(w: np.ndarray) -> float:
    """How many rows of equal weight say as much: (sum of w)^2 / (sum of w^2)."""
    w = w / w.max()
    return float(w.sum() ** 2 / (w @ w))
