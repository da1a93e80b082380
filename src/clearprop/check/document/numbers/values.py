"""Array arithmetic as formulas mean it: scalars, rows, columns, matrices, and products that must fit."""

import numpy as np

from clearprop.check.document.read.limits import MOST_ENTRIES, Misfit

Value = np.ndarray


class Jacobian:
    """The derivative of a vector by a vector: (outputs, inputs), and its diagonal where only that is not zero."""

    def __init__(self, matrix: Value, diagonal: Value | None, by: str, of: str) -> None:
        self.matrix, self.diagonal, self.by, self.of = matrix, diagonal, by, of


def shape(value: Value) -> str:
    value = np.asarray(value)
    return "a number" if value.ndim == 0 else " x ".join(map(str, value.shape))


def scalar(value: Value) -> Value:
    """A 1 x 1 array as its number."""
    value = np.asarray(value)
    return value.reshape(()) if value.size == 1 and value.ndim else value


def plus(left: Value, right: Value, sign: int) -> Value:
    check_broadcast(left, right, "added" if sign > 0 else "subtracted")
    return left + right if sign > 0 else left - right


def check_broadcast(left: Value, right: Value, what: str) -> None:
    """Arrays fit entry by entry if they are equal in shape, or one is a number, or a row or column repeated."""
    a, b = np.shape(left), np.shape(right)
    if not a or not b or a == b:
        return
    if len(a) == len(b) == 2:
        same = [x == y for x, y in zip(a, b, strict=True)]
        if any(same) and (1 in (a[same.index(False)], b[same.index(False)])):
            return
    msg = f"{shape(left)} and {shape(right)} cannot be {what}"
    raise Misfit(msg)


def hadamard(left: Value, right: Value) -> Value:
    check_broadcast(left, right, "multiplied entry by entry")
    return left * right


def product(left: Value, right: Value, kind: str) -> Value:
    """A product side by side or with a dot: by a number, of matrices, or the inner product of two vectors."""
    left, right = scalar(left), scalar(right)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    if kind == "hadamard":
        return hadamard(left, right)
    if kind == "star" and left.shape == right.shape:
        return left * right
    if left.shape[1] == right.shape[0]:
        if left.shape[0] * right.shape[1] > MOST_ENTRIES:
            msg = "the product is too large"
            raise Misfit(msg)
        return scalar(left @ right)
    if kind in ("star", "times"):
        return hadamard(left, right)
    if kind == "dot" and left.shape == right.shape and 1 in left.shape:
        return scalar((left * right).sum())
    msg = f"{shape(left)} times {shape(right)}: the inner sizes differ"
    raise Misfit(msg)


def equal(left: Value, right: Value, tolerance: float) -> bool:
    """Whether two values agree; a number equals an array of that number only if both are 1 x 1."""
    left, right = scalar(left), scalar(right)
    if left.shape != right.shape:
        return bool(
            left.size
            and right.size
            and _constant(left, right)
            and np.allclose(left, right, rtol=tolerance, atol=tolerance)
        )
    with np.errstate(all="ignore"):
        scale = max(1e-3, *(float(np.abs(one).max(initial=0.0)) for one in (left, right)))
        return bool((np.abs(left - right) <= tolerance * scale).all())


def _constant(left: Value, right: Value) -> bool:
    """A sum set equal to the number 0 or 1 in every row; no other shapes may differ."""
    one = left if left.ndim == 0 else right if right.ndim == 0 else None
    return one is not None and float(np.real(one)) in (0.0, 1.0)
