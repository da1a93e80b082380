"""Numbers of a walk-through, which its author rounds and computes on with."""

import numpy as np

from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.tree import Neg, Node, Num, Pow, is_numeric, walk

ROUNDED = 2.0  # units of the last digit by which numbers that a text computes on with may be off
HALF = 0.6  # of a unit of the last digit by which a number that is rounded rightly may be off
DIGITS = (4, 6)  # behind the point: a number counts for so many at least, and at most
ABOUT = 3.0  # units of the last digit, behind an approximation sign


def near(left: Node, right: Node, a: Value | None, b: Value | None) -> bool:
    """Whether the values of two sides, one of them made of numbers, are equal to the digits it is written with."""
    written = _written(left, right)
    if not written or a is None or b is None or np.shape(a) != np.shape(b):
        return False
    rounded = [_digits(one) for side in written for one in walk(side) if isinstance(one, Num)]
    digits = min(max(min((d for d in rounded if d), default=0), DIGITS[0]), DIGITS[1])
    most = ROUNDED * 10.0**-digits
    if all(isinstance(one, Num) for one in written):  # bare numbers: rounded, where they are
        most = max(most, HALF * 10.0 ** -min(rounded))
    return _within(a, b, most)


def about(left: Node, right: Node, a: Value, b: Value) -> bool | None:
    """Whether two sides are nearly equal, to the digits that the numbers among them have; None if they have none."""
    rounded = [_places(one) for one in (left, right) if is_numeric(one)]
    if not rounded or min(rounded) <= 0 or np.size(a) != np.size(b):
        return None
    return _within(np.ravel(a), np.ravel(b), ABOUT * 10.0 ** -min(rounded))


def _within(a: Value, b: Value, most: float) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return bool(np.all(np.abs(a - b) <= most * np.maximum(1.0, np.abs(a))))


def _written(left: Node, right: Node) -> list[Node]:
    """The sides made of numbers, without a minus before them; of two the one that is a number."""
    numeric = [one.of if isinstance(one, Neg) else one for one in (left, right) if is_numeric(one)]
    return [one for one in numeric if isinstance(one, Num)] or numeric


def _places(side: Node) -> int:
    """The most digits behind the point of the numbers in a side, those behind powers of ten among them."""
    numbers = [_digits(one) for one in walk(side) if isinstance(one, Num)]
    return max(numbers, default=0) + sum(_power_of_ten(one) for one in walk(side))


def _power_of_ten(node: Node) -> int:
    if not isinstance(node, Pow) or node.base != Num(10.0):
        return 0
    power = node.power.of if isinstance(node.power, Neg) else Num(0.0)
    return int(power.value) if isinstance(power, Num) else 0


def _digits(number: Num) -> int:
    return len(f"{number.value:.12f}".rstrip("0").partition(".")[2])
