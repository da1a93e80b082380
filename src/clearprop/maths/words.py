"""The array words that the derivation is written in, as NumPy says them.

`languages` says the same words in SymPy, JAX, Torch, the array API and Numba.
"""

from typing import Any

import numpy as np
from numpy import cos, exp, expm1, greater, less, less_equal, log, log1p, matmul, sqrt, tanh, where
from numpy import absolute as absolute
from numpy import maximum as maximum
from numpy import minimum as minimum
from numpy import sum as total
from scipy.special import erf

PI = float(np.pi)
SQRT_HALF = float(np.sqrt(0.5))
INV_SQRT_2PI = float(1 / np.sqrt(2 * np.pi))


def largest(x: Any) -> Any:
    """The largest entry of each row, as a column. x: (m, n). Returns (m, 1)."""
    return np.max(x, axis=1, keepdims=True)


def ratio(x: Any, n: Any, more: Any, a: Any, b: Any) -> Any:
    """x (n + more) / (a + b). Each addend first is the larger one, for languages that keep what a sum loses."""
    return x * ((n + more) / (a + b))


__all__ = [
    "INV_SQRT_2PI",
    "PI",
    "SQRT_HALF",
    "absolute",
    "cos",
    "erf",
    "exp",
    "expm1",
    "greater",
    "largest",
    "less",
    "less_equal",
    "log",
    "log1p",
    "matmul",
    "maximum",
    "minimum",
    "ratio",
    "sqrt",
    "tanh",
    "total",
    "where",
]
