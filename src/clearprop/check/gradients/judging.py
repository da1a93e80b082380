"""One gradient on trial against its oracles, entry by entry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from clearprop.check.gradients.differences import Slope
from clearprop.check.gradients.verdict import Entry

TOLERANCES = {"differences": 1e-6}  # others are exact but for rounding
Index = tuple[int, ...]


class Trial(NamedTuple):
    """A gradient on trial: its name, its numbers, which entries, and how large it may be for rounding."""

    name: str
    given: np.ndarray
    at: Sequence[Index]
    size: float


def judge(
    trial: Trial,
    oracles: Mapping[str, Sequence[Slope]],
    tolerance: Mapping[str, float],
    sides: Callable[[Index], tuple[float, float] | None],
) -> tuple[dict[str, Any], list[Entry]]:
    """The row and the entries of one gradient.

    Parameters
    ----------
    trial : Trial
        What is on trial.
    oracles : mapping of str to sequence of Slope
        The slopes by each oracle, in the order of ``trial.at``.
    tolerance : mapping of str to float
        For each oracle, relative to ``trial.size``.
    sides : callable
        The slopes on both sides of an entry that stands on a kink, else None; asked of entries that are not right.
    """
    entries = [
        _entry(trial, index, {name: slopes[n] for name, slopes in oracles.items()}, tolerance, sides)
        for n, index in enumerate(trial.at)
    ]
    errors = np.array([entry.error for entry in entries])
    worst = int(np.argmax(errors))  # NaN counts as the largest
    row = {
        "name": trial.name, "shape": trial.given.shape, "checked": len(entries),
        "error": float(errors[worst]), "at": entries[worst].index,
    }  # fmt: skip
    counts = {kind: sum(e.status == status for e in entries) for kind, status in KINDS.items()}
    return row | counts, entries


KINDS = {"wrong": "wrong", "kinks": "kink", "unsure": "unsure"}


def _entry(trial: Trial, index: Index, slopes: Mapping[str, Slope], tolerance: Any, sides: Any) -> Entry:
    given = float(trial.given[index])
    bent = next(((s.left, s.right) for s in slopes.values() if s.left is not None), None)
    if bent is None:
        oracle, status, off = max(
            ((name, *_compared(given, s, tolerance[name] * trial.size)) for name, s in slopes.items()),
            key=lambda found: (STATUS.index(found[1]), found[2]),
        )
        bent = sides(index) if status != "right" else None
        if bent is None:
            return Entry(trial.name, index, given, slopes[oracle].value, oracle, off / trial.size, status)
    left, right = bent
    oracle, slope = next(iter(slopes.items()))
    off = max(min(left, right) - given, given - max(left, right), 0.0) if np.isfinite(given) else np.nan
    room = max(tolerance.values()) * trial.size + max(
        s.error for s in slopes.values() if np.isfinite(s.error)
    )
    status = "kink" if off <= room else "wrong"
    return Entry(trial.name, index, given, slope.value, oracle, off / trial.size, status, left, right)


STATUS = ("right", "unsure", "wrong")


def _compared(given: float, slope: Slope, allowed: float) -> tuple[str, float]:
    off = abs(given - slope.value)
    if off <= allowed:
        return "right", off
    return ("unsure" if off <= slope.error else "wrong"), off
