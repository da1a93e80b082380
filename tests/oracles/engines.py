"""Networks, batches and engines of the tests of this room, and the page as their twin."""

from typing import Any

import numpy as np

from clearprop.engine import plain
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network, Parameters
from oracles.cases import targets

# A step is a few dozen sums of a few dozen products; rounding leaves this much of the largest entry.
TOLERANCE = {"float64": 2e-14, "float32": 2e-5}


def batch_for(
    net: Network, rows: int, seed: int = 0, *, weighted: bool = False, labels: bool = False
) -> Batch:
    """Rows that a network can take, in float64; `labels`: one column of classes for softmax."""
    rng = np.random.default_rng(seed)
    y = targets(net.head, rows, net.sizes[-1], rng)
    if net.head == "softmax":
        y = y.argmax(axis=1)[:, None].astype(float) if labels else rng.dirichlet(np.ones(net.sizes[-1]), rows)
    w = rng.uniform(0.2, 3.0, rows) if weighted else np.ones(rows)
    return Batch(rng.standard_normal((rows, net.sizes[0])), y, w)


def engine_for(
    net: Network, solver: Solver | None = None, *, size: int = 4, dtype: str = "float64"
) -> Engine:
    return Engine(net.initialize(seed=5), solver, size, dtype)


class Twin:
    """The plain epoch from where an engine stands, in float64, with the parameters rounded as the engine's."""

    def __init__(self, engine: Engine) -> None:
        self.net, self.solver, self.size = engine.net, engine.solver, engine.batch_size
        self.state = engine.state.astype(np.float64)
        self.params = Parameters(self.net, self.state[plain.THETA])
        self.so_far, self.dropping = plain.Steps(0.0, 0.0, 0), (engine.dropout, engine.seed)

    def epoch(self, batch: Batch, order: Any, rates: Any, move: bool = True) -> plain.Steps:
        before = plain.Steps(0.0, 0.0, self.so_far.moves)
        self.so_far = plain.epoch(
            self.net, self.state, self.solver, batch, order, self.size, rates, before, move, self.dropping
        )
        return self.so_far


def rounded(batch: Batch, dtype: str) -> Batch:
    """A batch whose numbers `dtype` holds exactly, in float64."""
    return Batch(*(part.astype(dtype).astype(np.float64) for part in batch))


def cast(batch: Batch, dtype: str) -> Batch:
    return Batch(*(part.astype(dtype) for part in batch))


def assert_near(got: Any, want: Any, dtype: str, times: float = 1.0) -> None:
    """Same shape; every entry within the tolerance of the largest entry wanted (of 1 at least)."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    scale = max(1.0, float(np.abs(want).max(initial=0.0)))
    np.testing.assert_allclose(got, want, rtol=0, atol=times * TOLERANCE[dtype] * scale)
