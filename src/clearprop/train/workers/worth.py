"""Whether more processes help: what a step's work takes, beside what it takes to add the gradients."""

import numpy as np

LOOK_AT = 400  # steps whose times are kept
FEWEST = 30  # from which on something is said


class Worth:
    """The times of a run's steps.

    Parameters
    ----------
    size : int
        How many processes there are.

    Examples
    --------
    >>> worth = Worth(2)
    >>> for _ in range(50):
    ...     worth.note(work=0.0002, sum_=0.001)
    >>> worth.verdict()
    '2 workers take about 1.20 ms a step, of which 1.00 ms to add their gradients; one alone would take about \
0.40 ms. Use one, or a larger batch or network.'
    """

    def __init__(self, size: int) -> None:
        self.size, self.steps = size, 0
        self.times = np.zeros((LOOK_AT, 2))

    def note(self, work: float, sum_: float) -> None:
        """The seconds of a step: of this process's own work, and of the sum, the waiting included."""
        self.times[self.steps % LOOK_AT] = work, sum_
        self.steps += 1

    def medians(self) -> tuple[float, float]:
        """Seconds: of the own work of a step, and of a sum."""
        work, sum_ = np.median(self.times[: min(self.steps, LOOK_AT)], axis=0) if self.steps else (0.0, 0.0)
        return float(work), float(sum_)

    def verdict(self) -> str:
        """A sentence with figures if one process would be as fast as all together; else empty."""
        work, sum_ = self.medians()
        if self.size == 1 or self.steps < FEWEST or work + sum_ < self.size * work:
            return ""
        return (
            f"{self.size} workers take about {1e3 * (work + sum_):.2f} ms a step, of which {1e3 * sum_:.2f} ms to add "
            f"their gradients; one alone would take about {1e3 * self.size * work:.2f} ms. Use one, or a larger batch "
            "or network."
        )
