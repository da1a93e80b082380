"""Gradients by the complex step through the forward pass, which knows nothing of the backward pass."""

from typing import Any

import numpy as np

from clearprop import batch
from clearprop.check.gradients import complex_step
from clearprop.maths import languages
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters
from oracles.close import relative_error

SUMS = 1e-12  # float64 keeps 2.2e-16; six layers of sums and of slopes up to some dozens lose four digits


def gradient_faults(net: Network, params: Parameters, X: Any, y: Any, w: Any, working: Working) -> list[str]:
    """The gradients of a Working that are off by more than `SUMS` of their largest entry."""
    data = (X, y, np.ones(len(X)) if w is None else w)
    pairs = [("dX", working.da[0] / working.m, _input_gradient(net, params, *data))]
    for l in range(1, net.L + 1):
        for name, given in (("W", working.dW[l]), ("b", working.db[l])):
            want = np.empty(getattr(params, name)[l].shape)
            for index in np.ndindex(want.shape):
                want[index] = complex_step(net, params, name, l, index, data)
            pairs.append((f"d{name}[{l}]", given, want))
    errors = {name: relative_error(given, want) for name, given, want in pairs}
    return [f"{name}: {error:.1e}" for name, error in errors.items() if not error <= SUMS]


def _input_gradient(net: Network, params: Parameters, X: Any, y: Any, w: Any) -> np.ndarray:
    page = languages.in_complex()
    pairs, gradient = batch.activation_pairs(net, page), np.empty(X.shape)
    for index in np.ndindex(X.shape):
        moved = X.astype(complex)
        moved[index] += 1e-30j
        gradient[index] = page.loss(params.W, params.b, moved, y, w, pairs, net.head).imag / 1e-30
    return gradient
