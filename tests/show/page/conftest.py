"""Traces to draw: the network of the document, one with names that try to be tags, one that is large."""

from functools import cache

import numpy as np
import pytest

from clearprop.network import Network
from clearprop.show.account.explain import explain
from clearprop.show.account.naming import Names

NASTY = ("a<b>&\"quotes' </script><script>alert(1)</script>", "age", "<!-- x -->")


@cache
def testnet(**options):
    """3-4-2 with whole numbers: no two operands of a line are told apart by their size alone."""
    net = Network((3, 4, 2), activation="relu")
    params = net.initialize(seed=0)
    params.W[1][...] = [[1, -1, -1, 1], [1, 2, 1, 2], [-1, -1, -1, 1]]
    params.b[1][...] = [-1, 1, 1, -2]
    params.W[2][...] = [[-1, 0], [-1, 1], [-1, -2], [2, -1]]
    params.b[2][...] = [-1, 2]
    X, y = np.array([[1.0, 2, 1], [-1, -1, 0], [2, 1, 0]]), [0, 1, 0]
    return explain(net, params, X, y, **({"lr": 0.1, "l2": 0.01} | options)).trace


@cache
def named():
    net = Network((3, 2, 2), activation="tanh")
    names = Names(inputs=NASTY, outputs=("<i>no</i>", "yes & no"), samples=('row "1"', "<2>"))
    X = np.random.default_rng(1).normal(size=(2, 3))
    return explain(net, net.initialize(seed=1), X, [0, 1], names=names, steps=3).trace


@cache
def large():
    net, rng = Network((784, 256, 128, 10)), np.random.default_rng(0)
    X = rng.random((128, 784)) * (rng.random((128, 784)) < 0.3)
    return explain(net, net.initialize(seed=0), X, rng.integers(0, 10, 128)).trace


@pytest.fixture
def traces():
    """The traces under one name."""

    class Traces:
        testnet, named, large = staticmethod(testnet), staticmethod(named), staticmethod(large)
        nasty = NASTY

    return Traces
