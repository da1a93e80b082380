"""Epochs of a small network: the rows of a batch lie side by side in the lanes of vectors.

The matrices of a small network are narrower than a vector, and its rows shorter: tiles of `products` would be mostly
empty. Here each unit has a line, which holds its number for some rows of the batch (a panel), and every instruction
works on whole lines: nothing is masked, transposed or packed. One thread walks through all panels forward and
backward (G2 to G7), then sums over all of them (G8, G9), then moves the parameters (G10, G11).

The rows that the last panel has too many are the first row of the batch again, with weight 0.
"""

import math
from typing import Any

import numpy as np

from clearprop.engine.calls import call
from clearprop.engine.dots import LINES
from clearprop.engine.kernels import PENALTIES, mass_of, note, penalties_of
from clearprop.engine.lane_passes import forward_pass, head_pass
from clearprop.engine.layout import AT_A, AT_B, AT_DELTA, AT_W, AT_Z, LINE, SIZE
from clearprop.engine.moves import move_all
from clearprop.engine.passes import ALPHA, L2, LAMBDA, MASS, RATE, backward_pass
from clearprop.engine.plan import GRAD, ONE_PRODUCT, THETA, at_layer, at_state, lent_epochs
from clearprop.engine.store import kernel
from clearprop.engine.vectors import BYTES
from clearprop.network import Network

ONES = LINE + LINES * BYTES  # numbers of `Memory.scratch` that are 1: a line of them is read behind the first
ADDING_UP = 90  # instructions that add up the lanes of a block of sums
MOST_WEIGHTS = 1_000  # above, the tiles of `products` are as full as these lines, and need no transposed sums
TINY = 300  # weights up to which lines are faster whatever the batch
MANY_ROWS = 64  # above, all panels of a larger network do not stay in the first cache


def suits(net: Network, batch_size: int) -> bool:
    """Whether a network and its batch are small enough; measured, see the constants. No lines have shares or waves."""
    if net.blended or net.embedded:
        return False
    return net.n_weights <= (MOST_WEIGHTS if batch_size <= MANY_ROWS else TINY)


def wide(dtype: np.dtype) -> int:
    """The rows in a panel."""
    return LINES * (BYTES // dtype.itemsize)


def rows_in_panels(rows: int, dtype: np.dtype) -> int:
    """Rows, rounded up to whole panels."""
    return -(-rows // wide(dtype)) * wide(dtype)


def rows_of(block: np.ndarray, m: int, n: int) -> np.ndarray:
    """The array (m, n) whose panels a block starts with."""
    rows = rows_in_panels(m, block.dtype)
    return block[: rows * n].reshape(-1, n, wide(block.dtype)).transpose(0, 2, 1).reshape(-1, n)[:m]


def fill_passes(passes: np.ndarray, net: Network, dtype: str) -> None:
    """Into `Plan.passes` the addresses of the passes that work on lines."""
    passes[0, 0] = head_pass(net.head, dtype).address
    for l, name in enumerate(net.activations, 1):
        passes[0, l] = forward_pass(name, dtype).address
        passes[1, l] = backward_pass(name, net.relu_grad_at_zero, dtype).address


@kernel
def epochs(data: Any, orders: Any, plan: Any, memory: Any, rates: Any, out: Any, team: Any) -> None:
    """As `kernels.epochs`, on one thread. plan.product: the addresses of `product_functions`."""
    data, orders, rates, out, plan, memory = lent_epochs(data, orders, rates, out, plan, memory)
    for e in range(orders.shape[0]):
        if not _epoch(data, orders[e], plan, memory, rates[e], out[e], team):
            return


@kernel
def _epoch(data: Any, order: Any, plan: Any, memory: Any, rates: Any, out: Any, team: Any) -> Any:
    """One of them; whether J stayed finite."""
    batch_size, how, hyper = plan.places[0], plan.places[3], memory.hyper
    for s in range(rates.size):
        start = s * batch_size
        m = min(batch_size, order.size - start)
        mass = mass_of(data[2], order, start, m)
        if mass == 0.0:
            continue
        hyper[MASS], hyper[RATE] = mass, rates[s]
        hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass  # scikit-learn's alpha is divided by the batch's m
        out[PENALTIES] += m * penalties_of(plan, memory)
        lanes = LINES * (BYTES // memory.block.itemsize)
        panels = (m + lanes - 1) // lanes
        loss = 0.0
        for p in range(panels):
            _gather(data, order, start, m, p * lanes, lanes, plan, memory)
            _forward(p * lanes, plan, memory)
            loss += _head(data[1].shape[1], p * lanes, min(lanes, m - p * lanes), plan, memory)
            _backward(p * lanes, plan, memory)
        note(out, s, m, loss, mass)
        if not math.isfinite(loss):
            return False
        _gradient(panels, how, plan, memory)
        move_all(how, plan, memory, 0, 1, team, 0)
    return True


@kernel
def _gather(
    data: Any, order: Any, start: Any, m: Any, first: Any, lanes: Any, plan: Any, memory: Any
) -> None:
    """A panel's rows of X, y and w, as lines."""
    X, y, w = data
    block, n, n_y = memory.block, plan.layers[0, SIZE], y.shape[1]
    at, at_y, at_w = plan.layers[0, AT_A] + first * n, plan.places[1] + first * n_y, plan.places[2] + first
    for i in range(lanes):
        there = first + i < m
        row = order[start + first + i] if there else order[start]
        for j in range(n):
            block[at + j * lanes + i] = X[row, j]
        for j in range(n_y):
            block[at_y + j * lanes + i] = y[row, j]
        block[at_w + i] = w[row] if there else 0.0


@kernel
def _forward(first: Any, plan: Any, memory: Any) -> None:
    """z[l] and a[l] of a panel up to z[L], whose bias the head adds."""
    layers, size = plan.layers, memory.block.itemsize
    for l in range(1, layers.shape[0]):
        n, k = layers[l, SIZE], layers[l - 1, SIZE]
        below, z = at_layer(AT_A, l - 1, first, plan, memory), at_layer(AT_Z, l, first, plan, memory)
        W, b = at_state(THETA, AT_W, l, plan, memory), at_state(THETA, AT_B, l, plan, memory)
        call(plan.product[0], (n, k, W, size, n * size, below, z))  # G2
        if l < layers.shape[0] - 1:
            call(plan.passes[0, l], (z, b, at_layer(AT_A, l, first, plan, memory), n))  # G2 G3


@kernel
def _head(n_y: Any, first: Any, rows: Any, plan: Any, memory: Any) -> Any:
    """delta[L] of a panel, and the sum of w J_i (G4, G5, G6)."""
    L, places, losses = plan.layers.shape[0] - 1, plan.places, memory.losses
    size, base = memory.block.itemsize, memory.block.ctypes.data
    z, delta = at_layer(AT_Z, L, first, plan, memory), at_layer(AT_DELTA, L, first, plan, memory)
    b, n = at_state(THETA, AT_B, L, plan, memory), plan.layers[L, SIZE]
    y, w = base + size * (places[1] + first * n_y), base + size * (places[2] + first)
    hyper, scratch = memory.hyper.ctypes.data, memory.scratch.ctypes.data + LINE + LINES * BYTES
    call(plan.passes[0, 0], (z, b, y, n_y, w, delta, n, hyper, losses.ctypes.data, scratch))
    loss = 0.0
    for i in range(rows):
        loss += losses[i]
    return loss


@kernel
def _backward(first: Any, plan: Any, memory: Any) -> None:
    """delta[L-1] to delta[1] of a panel, from the old W (G7)."""
    layers, size = plan.layers, memory.block.itemsize
    for l in range(layers.shape[0] - 1, 1, -1):
        n, k, W = layers[l, SIZE], layers[l - 1, SIZE], at_state(THETA, AT_W, l, plan, memory)
        delta, below = (
            at_layer(AT_DELTA, l, first, plan, memory),
            at_layer(AT_DELTA, l - 1, first, plan, memory),
        )
        call(plan.product[0], (k, n, W, n * size, size, delta, below))
        z, a = at_layer(AT_Z, l - 1, first, plan, memory), at_layer(AT_A, l - 1, first, plan, memory)
        call(plan.passes[1, l - 1], (below, z, a, k * LINES * (BYTES // size)))


@kernel
def few(n: Any, panels: Any, lanes: Any) -> Any:
    """Whether the gradients of n units are formed line by line: with more, tiles are full, and need no adding up."""
    sums = -(-n // 4) * (LINES * panels * lanes + ADDING_UP)
    return sums < 4 * -(-n // lanes) * LINES * panels * lanes


@kernel
def _gradient(panels: Any, how: Any, plan: Any, memory: Any) -> None:
    """Every dW, or W itself moved by the same sum, and every db (G8, G9)."""
    layers, hyper, one = plan.layers, memory.hyper, memory.scratch.ctypes.data + LINE
    line, size = LINES * BYTES, memory.block.itemsize
    lanes, scratch = BYTES // size, one + line
    mean = 1.0 / hyper[MASS]
    scale, keep, row = mean, 0.0, GRAD
    if how == ONE_PRODUCT:  # G8 G10
        scale, keep, row = -hyper[RATE] * mean, 1.0 - hyper[RATE] * hyper[L2], THETA
    for l in range(layers.shape[0] - 1, 0, -1):
        a, delta = at_layer(AT_A, l - 1, 0, plan, memory), at_layer(AT_DELTA, l, 0, plan, memory)
        W, db = at_state(row, AT_W, l, plan, memory), at_state(GRAD, AT_B, l, plan, memory)
        n, k = layers[l, SIZE], layers[l - 1, SIZE]
        if few(n, panels, lanes):
            call(plan.product[1], (k, n, panels, a, k * line, delta, n * line, scale, keep, W))  # G8
        else:
            for p in range(panels):
                kept = keep if p == 0 else 1.0
                at, below = a + p * k * line, delta + p * n * line
                call(
                    plan.product[2],
                    (1, k, n, LINES * lanes, n, scale, at, line, size, below, kept, W, scratch),
                )  # G8
        call(plan.product[1], (1, n, panels, one, 0, delta, n * line, mean, 0.0, db))  # G9
