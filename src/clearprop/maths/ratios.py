"""x (n + more) / (a + b), as if it were rounded little more than once.

What the two sums lose, and what the quotient leaves over (exact where multiplying and adding are one instruction), is
added to the product with x. Accurate to 1.5 units in the last place if n, more, a, b and x are exact.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


@cache
def ratio_of(dtype: str, formula: Callable[[Any], Any]) -> Any:
    """`words.ratio` for one dtype, compiled by `formula`."""
    one = np.dtype(dtype).type(1)

    @formula
    def ratio(x: Any, n: Any, more: Any, a: Any, b: Any) -> Any:
        top, d = n + more, a + b
        lost, d_lost = more - (top - n), b - (d - a)
        inverse = one / d
        q = top * inverse
        rest = (top - q * d) + (lost - q * d_lost)
        further = (
            x * rest * inverse if rest != 0 else rest
        )  # of nothing left over, nothing: x may be infinite
        return x * q + further

    return ratio
