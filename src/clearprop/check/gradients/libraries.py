"""The gradient of a function by other libraries, imported when asked for: JAX, Torch, SymPy."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from clearprop.errors import SpecError

DIGITS = 30
PACKAGES = {"jax": "JAX", "torch": "Torch", "sympy": "SymPy"}


def library(name: str) -> ModuleType:
    """A library by its name; SpecError says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        msg = f"The oracle {name!r} needs {PACKAGES[name]}. Install it: pip install {name}."
        raise SpecError(msg) from None


def by_jax(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """The gradient by ``jax.grad``, in float64."""
    jax = library("jax")
    with jax.enable_x64():
        return np.asarray(jax.grad(f)(jax.numpy.asarray(x)))


def by_torch(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """The gradient by autograd, in float64."""
    torch: Any = library("torch")
    moved = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    f(moved).backward()
    return np.zeros_like(x) if moved.grad is None else moved.grad.numpy()


def by_sympy(f: Callable[[Any], Any], x: np.ndarray, index: tuple[int, ...]) -> float:
    """The derivative by one entry, in symbols; the others are numbers of 30 digits."""
    sp = library("sympy")
    t, moved = sp.Symbol("t", real=True), exact(x)
    moved[index] = t
    result = np.asarray(f(moved), dtype=object).item()
    derivative = sp.diff(result, t).subs(t, sp.Float(float(x[index]), DIGITS))
    return float(derivative.evalf(DIGITS))


def exact(x: np.ndarray) -> "_Symbols":
    """An array of floats as SymPy's numbers of 30 digits."""
    sp = library("sympy")
    found = np.empty(np.shape(x), object)
    for index in np.ndindex(found.shape):
        found[index] = sp.Float(float(np.asarray(x)[index]), DIGITS)
    return found.view(_Symbols)


class _Symbols(np.ndarray):
    """An array of SymPy's numbers, which NumPy's functions understand."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(a) if isinstance(a, _Symbols) else a for a in inputs]
        known = _functions().get(ufunc.__name__)
        if known is not None and method == "__call__":
            result = np.frompyfunc(known, ufunc.nin, 1)(*plain)
        else:
            result = getattr(ufunc, method)(*plain, **kwargs)
        return result.view(_Symbols) if isinstance(result, np.ndarray) else result


def _functions() -> dict[str, Callable[..., Any]]:
    """What NumPy's functions are called in SymPy."""
    sp = library("sympy")
    one = ["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "arcsin", "arccos", "arctan"]
    return {name: getattr(sp, name.replace("arc", "a")) for name in one} | {
        "absolute": sp.Abs, "maximum": sp.Max, "minimum": sp.Min, "square": lambda a: a * a,
        "expm1": lambda a: sp.exp(a) - 1, "log1p": lambda a: sp.log(1 + a), "reciprocal": lambda a: 1 / a,
        "logaddexp": lambda a, b: sp.log(sp.exp(a) + sp.exp(b)),
        "greater": sp.Gt, "less": sp.Lt, "greater_equal": sp.Ge, "less_equal": sp.Le,
    }  # fmt: skip
