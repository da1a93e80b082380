"""The peers of `time_to_accuracy.py` that are not those of `speed.py`."""

import warnings
from typing import Any

import numpy as np
from nets import Net, data, shuffled, start
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network, Parameters
from clearprop.train.schedule import rates

warnings.simplefilter("ignore", ConvergenceWarning)


class Best:
    """clearprop with AdamW, a rate that falls to zero along a cosine, and dropout."""

    EPOCHS, RATE, DECAY, DROPOUT = 30, 2e-3, 0.05, (0.1, 0.2, 0.1)

    def __init__(self, net: Net, threads: int) -> None:
        self.net, self.rng, self.done = net, np.random.default_rng(2), 0
        network = Network(net.sizes, net.activation, net.head, relu_grad_at_zero=0)
        W, b = zip(*start(net), strict=True)
        params = Parameters.from_layers(network, [None, *W], [None, *b])
        solver = Solver("adamw", decay=self.DECAY)
        self.engine = Engine(
            params, solver, net.batch, "float32", dropout=self.DROPOUT, seed=3, threads=threads
        )
        X, y = data(net)
        self.batch = Batch(X, y.astype(np.float32).reshape(net.rows, -1), np.ones(net.rows, np.float32))

    def turns(self, n: int) -> None:
        steps = self.net.rows // self.net.batch
        for _ in range(n):
            first = self.done * steps
            lr = rates("cosine", self.RATE, first, first + steps, self.EPOCHS * steps)
            self.engine.epoch(self.batch, shuffled(self.net, self.rng), lr)
            self.done += 1

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        params = self.engine.params
        return list(zip(params.W[1:], params.b[1:], strict=True))


class ScikitLearn:
    """An epoch at a time, by `partial_fit`; it takes its own random start."""

    def __init__(self, net: Net, threads: int) -> None:  # BLAS has its threads from the environment
        (self.X, self.y), self.rng = data(net), np.random.default_rng(2)
        self.model = MLPClassifier(
            net.sizes[1:-1], activation=net.activation, solver=net.solver, batch_size=net.batch, alpha=0.0,
            learning_rate_init=net.lr, random_state=0,
        )  # fmt: skip

    def turns(self, n: int) -> None:
        for _ in range(n):
            self.model.partial_fit(self.X, self.y, classes=np.arange(10))

    def layers(self) -> list[tuple[Any, Any]]:
        return list(zip(self.model.coefs_, self.model.intercepts_, strict=True))
