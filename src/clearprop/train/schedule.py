"""The learning rate, step by step."""

from collections.abc import Callable

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import derivation

SCHEDULES = ("constant", "cosine", "coslog4", "one_cycle")
Schedule = str | Callable[[float], float]


def rates(schedule: Schedule, lr: float, first: int, last: int, total: int, warm: float = 0) -> np.ndarray:
    """The rates of steps first..last-1 (counted from 0) of a run of `total` steps.

    Parameters
    ----------
    schedule : str or callable
        One of `SCHEDULES`, or a function of the share t of the training, from 0 to 1, that gives a factor.
    lr : float
        What the factor multiplies.
    first, last, total : int
        Steps.
    warm : float
        Over so many steps at the beginning the rate rises in a line to the schedule's first; the schedule then
        takes the steps that remain.

    Raises
    ------
    SpecError
        If a function gives a factor that is negative, not finite, or not a number.

    Examples
    --------
    >>> rates("cosine", 0.1, 0, 3, 2).tolist()
    [0.1, 0.05, 0.0]
    >>> rates("constant", 0.1, 0, 4, 8, warm=2).tolist()
    [0.05, 0.1, 0.1, 0.1]
    >>> rates(lambda t: 1 - t, 0.1, 0, 2, 2).tolist()
    [0.1, 0.05]
    """
    steps = np.arange(first, last)
    if not warm:
        return lr * _factors(schedule, steps / total)
    shares = np.clip((steps - warm) / max(total - warm, 1), 0.0, 1.0)
    return lr * derivation.warm((steps + 1) / total, warm / total) * _factors(schedule, shares)


def _factors(schedule: Schedule, shares: np.ndarray) -> np.ndarray:
    if not callable(schedule):
        return np.ones(len(shares)) if schedule == "constant" else getattr(derivation, schedule)(shares)
    try:
        found = np.array([float(schedule(float(t))) for t in shares])
    except (TypeError, ValueError) as error:
        msg = (
            f"A schedule must give a number for each share t from 0 to 1 of the training; it failed: {error}."
        )
        raise SpecError(msg) from error
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        msg = f"A schedule must give factors that are finite and not negative; it gave {found[at]} at t={shares[at]:g}."
        raise SpecError(msg)
    return found
