"""One epoch, and one forward pass over rows: the order of the derivation, over products and compiled passes.

Arrays are reached by address: the blocks of `layout`, the C functions of `passes`. Nothing is allocated.

Several threads may share an epoch. Each takes some rows of every batch through all layers, forward and backward
(G2 to G7); when all have done so, each forms the gradient of some rows of every W from all rows of the batch, and
moves them (G8 to G11). No sum is divided between threads, so their number leaves every bit as it is.
"""

import math
from typing import Any, NamedTuple

from clearprop.engine.calls import call, fetch, lent, meet
from clearprop.engine.layout import AT_A, AT_B, AT_DELTA, AT_FED, AT_MASK, AT_W, AT_Z, LINE, SIZE
from clearprop.engine.passes import (
    ALPHA,
    CLIP,
    FACTOR,
    L1,
    L2,
    LAMBDA,
    MASS,
    N_HYPER,
    NORM,
    RATE,
    SHARE,
    STEPS,
)  # fmt: skip
from clearprop.engine.products import multiply, multiply_rows, sum_rows
from clearprop.engine.store import kernel, kernel_that_reorders_sums
from clearprop.engine.vectors import TALL, copy

GRADIENT_ONLY, ONE_PRODUCT, PASSES = range(3)  # how the parameters move
THETA, GRAD, FIRST, SECOND = range(4)  # the rows of `state`
# Further rows where inputs have scales: V, in the place of W[1]; in the first n[0] places the scales, their moments.
DIRECTION, SCALE, SCALE_FIRST, SCALE_SECOND = range(4, 8)
AHEAD = 512  # bytes of a row of the next batch that are sent for while this one is worked on
LOSS, WEIGHT, FAILED_AT, MEANS, PENALTIES = range(5)  # the entries of `out`


class Plan(NamedTuple):
    """What does not change during an epoch.

    layers: see `Layout`. places: the batch size, where y and w start in the block, and how the parameters move.
    passes: addresses of forward[l], backward[l] for l = 1..L-1 in rows 0 and 1, of the head and of the update in
    [0, 0] and [1, 0]; of `dropout`: drop[l] for l = 0..L-1 in row 2, drop_back[l] for l = 1..L-1 in row 3 (0:
    none), of settle and clip in [3, 0] and [4, 0]; of `scaling` in [5, 0]. product: the address of `product_function`.
    """

    layers: Any
    places: Any
    passes: Any
    product: Any


class Memory(NamedTuple):
    """The arrays of one thread: `hyper` and `scratch` are its own, the others are everybody's.

    scratch: a 1, and a line further what `products` and `softmax` need; losses: w J_i of each row of the batch.
    """

    state: Any
    block: Any
    losses: Any
    hyper: Any
    scratch: Any


@kernel
def epoch(
    data: Any, order: Any, plan: Any, memory: Any, rates: Any, out: Any, rank: Any, ranks: Any, team: Any
) -> None:
    """Steps over all batches of `order`, in order (G2 to G11), as thread `rank` of `ranks`.

    data: (X, y, w), y with one column of labels, or n[L] columns; order: row numbers; rates: a learning rate for
    each batch. out: the sum of w J_i and the sum of w, which go on from what they are; the number of the batch at
    which J ceased to be finite, or -1; sums over batches of their rows times J, and (where alpha is set) times the
    penalty; thread 0 writes it. A batch whose weights are all zero is no step. team: see `meet`.
    """
    data = (lent(data[0]), lent(data[1]), lent(data[2]))
    order, plan, memory = lent(order), lent_plan(plan), lent_memory(memory)
    batch_size, how, hyper = plan.places[0], plan.places[3], memory.hyper
    meetings = 0
    for s in range(rates.size):
        m = min(batch_size, order.size - s * batch_size)
        mass = mass_of(data[2], order, s * batch_size, m)
        if mass == 0.0:
            continue
        hyper[MASS], hyper[RATE] = mass, rates[s]
        hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass  # scikit-learn's alpha is divided by the batch's m
        if rank == 0:
            out[PENALTIES] += m * penalties_of(plan, memory)
        _rows(data, order, s * batch_size, _share(m, rank, ranks), plan, memory)
        meetings += 1
        if not meet(team, ranks, meetings):
            return
        loss = 0.0
        for i in range(m):
            loss += memory.losses[i]
        if rank == 0:
            note(out, s, m, loss, mass)
        if not math.isfinite(loss):
            return
        _gradient(m, how, plan, memory, rank, ranks)
        meetings = move_all(how, plan, memory, rank, ranks, team, meetings) + 1
        if not meet(team, ranks, meetings):
            return


@kernel
def move(plan: Any, memory: Any, mass: Any, rate: Any, team: Any) -> None:
    """One update from the gradient that stands in the state, whose batch has the mass `mass` (G10, G11)."""
    hyper = memory.hyper
    hyper[MASS], hyper[RATE] = mass, rate
    hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass
    move_all(PASSES, plan, memory, 0, 1, team, 0)


@kernel
def lent_plan(plan: Any) -> Any:
    return Plan(lent(plan.layers), lent(plan.places), lent(plan.passes), plan.product)


@kernel
def lent_memory(memory: Any) -> Any:
    return Memory(
        lent(memory.state), lent(memory.block), lent(memory.losses), lent(memory.hyper), lent(memory.scratch)
    )


@kernel
def forward(X: Any, plan: Any, memory: Any, result: Any) -> None:
    """p, or z[L], of all rows of X, in slices of the batch size; row 0 of `passes`, the head's in [0, L] (G2 to G4)."""
    layers, block = plan.layers, memory.block
    L, n_in, n_out, size = layers.shape[0] - 1, layers[0, SIZE], layers[-1, SIZE], block.itemsize
    for start in range(0, X.shape[0], plan.places[0]):
        m = min(plan.places[0], X.shape[0] - start)
        copy(block, X.ctypes.data + start * n_in * size, block.ctypes.data, m * n_in)
        _forward((0, m), plan, memory)
        _bias_and_activation(L, (0, m), plan, memory)
        p = at_layer(AT_A, L, 0, plan, memory)
        copy(block, p, result.ctypes.data + start * n_out * size, m * n_out)


@kernel
def _share(n: Any, rank: Any, ranks: Any) -> Any:
    """The first row that is a thread's, and the one after its last: whole tiles, as evenly as they go."""
    if ranks == 1:
        return 0, n
    tiles = (n + TALL - 1) // TALL
    return min(tiles * rank // ranks * TALL, n), min(tiles * (rank + 1) // ranks * TALL, n)


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
        total += 0.5 * hyper[L2] * _squares(state, THETA, weights)
    if hyper[L1] > 0.0:
        total += hyper[L1] * _absolutes(state, weights)
    return total


@kernel_that_reorders_sums
def _squares(state: Any, row: Any, n: Any) -> Any:
    """The sum of the squares of the first n numbers in a row of the state: of all W in THETA."""
    total = 0.0
    for k in range(n):
        total += state[row, k] * state[row, k]
    return total


@kernel_that_reorders_sums
def _absolutes(state: Any, weights: Any) -> Any:
    """The sum of the absolute values of all W."""
    total = 0.0
    for k in range(weights):
        total += abs(state[THETA, k])
    return total


@kernel
def _rows(data: Any, order: Any, start: Any, rows: Any, plan: Any, memory: Any) -> None:
    """Some rows of a batch through all layers and back: z, a, w J_i, delta (G2 to G7)."""
    _gather(data, order, start, rows, plan, memory.block)
    _forward(rows, plan, memory)
    _head(data[1].shape[1], rows, plan, memory)
    for l in range(plan.layers.shape[0] - 1, 1, -1):
        _backward(l, rows, plan, memory)


@kernel
def _gather(data: Any, order: Any, start: Any, rows: Any, plan: Any, block: Any) -> None:
    """Some rows of a batch, side by side."""
    X, y, w = data
    n, n_y, at_y, at_w = plan.layers[0, SIZE], y.shape[1], plan.places[1], plan.places[2]
    size, base = block.itemsize, block.ctypes.data
    ahead = min(n * size, AHEAD)
    for i in range(rows[0], rows[1]):
        row = order[start + i]
        later = start + i + plan.places[0]
        if later < order.size:
            at = X.ctypes.data + order[later] * n * size
            for further in range(0, ahead, LINE):
                fetch(at + further)
        copy(block, X.ctypes.data + row * n * size, base + i * n * size, n)
        copy(block, y.ctypes.data + row * n_y * size, base + (at_y + i * n_y) * size, n_y)
        block[at_w + i] = w[row]


@kernel
def at_layer(column: Any, l: Any, row: Any, plan: Any, memory: Any) -> Any:
    """The address of a row of one of layer l's arrays in the block."""
    layers, block = plan.layers, memory.block
    return block.ctypes.data + block.itemsize * (layers[l, column] + row * layers[l, SIZE])


@kernel
def at_state(row: Any, column: Any, l: Any, plan: Any, memory: Any) -> Any:
    """The address of W[l] or b[l], or of what a row of the state holds for it."""
    state = memory.state
    return state.ctypes.data + state.itemsize * (row * state.shape[1] + plan.layers[l, column])


@kernel
def _forward(rows: Any, plan: Any, memory: Any) -> None:
    """z[l] and a[l] up to z[L], whose bias the head adds."""
    layers, size = plan.layers, memory.block.itemsize
    first, m, L = rows[0], rows[1] - rows[0], layers.shape[0] - 1
    scratch = memory.scratch.ctypes.data + LINE
    for l in range(1, L + 1):
        if plan.passes[2, l - 1] != 0:
            _drop(l - 1, rows, plan, memory)
        a, z = at_layer(AT_FED, l - 1, first, plan, memory), at_layer(AT_Z, l, first, plan, memory)
        W = at_state(THETA, AT_W, l, plan, memory)
        n_out, n_in = layers[l, SIZE], layers[l - 1, SIZE]
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
    scratch = memory.scratch.ctypes.data + LINE
    call(plan.passes[0, l], (z, b, a, rows[1] - rows[0], plan.layers[l, SIZE], scratch))


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
    call(passes[1, l - 1], (below, z, a, m * n_in))


@kernel
def _gradient(m: Any, how: Any, plan: Any, memory: Any, rank: Any, ranks: Any) -> None:
    """Some rows of every dW, or of W itself moved by the same product, and some db (G8, G9)."""
    layers, size, hyper = plan.layers, memory.block.itemsize, memory.hyper
    one = memory.scratch.ctypes.data
    scale, keep, row = 1.0 / hyper[MASS], 0.0, GRAD
    if how == ONE_PRODUCT:  # G8 G10
        scale, keep, row = -hyper[RATE] / hyper[MASS], 1.0 - hyper[RATE] * hyper[L2], THETA
    for l in range(layers.shape[0] - 1, 0, -1):
        a, delta = at_layer(AT_FED, l - 1, 0, plan, memory), at_layer(AT_DELTA, l, 0, plan, memory)
        W, db = at_state(row, AT_W, l, plan, memory), at_state(GRAD, AT_B, l, plan, memory)
        n_in, n_out = layers[l - 1, SIZE], layers[l, SIZE]
        first, last = _share(n_in, rank, ranks)
        multiply_rows(
            plan.product, size, first, last, n_in, n_out, m, scale, a, delta, keep, W, one + LINE
        )  # G8
        if l % ranks == rank:
            sum_rows(plan.product, n_out, m, 1.0 / hyper[MASS], one, delta, db, one + LINE)  # G9


@kernel
def move_all(how: Any, plan: Any, memory: Any, rank: Any, ranks: Any, team: Any, meetings: Any) -> Any:
    """The thread's parameters moved (G10, G11); returns the number of meetings so far."""
    hyper, passes = memory.hyper, plan.passes
    if hyper[CLIP] > 0.0:
        meetings += 2
        meet(team, ranks, meetings - 1)  # all dW are there
        hyper[NORM] = math.sqrt(_squares(memory.state, GRAD, memory.state.shape[1]))
        meet(team, ranks, meetings)  # all have read them
    if how == GRADIENT_ONLY and hyper[CLIP] == 0.0:
        return meetings
    if how != GRADIENT_ONLY:
        hyper[STEPS] += 1.0
    _update_share(how, plan, memory, rank, ranks)
    if how != GRADIENT_ONLY and passes[3, 0] != 0:
        meetings += 1
        meet(team, ranks, meetings)  # all W are moved
        for l in range(1, plan.layers.shape[0]):
            if l % ranks == rank:
                W, v = at_state(THETA, AT_W, l, plan, memory), at_state(SECOND, AT_W, l, plan, memory)
                hyper[FACTOR] = hyper[_factor(1, l, plan)]
                call(passes[3, 0], (W, v, plan.layers[l - 1, SIZE], plan.layers[l, SIZE], hyper.ctypes.data))
    return meetings


@kernel
def _update_share(how: Any, plan: Any, memory: Any, rank: Any, ranks: Any) -> None:
    """Those rows of each W, and those b, whose gradient the thread formed."""
    layers = plan.layers
    for l in range(1, layers.shape[0]):
        first, last = _share(layers[l - 1, SIZE], rank, ranks)
        n = layers[l, SIZE]
        _update(1, (last - first) * n, layers[l, AT_W] + first * n, l, how, plan, memory)
        if l % ranks == rank:
            _update(0, n, layers[l, AT_B], l, how, plan, memory)


@kernel
def _factor(share: Any, l: Any, plan: Any) -> Any:
    """Where `hyper` holds the factor of the rate of W[l] (share 1) or of b[l] (share 0)."""
    L = plan.layers.shape[0] - 1
    return N_HYPER + plan.layers[L, SIZE] + (L if share else 2 * L) + l - 1


@kernel
def _update_scaled(rows: Any, n: Any, start: Any, plan: Any, memory: Any) -> None:
    """n numbers of W[1] from `start` on, whole rows, with the scales of their inputs; rows: their addresses."""
    state, wide = memory.state, plan.layers[1, SIZE]
    size, P, base = state.itemsize, state.shape[1], state.ctypes.data
    first = start // wide
    V = base + size * (P * DIRECTION + start)
    scale = base + size * (P * SCALE + first)
    u, v = base + size * (P * SCALE_FIRST + first), base + size * (P * SCALE_SECOND + first)
    W, dW, u_V, v_V = rows
    call(
        plan.passes[5, 0],
        (W, dW, u_V, v_V, V, scale, u, v, n // wide, wide, memory.hyper.ctypes.data),
    )


@kernel
def _update(share: Any, n: Any, start: Any, l: Any, how: Any, plan: Any, memory: Any) -> None:
    """n numbers of layer l, from `start` of the flat vector on; share: 1 for weights, which decay, 0 for biases."""
    state, hyper = memory.state, memory.hyper
    size, P = state.itemsize, state.shape[1]
    at = state.ctypes.data + size * start
    if hyper[CLIP] > 0.0:
        call(plan.passes[4, 0], (at + size * P * GRAD, n, hyper.ctypes.data))
    if how == GRADIENT_ONLY or (share and how == ONE_PRODUCT):
        return
    hyper[SHARE], hyper[FACTOR] = share, hyper[_factor(share, l, plan)]
    rows = (at, at + size * P * GRAD, at + size * P * FIRST, at + size * P * SECOND)
    if plan.passes[5, 0] != 0 and share == 1 and l == 1:
        _update_scaled(rows, n, start, plan, memory)
        return
    call(plan.passes[1, 0], (rows[0], rows[1], rows[2], rows[3], n, hyper.ctypes.data))
