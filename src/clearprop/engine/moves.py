"""How the parameters move: the gradient, or the product that moves them at once, and the update (G8 to G11).

Each thread forms the gradient of some rows of every W (or columns of W[1]) from all rows of the batch, and moves them.
"""

import math
from typing import Any

from clearprop.engine.calls import call, meet
from clearprop.engine.layout import AT_B, AT_C, AT_DELTA, AT_FED, AT_G, AT_W, LINE, OWN, SIZE, Q
from clearprop.engine.passes import (
    BLEND_RATE,
    CLIP,
    EMBED_RATE,
    FACTOR,
    L2,
    MASS,
    N_HYPER,
    NORM,
    RATE,
    SHARE,
    STEPS,
)
from clearprop.engine.plan import (
    DIRECTION,
    FIRST,
    GRAD,
    GRADIENT_ONLY,
    ONE_PRODUCT,
    SCALE,
    SCALE_FIRST,
    SCALE_SECOND,
    SECOND,
    THETA,
    at_layer,
    at_state,
    columns_of,
    share_of,
)  # fmt: skip
from clearprop.engine.products import multiply_columns, multiply_rows, sum_rows
from clearprop.engine.store import kernel, kernel_that_reorders_sums
from clearprop.engine.vectors import TALL
from clearprop.engine.waves import embedding_gradient
from clearprop.network import OF_AN_INPUT

SHARES, EMBEDDINGS = -1, -2  # of `_update`: it moves c, or an embedding


@kernel_that_reorders_sums
def squares(state: Any, row: Any, n: Any) -> Any:
    """The sum of the squares of the first n numbers in a row of the state: of all W in THETA."""
    total = 0.0
    for k in range(n):
        total += state[row, k] * state[row, k]
    return total


@kernel
def gradient(m: Any, how: Any, plan: Any, memory: Any, rank: Any, ranks: Any) -> None:
    """Some rows of every dW, or of W itself moved by the same product, some db, and of embeddings (G8, G9)."""
    layers, size, hyper = plan.layers, memory.block.itemsize, memory.hyper
    one = memory.scratch.ctypes.data
    scale, keep, row = 1.0 / hyper[MASS], 0.0, GRAD
    if how == ONE_PRODUCT:  # G8 G10
        scale, keep, row = -hyper[RATE] / hyper[MASS], 1.0 - hyper[RATE] * hyper[L2], THETA
    for l in range(layers.shape[0] - 1, 0, -1):
        a, delta = at_layer(AT_FED, l - 1, 0, plan, memory), at_layer(AT_DELTA, l, 0, plan, memory)
        W, db = at_state(row, AT_W, l, plan, memory), at_state(GRAD, AT_B, l, plan, memory)
        n_in, n_out = layers[l - 1, SIZE], layers[l, SIZE]
        columns = columns_of(plan, memory, rank, ranks)
        if l == 1 and columns[1] > 0:
            multiply_columns(
                plan.product, size, columns[0], columns[1], 1, n_in, n_out, m, scale, a, delta, keep, W, one + LINE
            )  # fmt: skip  # G8
        else:
            first, last = share_of(n_in, TALL, rank, ranks)
            multiply_rows(
                plan.product, size, first, last, n_in, n_out, m, scale, a, delta, keep, W, one + LINE
            )  # G8
        if l % ranks == rank:
            sum_rows(plan.product, n_out, m, 1.0 / hyper[MASS], one, delta, db, one + LINE)  # G9
            if layers[l, AT_C] != 0:
                terms, dc = at_layer(AT_G, l, 0, plan, memory), at_state(GRAD, AT_C, l, plan, memory)
                sum_rows(plan.product, n_out, m, 1.0 / hyper[MASS], one, terms, dc, one + LINE)
    for k in range(rank, plan.waves[Q], ranks):
        embedding_gradient(k, m, plan, memory)


@kernel
def move_all(how: Any, plan: Any, memory: Any, rank: Any, ranks: Any, team: Any, meetings: Any) -> Any:
    """The thread's parameters moved (G10, G11); returns the number of meetings so far."""
    hyper, passes = memory.hyper, plan.passes
    if hyper[CLIP] > 0.0:
        meetings += 2
        meet(team, ranks, meetings - 1)  # all dW are there
        hyper[NORM] = math.sqrt(squares(memory.state, GRAD, memory.state.shape[1]))
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
        first, last = share_of(layers[l - 1, SIZE], TALL, rank, ranks)
        n = layers[l, SIZE]
        _update(1, (last - first) * n, layers[l, AT_W] + first * n, l, how, plan, memory)
        if l % ranks == rank:
            _update(0, n, layers[l, AT_B], l, how, plan, memory)
            if layers[l, AT_C] != 0:
                _update(SHARES, n, layers[l, AT_C], l, how, plan, memory)
    for k in range(rank, plan.waves[Q], ranks):
        _update(EMBEDDINGS, OF_AN_INPUT, plan.waves[OWN] + k * OF_AN_INPUT, 0, how, plan, memory)


@kernel
def _factor(share: Any, l: Any, plan: Any) -> Any:
    """Where `hyper` holds the factor of the rate of W[l] (share 1), of b[l] (share 0), of c[l] or of EMBEDDINGS."""
    if share < 0:
        return BLEND_RATE if share == SHARES else EMBED_RATE
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
    """n numbers of layer l, from `start` of the flat vector on; share: 1 for weights, which decay,
    0 for biases, SHARES for shares, EMBEDDINGS for an embedding."""
    state, hyper = memory.state, memory.hyper
    size, P = state.itemsize, state.shape[1]
    at = state.ctypes.data + size * start
    if hyper[CLIP] > 0.0:
        call(plan.passes[4, 0], (at + size * P * GRAD, n, hyper.ctypes.data))
    if how == GRADIENT_ONLY or (share == 1 and how == ONE_PRODUCT):
        return
    hyper[SHARE], hyper[FACTOR] = max(share, 0), hyper[_factor(share, l, plan)]
    rows = (at, at + size * P * GRAD, at + size * P * FIRST, at + size * P * SECOND)
    if plan.passes[5, 0] != 0 and share == 1 and l == 1:
        _update_scaled(rows, n, start, plan, memory)
        return
    call(plan.passes[1, 0], (rows[0], rows[1], rows[2], rows[3], n, hyper.ctypes.data))
