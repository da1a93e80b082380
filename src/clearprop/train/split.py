"""Rows set aside: which, by a seed."""

import numpy as np

from clearprop.errors import SpecError


def split(
    rows: int, fraction: float, seed: int, labels: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to keep and to set aside, each in ascending order.

    Parameters
    ----------
    rows : int
        How many there are.
    fraction : float
        To set aside, 0 to below 1; at least one row is set aside if it is above 0 and there are two rows.
    seed : int
        Of the choice.
    labels : ndarray of shape (rows,), optional
        Class labels: each class gives its share, and none is set aside whole.

    Examples
    --------
    >>> kept, aside = split(10, 0.3, seed=0, labels=np.repeat([0, 1], [9, 1]))
    >>> len(kept), len(aside), 9 in kept
    (7, 3, True)
    """
    if not 0 <= fraction < 1:
        msg = f"The fraction of rows set aside must be from 0 to below 1; got {fraction!r}."
        raise SpecError(msg)
    order = np.random.default_rng(seed).permutation(rows)
    chosen = order[: _share(rows, fraction)] if labels is None else _by_class(order, labels, fraction)
    aside = np.zeros(rows, bool)
    aside[chosen] = True
    return np.flatnonzero(~aside), np.flatnonzero(aside)


def _share(rows: int, fraction: float) -> int:
    return min(max(round(rows * fraction), int(fraction > 0)), rows - 1)


def _by_class(order: np.ndarray, labels: np.ndarray, fraction: float) -> np.ndarray:
    """Rows of each class at even distances along a list sorted by class, but never a class's first row."""
    by_class = order[np.argsort(labels[order], kind="stable")]
    ranked = labels[by_class]
    spare = by_class[np.flatnonzero(np.r_[False, ranked[1:] == ranked[:-1]])]
    wanted = min(_share(len(order), fraction), len(spare))
    return spare[np.linspace(0, len(spare) - 1, wanted).round().astype(int)] if wanted else spare[:0]
