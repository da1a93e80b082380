"""The learning rate, step by step."""

import numpy as np

from clearprop.maths import derivation

SCHEDULES = ("constant", "cosine", "coslog4")


def rates(schedule: str, lr: float, first: int, last: int, total: int) -> np.ndarray:
    """The rates of steps first..last-1 of a run of `total` steps.

    Examples
    --------
    >>> rates("cosine", 0.1, 0, 3, 2).tolist()
    [0.1, 0.05, 0.0]
    """
    steps = np.arange(first, last)
    if schedule == "constant":
        return np.full(len(steps), lr)
    return lr * getattr(derivation, schedule)(steps / total)
