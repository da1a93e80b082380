"""The gradient of any function from an array to a number, on trial."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clearprop.check.gradients import differences, libraries
from clearprop.check.gradients.diagnosis import Reference, diagnose
from clearprop.check.gradients.differences import Slope
from clearprop.check.gradients.judging import TOLERANCES, Index, Trial, judge
from clearprop.check.gradients.verdict import Finding, GradientCheck
from clearprop.errors import ShapeError, SpecError

STEP = 1e-30
TOLERANCE = 1e-10  # a function of one's own may lose more digits than the page does
ORACLES = ("complex", "differences", "jax", "torch", "sympy")
Function = Callable[[Any], Any]


def check_function(
    f: Function, grad: Any, x: ArrayLike, *, oracles: Any, tolerance: float | None, most: int, seed: int,
    rows: int | None,
) -> GradientCheck:  # fmt: skip
    """See `check_gradients`."""
    x = np.array(x, np.float64)
    value, eps = _value(f, x)
    given = _shaped(grad(x.copy()) if callable(grad) else grad, x)
    at = chosen(x.shape, most, np.random.default_rng(seed))
    functions, notes = _functions(f, x, oracles, eps)
    slopes = {name: _slopes(name, g, x, at, eps) for name, g in functions.items()}
    allowed = {name: tolerance or TOLERANCES.get(name, TOLERANCE) for name in slopes}
    size = _size(slopes, value, x, eps, min(allowed.values()))
    trial = Trial("gradient", given if given.shape == x.shape else given.T, at, size)
    sides = lambda index: _sides(differences.slope(f, x, index, eps))  # noqa: E731
    row, entries = judge(trial, slopes, allowed, sides)
    row["shape"] = given.shape
    findings = list(notes)
    wrong = [e for e in entries if e.status == "wrong"]
    if wrong or given.shape != x.shape:
        best = next(iter(slopes.values()))
        reference = Reference.sparse(x, at, [s.value for s in best], [e.status == "kink" for e in entries])
        findings.append(diagnose("gradient", given, reference, _factors(rows), len(wrong)))
    if given.shape != x.shape and not wrong:
        row["wrong"] = len(entries)
    kinks = sum(s.left is not None for s in next(iter(slopes.values()))) or row["kinks"]
    return GradientCheck((row,), max(allowed.values()), kinks, tuple(entries), tuple(findings), tuple(slopes))


def chosen(shape: tuple[int, ...], most: int, rng: np.random.Generator) -> list[Index]:
    """All entries, or a random choice of `most` of them."""
    size = int(np.prod(shape))
    flat = np.arange(size) if size <= most else np.sort(rng.choice(size, most, replace=False))
    return [tuple(int(k) for k in np.unravel_index(n, shape)) for n in flat]


def _value(f: Function, x: np.ndarray) -> tuple[float, float]:
    """f(x), and the relative rounding of it."""
    value = np.asarray(f(x.copy()))
    if value.size != 1 or value.dtype.kind not in "fiub":
        msg = f"`f` must give one real number; at `x` it gave {value.dtype} of shape {value.shape}."
        raise SpecError(msg)
    if not np.isfinite(value).all():
        msg = f"`f` must be finite at `x`; it is {value.item()}."
        raise SpecError(msg)
    single = value.dtype in (np.float32, np.float16)
    return float(value.item()), float(np.finfo(value.dtype if single else float).eps)


def _shaped(grad: Any, x: np.ndarray) -> np.ndarray:
    given = np.asarray(grad)
    if given.dtype.kind not in "fiu" or given.shape not in (x.shape, x.shape[::-1]):
        msg = f"`grad` must be {x.shape} real numbers, as `x` is; got {given.dtype} of shape {given.shape}."
        raise ShapeError(msg)
    return given.astype(np.float64)


# ---- Oracles ----------------------------------------------------------------------------------------------
def _functions(
    f: Function, x: np.ndarray, oracles: Any, eps: float
) -> tuple[dict[str, Function], list[Finding]]:
    """The oracles that are asked, each with the function as its library takes it; and what is to be said."""
    if oracles is None:
        why = not_analytic(f, x, eps)
        if why is None:
            return {"complex": f}, []
        text = f"Checked by differences: {why}."
        return {"differences": f}, [Finding("oracle", (), text)]
    if isinstance(oracles, Mapping):
        named = {name: g or f for name, g in oracles.items()}
    else:
        named = dict.fromkeys((oracles,) if isinstance(oracles, str) else oracles, f)
    if not named or not set(named) <= set(ORACLES):
        msg = f"`oracles` must be some of {', '.join(ORACLES)}; got {', '.join(map(repr, named)) or 'none'}."
        raise SpecError(msg)
    if "complex" in named and (why := not_analytic(named["complex"], x, eps)):
        msg = f"The oracle 'complex' cannot be used: {why}. Use oracles=('differences',)."
        raise SpecError(msg)
    return named, []


def not_analytic(f: Function, x: np.ndarray, eps: float) -> str | None:
    """Why the complex step cannot be taken through f, or None: along a random direction it is compared."""
    direction = np.random.default_rng(0).uniform(0.5, 1.5, x.shape)
    try:
        right = _complex(f, x, direction * STEP)
        left = _complex(f, x, direction * -STEP)
    except (TypeError, ValueError, AttributeError, ArithmeticError, np.exceptions.ComplexWarning) as error:
        return f"`f` takes no complex numbers ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    found = differences.slope(lambda t: f(x + t[0] * direction * _span(x)), np.zeros(1), (0,), eps)
    by_step = np.array([left, right]) * _span(x)
    by_differences = np.array([found.value] * 2 if found.left is None else [found.left, found.right])
    room = 1e-5 * max(abs(by_differences).max(), 1e-300) + 10 * found.error
    if np.isfinite(found.error) and np.allclose(by_step, by_differences, rtol=0, atol=room):
        return None
    if found.left is not None:
        return "`x` stands on a kink of `f`"
    return "`f` is not analytic, as far as NumPy's complex numbers go (abs, real, comparisons?)"


def _span(x: np.ndarray) -> float:
    return float(np.abs(x).max(initial=0.0)) or 1.0


def _complex(f: Function, x: np.ndarray, step: np.ndarray) -> float:
    """The slope of f along a step that is small and imaginary."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        value = np.asarray(f(x + 1j * step))
    if value.dtype.kind != "c":
        msg = "what comes out is real"
        raise TypeError(msg)
    return float(np.imag(value).item() / (STEP if step.sum() > 0 else -STEP))


def _slopes(name: str, f: Function, x: np.ndarray, at: Sequence[Index], eps: float) -> list[Slope]:
    """The slopes by one oracle."""
    if name == "complex":
        return [_by_complex(f, x, index) for index in at]
    if name == "differences":
        return [differences.slope(f, x, index, eps) for index in at]
    try:
        if name == "sympy":
            return [Slope(libraries.by_sympy(f, x, index)) for index in at]
        whole = (libraries.by_jax if name == "jax" else libraries.by_torch)(f, x)
    except SpecError:
        raise
    except Exception as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        msg = (
            f"{libraries.PACKAGES[name]} cannot follow `f` ({first}). Pass `f` as it writes it: "
            f"oracles={{{name!r}: f_in_{name}}}."
        )
        raise SpecError(msg) from error
    return [Slope(float(whole[index])) for index in at]


def _by_complex(f: Function, x: np.ndarray, index: Index) -> Slope:
    step = np.zeros(x.shape)
    step[index] = STEP
    right, left = _complex(f, x, step), _complex(f, x, -step)
    same = abs(right - left) <= TOLERANCE * max(abs(right), abs(left))
    return Slope(right) if same else Slope(right, 0.0, left, right)


def _sides(slope: Slope) -> tuple[float, float] | None:
    return None if slope.left is None or slope.right is None else (slope.left, slope.right)


def _size(
    slopes: Mapping[str, list[Slope]], value: float, x: np.ndarray, eps: float, tolerance: float
) -> float:
    """What errors are relative to: the largest slope, but not less than what rounding of f makes of one."""
    largest = max(
        (abs(s.value) for found in slopes.values() for s in found if np.isfinite(s.value)), default=0.0
    )
    return max(largest, 64 * eps * abs(value) / _span(x) / tolerance, 1e-300)


def _factors(rows: int | None) -> dict[str, float]:
    return {} if rows is None else {"m": float(rows)}
