"""What a fit will cost, before it is begun: operations, memory, and seconds by a short trial."""

import time
from dataclasses import dataclass

import numpy as np

from clearprop.engine.engine import Batch, Engine
from clearprop.network import Network
from clearprop.train.memory import needed, readable
from clearprop.train.threads import flops, threads_for

TRIAL = 0.1  # seconds of steps that are timed
LEAST = 3  # steps


@dataclass(frozen=True)
class Cost:
    """An estimate.

    Attributes
    ----------
    flops : int
        Multiplications and additions in the products of the whole fit (G2, G7, G8).
    memory : int
        Bytes that training takes besides X.
    seconds : float
        Of all epochs, by the steps of a trial on this machine, as busy as it is.
    epochs, steps : int
        Passes over the rows, at most: a fit may stop early; and the updates of all of them.
    threads : int
        That share a step.
    """

    flops: int
    memory: int
    seconds: float
    epochs: int
    steps: int
    threads: int

    def __str__(self) -> str:
        return (
            f"{self.epochs:,} epochs at most, {self.steps:,} steps: {self.flops / 1e9:,.3g} GFLOP, "
            f"{readable(self.memory)} of memory, {self.seconds:,.2g} s on {self.threads} "
            f"thread{'s' * (self.threads > 1)}"
        )


def cost(engine: Engine, rows: int, epochs: int, threads: int | None) -> Cost:
    """The cost of `epochs` passes over `rows` rows by such an engine, whose parameters are not moved.

    The trial's rows are drawn at random: the time of a step does not depend on the numbers in them.
    """
    net, size = engine.net, min(engine.batch_size, rows)
    steps = -(-rows // size) * epochs
    taken = threads_for(net, size, threads)
    trial = Engine(engine.params, engine.solver, size, engine.dtype, engine.dropout, engine.seed, taken)
    return Cost(
        flops(net, rows) * epochs,
        needed(net.sizes, size, engine.dtype, scales=engine.solver.scale_rate > 0),
        steps * _seconds_a_step(trial),
        epochs,
        steps,
        taken,
    )


def _seconds_a_step(engine: Engine) -> float:
    """The median over some calls, of which the first, which compiles, is not counted."""
    rows = engine.batch_size
    batch, order = _rows(engine.net, rows, engine.dtype), np.arange(rows)
    engine.epoch(batch, order, np.zeros(1))
    times, end, n = [], time.perf_counter() + TRIAL, 1
    while time.perf_counter() < end or len(times) < LEAST:
        began = time.perf_counter()
        engine.epoch(batch, np.tile(order, n), np.zeros(n))
        times.append((time.perf_counter() - began) / n)
        n = min(2 * n, max(n, int(TRIAL / 10 / times[-1])), 10_000)
    return float(np.median(times[-max(LEAST, len(times) // 2) :]))


def _rows(net: Network, rows: int, dtype: np.dtype) -> Batch:
    """Rows that any head takes."""
    X = np.random.default_rng(0).standard_normal((rows, net.sizes[0])).astype(dtype)
    columns = 1 if net.head == "softmax" else net.sizes[-1]
    return Batch(X, np.zeros((rows, columns), dtype), np.ones(rows, dtype))
