"""The same epoch and forward pass as `kernels`, by the page itself in NumPy: no kernels, no passes, no blocks.

The obvious twin of the compiled engine. The tests compare the two; `Engine` runs on it where Numba is
switched off (NUMBA_DISABLE_JIT=1).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from clearprop.batch import activation_pairs, embedded, embedding_gradients, head_of, share_gradients
from clearprop.engine.dropout import mask
from clearprop.engine.solver import Solver
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Embedding, Network, Parameters

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
    rates: np.ndarray, so_far: Steps, move: bool = True, dropping: tuple[Sequence[float], int] = ((), 0),
) -> Steps:  # fmt: skip
    """Steps over all batches of `order`, in order (G2 to G11)."""
    params, grad = Parameters(net, state[THETA]), Parameters(net, state[GRAD])
    pairs = activation_pairs(net, shares=params.c)
    head = head_of(net, state.dtype)
    total, weight, moves, means, penalties = so_far[:5]
    working: Any = None
    for s, lr in enumerate(rates):
        rows = order[s * batch_size : (s + 1) * batch_size]
        X, y, w = (part[rows].astype(state.dtype) for part in batch)
        if not w.any():  # no step: a mean over nothing
            continue
        masks = _masks(net, dropping, moves, len(rows), state.dtype)
        a = embedded(net, params.embedding, X)
        fed = a if masks[0] is None else derivation.dropped(a, masks[0])
        working = derivation.step(params.W, params.b, fed, _rows(net, y), w, _dropping(pairs, masks), head)
        l2 = solver.l2 + solver.alpha / float(working.m)
        if solver.alpha > 0:
            penalties += len(rows) * sum(float(derivation.penalty(W, l2)) for W in params.W[1:])
        penalties += len(rows) * sum(float(derivation.absolute_penalty(W, solver.l1)) for W in params.W[1:])
        if not np.isfinite(working.J):
            return Steps(total, weight, moves, means, penalties, s, working)
        total, weight = total + float(working.J * working.m), weight + float(working.m)
        means += len(rows) * float(working.J)
        for l in range(1, net.L + 1):
            grad.W[l][...], grad.b[l][...] = working.dW[l], working.db[l]
        if net.blended:
            _blend_back(net, working, masks, grad)
        if grad.embedding:
            _embed_back(params, X, working, masks[0], grad.embedding)
        clip(solver, state)
        if move:
            moves += 1
            move_all(net, state, solver, float(lr), moves, l2)
    return Steps(total, weight, moves, means, penalties, None, working)


def _blend_back(net: Network, working: Working, masks: list[Any], grad: Parameters) -> None:
    """dc of a step; with dropout its da are those of what the next layers read."""
    read = zip(working.da, [*masks, None], strict=True)
    da = [x if r is None else derivation.dropped_back(x, r) for x, r in read]
    for l, dc in enumerate(share_gradients(net, working._replace(da=da))):
        if dc is not None:
            grad.c[l][...] = dc


def _embed_back(params: Parameters, X: np.ndarray, working: Working, mask: Any, grad: Embedding) -> None:
    """The gradients of the embeddings in a step; with dropout da[0] is that of what layer 1 reads."""
    da = working.da[0] if mask is None else derivation.dropped_back(working.da[0], mask)
    found = embedding_gradients(params.net, params, X, da, working.m)[0]
    for own, gradient in zip(grad, found, strict=True):
        own[...] = gradient


def clip(solver: Solver, state: np.ndarray) -> None:
    """The gradient held to the solver's norm, in place."""
    if solver.clip_norm:
        state[GRAD] = derivation.bounded(state[GRAD], norm(state[GRAD]), solver.clip_norm)


def move_all(net: Network, state: np.ndarray, solver: Solver, lr: float, t: int, l2: float) -> None:
    """One update of all parameters, layer by layer (G10, G11), in place."""
    rows, factors = [Parameters(net, row) for row in state], solver.factors(net)
    for each in zip(*(row.embedding or () for row in rows[:4]), strict=True):
        update(solver, each, lr, t, 0.0, 0.0, solver.embed_rate)
    for l in range(1, net.L + 1):
        of_W, of_b = factors[0][l - 1], factors[1][l - 1]
        if l == 1 and solver.scale_rate:
            move_scaled(net, state, solver, lr, t, of_W)
        else:
            update(solver, [row.W[l] for row in rows[:4]], lr, t, l2, solver.decay, of_W)
        update(solver, [row.b[l] for row in rows[:4]], lr, t, 0.0, 0.0, of_b)
        if rows[THETA].c[l] is not None:
            update(solver, [row.c[l] for row in rows[:4]], lr, t, 0.0, 0.0, solver.blend_rate)
        settle(solver, rows[THETA].W[l], rows[SECOND].W[l], lr * of_W, t)


def update(
    solver: Solver, state: Sequence[np.ndarray], lr: float, t: int, l2: float, decay: float, factor: float
) -> None:
    """One update of some parameters; `state` holds them, their gradient and the solver's two memories, in place.

    `factor`: of Adam's rate, for these.
    """
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
    rate, eps = float(derivation.adam_rate(lr * factor, t, beta1, beta2)), solver.eps
    if solver.name == "adamw":
        eps = float(derivation.adamw_eps(eps, t, beta2))
        theta[...] = derivation.decoupled(theta, lr, decay)
    theta[...] = derivation.adam(theta, u, v, rate, eps)


def move_scaled(net: Network, state: np.ndarray, solver: Solver, lr: float, t: int, factor: float) -> None:
    """One update of W[1] = scale V: V moves, and the scales, in place; see `kernels` for where they are."""
    W, dW, u, v, V = (Parameters(net, row).W[1] for row in state[:5])
    scale, u_scale, v_scale = (row[: net.widths[0], None] for row in state[5:])
    dV = derivation.scaled_rows_back(dW, scale)
    dscale = derivation.scale_term(V, dW).sum(axis=1, keepdims=True)
    update(solver, [V, dV, u, v], lr, t, 0.0, solver.decay, factor)
    update(solver, [scale, dscale, u_scale, v_scale], lr * solver.scale_rate, t, 0.0, solver.decay, 1.0)
    W[...] = derivation.scaled_rows(V, scale)


def settle(solver: Solver, W: np.ndarray, v: np.ndarray, lr: float, t: int) -> None:
    """What is done to W after an update: the L1 penalty, then the norm of each column; in place."""
    if solver.l1:
        beta2 = solver.betas[1]
        eps = derivation.adamw_eps(solver.eps, t, beta2) if solver.name == "adamw" else solver.eps
        own = derivation.own_rate(lr, t, v, eps, beta2) if solver.name != "sgd" else None
        rate = derivation.far_rate(lr, solver.momentum) if own is None else own
        W[...] = derivation.shrunk(W, rate, solver.l1)
    if solver.max_norm:
        W[...] = derivation.bounded(W, norm(W, axis=0), solver.max_norm)


def norm(x: np.ndarray, axis: int | None = None) -> Any:
    """The root of the sum of squares, formed in float64, in the dtype of x."""
    return np.sqrt(np.sum(np.square(x, dtype=np.float64), axis=axis)).astype(x.dtype)


def _masks(net: Network, dropping: tuple[Sequence[float], int], step: int, m: int, dtype: Any) -> list[Any]:
    """The masks of layers 0..L-1 in a step; None where nothing is dropped."""
    drops, seed = dropping
    drops = (*drops, *(0.0,) * (net.L - len(drops)))
    return [
        mask(seed, step, l, (m, net.widths[l]), p).astype(dtype) if p else None for l, p in enumerate(drops)
    ]


def _dropping(pairs: list[Any], masks: list[Any]) -> list[Any]:
    """The pairs (g, g_back) with the masks of their layers in them."""

    def masked(pair: Any, r: Any) -> Any:
        g, g_back = pair
        return (
            lambda z: derivation.dropped(g(z), r),
            lambda da, z, a: g_back(derivation.dropped_back(da, r), z, g(z)),
        )

    return [
        pair if pair is None or r is None else masked(pair, r)
        for pair, r in zip(pairs, [*masks, None], strict=True)
    ]


def forward(params: Parameters, X: np.ndarray, head: Any) -> np.ndarray:
    """p of each row, or z[L] where `head` is the identity (G2 to G4)."""
    pairs, fed = activation_pairs(params.net, shares=params.c), embedded(params.net, params.embedding, X)
    a: Any = derivation.forward(params.W, params.b, fed, pairs, head)[1]
    return a[-1]


def _rows(net: Network, y: np.ndarray) -> np.ndarray:
    """Labels as one-hot rows; other targets as they are."""
    labels = net.head == "softmax" and y.shape[1] == 1
    return np.eye(net.sizes[-1], dtype=y.dtype)[y[:, 0].astype(int)] if labels else y
