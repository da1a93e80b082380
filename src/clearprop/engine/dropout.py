"""Dropout, clipping, and what is done to W after an update: passes that most networks do without.

The mask of a step is no state: it is a function of the seed, the step, the layer and the place.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.passes import (
    BETA2,
    CLIP,
    EACH_ITS_OWN,
    EPS,
    FACTOR,
    L1,
    MAX_NORM,
    MU,
    N_HYPER,
    NORM,
    RATE,
    SEED,
    STEPS,
    compiled,
)
from clearprop.engine.store import kernel
from clearprop.maths import derivation

page: Any = None
page64: Any = None
number: Any = None

GOLDEN, FIRST, SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
UNIT = 2.0**-53


def _mixed(x: Any) -> Any:
    """A number of 64 bits, stirred: the output of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    x = (x ^ (x >> S30)) * FIRST
    x = (x ^ (x >> S27)) * SECOND
    return x ^ (x >> S31)


mixed: Any = kernel(_mixed)


def mask(seed: int, step: int, layer: int, shape: tuple[int, int], drop: float) -> np.ndarray:
    """The mask of layer `layer` (0 is the input) in step 0, 1, ...: what the compiled pass draws, by NumPy.

    Examples
    --------
    >>> mask(0, 0, 1, (2, 3), 0.5)
    array([[0., 2., 2.],
           [0., 0., 2.]])
    """
    key = np.zeros(1, np.uint64)
    for part in (seed, step, layer):
        key = _mixed(key + np.uint64(part) + GOLDEN)
    places = np.arange(1, shape[0] * shape[1] + 1, dtype=np.uint64)
    u = (_mixed(key + places * GOLDEN) >> S11) * UNIT
    return derivation.drop_mask(u.reshape(shape), drop)


def drop(
    a_, fed_, mask_, start, n, layer, hyper_, drop_
):  # a layer's a from `start` on, as the next reads it
    a, fed, mask, hyper = carray(a_, n), carray(fed_, n), carray(mask_, n), carray(hyper_, N_HYPER)
    key, share = np.uint64(0), carray(drop_, 1)[0]
    key = mixed(key + np.uint64(hyper[SEED]) + GOLDEN)
    key = mixed(key + np.uint64(hyper[STEPS]) + GOLDEN)
    key = mixed(key + np.uint64(layer) + GOLDEN)
    for k in range(n):
        u = np.float64(mixed(key + np.uint64(start + k + 1) * GOLDEN) >> S11) * UNIT
        mask[k] = number(page64.drop_mask(u, share))
        fed[k] = page.dropped(a[k], mask[k])


def drop_back(delta_, mask_, n):  # delta holds the gradient with respect to what the next layer read
    delta, mask = carray(delta_, n), carray(mask_, n)
    for k in range(n):
        delta[k] = page.dropped_back(delta[k], mask[k])


def clip(grad_, n, hyper_):  # all gradients together, whose norm is NORM
    grad, hyper = carray(grad_, n), carray(hyper_, N_HYPER)
    norm, most = number(hyper[NORM]), number(hyper[CLIP])
    for k in range(n):
        grad[k] = page.bounded(grad[k], norm, most)


def settle(
    W_, v_, n_in, n_out, hyper_
):  # after an update: the L1 penalty, then the norm of each unit's weights
    W, v, hyper = carray(W_, (n_in, n_out)), carray(v_, (n_in, n_out)), carray(hyper_, N_HYPER)
    l1, most, lr, t, beta2 = (
        number(hyper[L1]),
        hyper[MAX_NORM],
        hyper[RATE] * hyper[FACTOR],
        hyper[STEPS],
        hyper[BETA2],
    )
    eps = page64.adamw_eps(hyper[EPS], t, beta2) if hyper[EACH_ITS_OWN] == 2.0 else hyper[EPS]
    if l1 > 0:
        for i in range(n_in):
            for j in range(n_out):
                rate = page64.far_rate(lr, hyper[MU])
                if hyper[EACH_ITS_OWN] > 0:
                    rate = page64.own_rate(lr, t, np.float64(v[i, j]), eps, beta2)
                W[i, j] = page.shrunk(W[i, j], number(rate), l1)
    if most > 0:
        for j in range(n_out):
            squares = 0.0
            for i in range(n_in):
                squares += np.float64(W[i, j]) * np.float64(W[i, j])
            norm = page64.sqrt(squares)
            if norm > most:
                for i in range(n_in):
                    W[i, j] = page.bounded(W[i, j], number(norm), number(most))


TEMPLATES = {
    "drop": (drop, "pppiiihh"),
    "drop_back": (drop_back, "ppi"),
    "clip": (clip, "pih"),
    "settle": (settle, "ppiih"),
}


@cache
def extra_pass(name: str, dtype: str) -> Any:
    """A pass of this page, compiled."""
    template, arguments = TEMPLATES[name]
    return compiled(template, name, dtype, arguments)
