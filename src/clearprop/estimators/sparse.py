"""Sparse rows, made dense some at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np

ROWS = 4096  # made dense at a time


def in_slices(X: Any, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A function of dense rows over a sparse matrix, some rows at a time."""
    X = X.tocsr()
    pieces = [function(X[at : at + ROWS].toarray()) for at in range(0, X.shape[0], ROWS)]
    return np.concatenate(pieces)
