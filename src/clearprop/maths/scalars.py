"""The words of the derivation for one number at a time, compiled by Numba.

NaN as the first argument goes through every word, so that a network that diverges is seen to do so.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from clearprop.maths import words
from clearprop.maths.cosines import cos_of
from clearprop.maths.error_function import erf_of
from clearprop.maths.logarithms import log1p_of
from clearprop.maths.powers import powers_of
from clearprop.maths.ratios import ratio_of

# Contraction into fused multiply-adds is all the freedom taken: NaN and infinity keep their meaning.
formula: Callable[[Callable[..., Any]], Any] = njit(
    error_model="numpy", fastmath={"contract", "nsz"}, nogil=True, forceinline=True
)


@formula
def greater(x: Any, y: Any) -> Any:
    return x > y


@formula
def less(x: Any, y: Any) -> Any:
    return x < y


@formula
def less_equal(x: Any, y: Any) -> Any:
    return x <= y


@formula
def maximum(x: Any, y: Any) -> Any:
    return y if x < y else x


@formula
def minimum(x: Any, y: Any) -> Any:
    return y if x > y else x


@formula
def where(condition: Any, x: Any, y: Any) -> Any:
    return x if condition else y


def words_of(dtype: str) -> dict[str, Any]:
    """Every word, for numbers of one dtype; the words on rows and matrices stay NumPy's."""
    number = np.dtype(dtype).type
    exp, expm1, tanh = powers_of(dtype, formula)
    return {w: getattr(words, w) for w in words.__all__} | {
        "INV_SQRT_2PI": number(words.INV_SQRT_2PI),
        "PI": number(words.PI),
        "SQRT_HALF": number(words.SQRT_HALF),
        "absolute": math.fabs,
        "cos": cos_of(dtype, formula),
        "erf": erf_of(dtype, formula, exp)
        if dtype == "float32"
        else math.erf,  # the library's is faster there
        "exp": exp,
        "expm1": expm1,
        "greater": greater,
        "less": less,
        "less_equal": less_equal,
        "log": math.log,
        "log1p": log1p_of(dtype, formula),
        "maximum": maximum,
        "minimum": minimum,
        "ratio": ratio_of(dtype, formula),
        "sqrt": math.sqrt,
        "tanh": tanh,
        "where": where,
    }
