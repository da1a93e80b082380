"""The numbers of a solver and of dropout, as kernels and passes read them."""

from collections.abc import Sequence

import numpy as np

from clearprop.engine.passes import (
    ALPHA,
    BETA1,
    BETA2,
    BLEND_RATE,
    CLIP,
    DECAY,
    EACH_ITS_OWN,
    EMBED_RATE,
    EPS,
    L1,
    LAMBDA,
    MAX_NORM,
    MU,
    N_HYPER,
    SCALE_RATE,
    SEED,
)  # fmt: skip
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.network import Network


def hyper_of(net: Network, solver: Solver, dropout: Sequence[float], seed: int) -> np.ndarray:
    """`Memory.hyper`: numbers by name, constants of the head, what layers drop, factors of Adam's rate."""
    hyper, L = np.zeros(N_HYPER + net.sizes[-1] + 3 * net.L), net.L
    hyper[N_HYPER : N_HYPER + net.sizes[-1]] = net.head_constants or 0.0
    hyper[-3 * L : -2 * L] = dropout
    hyper[-2 * L :] = np.ravel(solver.factors(net))
    for at, value in (
        (LAMBDA, solver.l2), (ALPHA, solver.alpha), (DECAY, solver.decay), (MU, solver.momentum),
        (BETA1, solver.betas[0]), (BETA2, solver.betas[1]), (EPS, solver.eps),
        (L1, solver.l1), (MAX_NORM, solver.max_norm or 0.0), (CLIP, solver.clip_norm or 0.0), (SEED, seed),
        (SCALE_RATE, solver.scale_rate), (BLEND_RATE, solver.blend_rate), (EMBED_RATE, solver.embed_rate),
        (EACH_ITS_OWN, {"sgd": 0, "adam": 1, "adamw": 2}[solver.name]),
    ):  # fmt: skip
        hyper[at] = value
    return hyper


def checked_dropout(net: Network, dropout: Sequence[float]) -> tuple[float, ...]:
    """What layers 0..L-1 drop."""
    given = tuple(float(p) for p in dropout)
    if len(given) > net.L or not all(0 <= p < 1 for p in given):
        msg = f"`dropout` must hold at most {net.L} shares, from 0 to below 1, one for each layer before the last; "
        msg += f"got {list(dropout)}."
        raise SpecError(msg)
    return given + (0.0,) * (net.L - len(given))
