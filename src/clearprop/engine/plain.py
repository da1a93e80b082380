"""The same epoch and forward pass as `kernels`, by the page itself in NumPy: no kernels, no passes, no blocks.

The obvious twin of the compiled engine. The tests compare the two; `Engine` runs on it where Numba is
switched off (NUMBA_DISABLE_JIT=1).
"""

from typing import Any, NamedTuple

import numpy as np

from clearprop.batch import activation_pairs
from clearprop.engine.solver import Solver
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters

THETA, GRAD, FIRST, SECOND = range(4)  # the rows of `state`


class Steps(NamedTuple):
    """Where the steps have come to: sums as in `Epoch`, moves made, where J failed, the last working."""

    total: float
    weight: float
    moves: int
    means: float = 0.0
    penalties: float = 0.0
    failed_at: int | None = None
    working: Working | None = None


def epoch(
    net: Network, state: np.ndarray, solver: Solver, batch: Any, order: np.ndarray, batch_size: int,
    rates: np.ndarray, so_far: Steps, move: bool = True,
) -> Steps:  # fmt: skip
    """Steps over all batches of `order`, in order (G2 to G11)."""
    params, grad, pairs = Parameters(net, state[THETA]), Parameters(net, state[GRAD]), activation_pairs(net)
    total, weight, moves, means, penalties = so_far[:5]
    working: Any = None
    for s, lr in enumerate(rates):
        rows = order[s * batch_size : (s + 1) * batch_size]
        X, y, w = (part[rows].astype(state.dtype) for part in batch)
        if not w.any():  # no step: a mean over nothing
            continue
        working = derivation.step(params.W, params.b, X, _rows(net, y), w, pairs, net.head)
        l2 = solver.l2 + solver.alpha / float(working.m)
        penalties += (
            len(rows) * sum(float(derivation.penalty(W, l2)) for W in params.W[1:]) * (solver.alpha > 0)
        )
        if not np.isfinite(working.J):
            return Steps(total, weight, moves, means, penalties, s, working)
        total, weight = total + float(working.J * working.m), weight + float(working.m)
        means += len(rows) * float(working.J)
        for l in range(1, net.L + 1):
            grad.W[l][...], grad.b[l][...] = working.dW[l], working.db[l]
        if move:
            moves += 1
            update(solver, state[:, : net.n_weights], float(lr), moves, l2, solver.decay)
            update(solver, state[:, net.n_weights :], float(lr), moves, 0.0, 0.0)
    return Steps(total, weight, moves, means, penalties, None, working)


def update(solver: Solver, state: np.ndarray, lr: float, t: int, l2: float, decay: float) -> None:
    """One update of some parameters; `state` holds them, their gradient and the solver's two memories, in place."""
    theta, grad, u, v = state
    if solver.update == "sgd":
        theta[...] = derivation.descend(theta, grad, lr, l2)
        return
    g = derivation.decayed(grad, theta, l2)
    if solver.name == "sgd":
        v[...] = derivation.velocity(v, g, lr, solver.momentum)
        theta += derivation.velocity(v, g, lr, solver.momentum) if solver.nesterov else v
        return
    beta1, beta2 = solver.betas
    u[...] = derivation.first_moment(u, g, beta1)
    v[...] = derivation.second_moment(v, g, beta2)
    rate, eps = float(derivation.adam_rate(lr, t, beta1, beta2)), solver.eps
    if solver.name == "adamw":
        eps = float(derivation.adamw_eps(eps, t, beta2))
        theta[...] = derivation.decoupled(theta, lr, decay)
    theta[...] = derivation.adam(theta, u, v, rate, eps)


def forward(params: Parameters, X: np.ndarray, head: str) -> np.ndarray:
    """p of each row, or z[L] where `head` is the identity (G2 to G4)."""
    a: Any = derivation.forward(params.W, params.b, X, activation_pairs(params.net), head)[1]
    return a[-1]


def _rows(net: Network, y: np.ndarray) -> np.ndarray:
    """Labels as one-hot rows; other targets as they are."""
    labels = net.head == "softmax" and y.shape[1] == 1
    return np.eye(net.sizes[-1], dtype=y.dtype)[y[:, 0].astype(int)] if labels else y
