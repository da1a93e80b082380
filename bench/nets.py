"""The networks that are measured, their data, and how much arithmetic a step of each is."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

MANY = 64  # networks of `many.py`
PASSES = 10  # over the rows in one turn, where a batch is all rows


@dataclass(frozen=True)
class Net:
    """One measured case: a network, its solver, and its data's size.

    sizes: n[0] inputs, then the units of each layer; batch: rows a step; rows: of the data, whole batches;
    head: softmax (cross-entropy) or identity (half the squared error, summed over the outputs);
    l2: the penalty of sgd; decay: that of adamw.
    """

    name: str
    sizes: tuple[int, ...]
    batch: int
    rows: int
    activation: str = "relu"
    head: str = "softmax"
    solver: str = "sgd"
    lr: float = 0.01
    l2: float = 1e-4
    decay: float = 0.0
    given: tuple[np.ndarray, np.ndarray] | None = field(
        default=None, compare=False, repr=False
    )  # X and y, not made up

    @property
    def n_weights(self) -> int:
        """How many entries all W[l] have together."""
        return sum(a * b for a, b in pairwise(self.sizes))

    @property
    def flops(self) -> int:
        """Multiplications and additions in the products of one step.

        Each weight is used in three products (forward, delta, gradient), those of the first layer in two:
        nobody needs the delta of the inputs.
        """
        return 2 * self.batch * (3 * self.n_weights - self.sizes[0] * self.sizes[1])

    @property
    def full_batch(self) -> bool:
        """Whether a batch is all rows: nothing to shuffle."""
        return self.batch == self.rows

    @property
    def steps(self) -> int:
        """Steps in a turn: one epoch, or some where an epoch is one step."""
        return PASSES if self.full_batch else self.rows // self.batch

    def __str__(self) -> str:
        parts = ["-".join(map(str, self.sizes)), self.activation, self.solver, f"batch {self.batch:,}"]
        return f"{self.name}: " + ", ".join(parts)


_ADAM = {"head": "identity", "solver": "adam", "lr": 1e-3, "l2": 0.0}
NETS = {
    net.name: net
    for net in (
        Net("T", (3, 4, 2), 32, 4096),
        Net("D", (64, 100, 10), 32, 1792),
        Net("M", (784, 256, 128, 10), 128, 6400),
        Net("W", (1024, 1024, 1024, 10), 256, 4096),
        Net("R", (20, 256, 256, 256, 1), 256, 8192, **_ADAM),
        Net("K", (64, 256, 256, 10), 256, 8192, "mish", solver="adamw", lr=1e-3, l2=0.0, decay=0.01),
        Net("F", (4, 32, 16, 4), 10_000, 10_000, "tanh", **_ADAM),
    )
}


def by_plain_descent(net: Net) -> Net:
    """The same layers, batches and loss, moved by SGD: the strict comparison, as Adams differ in where eps stands."""
    return net if net.solver == "sgd" else replace(net, solver="sgd", lr=0.01, decay=0.0)


def data(net: Net) -> tuple[np.ndarray, np.ndarray]:
    """X (rows, n[0]) in float32; y: class numbers (rows,), or float32 targets (rows, n[L])."""
    if net.given is not None:
        return net.given
    rng = np.random.default_rng(0)
    X = rng.standard_normal((net.rows, net.sizes[0])).astype(np.float32)
    score = X @ rng.standard_normal((net.sizes[0], net.sizes[-1])).astype(np.float32)
    score += rng.standard_normal(score.shape).astype(np.float32)  # noise, so that nobody runs out of loss
    return X, (score.argmax(axis=1) if net.head == "softmax" else score)


def start(net: Net, seed: int = 1) -> list[tuple[np.ndarray, np.ndarray]]:
    """Where every peer starts: (W, b) of each layer, float32; W is (inputs, outputs), scaled after He et al."""
    rng = np.random.default_rng(seed)
    return [
        ((rng.standard_normal((a, b)) * np.sqrt(2 / a)).astype(np.float32), np.zeros(b, np.float32))
        for a, b in pairwise(net.sizes)
    ]


def shuffled(net: Net, rng: np.random.Generator) -> np.ndarray:
    """The rows of one turn, in the order of training."""
    return np.tile(np.arange(net.rows), PASSES) if net.full_batch else rng.permutation(net.rows)


def in_order(net: Net, first: int, last: int) -> np.ndarray:
    """The rows of the batches first..last-1, unshuffled; after the last row comes row 0 again."""
    return np.arange(first * net.batch, last * net.batch) % net.rows
