"""What a loss curve says: how J fell, how often it rose, and how far it would still go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_EPOCHS = 10  # below this many a curve says nothing
MOST = 10  # times the epochs that were run: beyond it nothing is foretold
TINY = np.finfo(float).tiny


@dataclass(frozen=True)
class Reading:
    """A loss curve in figures.

    Attributes
    ----------
    epochs : int
        How many.
    first, last : float
        J after the first and the last epoch.
    rose : float
        The share of epochs in which J rose.
    rise : float
        By how much, as a share of J: the median over those epochs.
    falls : float
        The share of the last fifth of the epochs in which J fell.
    pace, early_pace : float
        The share of J by which it fell an epoch, in the last fifth and in the first: from the slope of log J.
    gain : float
        The share of the last J that further epochs would take off, if each fifth falls as the last two did, by a
        constant factor less than the one before; infinite if the falls do not get smaller.
    """

    epochs: int
    first: float
    last: float
    rose: float
    rise: float
    falls: float
    pace: float
    early_pace: float
    gain: float
    _fall: float
    _factor: float
    _window: int

    def epochs_until(self, tol: float) -> float:
        """Epochs, those that were run included, until J falls by less than `tol` an epoch; may be infinite.

        Falls that shrink by a constant factor promise too few, and falls by a power of the epoch too many: it is
        the geometric mean of what the two say, each at most ten times the run.
        """
        if self._fall <= tol * self._window:
            return self.epochs
        if not 0 < self._factor < 1 or tol <= 0:
            return math.inf
        times = self._fall / (tol * self._window)
        by_factor = self.epochs + self._window * math.log(times) / -math.log(self._factor)
        before, now = (
            self.epochs - 2 * self._window,
            self.epochs - self._window,
        )  # where the falls are centred
        power = -math.log(self._factor) / math.log(now / before)
        by_power = math.exp(min(math.log(now) + math.log(times) / power, 700.0))
        if by_factor > MOST * self.epochs:
            return math.inf
        return math.sqrt(by_factor * min(max(by_power, self.epochs), MOST * self.epochs))


def read_curve(losses: Sequence[float]) -> Reading | None:
    """The figures of a curve; None if it has fewer than 10 epochs, or numbers that are not finite.

    Parameters
    ----------
    losses : sequence of float
        J after each epoch.

    Examples
    --------
    >>> found = read_curve([0.5**n + 0.1 for n in range(20)])
    >>> found.rose, round(found.pace, 4), found.gain < 0.001
    (0.0, 0.0001, True)
    """
    J = np.asarray(losses, float)
    if len(J) < LEAST_EPOCHS or not np.isfinite(J).all():
        return None
    window = int(np.clip(len(J) // 5, 3, 50))
    steps = np.diff(J)
    rises = steps[steps > 0] / np.maximum(np.abs(J[:-1][steps > 0]), TINY)
    fall, factor = _falls(J, window)
    return Reading(
        epochs=len(J),
        first=float(J[0]),
        last=float(J[-1]),
        rose=len(rises) / len(steps),
        rise=float(np.median(rises)) if len(rises) else 0.0,
        falls=float((steps[-window:] < 0).mean()),
        pace=_pace(J[-window - 1 :]),
        early_pace=_pace(J[: window + 1]),
        gain=_gain(fall, factor, float(J[-1])),
        _fall=fall,
        _factor=factor,
        _window=window,
    )


def _pace(J: np.ndarray) -> float:
    """The share of J that an epoch takes off: from the slope of a straight line through log J."""
    if len(J) < 2:
        return 0.0
    epochs = np.arange(len(J)) - (len(J) - 1) / 2
    return float(-np.expm1(epochs @ np.log(np.maximum(J, TINY)) / (epochs @ epochs)))


def _falls(J: np.ndarray, window: int) -> tuple[float, float]:
    """How far the mean of J fell from the last window but one to the last, and that over the fall before."""
    third, second, last = (float(J[len(J) - n * window :][:window].mean()) for n in (3, 2, 1))
    before, fall = third - second, second - last
    return fall, (fall / before if before > 0 else math.inf)


def _gain(fall: float, factor: float, last: float) -> float:
    if fall <= 0 or last <= 0:
        return 0.0
    if factor >= 1:
        return math.inf
    return min(fall * factor / (1 - factor) / last, 1.0)
