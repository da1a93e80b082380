"""The derivation page, read in other languages: the same file, other words.

`read` loads `derivation.py` again with other words in place of NumPy's; each function below it is one
language. A copy is a module of its own, registered in `sys.modules`, so that it can be pickled.
"""

import ast
import math
import sys
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import derivation, words

PAGE = Path(derivation.__file__)


_LOCK = RLock()


def once(function: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
    """`functools.cache`, one thread at a time: a language is read once, and Python 3.11 cannot read two at a time."""
    kept = cache(function)

    @wraps(function)
    def locked(*arguments: Any) -> ModuleType:
        with _LOCK:
            return kept(*arguments)

    return locked


def read(
    name: str,
    language: Mapping[str, Any],
    number: Callable[[float], Any] | None = None,
    each: Callable[[Callable[..., Any]], Any] | None = None,
) -> ModuleType:
    """The derivation page read with the words of `language`, as the module `clearprop.maths.in_<name>`.

    Parameters
    ----------
    name : str
        What the copy is called.
    language : mapping
        Every word of `words.__all__`, and no other.
    number : callable, optional
        Applied to each float that is written on the page (``Rational`` in SymPy, ``float32`` in Numba).
    each : callable, optional
        Applied to each formula of the copy (``njit`` in Numba).

    Raises
    ------
    SpecError
        If a word is missing or unknown.

    Examples
    --------
    >>> from clearprop.maths import languages
    >>> page = languages.read("example", {w: getattr(words, w) for w in words.__all__})
    >>> float(page.relu(-2.0))
    0.0
    """
    _check_words(name, language)
    tree = ast.parse(PAGE.read_text(encoding="utf-8"))
    tree = ast.fix_missing_locations(_Translate(number is not None).visit(tree))
    module = ModuleType(f"clearprop.maths.in_{name}", derivation.__doc__)
    module.__file__ = str(PAGE)
    module.__dict__.update(language, _number=number, _each=each)
    sys.modules[module.__name__] = module
    exec(compile(tree, str(PAGE), "exec"), module.__dict__)
    if each is not None:
        _wrap_formulas(module, each)
    return module


def _check_words(name: str, language: Mapping[str, Any]) -> None:
    missing, unknown = set(words.__all__) - set(language), set(language) - set(words.__all__)
    if missing or unknown:
        msg = f"The page needs the words of `words.__all__`; language `{name}` "
        msg += " and ".join(
            f"{verb} {', '.join(f'`{w}`' for w in sorted(which))}"
            for verb, which in (("lacks", missing), ("has unknown", unknown))
            if which
        )
        raise SpecError(msg)


class _Translate(ast.NodeTransformer):
    """Drops the page's import of words, and passes its floats through `_number` when asked to."""

    def __init__(self, numbers: bool) -> None:
        self.numbers = numbers

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | None:
        return None if node.module == words.__name__ else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if self.numbers and isinstance(node.value, float):
            return ast.Call(ast.Name("_number", ast.Load()), [node], [])
        return node


def _wrap_formulas(module: ModuleType, each: Callable[[Callable[..., Any]], Any]) -> None:
    """Each formula of a copy, above its tables, wrapped; the tables hold the wrapped ones."""
    names = list(module.__dict__)
    above = {k: module.__dict__[k] for k in names[: names.index("ACTIVATIONS")]}
    wrapped = {
        k: each(f)
        for k, f in above.items()
        if callable(f) and getattr(f, "__module__", "") == module.__name__ and not isinstance(f, type)
    }
    named = {id(above[k]): f for k, f in wrapped.items()}
    for table in (module.ACTIVATIONS, module.HEADS):
        table.update({k: tuple(named.get(id(f), f) for f in pair) for k, pair in table.items()})
    module.__dict__.update(wrapped)


def _numpy_words(**other: Any) -> dict[str, Any]:
    return {w: getattr(words, w) for w in words.__all__} | other


@once
def in_complex() -> ModuleType:
    """NumPy on complex numbers whose imaginary part is a small step: comparisons look at the real part.

    With an imaginary step of 1e-30 the imaginary part of any line is its derivative, to the last digit
    (the complex-step method: Squire and Trapp, SIAM Review 40, 1998).
    """

    def largest(x: Any) -> Any:
        return np.take_along_axis(x, np.argmax(np.real(x), axis=1)[:, None], axis=1)

    return read(
        "complex",
        _numpy_words(
            largest=largest,
            greater=lambda x, y: np.real(x) > np.real(y),
            less=lambda x, y: np.real(x) < np.real(y),
            less_equal=lambda x, y: np.real(x) <= np.real(y),
            maximum=lambda x, y: np.where(np.real(x) >= np.real(y), x, y),
            minimum=lambda x, y: np.where(np.real(x) <= np.real(y), x, y),
            absolute=lambda x: np.where(np.real(x) < 0, -x, x),
        ),
    )


@once
def in_sympy() -> ModuleType:
    """SymPy: exact numbers and symbols, in object arrays where the page has arrays."""
    import sympy as sp

    def on_each(f: Callable[..., Any]) -> Callable[..., Any]:
        wide = np.frompyfunc(f, f.__code__.co_argcount, 1)  # pyright: ignore[reportFunctionMemberAccess]
        return lambda *args: wide(*args) if any(isinstance(x, np.ndarray) for x in args) else f(*args)

    return read(
        "sympy",
        {
            "INV_SQRT_2PI": 1 / sp.sqrt(2 * sp.pi),
            "PI": sp.pi,
            "SQRT_HALF": 1 / sp.sqrt(2),
            "absolute": on_each(lambda x: sp.Abs(x)),
            "cos": on_each(lambda x: sp.cos(x)),
            "erf": on_each(lambda x: sp.erf(x)),
            "exp": on_each(lambda x: sp.exp(x)),
            "expm1": on_each(lambda x: sp.exp(x) - 1),
            "greater": on_each(lambda x, y: sp.Gt(x, y)),
            "largest": lambda x: np.array([[sp.Max(*row)] for row in x], dtype=object),
            "less": on_each(lambda x, y: sp.Lt(x, y)),
            "less_equal": on_each(lambda x, y: sp.Le(x, y)),
            "log": on_each(lambda x: sp.log(x)),
            "log1p": on_each(lambda x: sp.log(1 + x)),
            "matmul": np.matmul,
            "maximum": on_each(lambda x, y: sp.Max(x, y)),
            "minimum": on_each(lambda x, y: sp.Min(x, y)),
            "ratio": words.ratio,
            "sqrt": on_each(lambda x: sp.sqrt(x)),
            "tanh": on_each(lambda x: sp.tanh(x)),
            "total": np.sum,
            "where": on_each(lambda c, x, y: sp.Piecewise((x, c), (y, True))),
        },
        number=lambda x: sp.Rational(repr(x)),
    )


@once
def in_jax() -> ModuleType:
    """JAX: the page as a function that JAX differentiates."""
    import jax.numpy as jnp
    from jax.scipy.special import erf

    same = {w: getattr(jnp, w) for w in words.__all__ if hasattr(jnp, w)}
    return read(
        "jax",
        same
        | {"PI": words.PI, "SQRT_HALF": words.SQRT_HALF, "INV_SQRT_2PI": words.INV_SQRT_2PI, "erf": erf}
        | {"ratio": words.ratio, "total": jnp.sum, "largest": lambda x: jnp.max(x, axis=1, keepdims=True)},
    )


@once
def in_torch() -> ModuleType:
    """Torch: the page as a function that autograd differentiates."""
    import torch  # pyright: ignore[reportMissingImports]

    def total(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        return torch.sum(x) if axis is None else torch.sum(x, dim=axis, keepdim=keepdims)

    def on_tensors(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x, y: f(x, torch.as_tensor(y, dtype=x.dtype))

    same = {w: getattr(torch, w) for w in words.__all__ if hasattr(torch, w)}
    return read(
        "torch",
        same
        | {"PI": words.PI, "SQRT_HALF": words.SQRT_HALF, "INV_SQRT_2PI": words.INV_SQRT_2PI}
        | {"ratio": words.ratio, "total": total, "largest": lambda x: torch.amax(x, dim=1, keepdim=True)}
        | {"maximum": on_tensors(torch.maximum), "minimum": on_tensors(torch.minimum)},
    )


@once
def in_array_api(namespace: ModuleType) -> ModuleType:
    """Any array library that keeps the array API standard (`erf` is not in it, and is SciPy's)."""
    xp: Any = namespace

    def erf(x: Any) -> Any:
        return xp.asarray(words.erf(np.asarray(x)))

    given = {w: getattr(xp, w, None) for w in words.__all__}
    return read(
        f"array_api_{namespace.__name__}",
        given
        | {"PI": words.PI, "SQRT_HALF": words.SQRT_HALF, "INV_SQRT_2PI": words.INV_SQRT_2PI, "erf": erf}
        | {
            "absolute": xp.abs,
            "ratio": words.ratio,
            "total": xp.sum,
            "largest": lambda x: xp.max(x, axis=1, keepdims=True),
        },
    )


@once
def in_numba(dtype: str) -> ModuleType:
    """Numba, one number at a time, in 'float32' or 'float64': every formula compiled when first used.

    The lines on rows and matrices (`matmul`, `total`, `largest`) are not for this language.
    """
    from clearprop.maths import scalars

    page = read(f"numba_{dtype}", scalars.words_of(dtype), number=np.dtype(dtype).type, each=scalars.formula)
    page._cos = math.cos  # type: ignore[attr-defined]  # of expressions: of any number, and with a sine beside it
    return page
