"""What the columns of X say: their means and spreads, and which are constant or repeat another."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

MOST_ROWS = 10_000
MOST_CELLS = 10_000_000
A_GLANCE = 500  # rows that tell the scale of the columns
INDICATOR = 0.99  # a column with one value in this share of the rows says little about its scale
ALIKE = 1e-9  # standardised columns this near each other are the same up to rounding


@dataclass(frozen=True)
class Columns:
    """The columns of a matrix in figures, each (n[0],).

    Attributes
    ----------
    means, sds : ndarray
        Of each column.
    constant : ndarray of bool
        Whether all its values are the same.
    indicator : ndarray of bool
        Whether one value fills more than 99 rows of 100.
    """

    means: np.ndarray
    sds: np.ndarray
    constant: np.ndarray
    indicator: np.ndarray

    @property
    def judged(self) -> np.ndarray:
        """The columns whose spread counts: neither constant nor an indicator."""
        return np.flatnonzero(~self.constant & ~self.indicator)


def some_rows(X: Any, most: int = MOST_ROWS) -> np.ndarray:
    """Which rows of X to look at: all, or evenly spaced ones, at most `most` and 10 million cells."""
    most = min(most, max(MOST_CELLS // max(X.shape[1], 1), 100))
    return np.unique(np.linspace(0, X.shape[0] - 1, min(most, X.shape[0])).round().astype(int))


def dense(X: Any, rows: np.ndarray) -> np.ndarray:
    """Some rows of X, dense, in float64."""
    part = X.tocsr()[rows].toarray() if hasattr(X, "tocsr") else np.asarray(X)[rows]
    return np.asarray(part, np.float64)


def read_columns(X: np.ndarray) -> Columns:
    """The figures of the columns of X, (m, n[0]).

    Examples
    --------
    >>> found = read_columns(np.array([[1.0, 7.0], [3.0, 7.0]]))
    >>> found.means.tolist(), found.sds.tolist(), found.constant.tolist()
    ([2.0, 7.0], [1.0, 0.0], [False, True])
    """
    constant = (X[0] == X).all(axis=0)
    few = X[: 2 * int((1 - INDICATOR) * len(X)) + 1]  # a value of an indicator fills most of any so many rows
    indicator = (np.median(few, axis=0) == X).mean(axis=0) > INDICATOR
    with np.errstate(over="ignore"):
        return Columns(X.mean(axis=0), np.where(constant, 0.0, X.std(axis=0)), constant, indicator)


def glance(X: Any) -> Columns:
    """The figures of the columns of X, from at most 500 of its rows.

    Examples
    --------
    >>> glance(np.array([[1.0], [3.0]])).means.tolist()
    [2.0]
    """
    return read_columns(dense(X, some_rows(X, A_GLANCE)))


def repeats(X: np.ndarray, columns: Columns) -> list[tuple[int, int]]:
    """Pairs (column, the earlier one that it repeats): the same, or a multiple, with or without an offset.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0, 5.0], [2.0, 4.0, 1.0], [3.0, 6.0, 2.0]])
    >>> repeats(X, read_columns(X))
    [(1, 0)]
    """
    able = np.flatnonzero(~columns.constant & (columns.sds > 0) & np.isfinite(columns.sds))
    Z = (X[:, able] - columns.means[able]) / columns.sds[able]
    shadow = np.random.default_rng(0).standard_normal(len(X)) @ Z
    Z, shadow = Z * np.sign(shadow), np.abs(shadow)
    order = np.argsort(shadow, kind="stable")
    pairs = []
    for a, b in pairwise(order.tolist()):  # repeats have the same shadow, so they are neighbours
        if np.abs(Z[:, a] - Z[:, b]).max() < ALIKE * len(X):
            pairs.append((int(able[max(a, b)]), int(able[min(a, b)])))
    return sorted(pairs)
