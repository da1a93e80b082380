"""Compiling ahead: a tiny network of every kind, stepped once and asked once."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np

from clearprop.engine import lanes
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.maths.derivation import ACTIVATIONS, HEADS
from clearprop.network import Network

DTYPES = ("float32", "float64")
WIDE = lanes.MOST_WEIGHTS // 3  # units from which a network of two layers takes the kernels of wide layers


class Kind(NamedTuple):
    """What decides which code is compiled."""

    activation: str
    head: str
    solver: str
    momentum: float
    dtype: str
    blended: bool = False
    embedded: bool = False


def wanted(everything: bool = False) -> list[Kind]:
    """The kinds that the estimators' defaults and presets need, or all there are.

    Examples
    --------
    >>> len(wanted()) < len(wanted(everything=True))
    True
    """
    return list(_all() if everything else _usual())


def _usual() -> Iterator[Kind]:
    for dtype in DTYPES:
        for head in ("softmax", "logistic", "identity"):
            for activation, solver in (("relu", "adam"), ("mish", "adamw")):
                yield Kind(activation, head, solver, 0.0, dtype)
            yield Kind("relu", head, "sgd", 0.9, dtype)
        for activation in ("relu", "mish"):
            yield Kind(activation, "identity", "adamw", 0.0, dtype, blended=True)
        yield Kind("relu", "identity", "adamw", 0.0, dtype, embedded=True)


def _all() -> Iterator[Kind]:
    """Each part once: parts are compiled by themselves."""
    for dtype in DTYPES:
        for activation in ACTIVATIONS:
            for blended in (False, True):
                yield Kind(activation, "identity", "adam", 0.0, dtype, blended)
        for head in HEADS:
            yield Kind("relu", head, "adamw", 0.0, dtype)
        yield Kind("relu", "identity", "adam", 0.0, dtype, embedded=True)
        for momentum in (0.0, 0.9):
            yield Kind("relu", "softmax", "sgd", momentum, dtype)


def compile_for(kind: Kind) -> None:
    """Compile what such networks need, narrow and wide, or find it on the disk."""
    constants = (1.0 if kind.head == "huber" else 0.5,) * 2 if kind.head in ("huber", "quantile") else ()
    for width, solver in product((2, WIDE), _solvers(kind)):
        own = {"relu_grad_at_zero": 0, "head_constants": constants, "blended": kind.blended}
        own["embedded"] = (0,) if kind.embedded else ()
        net = Network((2, width, 2), kind.activation, kind.head, **own)
        engine = Engine(net.initialize(seed=0), solver, 2, kind.dtype)
        y = np.zeros((2, 1 if kind.head == "softmax" else 2), kind.dtype)
        X = np.zeros((2, 2), kind.dtype)
        engine.epoch(Batch(X, y, np.ones(2, kind.dtype)), np.arange(2), np.zeros(1))
        engine.predict(X)
        engine.logits(X)


def _solvers(kind: Kind) -> list[Solver]:
    """With what the presets and the estimators' parameters add: scales of the inputs, looking ahead."""
    plain = Solver(kind.solver, alpha=1e-4, momentum=kind.momentum)
    if kind.solver == "adamw":
        return [plain, replace(plain, scale_rate=1.0)]
    return [plain, replace(plain, nesterov=True)] if kind.momentum else [plain]
