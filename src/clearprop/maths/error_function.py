"""erf of one number, in arithmetic alone, so that LLVM computes eight or sixteen at a time.

Up to 1 it is its power series. Beyond, erf x = 1 - exp(-x x) f(x): f, which hardly bends, is a polynomial in
u = (x - 3) / (x + 3), interpolated at Chebyshev's points from SciPy's `erfcx` when first needed. Accurate to 2 units
in the last place.
"""

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.special import erfcx

MIDDLE = 3.0
# Of each dtype: terms of the series, the polynomial's degree, from where erf is 1.
_SETTINGS = {"float32": (11, 9, 4.0), "float64": (19, 19, 6.0)}


def _tail(degree: int, most: float) -> np.ndarray:
    """The coefficients of f in u, the highest first, for x from 1 to `most`."""
    ends = [(x - MIDDLE) / (x + MIDDLE) for x in (1.0, most)]
    found = Chebyshev.interpolate(lambda u: erfcx(MIDDLE * (1 + u) / (1 - u)), degree, ends)
    return found.convert(kind=Polynomial, domain=[-1, 1]).coef[::-1]


@cache
def erf_of(dtype: str, formula: Callable[[Any], Any], exp: Any) -> Any:
    """erf for one dtype, compiled by `formula`."""
    number = np.dtype(dtype).type
    terms, degree, most = _SETTINGS[dtype]
    scale = 2 / np.sqrt(np.pi)
    series = tuple(number((-1) ** n * scale / (factorial(n) * (2 * n + 1))) for n in range(terms - 1, 0, -1))
    tail = tuple(number(c) for c in _tail(degree, most))
    scale_high = number(scale)
    scale_low = number(scale - float(scale_high)) if dtype == "float32" else number(1.533545961316588e-17)
    zero, one, middle, most = (number(x) for x in (0, 1, MIDDLE, most))

    @formula
    def erf(x: Any) -> Any:
        size = -x if x < zero else x
        t, q = size * size, zero
        for c in series:
            q = (q + c) * t
        small = size * scale_high + size * (q + scale_low)
        held = size if size < most else most
        u, f = (held - middle) / (held + middle), zero
        for c in tail:
            f = f * u + c
        a = small if size < one else one - exp(-held * held) * f
        a = -a if x < zero else a
        return a if x == x else x

    return erf
