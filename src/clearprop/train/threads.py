"""How many threads the products of a step take, and that they are given back."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

from clearprop.network import Network

# Floating-point operations a step above which a second thread is taken. From 5e7 on it pays on a quiet machine
# (1.5 times at 2e8); but with one other process at work the threads of BLAS wait for each other up to 16 ms a product.
WORTH = 5e8


@contextmanager
def blas_threads(wanted: int) -> Iterator[None]:
    """BLAS limited to `wanted` threads inside, and as before afterwards."""
    with _controller().limit(limits=wanted, user_api="blas"):
        yield


def threads_for(net: Network, rows: int, wanted: int | None) -> int:
    """The threads for steps of `rows` rows: as many as wanted, or as help."""
    if wanted is not None:
        return wanted
    return available() if flops(net, rows) > WORTH else 1


def flops(net: Network, rows: int) -> int:
    """Multiplications and additions in the products of one step: G2, G7 (not for the input) and G8."""
    return 2 * rows * (3 * net.n_weights - net.sizes[0] * net.sizes[1])


@cache
def available() -> int:
    """The threads that BLAS would take by itself."""
    return max(
        (pool["num_threads"] for pool in _controller().info() if pool["user_api"] == "blas"), default=1
    )


@cache
def _controller() -> Any:
    import scipy.linalg.cython_blas  # noqa: F401  its library must be loaded to be seen

    return ThreadpoolController()
