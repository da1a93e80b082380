"""One epoch, and one forward pass over rows: the order of the derivation, over BLAS and compiled passes.

Arrays are reached by address: the blocks of `layout`, the C functions of `passes`. Nothing is allocated.
"""

import math
from typing import Any

from clearprop.engine.blas import call, gemm
from clearprop.engine.layout import AT_A, AT_B, AT_DELTA, AT_FED, AT_MASK, AT_W, AT_Z, SIZE
from clearprop.engine.passes import (
    ALPHA,
    CLIP,
    L1,
    L2,
    LAMBDA,
    MASS,
    MAX_NORM,
    N_HYPER,
    NORM,
    RATE,
    SHARE,
    STEPS,
)  # fmt: skip
from clearprop.engine.store import kernel, kernel_that_reorders_sums

GRADIENT_ONLY, ONE_PRODUCT, PASSES = range(3)  # how the parameters move
THETA, GRAD, FIRST, SECOND = range(4)  # the rows of `state`
LOSS, WEIGHT, FAILED_AT, MEANS, PENALTIES = range(5)  # the entries of `out`, before the place for one number


@kernel
def epoch(
    data: Any, order: Any, layers: Any, places: Any, passes: Any, how: Any, state: Any, block: Any, hyper: Any,
    rates: Any, out: Any,
) -> None:  # fmt: skip
    """Steps over all batches of `order`, in order (G2 to G11).

    data: (X, y, w), y with one column of labels, or n[L] columns; order: row numbers; places: (batch size, where
    y and w start in the block); passes: addresses of forward[l], backward[l] for l = 1..L-1 in rows 0 and 1,
    of the head and of the update in [0, 0] and [1, 0]; of `dropout`: drop[l] for l = 0..L-1 in row 2, drop_back[l]
    for l = 1..L-1 in row 3 (0: none), of settle and clip in [3, 0] and [4, 0]; rates: a learning rate for each batch.
    out: the sum of w J_i and the sum of w, which go on from what they are; the number of the batch at which J
    ceased to be finite, or -1; sums over batches of their rows times J, and (where alpha is set) times the
    penalty. A batch whose weights are all zero is no step.
    """
    batch_size, rows, L = places[0], order.size, layers.shape[0] - 1
    out[FAILED_AT] = -1.0
    for s in range(rates.size):
        m = min(batch_size, rows - s * batch_size)
        mass = _gather(data, order, s * batch_size, m, layers, places, block)
        if mass == 0.0:
            continue
        hyper[MASS], hyper[RATE] = mass, rates[s]
        hyper[L2] = hyper[LAMBDA] + hyper[ALPHA] / mass  # scikit-learn's alpha is divided by the batch's m
        if hyper[ALPHA] > 0.0:
            out[PENALTIES] += m * 0.5 * hyper[L2] * _squares(state, THETA, layers[1, AT_B])
        if hyper[L1] > 0.0:
            out[PENALTIES] += m * hyper[L1] * _absolutes(state, layers[1, AT_B])
        _forward(m, L, layers, passes, state, block, hyper)
        loss = _head(m, data[1].shape[1], layers, places, passes, state, block, hyper, out)
        if not math.isfinite(loss):
            out[FAILED_AT] = s
            return
        out[LOSS] += loss
        out[WEIGHT] += mass
        out[MEANS] += m * (loss / mass)
        for l in range(L, 0, -1):
            _backward(l, m, layers, passes, how, state, block, hyper)
        if hyper[CLIP] > 0.0:
            _clip(passes, state, hyper)
        _update(layers, passes, how, state, hyper)


@kernel
def forward(
    X: Any, layers: Any, batch_size: Any, passes: Any, state: Any, block: Any, hyper: Any, result: Any
) -> None:
    """p, or z[L], of all rows of X, in slices of the batch size; row 0 of `passes`, the head's in [0, L] (G2 to G4)."""
    L, n_in, n_out = layers.shape[0] - 1, layers[0, SIZE], layers[-1, SIZE]
    for start in range(0, X.shape[0], batch_size):
        m = min(batch_size, X.shape[0] - start)
        for i in range(m):
            for j in range(n_in):
                block[i * n_in + j] = X[start + i, j]
        _forward(m, L, layers, passes, state, block, hyper)
        _bias_and_activation(L, m, passes[0, L], layers, state, block)
        at = layers[L, AT_A]
        for i in range(m):
            for j in range(n_out):
                result[start + i, j] = block[at + i * n_out + j]


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
def _gather(data: Any, order: Any, start: Any, m: Any, layers: Any, places: Any, block: Any) -> Any:
    """The rows of one batch, side by side; returns the sum of their weights (m of the derivation)."""
    X, y, w = data
    n, n_y, mass = layers[0, SIZE], y.shape[1], 0.0
    for i in range(m):
        row = order[start + i]
        for j in range(n):
            block[i * n + j] = X[row, j]
        for j in range(n_y):
            block[places[1] + i * n_y + j] = y[row, j]
        block[places[2] + i] = w[row]
        mass += w[row]
    return mass


@kernel
def _forward(m: Any, L: Any, layers: Any, passes: Any, state: Any, block: Any, hyper: Any) -> None:
    """z[l] and a[l] up to z[L], whose bias the head adds."""
    size, base, theta = block.itemsize, block.ctypes.data, state.ctypes.data
    for l in range(1, L + 1):
        if passes[2, l - 1] != 0:
            _drop(l - 1, m, layers, passes, block, hyper)
        a, W = base + size * layers[l - 1, AT_FED], theta + size * layers[l, AT_W]
        z = base + size * layers[l, AT_Z]
        gemm(block, 0, 0, m, layers[l, SIZE], layers[l - 1, SIZE], 1.0, a, W, 0.0, z)  # G2
        if l < L:
            _bias_and_activation(l, m, passes[0, l], layers, state, block)  # G2 G3


@kernel
def _drop(l: Any, m: Any, layers: Any, passes: Any, block: Any, hyper: Any) -> None:
    """What layer l + 1 reads: a[l] times the mask of this step, which is kept for the backward pass."""
    size, base = block.itemsize, block.ctypes.data
    a, fed, mask = (
        base + size * layers[l, AT_A],
        base + size * layers[l, AT_FED],
        base + size * layers[l, AT_MASK],
    )
    share = hyper.ctypes.data + 8 * (N_HYPER + layers[-1, SIZE] + l)
    call(passes[2, l], (a, fed, mask, m * layers[l, SIZE], l, hyper.ctypes.data, share))


@kernel
def _clip(passes: Any, state: Any, hyper: Any) -> None:
    """All dW and db together, held to a norm."""
    P = state.shape[1]
    hyper[NORM] = math.sqrt(_squares(state, GRAD, P))
    call(passes[4, 0], (state.ctypes.data + state.itemsize * P * GRAD, P, hyper.ctypes.data))


@kernel
def _bias_and_activation(l: Any, m: Any, function: Any, layers: Any, state: Any, block: Any) -> None:
    size, base, theta = block.itemsize, block.ctypes.data, state.ctypes.data
    z, a, b = base + size * layers[l, AT_Z], base + size * layers[l, AT_A], theta + size * layers[l, AT_B]
    call(function, (z, b, a, m, layers[l, SIZE]))


@kernel
def _head(
    m: Any, n_y: Any, layers: Any, places: Any, passes: Any, state: Any, block: Any, hyper: Any, out: Any
) -> Any:
    """delta[L], db[L]; returns the sum of w J_i (G4, G5, G6, G9)."""
    L, size, base, theta = layers.shape[0] - 1, block.itemsize, block.ctypes.data, state.ctypes.data
    grad = theta + state.shape[1] * size * GRAD
    z, delta = base + size * layers[L, AT_Z], base + size * layers[L, AT_DELTA]
    b, db = theta + size * layers[L, AT_B], grad + size * layers[L, AT_B]
    y, w = base + size * places[1], base + size * places[2]
    loss = out.ctypes.data + 8 * (out.size - 1)
    call(passes[0, 0], (z, b, y, n_y, w, delta, db, m, layers[L, SIZE], hyper.ctypes.data, loss))
    return out[out.size - 1]


@kernel
def _backward(l: Any, m: Any, layers: Any, passes: Any, how: Any, state: Any, block: Any, hyper: Any) -> None:
    """delta[l-1] and db[l-1] from delta[l], then dW[l], or W[l] itself moved by the same product."""
    size, base, theta = block.itemsize, block.ctypes.data, state.ctypes.data
    grad = theta + state.shape[1] * size * GRAD
    n_in, n_out, at_W = layers[l - 1, SIZE], layers[l, SIZE], size * layers[l, AT_W]
    a, delta = base + size * layers[l - 1, AT_FED], base + size * layers[l, AT_DELTA]
    if l > 1:
        below = base + size * layers[l - 1, AT_DELTA]
        gemm(block, 0, 1, m, n_in, n_out, 1.0, delta, theta + at_W, 0.0, below)  # G7, from the old W
        if passes[3, l - 1] != 0:
            call(passes[3, l - 1], (below, base + size * layers[l - 1, AT_MASK], m * n_in))
        z, db = base + size * layers[l - 1, AT_Z], grad + size * layers[l - 1, AT_B]
        own = base + size * layers[l - 1, AT_A]
        call(passes[1, l - 1], (below, z, own, db, m, n_in, hyper.ctypes.data))  # G7 G9
    if how == ONE_PRODUCT:
        rate = hyper[RATE]
        gemm(
            block, 1, 0, n_in, n_out, m, -rate / hyper[MASS], a, delta, 1.0 - rate * hyper[L2], theta + at_W
        )  # G8 G10
    else:
        gemm(block, 1, 0, n_in, n_out, m, 1.0 / hyper[MASS], a, delta, 0.0, grad + at_W)  # G8


@kernel
def _update(layers: Any, passes: Any, how: Any, state: Any, hyper: Any) -> None:
    """The flat vector moved: weights with their penalty, biases without (G10, G11)."""
    if how == GRADIENT_ONLY:
        return
    hyper[STEPS] += 1.0
    size, theta, P = state.itemsize, state.ctypes.data, state.shape[1]
    weights = layers[1, AT_B]
    for share in range(2):
        start, n = (0, weights) if share else (weights, P - weights)
        if share and how == ONE_PRODUCT:
            continue
        hyper[SHARE] = share
        at = theta + size * start
        rows = (at, at + size * P * GRAD, at + size * P * FIRST, at + size * P * SECOND)
        call(passes[1, 0], (rows[0], rows[1], rows[2], rows[3], n, hyper.ctypes.data))
    if hyper[L1] > 0.0 or hyper[MAX_NORM] > 0.0:
        for l in range(1, layers.shape[0]):
            W = theta + size * layers[l, AT_W]
            v = W + size * P * SECOND
            call(passes[3, 0], (W, v, layers[l - 1, SIZE], layers[l, SIZE], hyper.ctypes.data))
