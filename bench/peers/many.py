"""Many networks of one kind: ours in one call and one after the other, scikit-learn's, and JAX under vmap.

Classes as in `peers`, made of `(net, threads)`; a turn is one epoch of all networks. Each network has its own seed.
"""

import warnings
from typing import Any

import numpy as np
from nets import MANY, Net, data
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is all we ask


def estimators(kind: Any, net: Net, epochs: int) -> list[Any]:
    """Networks that differ in their seeds, with scikit-learn's parameters."""
    return [
        kind(
            net.sizes[1:-1], activation=net.activation, solver=net.solver, batch_size=net.batch, momentum=0.0,
            alpha=net.l2 * net.batch, learning_rate_init=net.lr, max_iter=epochs, tol=0.0, n_iter_no_change=10**9,
            random_state=seed,
        )
        for seed in range(MANY)
    ]  # fmt: skip


class OneByOne:
    """clearprop's `fit`, one network after the other."""

    def __init__(self, net: Net, threads: int) -> None:
        self.net, (self.X, self.y) = net, data(net)

    def turns(self, n: int) -> None:
        from clearprop import MLPClassifier

        for one in estimators(MLPClassifier, self.net, n):
            one.fit(self.X, self.y)


class Together(OneByOne):
    """clearprop's `fit_many`."""

    def __init__(self, net: Net, threads: int) -> None:
        super().__init__(net, threads)
        self.threads = threads

    def turns(self, n: int) -> None:
        from clearprop import MLPClassifier, fit_many

        fit_many(estimators(MLPClassifier, self.net, n), self.X, self.y, threads=self.threads)


class ScikitLearn(OneByOne):
    """scikit-learn's `fit`, one network after the other; BLAS has its threads from the environment."""

    def turns(self, n: int) -> None:
        from sklearn.neural_network import MLPClassifier

        for one in estimators(MLPClassifier, self.net, n):
            one.fit(self.X, self.y)


class Vmap:
    """JAX: one compiled call an epoch, of all networks at once, each with its own order of the rows."""

    def __init__(self, net: Net, threads: int) -> None:
        import jax

        from peers.jax_scan import scan_epoch

        self.net, self.rng = net, np.random.default_rng(2)
        self.X, self.y = map(jax.numpy.asarray, data(net))
        self.params = self._start()
        one = lambda params, rows: scan_epoch(net, (params,), self.X, self.y, rows)[0][0]  # noqa: E731
        self.epoch = jax.jit(jax.vmap(one), donate_argnums=0)

    def _start(self) -> Any:
        import jax
        from nets import start

        return [
            tuple(jax.numpy.stack(part) for part in zip(*layers, strict=True))
            for layers in zip(*(start(self.net, seed) for seed in range(MANY)), strict=True)
        ]

    def turns(self, n: int) -> None:
        import jax

        for _ in range(n):
            orders = self.rng.permuted(np.tile(np.arange(self.net.rows, dtype=np.int32), (MANY, 1)), axis=1)
            self.params = self.epoch(self.params, orders.reshape(MANY, -1, self.net.batch))
        jax.block_until_ready(self.params)
