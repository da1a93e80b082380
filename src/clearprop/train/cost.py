"""What a fit will cost, before it is begun: operations, memory, and seconds by a short trial."""

from dataclasses import dataclass

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.network import Network
from clearprop.train.clock import CLOCK, Clock
from clearprop.train.memory import needed, readable
from clearprop.train.threads import flops, threads_for

TRIAL = 0.1  # seconds of steps that are timed
LEAST, MOST = 3, 1000  # calls that are timed


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
    batch = _rows(net, size, engine.dtype)
    return Cost(
        flops(net, rows) * epochs,
        needed(
            net.sizes,
            size,
            engine.dtype,
            scales=engine.solver.scale_rate > 0,
            blended=net.blended,
            embedded=len(net.embedded),
        ),
        steps * seconds_a_step(a_round(engine, size, taken), batch),
        epochs,
        steps,
        taken,
    )


def a_round(engine: Engine | Committee, rows: int, threads: int) -> Engine | Committee:
    """A copy to be tried: of a committee the members that learn side by side, with the rows they set aside."""
    if not isinstance(engine, Committee):
        return _copied(engine, rows, threads)
    aside = None if engine.aside is None else engine.aside[:threads]
    copied = Committee([_copied(one, rows, 1) for one in engine.members[:threads]], aside)
    copied.threads = threads
    return copied


def _copied(engine: Engine, rows: int, threads: int) -> Engine:
    return Engine(engine.params, engine.solver, rows, engine.dtype, engine.dropout, engine.seed, threads)


def seconds_a_step(
    trial: Engine | Committee, batch: Batch, seconds: float = TRIAL, clock: Clock = CLOCK
) -> float:
    """Of a step over rows of a batch, which gives such an engine no new parameters.

    The median over some calls, of which the first, which compiles, is not counted. Where the batch has fewer rows than
    a step, others of its shape stand for them.
    """
    rows = trial.batch_size
    if len(batch.X) < rows:
        assert not isinstance(trial, Committee) or trial.aside is None
        batch = _rows(trial.net, rows, trial.dtype)
    draw, zeros = np.random.default_rng(0), np.zeros(MOST * LEAST)
    trial.epoch(batch, draw.integers(len(batch.X), size=rows), zeros[:1])
    times, end, n = [], clock() + seconds, 1
    while len(times) < LEAST or (clock() < end and len(times) < MOST):
        order = draw.integers(len(batch.X), size=n * rows)
        began = clock()
        trial.epoch(batch, order, zeros[:n])
        times.append((clock() - began) / n)
        n = min(2 * n, max(n, int(seconds / 10 / max(times[-1], 1e-9))), len(zeros))
    return float(np.median(times[-max(LEAST, len(times) // 2) :]))


def _rows(net: Network, rows: int, dtype: np.dtype) -> Batch:
    """Rows that any head takes."""
    X = np.random.default_rng(0).standard_normal((rows, net.sizes[0])).astype(dtype)
    columns = 1 if net.head == "softmax" else net.sizes[-1]
    return Batch(X, np.zeros((rows, columns), dtype), np.ones(rows, dtype))
