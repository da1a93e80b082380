"""The cosine of one number, in arithmetic alone, so that LLVM computes eight or sixteen at a time.

x = (k + 1/2) pi + r with |r| <= pi/2 and k whole, so that cos x is sin r, or minus sin r where k is even; sin r is its
power series, which is as accurate near 0 as the cosine must be where it is 0. In place of a library call, which would
be made for each number in turn. Accurate to a unit in the last place of 1 as long as k times the parts of pi is exact:
to some 10,000 in float32, to 1e8 in float64. Beyond, it stays between -1 and 1.
"""

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

import numpy as np

# Of each dtype: the last power of the series; pi in three parts (the first two so short that k times them is exact);
# what rounds to a whole number when added and taken away.
_SETTINGS = {
    "float32": (13, (3.140625, 9.67502593994140625e-4, 1.5099579909783764e-7), 1.5 * 2**23),
    "float64": (21, (3.14159250259399414062, 1.50995788317231927e-7, 1.07806057163162381e-14), 1.5 * 2**52),
}
_MOST = 1.5707963267948966  # of |r|


@cache
def cos_of(dtype: str, formula: Callable[[Any], Any]) -> Any:
    """cos for one dtype, compiled by `formula`."""
    number = np.dtype(dtype).type
    last, parts, rounder = _SETTINGS[dtype]
    series = tuple(number((-1) ** (n // 2) / factorial(n)) for n in range(last, 1, -2))  # of r^3 last
    first, second, third = (number(p) for p in parts)
    inverse, rounder, most, half, one, two = (number(x) for x in (1 / np.pi, rounder, _MOST, 0.5, 1, 2))
    least, zero = -most, number(0)

    @formula
    def cos(x: Any) -> Any:
        k = ((x * inverse - half) + rounder) - rounder
        at = k + half
        r = ((x - at * first) - at * second) - at * third
        r = least if r < least else r
        r = most if r > most else r
        square, q = r * r, zero
        for c in series:
            q = q * square + c
        odd = k - two * (((k * half) + rounder) - rounder)  # 0, or 1 or -1 where k is odd
        odd = one if odd * odd > zero else zero
        return (two * odd - one) * (r + r * (square * q))

    return cos
