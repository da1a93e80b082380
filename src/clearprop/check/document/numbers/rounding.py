"""Numbers of a walk-through, which its author rounds and computes on with."""

from collections.abc import Iterable

import numpy as np

from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.tree import Node, Num, symbols, walk

ROUNDED = 2.0  # units of the last digit by which numbers that a text computes on with may be off
DIGITS = (4, 6)  # behind the point: a number counts for so many at least, and at most


def digits(numbers: Iterable[Num]) -> int:
    """The digits behind the point of these numbers, the fewest of them, within DIGITS."""
    return min(max(min(map(_digits, numbers), default=0), DIGITS[0]), DIGITS[1])


def _digits(number: Num) -> int:
    return len(f"{number.value:.12f}".rstrip("0").partition(".")[2])


def near(left: Node, right: Node, a: Value | None, b: Value | None) -> bool:
    """Whether the values of a side made of numbers alone and of another are equal to the digits it is written with."""
    numeric = [side for side in (left, right) if not any(symbols(side))]
    if a is None or b is None or len(numeric) != 1 or np.shape(a) != np.shape(b):
        return False
    rounded = [one for one in walk(numeric[0]) if isinstance(one, Num) and _digits(one)]
    most = ROUNDED * 10.0 ** -digits(rounded) * np.maximum(1.0, np.abs(a))
    return bool(np.all(np.abs(np.asarray(a) - np.asarray(b)) <= most))
