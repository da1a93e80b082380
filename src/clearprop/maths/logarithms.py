"""log1p of one number, in arithmetic alone, so that LLVM computes eight or sixteen at a time.

1 + x = 2^k f with f between sqrt(1/2) and sqrt(2), split by its bits; log f = 2 artanh(s) with
s = (f - 1) / (f + 1), a power series; what 1 + x has lost of x is added at the end. Accurate to 2 units in the
last place.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# Of each dtype: terms of the series, ln 2 in two parts, what a small whole number is read from when its bits are
# added to this one's.
_SETTINGS = {
    "float32": (6, 0.693359375, -2.12194440054690583e-4, 1.5 * 2**23),
    "float64": (12, 0.6931471803691238, 1.9082149292705877e-10, 1.5 * 2**52),
}
_LAYOUT = {"float32": (32, 23, "<u4", "<f4"), "float64": (64, 52, "<u8", "<f8")}


def _bits(value: float, dtype: str) -> int:
    _, _, word, kind = _LAYOUT[dtype]
    return int(np.array(value, kind).view(word))


@intrinsic
def _parts(typingctx: Any, w: Any) -> Any:
    """(k, f) with w = 2^k f and f from sqrt(1/2) to sqrt(2), for a normal w above 0; k a float."""
    pair = types.UniTuple(w, 2)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        dtype = "float32" if signature.args[0] == types.float32 else "float64"
        width, shift, _, _ = _LAYOUT[dtype]
        word, kind = ir.IntType(width), args[0].type
        bits = builder.bitcast(args[0], word)
        above = builder.sub(bits, ir.Constant(word, _bits(np.sqrt(0.5), dtype)))
        k = builder.ashr(above, ir.Constant(word, shift))
        f = builder.bitcast(builder.sub(bits, builder.shl(k, ir.Constant(word, shift))), kind)
        rounder = _SETTINGS[dtype][3]
        read = builder.bitcast(builder.add(k, ir.Constant(word, _bits(rounder, dtype))), kind)
        return context.make_tuple(
            builder, signature.return_type, (builder.fsub(read, ir.Constant(kind, rounder)), f)
        )

    return pair(w), codegen


_split: Any = _parts  # called without the typing context, which Numba supplies


@cache
def log1p_of(dtype: str, formula: Callable[[Any], Any]) -> Any:
    """log1p for one dtype, compiled by `formula`."""
    number = np.dtype(dtype).type
    terms, high, low, _ = _SETTINGS[dtype]
    series = tuple(number(2 / (2 * n + 1)) for n in range(terms, 0, -1))
    high, low, zero, one, two, inf = (number(x) for x in (high, low, 0, 1, 2, np.inf))
    most = np.finfo(number).max

    @formula
    def log1p(x: Any) -> Any:
        w = one + x
        k, f = _split(w)
        f -= one
        s = f / (two + f)
        t, q = s * s, zero
        for c in series:
            q = (q + c) * t
        lost = (x - (w - one)) / w
        found = k * high + (f - s * (f - q) + (k * low + lost))
        found = x if w == one or x != x or w > most else found
        return found if w > zero else (-inf if w == zero else number(np.nan) if x == x else x)

    return log1p
