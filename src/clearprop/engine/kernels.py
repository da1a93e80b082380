"""Epochs, and a forward pass over rows: the order of the derivation, over products and compiled passes.

Arrays are reached by address: the blocks of `layout`, the C functions of `passes`. Nothing is allocated.

Several threads may share an epoch. Each takes some rows of every batch through all layers, forward and backward
(G2 to G7); when all have done so, each forms the gradient of some rows of every W from all rows of the batch, and
moves them (G8 to G11). Where W[1] is larger than the batch, each takes some columns of W[1] instead, in z[1] and in
W[1] itself, which then stay in its core's cache; see `columns_of`. No sum is divided between threads, so their number
leaves every bit as it is.
"""

import math
from typing import Any

from clearprop.engine.calls import call, fetch, meet
from clearprop.engine.layout import AT_A, AT_B, AT_C, AT_DELTA, AT_FED, AT_G, AT_MASK, AT_W, AT_Z, LINE, SIZE
from clearprop.engine.moves import gradient, move_all, squares
from clearprop.engine.passes import ALPHA, L1, L2, LAMBDA, MASS, N_HYPER, RATE
from clearprop.engine.plan import (
    PASSES,
    THETA,
    at_layer,
    at_state,
    columns_of,
    lent_epochs,
    share_of,
)
from clearprop.engine.products import multiply, multiply_columns
from clearprop.engine.store import kernel, kernel_that_reorders_sums
from clearprop.engine.vectors import TALL, copy
from clearprop.engine.waves import embed, embed_back

AHEAD = 512  # bytes of a row of the next batch that are sent for while this one is worked on
LOSS, WEIGHT, FAILED_AT, MEANS, PENALTIES = range(5)  # the entries of `out`


@kernel
def epochs(
    data: Any, orders: Any, plan: Any, memory: Any, rates: Any, out: Any, rank: Any, ranks: Any, team: Any
) -> None:
    """Steps over all batches of each order, in order (G2 to G11), as thread `rank` of `ranks`.

    data: (X, y, w), y with one column of labels, or n[L] columns; orders: row numbers, a row an epoch; rates: a
    learning rate for each batch of each. out: of each epoch the sum of w J_i and the sum of w, which go on from what
    they are; the number of the batch at which J ceased to be finite, or -1, and there all ends; sums over batches of
    their rows times J, and (where alpha is set) times the penalty; thread 0 writes it. A batch whose weights are all
    zero is no step. team: see `meet`.
    """
    data, orders, rates, out, plan, memory = lent_epochs(data, orders, rates, out, plan, memory)
    meetings = 0
    for e in range(orders.shape[0]):
        meetings = _epoch(data, orders[e], plan, memory, rates[e], out[e], rank, ranks, team, meetings)
        if meetings < 0:
            return


@kernel
def _epoch(
    data: Any, order: Any, plan: Any, memory: Any, rates: Any, out: Any, rank: Any, ranks: Any, team: Any,
    meetings: Any,
) -> Any:  # fmt: skip
    """One of them, after so many meetings; returns how many there were, or -1 where all ends."""
    batch_size, how, hyper = plan.places[0], plan.places[3], memory.hyper
    for s in range(rates.size):
        m = min(batch_size, order.size - s * batch_size)
        mass = mass_of(data[2], order, s * batch_size, m)
        if mass == 0.0:
            continue
        hyper[MASS], hyper[RATE] = mass, rates[s]
        hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass  # scikit-learn's alpha is divided by the batch's m
        if rank == 0:
            out[PENALTIES] += m * penalties_of(plan, memory)
        rows, columns = share_of(m, TALL, rank, ranks), columns_of(plan, memory, rank, ranks)
        _gather(data, order, s * batch_size, rows, plan, memory.block)
        embed(rows, plan, memory)
        if plan.passes[2, 0] != 0:
            _drop(0, rows, plan, memory)
        if columns[1] > 0:
            meetings += 2
            if not meet(team, ranks, meetings - 1):
                return -1
            _columns(columns, m, plan, memory)
            if not meet(team, ranks, meetings):
                return -1
        _rows(data[1].shape[1], rows, columns[1] > 0, plan, memory)
        meetings += 1
        if not meet(team, ranks, meetings):
            return -1
        loss = 0.0
        for i in range(m):
            loss += memory.losses[i]
        if rank == 0:
            note(out, s, m, loss, mass)
        if not math.isfinite(loss):
            return -1
        gradient(m, how, plan, memory, rank, ranks)
        meetings = move_all(how, plan, memory, rank, ranks, team, meetings) + 1
        if not meet(team, ranks, meetings):
            return -1
    return meetings


@kernel
def move(plan: Any, memory: Any, mass: Any, rate: Any, team: Any) -> None:
    """One update from the gradient that stands in the state, whose batch has the mass `mass` (G10, G11)."""
    hyper = memory.hyper
    hyper[MASS], hyper[RATE] = mass, rate
    hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass
    move_all(PASSES, plan, memory, 0, 1, team, 0)


@kernel
def forward(X: Any, plan: Any, memory: Any, result: Any) -> None:
    """p, or z[L], of all rows of X, in slices of the batch size; row 0 of `passes`, the head's in [0, L] (G2 to G4)."""
    layers, block = plan.layers, memory.block
    L, n_out, size = layers.shape[0] - 1, layers[-1, SIZE], block.itemsize
    for start in range(0, X.shape[0], plan.places[0]):
        m = min(plan.places[0], X.shape[0] - start)
        _take(X, start, m, plan, memory)
        _forward((0, m), False, plan, memory)
        _bias_and_activation(L, (0, m), plan, memory)
        p = at_layer(AT_A, L, 0, plan, memory)
        copy(block, p, result.ctypes.data + start * n_out * size, m * n_out)


@kernel
def _take(X: Any, start: Any, m: Any, plan: Any, memory: Any) -> None:
    """m rows of X as a[0]."""
    block, n, width = memory.block, X.shape[1], plan.layers[0, SIZE]
    first, size = X.ctypes.data + start * n * block.itemsize, block.itemsize
    if n == width:
        copy(block, first, block.ctypes.data, m * n)
        return
    for i in range(m):
        copy(block, first + i * n * size, block.ctypes.data + i * width * size, n)
    embed((0, m), plan, memory)


@kernel
def mass_of(w: Any, order: Any, start: Any, m: Any) -> Any:
    """The sum of the weights of a batch: m of the derivation."""
    mass = 0.0
    for i in range(m):
        mass += w[order[start + i]]
    return mass


@kernel
def note(out: Any, s: Any, m: Any, loss: Any, mass: Any) -> None:
    """A batch's loss added up, or that it is not finite."""
    if not math.isfinite(loss):
        out[FAILED_AT] = s
        return
    out[LOSS] += loss
    out[WEIGHT] += mass
    out[MEANS] += m * (loss / mass)


@kernel
def penalties_of(plan: Any, memory: Any) -> Any:
    """What the solver's alpha and L1 add to J."""
    state, hyper, weights, total = memory.state, memory.hyper, plan.layers[1, AT_B], 0.0
    if hyper[ALPHA] > 0.0:
        total += 0.5 * hyper[L2] * squares(state, THETA, weights)
    if hyper[L1] > 0.0:
        total += hyper[L1] * _absolutes(state, weights)
    return total


@kernel_that_reorders_sums
def _absolutes(state: Any, weights: Any) -> Any:
    """The sum of the absolute values of all W."""
    total = 0.0
    for k in range(weights):
        total += abs(state[THETA, k])
    return total


@kernel
def _columns(columns: Any, m: Any, plan: Any, memory: Any) -> None:
    """Some columns of z[1], of all rows of a batch (G2)."""
    layers, scratch = plan.layers, memory.scratch.ctypes.data + LINE
    a, z = at_layer(AT_FED, 0, 0, plan, memory), at_layer(AT_Z, 1, 0, plan, memory)
    W, first, last = at_state(THETA, AT_W, 1, plan, memory), columns[0], columns[1]
    n_out, n_in, size = layers[1, SIZE], layers[0, SIZE], memory.block.itemsize
    multiply_columns(plan.product, size, first, last, 0, m, n_out, n_in, 1.0, a, W, 0.0, z, scratch)


@kernel
def _rows(n_y: Any, rows: Any, has_z: Any, plan: Any, memory: Any) -> None:
    """Some gathered rows of a batch through all layers and back: z, a, w J_i, delta (G2 to G7)."""
    _forward(rows, has_z, plan, memory)
    _head(n_y, rows, plan, memory)
    for l in range(plan.layers.shape[0] - 1, 1, -1):
        _backward(l, rows, plan, memory)
    embed_back(rows, plan, memory)


@kernel
def _gather(data: Any, order: Any, start: Any, rows: Any, plan: Any, block: Any) -> None:
    """Some rows of a batch, side by side."""
    X, y, w = data
    n, width, n_y, at_y, at_w = X.shape[1], plan.layers[0, SIZE], y.shape[1], plan.places[1], plan.places[2]
    size, base = block.itemsize, block.ctypes.data
    ahead = min(n * size, AHEAD)
    for i in range(rows[0], rows[1]):
        row = order[start + i]
        later = start + i + plan.places[0]
        if later < order.size:
            at = X.ctypes.data + order[later] * n * size
            for further in range(0, ahead, LINE):
                fetch(at + further)
        copy(block, X.ctypes.data + row * n * size, base + i * width * size, n)
        copy(block, y.ctypes.data + row * n_y * size, base + (at_y + i * n_y) * size, n_y)
        block[at_w + i] = w[row]


@kernel
def _forward(rows: Any, has_z: Any, plan: Any, memory: Any) -> None:
    """z[l] and a[l] up to z[L], whose bias the head adds; has_z: whether W[1] has been multiplied."""
    layers, size = plan.layers, memory.block.itemsize
    first, m, L = rows[0], rows[1] - rows[0], layers.shape[0] - 1
    scratch = memory.scratch.ctypes.data + LINE
    for l in range(1, L + 1):
        if l > 1 and plan.passes[2, l - 1] != 0:
            _drop(l - 1, rows, plan, memory)
        a, z = at_layer(AT_FED, l - 1, first, plan, memory), at_layer(AT_Z, l, first, plan, memory)
        W = at_state(THETA, AT_W, l, plan, memory)
        n_out, n_in = layers[l, SIZE], layers[l - 1, SIZE]
        if l > 1 or not has_z:
            multiply(plan.product, size, 0, 0, m, n_out, n_in, 1.0, a, W, 0.0, z, scratch)  # G2
        if l < L:
            _bias_and_activation(l, rows, plan, memory)  # G2 G3


@kernel
def _drop(l: Any, rows: Any, plan: Any, memory: Any) -> None:
    """What layer l + 1 reads: a[l] times the mask of this step, which is kept for the backward pass."""
    first, n = rows[0], plan.layers[l, SIZE]
    a, fed, mask = (
        at_layer(AT_A, l, first, plan, memory),
        at_layer(AT_FED, l, first, plan, memory),
        at_layer(AT_MASK, l, first, plan, memory),
    )
    hyper = memory.hyper.ctypes.data
    share = hyper + 8 * (N_HYPER + plan.layers[-1, SIZE] + l)
    call(plan.passes[2, l], (a, fed, mask, first * n, (rows[1] - first) * n, l, hyper, share))


@kernel
def _bias_and_activation(l: Any, rows: Any, plan: Any, memory: Any) -> None:
    z, a = at_layer(AT_Z, l, rows[0], plan, memory), at_layer(AT_A, l, rows[0], plan, memory)
    b = at_state(THETA, AT_B, l, plan, memory)
    scratch, m, n = memory.scratch.ctypes.data + LINE, rows[1] - rows[0], plan.layers[l, SIZE]
    if plan.layers[l, AT_C] != 0:
        c, kept = at_state(THETA, AT_C, l, plan, memory), at_layer(AT_G, l, rows[0], plan, memory)
        call(plan.passes[0, l], (z, b, c, kept, a, m, n))
        return
    call(plan.passes[0, l], (z, b, a, m, n, scratch))


@kernel
def _head(n_y: Any, rows: Any, plan: Any, memory: Any) -> None:
    """delta[L] and w J_i (G4, G5, G6)."""
    layers, block, first = plan.layers, memory.block, rows[0]
    L, size, base = layers.shape[0] - 1, block.itemsize, block.ctypes.data
    z, delta = at_layer(AT_Z, L, first, plan, memory), at_layer(AT_DELTA, L, first, plan, memory)
    b = at_state(THETA, AT_B, L, plan, memory)
    y, w = base + size * (plan.places[1] + first * n_y), base + size * (plan.places[2] + first)
    losses, hyper = memory.losses.ctypes.data + 8 * first, memory.hyper.ctypes.data
    scratch = memory.scratch.ctypes.data + LINE
    call(
        plan.passes[0, 0], (z, b, y, n_y, w, delta, rows[1] - first, layers[L, SIZE], hyper, losses, scratch)
    )


@kernel
def _backward(l: Any, rows: Any, plan: Any, memory: Any) -> None:
    """delta[l-1] from delta[l] and the old W[l] (G7)."""
    layers, passes, first, m = plan.layers, plan.passes, rows[0], rows[1] - rows[0]
    n_in, n_out = layers[l - 1, SIZE], layers[l, SIZE]
    delta, below = at_layer(AT_DELTA, l, first, plan, memory), at_layer(AT_DELTA, l - 1, first, plan, memory)
    W, scratch = at_state(THETA, AT_W, l, plan, memory), memory.scratch.ctypes.data + LINE
    size = memory.block.itemsize
    multiply(plan.product, size, 0, 1, m, n_in, n_out, 1.0, delta, W, 0.0, below, scratch)
    if passes[3, l - 1] != 0:
        call(passes[3, l - 1], (below, at_layer(AT_MASK, l - 1, first, plan, memory), m * n_in))
    z, a = at_layer(AT_Z, l - 1, first, plan, memory), at_layer(AT_A, l - 1, first, plan, memory)
    if layers[l - 1, AT_C] != 0:
        c, kept = at_state(THETA, AT_C, l - 1, plan, memory), at_layer(AT_G, l - 1, first, plan, memory)
        call(passes[1, l - 1], (below, z, c, kept, m, n_in))
        return
    call(passes[1, l - 1], (below, z, a, m * n_in))
