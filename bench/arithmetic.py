"""From microseconds a step, round by round, to the numbers of the table. Medians throughout."""

from collections.abc import Sequence
from statistics import median


def fastest(times: dict[int, list[float]]) -> int:
    """The number of threads whose median time is least. times: by threads, microseconds a step of each round."""
    return min(times, key=lambda threads: median(times[threads]))


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as long they take: the quotient of each round, then the median.

    A round's two times lie close together, so that a slow spell of the machine cancels.
    """
    return median(a / b for a, b in zip(theirs, ours, strict=True))


def gflops(flops: int, us: float) -> float:
    """GFLOP/s of `flops` done in `us` microseconds."""
    return flops / us / 1e3


def percent_of_peak(flops: int, times: Sequence[float], peaks: Sequence[float]) -> float:
    """The median over the rounds of the rate in percent of the large product's in that round (GFLOP/s)."""
    return median(100 * gflops(flops, us) / peak for us, peak in zip(times, peaks, strict=True))
