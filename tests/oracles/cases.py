"""Networks and batches that the tests run on."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from clearprop import batch
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters


class Case(NamedTuple):
    """A softmax network with relu layers, a batch, and what `step` made of them."""

    net: Network
    params: Parameters
    W: list[Any]
    b: list[Any]
    X: np.ndarray
    labels: np.ndarray
    Y: np.ndarray
    working: Working

    @property
    def m(self) -> int:
        return len(self.X)


@cache
def relu_case(sizes: tuple[int, ...] = (3, 4, 2), m: int = 6, seed: int = 3) -> Case:
    """Inputs and first layer are small whole numbers, so that some z[1] are exactly 0."""
    rng = np.random.default_rng(seed)
    net = Network(sizes)
    params = net.initialize(rng)
    params.W[1][...] = rng.integers(-2, 3, params.W[1].shape)
    params.b[1][...] = rng.integers(-1, 2, params.b[1].shape)
    X = rng.integers(-2, 3, (m, sizes[0])).astype(float)
    labels = rng.integers(0, sizes[-1], m)
    working = batch.step(net, params, X, labels)
    assert (working.z[1] == 0).any()
    assert (working.z[1] > 0).any()
    assert (working.z[1] < 0).any()
    return Case(net, params, params.W, params.b, X, labels, np.eye(sizes[-1])[labels], working)


def targets(head: str, m: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """Targets that a head can take."""
    if head == "softmax":
        return np.eye(n_out)[rng.integers(0, n_out, m)]
    if head == "logistic":
        return rng.integers(0, 2, (m, n_out)).astype(float)
    return rng.poisson(1.5, (m, n_out)).astype(float) if head == "exp" else rng.standard_normal((m, n_out))


def random_batch(net: Network, m: int, seed: int, weighted: bool = False) -> tuple[Any, ...]:
    """Parameters, X, y and w (None, or weights that are not whole and sum to no whole number)."""
    rng = np.random.default_rng(seed)
    y = targets(net.head, m, net.sizes[-1], rng)
    w = rng.uniform(0.2, 3.0, m) if weighted else None
    return net.initialize(rng), rng.standard_normal((m, net.sizes[0])), y, w
