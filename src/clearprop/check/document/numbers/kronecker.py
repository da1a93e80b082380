"""A circled times between arrays: Kronecker's product, or the outer product of two vectors."""

import numpy as np

from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value, scalar
from clearprop.check.document.read.limits import MOST_ENTRIES, Misfit


def product(left: Value, right: Value, env: Env) -> Value:
    """Kronecker's product where a factor is a matrix or the text speaks of it,
    else the outer product of two vectors.
    """
    left, right = scalar(left), scalar(right)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    matrices = any(one.ndim == 2 and 1 not in one.shape for one in (left, right))
    if left.size * right.size > MOST_ENTRIES:
        msg = "the product is too large"
        raise Misfit(msg)
    if not matrices and not env.notation.kronecker:
        return left.reshape(-1, 1) @ right.reshape(1, -1)
    return np.kron(left, right)
