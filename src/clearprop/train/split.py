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


def split_groups(
    groups: np.ndarray, fraction: float, seed: int, labels: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """As `split`, but no group has rows on both sides.

    Groups are taken in a random order as long as they bring the rows set aside nearer to the fraction; none is that
    holds all that is left of a class. If no group does, the smallest that may be is set aside.

    Parameters
    ----------
    groups : ndarray of shape (rows,)
        Whole numbers from 0.
    fraction, seed, labels
        As in `split`.

    Examples
    --------
    >>> kept, aside = split_groups(np.repeat([0, 1, 2, 3], 5), 0.25, seed=0)
    >>> kept.tolist(), aside.tolist()
    ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19], [10, 11, 12, 13, 14])
    """
    sizes = np.bincount(groups)
    by_group = np.split(np.argsort(groups, kind="stable"), np.cumsum(sizes)[:-1])
    left = None if labels is None else np.bincount(labels)
    wanted, taken = _share(len(groups), fraction), np.zeros(len(sizes), bool)
    order = np.random.default_rng(seed).permutation(len(sizes))
    missing = wanted
    for g in order:
        nearer = abs(missing - sizes[g]) < missing
        if nearer and _leaves_all(left, labels, by_group[g]):
            taken[g], missing = True, missing - sizes[g]
            if left is not None and labels is not None:
                left = left - np.bincount(labels[by_group[g]], minlength=len(left))
    if wanted and not taken.any():
        may = [g for g in order if sizes[g] < len(groups) and _leaves_all(left, labels, by_group[g])]
        taken[sorted(may, key=sizes.__getitem__)[:1]] = True
    aside = taken[groups]
    return np.flatnonzero(~aside), np.flatnonzero(aside)


def _leaves_all(left: np.ndarray | None, labels: np.ndarray | None, rows: np.ndarray) -> bool:
    """Whether rows of each class are left when these are taken."""
    if left is None or labels is None:
        return True
    counts = np.bincount(labels[rows], minlength=len(left))
    return bool((left > counts)[counts > 0].all())


def shares_of_groups(
    groups: np.ndarray, fraction: float, members: int, seed: int, labels: np.ndarray | None = None
) -> np.ndarray:
    """As `shares`, but a member has no group on both sides; one that holds all of a class is never set aside.

    Examples
    --------
    >>> aside = shares_of_groups(np.repeat([0, 1, 2, 3], 5), 0.5, 2, seed=0)
    >>> aside.sum(axis=1), bool((aside[0] ^ aside[1]).all())
    (array([10, 10]), True)
    """
    aside = shares(int(groups.max()) + 1, fraction, members, seed)[:, groups]
    for mine in aside if labels is not None else ():
        assert labels is not None
        for c in np.unique(labels):
            if mine[labels == c].all():
                mine[groups == groups[np.argmax(labels == c)]] = False
    return aside
