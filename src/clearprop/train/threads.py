"""How many threads share a step, and what share of the machine's peak a run reached."""

import time
from functools import cache

import numpy as np

from clearprop.engine import peak
from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.engine.team import available
from clearprop.network import Network, Parameters

# Floating-point operations a step above which a second thread is taken. Threads meet twice a step: a microsecond on a
# quiet machine, but where another process wants the core one waits for the other, and on small steps that is most.
WORTH = 5e7


def threads_for(net: Network, rows: int, wanted: int | None) -> int:
    """The threads for steps of `rows` rows: as many as wanted, or as help."""
    if wanted is not None:
        return wanted
    return available() if flops(net, rows) > WORTH else 1


def threads_to_train(engine: Engine | Committee, rows: int, wanted: int | None) -> int:
    """The threads for steps of `rows` rows; the members of a committee are divided among them."""
    if isinstance(engine, Committee):
        return min(wanted or available(), len(engine.members))
    return threads_for(engine.net, rows, wanted)


def flops(net: Network, rows: int) -> int:
    """Multiplications and additions in the products of one step: G2, G7 (not for the input) and G8."""
    return 2 * rows * (3 * net.n_weights - net.sizes[0] * net.sizes[1])


def peak_share(params: Parameters, rows_per_second: float, threads: int) -> float | None:
    """The products' rate in training over what so many threads reach in a large product, measured now."""
    if not rows_per_second:
        return None
    return rows_per_second * flops(params.net, 1) / (threads * _peak(params.flat.dtype.name))


@cache
def _peak(dtype: str, seconds: float = 0.05) -> float:
    """Floating-point operations a second that one thread reaches in a product which stays in its cache."""
    peak.product(dtype)  # compiled, or read from the disk
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        done = peak.product(dtype)
        best = min(best, (time.perf_counter() - began) / done)
    return 1.0 / best
