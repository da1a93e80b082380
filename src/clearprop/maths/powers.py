"""exp, expm1 and tanh of one number, in arithmetic alone, so that LLVM computes eight or sixteen at a time.

x = k ln 2 + r with |r| <= ln(2)/2; exp(r) - 1 is r and the rest of its power series, to which is added what r lost
when it was rounded; 2^k is made from its bits. In place of a library call, which would be made for each number in turn.
Accurate to 2 units in the last place.
"""

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from clearprop.maths.ratios import ratio_of

# Of each dtype: terms of the series, ln 2 in two parts (the first so short that k times it is exact),
# what rounds to a whole number when added and taken away, where exp is 0 and infinite, from where tanh is 1.
_SETTINGS = {
    "float32": (8, 0.693359375, -2.12194440054690583e-4, 1.5 * 2**23, -110.0, 100.0, 10.0),
    "float64": (14, 0.6931471803691238, 1.9082149292705877e-10, 1.5 * 2**52, -760.0, 720.0, 20.0),
}


@intrinsic
def _power(typingctx: Any, k: Any) -> Any:
    """2^k for a whole k within the exponents of normal numbers, k a float."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if signature.args[0] == types.float32:
            name, word, bias, shift = "float32", ir.IntType(32), 127, 23
        else:
            name, word, bias, shift = "float64", ir.IntType(64), 1023, 52
        kind = args[0].type
        rounded = builder.fadd(args[0], ir.Constant(kind, _SETTINGS[name][3]))  # k is now in its last bits
        whole = builder.add(builder.bitcast(rounded, word), ir.Constant(word, bias))
        return builder.bitcast(builder.shl(whole, ir.Constant(word, shift)), kind)

    return k(k), codegen


_two_to: Any = _power  # called without the typing context, which Numba supplies


@cache
def powers_of(dtype: str, formula: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """exp, expm1 and tanh for one dtype, compiled by `formula`."""
    number = np.dtype(dtype).type
    terms, high, low, rounder, least, most, flat = _SETTINGS[dtype]
    ratio = ratio_of(dtype, formula)
    series = tuple(number(1 / factorial(n)) for n in range(terms, 1, -1))  # the last is that of r r
    log2e, high, low, rounder = number(1 / np.log(2)), number(high), number(low), number(rounder)
    least, most, flat, zero, half, one, two = (number(x) for x in (least, most, flat, 0, 0.5, 1, 2))

    @formula
    def parts(x: Any) -> Any:
        """r; what exp(r) - 1 is beyond it; 2^k as two factors, so that neither overflows before the product does."""
        x = least if x < least else x
        x = most if x > most else x
        k = (x * log2e + rounder) - rounder
        near = x - k * high
        r = near - k * low
        lost = (near - r) - k * low
        q = zero
        for c in series:
            q = q * r + c
        first = ((k * half) + rounder) - rounder
        return r, q * (r * r) + lost, _two_to(first), _two_to(k - first), _two_to(first - k)

    @formula
    def whole(r: Any, more: Any, first: Any, second: Any) -> Any:
        """exp, from its parts; what the sum of the two largest loses is added again."""
        step = r * first
        large = first + step
        return (large + (((first - large) + step) + more * first)) * second

    @formula
    def exp(x: Any) -> Any:
        r, more, first, second, _ = parts(x)
        return x if x != x else whole(r, more, first, second)

    @formula
    def less_one(r: Any, more: Any, first: Any, second: Any, inverse: Any) -> Any:
        """exp - 1, from the parts of exp."""
        return ((r + more) * first + (first - inverse)) * second

    @formula
    def expm1(x: Any) -> Any:
        r, more, first, second, inverse = parts(x)
        return x if x != x else less_one(r, more, first, second, inverse)

    @formula
    def tanh(x: Any) -> Any:
        size = -x if x < zero else x
        r, more, first, second, inverse = parts(two * (flat if size > flat else size))
        t = less_one(r, more, first, second, inverse)
        a = ratio(one, t, zero, t, two) if t > two else ratio(one, t, zero, two, t)
        a = -a if x < zero else a
        return x if x != x else a

    return exp, expm1, tanh
