"""clearprop: the engine that its estimators train with."""

import numpy as np
from nets import Net, data, in_order, shuffled, start

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network, Parameters


class Clearprop:
    """One epoch is one call of the engine."""

    def __init__(self, net: Net, threads: int) -> None:
        self.net, self.rng = net, np.random.default_rng(2)
        network = Network(net.sizes, net.activation, net.head, relu_grad_at_zero=0)
        W, b = zip(*start(net), strict=True)
        params = Parameters.from_layers(network, [None, *W], [None, *b])
        solver = Solver(net.solver, l2=net.l2, decay=net.decay)
        self.engine = Engine(params, solver, net.batch, "float32", threads=threads)
        X, y = data(net)
        y = y.astype(np.float32).reshape(net.rows, -1)
        self.batch = Batch(X, y, np.ones(net.rows, np.float32))

    def turns(self, n: int) -> None:
        for _ in range(n):
            self._walk(shuffled(self.net, self.rng))

    def loss_at(self, step: int) -> float:
        self._walk(in_order(self.net, 0, step))
        return self._walk(in_order(self.net, step, step + 1))

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        params = self.engine.params
        return list(zip(params.W[1:], params.b[1:], strict=True))

    def _walk(self, order: np.ndarray) -> float:
        done = self.engine.epoch(self.batch, order, np.full(len(order) // self.net.batch, self.net.lr))
        if done.failed_at is not None:
            msg = f"the loss became infinite at step {done.failed_at} of {self.net}"
            raise FloatingPointError(msg)
        return done.loss
