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
    _check(fraction)
    order = np.random.default_rng(seed).permutation(rows)
    chosen = order[: _share(rows, fraction)] if labels is None else _by_class(order, labels, fraction)
    aside = np.zeros(rows, bool)
    aside[chosen] = True
    return np.flatnonzero(~aside), np.flatnonzero(aside)


def shares(
    rows: int, fraction: float, members: int, seed: int, labels: np.ndarray | None = None
) -> np.ndarray:
    """For each member of a committee the rows that it sets aside, (members, rows) bool.

    The rows are dealt into 1 / fraction parts, of each class alike; one part to each member, and again from the
    first when there are more members than parts. The first row of a class is never set aside.

    Parameters
    ----------
    rows, fraction, seed, labels
        As in `split`.
    members : int
        How many.

    Examples
    --------
    >>> shares(10, 0.5, 3, seed=0).sum(axis=1)
    array([5, 5, 5])
    """
    _check(fraction)
    order = np.random.default_rng(seed).permutation(rows)
    dealt, aside = order if labels is None else _spare(order, labels), np.zeros((members, rows), bool)
    if fraction:
        parts = max(round(1 / fraction), 2)
        for j in range(members):
            aside[j, dealt[j % parts :: parts]] = True
    return aside


def _check(fraction: float) -> None:
    if not 0 <= fraction < 1:
        msg = f"The fraction of rows set aside must be from 0 to below 1; got {fraction!r}."
        raise SpecError(msg)


def _share(rows: int, fraction: float) -> int:
    return min(max(round(rows * fraction), int(fraction > 0)), rows - 1)


def _by_class(order: np.ndarray, labels: np.ndarray, fraction: float) -> np.ndarray:
    """Rows of each class at even distances along a list sorted by class, but never a class's first row."""
    spare = _spare(order, labels)
    wanted = min(_share(len(order), fraction), len(spare))
    return spare[np.linspace(0, len(spare) - 1, wanted).round().astype(int)] if wanted else spare[:0]


def _spare(order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The rows class by class, but the first of each."""
    by_class = order[np.argsort(labels[order], kind="stable")]
    ranked = labels[by_class]
    return by_class[np.flatnonzero(np.r_[False, ranked[1:] == ranked[:-1]])]
