"""Numbers of a walk-through, which its author rounds and computes on with."""

import numpy as np

from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.tree import Node, Num, symbols, walk

ROUNDED = 2.0  # units of the last digit by which numbers that a text computes on with may be off
DIGITS = (4, 6)  # behind the point: a number counts for so many at least, and at most


def digits(sides: list[Node]) -> int:
    """The digits behind the point of the numbers in these sides, the fewest of those that have any, within DIGITS."""
    numbers = [one.value for side in sides for one in walk(side) if isinstance(one, Num)]
    found = [len(f"{one:.12f}".rstrip("0").partition(".")[2]) for one in numbers]
    return min(max(min(filter(None, found), default=0), DIGITS[0]), DIGITS[1])


def near(left: Node, right: Node, a: Value | None, b: Value | None) -> bool:
    """Whether the values of a side made of numbers alone and of another are equal to the digits it is written with."""
    numeric = [side for side in (left, right) if not any(symbols(side))]
    if a is None or b is None or len(numeric) != 1 or np.shape(a) != np.shape(b):
        return False
    most = ROUNDED * 10.0 ** -digits(numeric) * np.maximum(1.0, np.abs(a))
    return bool(np.all(np.abs(np.asarray(a) - np.asarray(b)) <= most))
