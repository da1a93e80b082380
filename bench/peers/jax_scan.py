"""JAX: one compiled call an epoch, `lax.scan` over its batches, the parameters donated.

The rows are shuffled by NumPy and passed in: `jax.random.permutation` sorts, which on a CPU costs the smallest
network several times its training.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from nets import PASSES, Net, data, in_order, shuffled, start

jax.config.update("jax_platforms", "cpu")
ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "mish": jax.nn.mish}
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


class Jax:
    """The thread pool is XLA's, sized by the environment."""

    def __init__(self, net: Net, threads: int) -> None:
        self.net, self.rng = net, np.random.default_rng(2)
        self.X, self.y = map(jnp.asarray, data(net))
        params = jax.tree.map(jnp.asarray, start(net))
        zeros = partial(jax.tree.map, jnp.zeros_like)
        self.state = (
            (params,) if net.solver == "sgd" else (params, zeros(params), zeros(params), jnp.zeros(()))
        )

    def turns(self, n: int) -> None:
        for _ in range(n):
            self._walk(None if self.net.full_batch else shuffled(self.net, self.rng))
        jax.block_until_ready(self.state)

    def loss_at(self, step: int) -> float:
        self._walk(in_order(self.net, 0, step))
        return float(self._walk(in_order(self.net, step, step + 1))[0])

    def layers(self) -> list[tuple[Any, Any]]:
        return [(np.asarray(W), np.asarray(b)) for W, b in self.state[0]]

    def _walk(self, order: np.ndarray | None) -> Any:
        rows = None if order is None else order.reshape(-1, self.net.batch).astype(np.int32)
        self.state, losses = epoch(self.net, self.state, self.X, self.y, rows)
        return losses


def scan_epoch(net: Net, state: Any, X: Any, y: Any, rows: Any) -> Any:
    """Steps over the batches `rows` (steps, batch), or `PASSES` over all rows; the losses, too."""

    def step(state: Any, at: Any) -> Any:
        batch = (X, y) if at is None else (X[at], y[at])
        loss, grads = jax.value_and_grad(partial(loss_of, net))(state[0], *batch)
        return (sgd if net.solver == "sgd" else adam)(net, state, grads), loss

    return jax.lax.scan(step, state, rows, length=PASSES if rows is None else None)


epoch = jax.jit(scan_epoch, static_argnums=0, donate_argnums=1)  # compiled once for each network


def loss_of(net: Net, params: Any, X: Any, y: Any) -> Any:
    """The mean loss of a batch."""
    a = X
    for W, b in params[:-1]:
        a = ACTIVATIONS[net.activation](a @ W + b)
    z = a @ params[-1][0] + params[-1][1]
    if net.head == "identity":
        return 0.5 * jnp.mean(jnp.sum((z - y) ** 2, axis=1))
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))


def sgd(net: Net, state: Any, grads: Any) -> Any:
    """Plain descent; the penalty is of weights only."""
    pairs = zip(state[0], grads, strict=True)
    return ([(W - net.lr * (dW + net.l2 * W), b - net.lr * db) for (W, b), (dW, db) in pairs],)


def adam(net: Net, state: Any, grads: Any) -> Any:
    """Adam, or AdamW by its decay, which is of weights only."""
    params, first, second, t = state
    t = t + 1.0
    first = jax.tree.map(lambda u, g: BETA1 * u + (1 - BETA1) * g, first, grads)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, grads)
    rate, share = net.lr / (1 - BETA1**t), 1 / (1 - BETA2**t)

    def move(p: Any, u: Any, v: Any) -> Any:
        keep = 1.0 - net.lr * net.decay if p.ndim == 2 else 1.0
        return keep * p - rate * u / (jnp.sqrt(v * share) + EPS)

    return jax.tree.map(move, params, first, second), first, second, t
