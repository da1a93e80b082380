"""How many threads the products of a step take, and that they are given back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from clearprop.network import Network, Parameters
from clearprop.train.record import Record

# Floating-point operations a step above which a second thread is taken. From 5e7 on it pays on a quiet machine
# (1.5 times at 2e8); but with one other process at work the threads of BLAS wait for each other up to 16 ms a product.
WORTH = 5e8


_INSIDE: list[dict[Any, int]] = []  # of each run under way, the threads of each library before it
_LOCK = Lock()


@contextmanager
def blas_threads(wanted: int) -> Iterator[None]:
    """BLAS limited to `wanted` threads inside, and as before afterwards.

    The number is the whole process's. Where runs overlap in several Python threads, whoever leaves hands what
    it found to the one that came after it, so that the last to leave restores what the first found.
    """
    libraries = _controller().select(user_api="blas").lib_controllers
    with _LOCK:
        before = {library: library.num_threads for library in libraries}
        _INSIDE.append(before)
        _set(dict.fromkeys(libraries, wanted))
    try:
        yield
    finally:
        with _LOCK:
            at = next(i for i, mine in enumerate(_INSIDE) if mine is before)
            _INSIDE.pop(at)
            if at == len(_INSIDE):
                _set(before)
            else:
                _INSIDE[at].update(before)


def _set(threads: dict[Any, int]) -> None:
    for library, number in threads.items():
        # threadpoolctl 3.8 lets only one Python thread set OpenBLAS; runs in others would take all cores.
        getattr(library, "_real_set_num_threads", library.set_num_threads)(number)


def threads_for(net: Network, rows: int, wanted: int | None) -> int:
    """The threads for steps of `rows` rows: as many as wanted, or as help."""
    if wanted is not None:
        return wanted
    return available() if flops(net, rows) > WORTH else 1


def flops(net: Network, rows: int) -> int:
    """Multiplications and additions in the products of one step: G2, G7 (not for the input) and G8."""
    return 2 * rows * (3 * net.n_weights - net.sizes[0] * net.sizes[1])


def peak_share(params: Parameters, record: Record) -> float | None:
    """The products' rate in training over that of a large product, measured now, on as many threads."""
    if not record.rows_per_second:
        return None
    rate = record.rows_per_second * flops(params.net, 1)
    return rate / _peak(params.flat.dtype.name, record.threads)


@cache
def _peak(dtype: str, threads: int, n: int = 768, seconds: float = 0.1) -> float:
    """Floating-point operations a second of an (n, n) by (n, n) product: the best of some."""
    A, C = np.ones((n, n), dtype), np.empty((n, n), dtype)
    best, end = np.inf, time.perf_counter() + seconds
    with blas_threads(threads):
        while time.perf_counter() < end:
            began = time.perf_counter()
            np.matmul(A, A, out=C)
            best = min(best, time.perf_counter() - began)
    return 2 * n**3 / best


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
