"""Random expressions, and what Python itself makes of them."""

import re
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.special import erf, expit

from clearprop.maths.expression_text import FUNCTIONS, SAME
from clearprop.maths.expression_tree import COMPARISONS, Tree, call, number, variable

ONE_ARGUMENT = sorted(name for name, n in FUNCTIONS.items() if n == 1 and name not in SAME)
BY_NUMPY: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("abs", "cos", "cosh", "exp", "expm1", "log", "log1p", "pi", "sign", "sin", "sinh", "sqrt")
} | {
    "tanh": np.tanh, "erf": erf, "logcosh": lambda u: np.log(np.cosh(u)), "logistic": expit, "max": np.maximum,
    "min": np.minimum, "relu": lambda u: np.maximum(u, 0), "sigmoid": expit,
    "softplus": lambda u: np.logaddexp(u, 0), "where": np.where,
}  # fmt: skip
NUMBERS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0, 3.0, 1e-05, 12.25, 1e20]).map(number)


def trees(names: str = "x", functions: list[str] = ONE_ARGUMENT, numbers: Any = NUMBERS) -> Any:
    """A strategy for trees of any shape that the grammar has."""
    leaves = st.one_of(numbers, st.sampled_from(names).map(variable), st.just(Tree("pi")))
    return st.recursive(leaves, lambda inner: _larger(inner, functions), max_leaves=8)


def _larger(inner: Any, functions: list[str]) -> Any:
    pairs = st.tuples(inner, inner)
    exponents = st.sampled_from([number(n) for n in (2.0, 3.0, -1.0, 0.5, -2.0)])
    compared = st.builds(lambda op, args: call(op, *args), st.sampled_from(COMPARISONS), pairs)
    return st.one_of(
        st.builds(
            lambda op, args: call(op, *args), st.sampled_from(["+", "-", "*", "/", "max", "min"]), pairs
        ),
        st.builds(lambda u, v: call("**", u, v), inner, exponents),
        st.builds(lambda op, u: call(op, u), st.sampled_from([*functions, "neg"]), inner),
        st.builds(lambda c, u, v: call("where", c, u, v), compared, inner, inner),
    )


def by_python(text: str, **values: Any) -> Any:
    """The text as Python and NumPy compute it: the grammar's meaning is theirs."""
    text = re.sub(r"(?<![\w.])[0-9.]+(e[+-][0-9]+)?", r"number(\g<0>)", text)
    names = {"number": np.float64} | BY_NUMPY | {k: np.asarray(v, float) for k, v in values.items()}
    with np.errstate(all="ignore"):
        return eval(text, {"__builtins__": {}}, names)
