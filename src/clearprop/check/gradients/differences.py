"""Central differences, extrapolated to a step of zero, with what they may be wrong by; and kinks."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LEVELS = 11  # steps, each a quarter of the one before
FIRST = 0.125  # the largest, relative to x
STEADY = (
    0.1  # a jump between the slopes of the two sides that changes less than this from step to step is one
)


class Slope(NamedTuple):
    """A derivative, what it may be wrong by, and the slopes on the left and right where they differ."""

    value: float
    error: float = 0.0
    left: float | None = None
    right: float | None = None


def slope(f: Callable[[np.ndarray], Any], x: np.ndarray, index: tuple[int, ...], eps: float) -> Slope:
    """The derivative of f by x[index], by central differences at ever smaller steps.

    The differences of steps h, h/4, h/16, ... are extrapolated to zero (Ridders, Advances in Engineering Software
    4, 1982); of all estimates the one is taken that changes least, or whose rounding is least. The slopes of the
    two sides are compared as well: a jump between them that stays as the step shrinks is a kink.

    Parameters
    ----------
    f : callable
        Array to number.
    x : ndarray
        Where; it is left as it was.
    index : tuple of int
        Which entry moves.
    eps : float
        The relative rounding of f's value: 2.2e-16, or 1.2e-7 if f computes in float32.

    Examples
    --------
    >>> found = slope(lambda x: np.sin(x[0]), np.array([1.0]), (0,), 2.2e-16)
    >>> bool(abs(found.value - np.cos(1.0)) <= found.error < 1e-9)
    True
    """
    size = abs(float(x[index])) or float(np.abs(x).max()) or 1.0
    steps = np.array([2.0 ** np.floor(np.log2(size * FIRST)) / 4.0**k for k in range(LEVELS)])
    here, up, down = _at(f, x, index, 0.0), *_both_sides(f, x, index, steps)
    with np.errstate(invalid="ignore", over="ignore"):
        rounding = eps * np.nanmax(np.abs([up, down, np.full(LEVELS, here)]), axis=0) / steps
        found = _extrapolated((up - down) / (2 * steps), rounding)
        sides = _kink((here - down) / steps, (up - here) / steps, rounding)
    return found if sides is None else Slope(found.value, found.error, *sides)


def _at(f: Callable[[np.ndarray], Any], x: np.ndarray, index: tuple[int, ...], h: float) -> float:
    moved = x.copy()
    moved[index] += h
    with np.errstate(all="ignore"):
        return float(f(moved))


def _both_sides(f: Any, x: np.ndarray, index: tuple[int, ...], steps: np.ndarray) -> tuple[Any, Any]:
    return tuple(np.array([_at(f, x, index, sign * h) for h in steps]) for sign in (1, -1))  # pyright: ignore


def _extrapolated(central: np.ndarray, rounding: np.ndarray) -> Slope:
    """The best cell of Ridders' tableau: its error is the change from its neighbours, and rounding."""
    best = Slope(float(central[-1]), float("inf"))
    before = [central[0]]
    for k in range(1, LEVELS):
        row = [central[k]]
        for j in range(1, k + 1):
            power = 16.0**j
            row.append((power * row[j - 1] - before[j - 1]) / (power - 1))
            change = max(abs(row[j] - row[j - 1]), abs(row[j] - before[j - 1]))
            error = float(change + 2 * rounding[k])
            if error < best.error:
                best = Slope(float(row[j]), error)
        before = row
    return best


def _kink(left: np.ndarray, right: np.ndarray, rounding: np.ndarray) -> tuple[float, float] | None:
    """The slopes of both sides, if the jump between them stays over three steps where rounding is small."""
    jump = right - left
    clear = np.flatnonzero(np.isfinite(jump) & (rounding < STEADY / 100 * np.abs(jump)))
    if len(clear) < 3:
        return None
    last = clear[-3:]
    steady = np.ptp(jump[last]) <= STEADY * np.abs(jump[last[-1]])
    if not steady or not (np.diff(last) == 1).all():
        return None
    a, b = last[-2:]
    return float((4 * left[b] - left[a]) / 3), float((4 * right[b] - right[a]) / 3)
