"""The yardstick: a large product in float32, by NumPy's BLAS. A turn is one product."""

from typing import Any

import numpy as np

N = 1024
FLOPS = 2 * N**3


class Sgemm:
    """Takes a net like the peers, and does not look at it."""

    def __init__(self, net: Any, threads: int) -> None:
        rng = np.random.default_rng(0)
        self.A, self.B = (rng.standard_normal((N, N)).astype(np.float32) for _ in range(2))
        self.C = np.empty((N, N), np.float32)

    def turns(self, n: int) -> None:
        for _ in range(n):
            np.matmul(self.A, self.B, out=self.C)
