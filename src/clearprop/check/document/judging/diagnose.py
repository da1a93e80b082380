"""What is wrong between two sides, told by their numbers: a sign, a factor, a transpose, an order."""

from dataclasses import dataclass

import numpy as np

from clearprop.check.document.judging.compare import TOLERANCE, Failure, Pair
from clearprop.check.document.numbers.shapes import Shape, Surplus
from clearprop.check.document.numbers.values import Value, scalar, shape
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.limits import Misfit, OutOfRange


@dataclass(frozen=True)
class Diagnosis:
    what: str
    why: str
    sets: bool = False  # of sides that are sets, as R^{m x n}


def diagnose(pair: Pair, worlds: list[World], layers: set[str]) -> Diagnosis:
    """The word for a failing pair, and a sentence."""
    errors = [e for f in pair.failures for e in (f.left.error, f.right.error) if e is not None]
    if errors:
        return _of_error(errors[0])
    ranged = _range(pair, layers)
    if ranged is not None:
        return ranged
    values = [(np.asarray(f.left.value), np.asarray(f.right.value), worlds[f.world]) for f in pair.failures]
    if any(isinstance(v, Shape) for f in pair.failures for v in (f.left.value, f.right.value)):
        return Diagnosis("shape", _shapes(pair.failures[0]))
    return _sign(values) or _transposed(values) or _factor(values) or _permuted(values) or _different(pair)


def _of_error(error: Exception) -> Diagnosis:
    if isinstance(error, Surplus):
        return Diagnosis("factor", str(error), sets=True)
    if isinstance(error, OutOfRange):
        return Diagnosis("layer" if error.layer else "index", str(error))
    if isinstance(error, Misfit):
        return Diagnosis("shape", str(error))
    return Diagnosis("undefined", str(error))


def _range(pair: Pair, layers: set[str]) -> Diagnosis | None:
    """A general line that fails for some layers only."""
    for letter in sorted(layers):
        bad = {(f.world, f.letters.get(letter)) for f in pair.failures}
        if None in {n for _, n in bad} or len(pair.failures) >= pair.choices:
            continue
        good_worlds = pair.seen.get(letter, set()) - bad
        if (
            good_worlds
            and bad
            and not (bad & good_worlds)
            and {w for w, _ in bad} <= {w for w, _ in good_worlds}
        ):
            return Diagnosis(
                "range",
                f"it holds for other values of {letter} only: the line does not say for which {letter} it is meant",
            )
    return None


def _sign(values: list) -> Diagnosis | None:
    if all(_close(left, 0.0 - right) for left, right, _ in values):  # also of truth values
        return Diagnosis("sign", "the sides differ by their sign")
    return None


def _transposed(values: list) -> Diagnosis | None:
    if all(
        left.ndim == 2 and left.shape == right.T.shape and 1 not in left.shape and _close(left, right.T)
        for left, right, _ in values
    ):
        return Diagnosis("transposed", "one side is the transpose of the other")
    if all(
        left.ndim == 2 and left.shape != right.shape and left.shape == right.T.shape and _close(left, right.T)
        for left, right, _ in values
    ):
        return Diagnosis("transposed", "one side is a row, the other the column of the same numbers")
    return None


def _factor(values: list) -> Diagnosis | None:
    ratios = []
    for left, right, world in values:
        ratio = _ratio(left, right)
        if ratio is None:
            return None
        ratios.append((ratio, world))
    for name, of in (("m", lambda w: w.m), ("1/m", lambda w: 1 / w.m)):
        if all(abs(r - of(w)) < 1e-6 for r, w in ratios):
            lost = (
                "1/m is missing on the left, or m too much" if name == "m" else "1/m is missing on the right"
            )
            return Diagnosis("factor", f"left = {name} x right everywhere: {lost}")
    first = ratios[0][0]
    if all(abs(r - first) < 1e-6 for r, _ in ratios) and abs(first - 1) > 1e-6 and abs(first) > 1e-9:
        return Diagnosis("factor", f"left = {first:.4g} x right everywhere")
    return None


def _ratio(left: Value, right: Value) -> float | None:
    left, right = scalar(left), scalar(right)
    if left.shape != right.shape:
        return None
    known = ~(np.isnan(left) | np.isnan(right)) & (np.abs(right) > 1e-12)
    if not np.any(known) or np.any(np.abs(np.where(known, 0, left)) > 1e-9):
        return None
    ratios = left[known] / right[known]
    return float(ratios.flat[0]) if np.ptp(ratios) < 1e-6 * abs(ratios.flat[0]) else None


def _permuted(values: list) -> Diagnosis | None:
    if all(
        left.ndim == 2
        and left.size > 1
        and left.size == right.size
        and _close(np.sort(left, axis=None), np.sort(right, axis=None))
        for left, right, _ in values
    ):
        return Diagnosis("permuted", "both sides hold the same numbers in another order")
    return None


def _different(pair: Pair) -> Diagnosis:
    one = pair.failures[0]
    left, right = np.asarray(one.left.value), np.asarray(one.right.value)
    if scalar(left).shape != scalar(right).shape:
        return Diagnosis("shape", _shapes(one))
    return Diagnosis("value", "the sides have different values")


def _shapes(failure: Failure) -> str:
    return f"the left side is {_shape(failure.left.value)}, the right side {_shape(failure.right.value)}"


def _shape(value) -> str:
    return " x ".join(map(str, value)) if isinstance(value, Shape) else shape(value)


def _close(left: Value, right: Value) -> bool:
    if left.shape != right.shape:
        return False
    scale = max(1e-12, float(np.nanmax(np.abs(left), initial=0.0)))
    return bool(
        np.all(np.isnan(left) | np.isnan(right) | (np.abs(left - right) <= 10 * TOLERANCE * scale))
        and np.nanmax(np.abs(left), initial=0.0) > 1e-9
    )


def written(value, limit: int = 6) -> str:
    """A value in few digits."""
    if value is None:
        return "without a value"
    if isinstance(value, Shape):
        return f"of the shape {_shape(value)}"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{float(np.real(array)):.5g}"
    if array.size <= limit:
        return (
            "[" + "; ".join(" ".join(f"{x:.4g}" for x in row) for row in np.atleast_2d(np.real(array))) + "]"
        )
    return f"a {shape(array)} matrix beginning {float(np.real(array).flat[0]):.4g}, {float(np.real(array).flat[1]):.4g}"
