"""A product of the size at which a core is busiest, to measure what it can do."""

import numpy as np

from clearprop.engine.products import multiply, product_function, scratch_size
from clearprop.engine.store import kernel

SIZE, TIMES = 192, 8


def product(dtype: str) -> int:
    """Some products of square matrices; returns the floating-point operations that they took.

    Examples
    --------
    >>> product("float32") == 8 * 2 * 192**3
    True
    """
    A, C = np.ones((SIZE, SIZE), dtype), np.empty((SIZE, SIZE), dtype)
    _products(product_function(dtype).address, A, C, np.empty(scratch_size(SIZE, A.itemsize), dtype))
    return TIMES * 2 * SIZE**3


@kernel
def _products(function: int, A: np.ndarray, C: np.ndarray, scratch: np.ndarray) -> None:
    a, c, s = A.ctypes.data, C.ctypes.data, scratch.ctypes.data
    for _ in range(TIMES):
        multiply(function, A.itemsize, 0, 0, SIZE, SIZE, SIZE, 1.0, a, a, 0.0, c, s)
