"""Axes of charts: round ticks, their labels, and where a number lands in the drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from clearprop.show.wording import fixed, number

FAR = 1e300


@dataclass(frozen=True)
class Axis:
    """An axis of a chart.

    Parameters
    ----------
    ticks : tuple of float
        Round numbers within the range.
    labels : tuple of str
        Of the ticks.
    low, high : float
        The range.
    start, end : float
        Where `low` and `high` land in the drawing.
    log : bool
        Whether equal steps are equal ratios.

    Examples
    --------
    >>> axis = Axis.over([0.12, 0.93], 0, 100)
    >>> axis.labels, axis.at(0.5)
    (('0.0', '0.2', '0.4', '0.6', '0.8', '1.0'), 50.0)
    """

    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, *, log: bool = False) -> "Axis":
        """An axis from the round number below the values to the one above; logarithmic if the values are positive."""
        low, high = span(values)
        if log and low > 0:
            ticks = powers(low, high)
            return cls(ticks, tuple(number(t) for t in ticks), ticks[0], ticks[-1], start, end, log=True)
        ticks, step = around(low, high)
        return cls(ticks, labelled(ticks, step), ticks[0], ticks[-1], start, end)

    @classmethod
    def whole(cls, first: int, last: int, start: float, end: float) -> "Axis":
        """An axis of whole numbers, from the first to the last."""
        low, high = (first, last) if last > first else (first - 1, first + 1)
        _, step = around(low, high)
        step = max(1, round(step))
        inside = tuple(float(t) for t in range(-(-first // step) * step, last + 1, step)) or (float(first),)
        return cls(inside, labelled(inside, step), low, high, start, end)

    def at(self, value: float) -> float:
        """Where a number lands; those outside the range land on its ends."""
        value = min(max(value, self.low), self.high)
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        room = high / 2 - low / 2  # halves: no difference is infinite
        share = (value / 2 - low / 2) / room if room else 0.5
        return self.start + (self.end - self.start) * share

    def pairs(self) -> list[tuple[float, str]]:
        """Place and label of each tick."""
        return [(self.at(tick), label) for tick, label in zip(self.ticks, self.labels, strict=True)]


def span(values: Iterable[float]) -> tuple[float, float]:
    """The least and the largest finite number, apart from each other; (0, 1) for none.

    Examples
    --------
    >>> span([3.0, float("inf"), 1.0]), span([]), span([2.0])
    ((1.0, 3.0), (0.0, 1.0), (1.8, 2.2))
    """
    finite = [min(max(float(v), -FAR), FAR) if abs(v) > 1 / FAR else 0.0 for v in values if math.isfinite(v)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    room = 0.1 * abs(low) or 1.0
    return low - room, low + room


def around(low: float, high: float, most: int = 5) -> tuple[tuple[float, ...], float]:
    """Round numbers from below `low` to above `high`, and the step: 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> around(3, 47)
    ((0.0, 10.0, 20.0, 30.0, 40.0, 50.0), 10.0)
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(k for k in (1, 2, 5, 10) if k * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{k * step:.12g}") for k in range(first, last + 1)), step


def powers(low: float, high: float) -> tuple[float, ...]:
    """Round numbers on a logarithmic axis: powers of ten, with 2 and 5 times them if these are few.

    Examples
    --------
    >>> powers(0.3, 7.0)
    (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last - first > 3:
        every = -(-(last - first) // 6)
        return tuple(10.0**k for k in range(first, last + every, every))
    fine = [float(f"{m}e{k}") for k in range(first, last + 1) for m in (1, 2, 5)]
    below = max(t for t in fine if t <= low)
    above = min(t for t in fine if t >= high)
    return tuple(t for t in fine if below <= t <= above)


def labelled(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    """The ticks in as many digits as tell them apart.

    Examples
    --------
    >>> labelled((0.0, 0.5, 1.0), 0.5), labelled((0.0, 2e9), 2e9)
    (('0.0', '0.5', '1.0'), ('0', '2×10⁹'))
    """
    largest = max(abs(t) for t in ticks)
    if step >= 1e-4 and largest < 1e7:
        return tuple(fixed(t, max(0, -math.floor(math.log10(step)))) for t in ticks)
    digits = math.floor(math.log10(largest)) - math.floor(math.log10(step)) + 1 if largest else 1
    return tuple(number(t, max(1, min(digits, 12))) for t in ticks)
