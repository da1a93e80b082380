"""Inputs that have scales of their own: W[1] is scale V, and AdamW moves V and the scales.

To all else the network is the plain one: the forward pass reads W[1], and dW[1] is its gradient.
"""

from functools import cache
from typing import Any

from numba import carray  # pyright: ignore[reportPrivateImportUsage]

from clearprop.engine.passes import (
    BETA1,
    BETA2,
    DECAY,
    EPS,
    FACTOR,
    N_HYPER,
    RATE,
    SCALE_RATE,
    STEPS,
    compiled,
)

page: Any = None
page64: Any = None
number: Any = None


def scaled_adamw(W_, dW_, u_, v_, V_, scale_, u_scale_, v_scale_, rows, n, hyper_):  # rows of W[1], n[1] wide
    W, dW, V, hyper = (
        carray(W_, (rows, n)),
        carray(dW_, (rows, n)),
        carray(V_, (rows, n)),
        carray(hyper_, N_HYPER),
    )
    u, v, scale = carray(u_, (rows, n)), carray(v_, (rows, n)), carray(scale_, rows)
    u_scale, v_scale = carray(u_scale_, rows), carray(v_scale_, rows)
    beta1, beta2, lr, decay = (
        number(hyper[BETA1]),
        number(hyper[BETA2]),
        number(hyper[RATE]),
        number(hyper[DECAY]),
    )
    rate = number(page64.adam_rate(hyper[RATE] * hyper[FACTOR], hyper[STEPS], hyper[BETA1], hyper[BETA2]))
    eps = number(page64.adamw_eps(hyper[EPS], hyper[STEPS], hyper[BETA2]))
    lr_scale = number(hyper[RATE] * hyper[SCALE_RATE])
    rate_scale = number(
        page64.adam_rate(hyper[RATE] * hyper[SCALE_RATE], hyper[STEPS], hyper[BETA1], hyper[BETA2])
    )
    for i in range(rows):
        old, slope = scale[i], number(0)
        for k in range(n):
            slope += page.scale_term(V[i, k], dW[i, k])
        u_scale[i] = page.first_moment(u_scale[i], slope, beta1)
        v_scale[i] = page.second_moment(v_scale[i], slope, beta2)
        new = page.adam(page.decoupled(old, lr_scale, decay), u_scale[i], v_scale[i], rate_scale, eps)
        for k in range(n):
            g = page.scaled_rows_back(dW[i, k], old)
            u[i, k] = page.first_moment(u[i, k], g, beta1)
            v[i, k] = page.second_moment(v[i, k], g, beta2)
            V[i, k] = page.adam(page.decoupled(V[i, k], lr, decay), u[i, k], v[i, k], rate, eps)
            W[i, k] = page.scaled_rows(V[i, k], new)
        scale[i] = new


@cache
def scaled_pass(dtype: str) -> Any:
    """One update of some rows of W[1]: (W, dW, u, v, V, scale, u_scale, v_scale, rows, n, hyper)."""
    return compiled(scaled_adamw, "adamw", dtype, "ppppppppiih")
