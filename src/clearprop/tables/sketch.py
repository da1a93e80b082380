"""`Quantiles`: the quantiles of any number of values in bounded memory, exact while they are few."""

import numpy as np


class Quantiles:
    """A sketch of the quantiles of a stream of numbers.

    All values are kept until there are more than `capacity`. Then they are sorted, every other one is kept, and
    stands for two; in turn, more than `capacity` of these are halved again, and stand for four each. A level that
    halves moves a rank by at most what one of its values stands for, so that of n values no rank is off by more than
    n levels / capacity: the deterministic compactor of Manku, Rajagopalan and Lindsay (SIGMOD 1998).

    Args:
        capacity: values a level, 2 or more.

    >>> sketch = Quantiles(capacity=1000)
    >>> for part in np.split(np.random.default_rng(0).permutation(np.arange(1e5)), 100):
    ...     sketch.add(part)
    >>> median = sketch.at((0.5,))[0]
    >>> bool(abs(median - 50_000) <= sketch.error), sketch.error < 1000
    (True, True)
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.n = 0
        self.levels: list[list[np.ndarray]] = [[]]
        self.odd = [False]  # whether a level keeps the odd places the next time
        self.error = 0

    @property
    def is_exact(self) -> bool:
        """Whether all values are still kept."""
        return self.error == 0

    def add(self, values: np.ndarray) -> None:
        """Take in values, (k,) float64, none NaN."""
        self.n += len(values)
        self.levels[0].append(np.array(values, np.float64))
        level = 0
        while sum(map(len, self.levels[level])) > self.capacity:
            self._halve(level)
            level += 1

    def values(self) -> tuple[np.ndarray, np.ndarray]:
        """The values that are kept, and how many each stands for; sorted once there are several levels."""
        kept = [np.concatenate([*parts, np.empty(0)]) for parts in self.levels]
        each = np.repeat([2**h for h in range(len(kept))], [len(part) for part in kept])
        together = np.concatenate(kept)
        order = np.arange(len(together)) if self.is_exact else np.argsort(together, kind="stable")
        return together[order], each[order]

    def at(self, shares: tuple[float, ...]) -> np.ndarray:
        """The quantiles, as `numpy.quantile` has them, but for `error` ranks."""
        kept, each = self.values()
        if self.is_exact:
            return np.quantile(kept, shares)
        ends, ranks = np.cumsum(each), np.array(shares) * (self.n - 1)
        low = kept[np.searchsorted(ends, np.floor(ranks), side="right")]
        high = kept[np.searchsorted(ends, np.ceil(ranks), side="right")]
        return low + (high - low) * (ranks - np.floor(ranks))

    def _halve(self, level: int) -> None:
        values = np.sort(np.concatenate(self.levels[level]))
        pairs = len(values) // 2 * 2
        if level + 1 == len(self.levels):
            self.levels.append([])
            self.odd.append(False)
        self.levels[level + 1].append(values[int(self.odd[level]) : pairs : 2].copy())
        self.levels[level] = [values[pairs:].copy()]
        self.odd[level] = not self.odd[level]
        self.error += 2**level
