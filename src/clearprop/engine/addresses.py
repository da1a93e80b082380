"""What kernels call: the addresses of compiled passes and products, for a network and its solver."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.engine import lanes
from clearprop.engine.dropout import extra_pass
from clearprop.engine.lane_passes import product_functions
from clearprop.engine.layout import BACKWARD, FORWARD, GRADIENT, MASKED, Layout, Q
from clearprop.engine.passes import (
    backward_pass,
    blended_backward_pass,
    blended_forward_pass,
    forward_pass,
    head_pass,
    update_pass,
)
from clearprop.engine.products import product_function
from clearprop.engine.scaling import scaled_pass
from clearprop.engine.softmax import softmax_head_pass, softmax_pass
from clearprop.engine.solver import Solver
from clearprop.engine.waves import PASSES, wave_pass
from clearprop.network import Network


def product_of(dtype: str, in_lanes: bool) -> Any:
    """`Plan.product` of a step."""
    if in_lanes:
        return tuple(function.address for function in product_functions(dtype))
    return product_function(dtype).address


def passes_of(
    net: Network, solver: Solver, dropout: Sequence[float], dtype: str, in_lanes: bool
) -> np.ndarray:
    """`Plan.passes` of a step."""
    passes = np.zeros((6, net.L), np.int64)
    if in_lanes:
        lanes.fill_passes(passes, net, dtype)
    else:
        made = softmax_head_pass(dtype) if net.head == "softmax" else head_pass(net.head, dtype)
        passes[0, 0] = made.address
    passes[1, 0] = update_pass(solver.update, dtype).address
    for l, name in enumerate(net.activations, 1):
        if not in_lanes:
            passes[0, l] = _forward_of(net, name, dtype).address
        back = blended_backward_pass if net.blended else backward_pass
        passes[1, l] = back(name, net.relu_grad_at_zero, dtype).address
    for l in np.flatnonzero(dropout):
        passes[2, l], passes[3, l] = (extra_pass(name, dtype).address for name in ("drop", "drop_back"))
    passes[3, 0] = extra_pass("settle", dtype).address if solver.settles else 0
    passes[4, 0] = extra_pass("clip", dtype).address if solver.clip_norm else 0
    passes[5, 0] = scaled_pass(dtype).address if solver.scale_rate else 0
    return passes


def waves_of(layout: Layout, dtype: str) -> np.ndarray:
    """`Plan.waves`: that of the layout, with the addresses of the passes where inputs are embedded."""
    waves = layout.waves.copy()
    if waves[Q]:
        at = {"forward": FORWARD, "backward": BACKWARD, "gradient": GRADIENT, "masked": MASKED}
        for name in PASSES:
            waves[at[name]] = wave_pass(name, dtype).address
    return waves


def passes_forward(net: Network, head: str, dtype: str) -> np.ndarray:
    """`Plan.passes` of a forward pass that ends with the function `head`."""
    passes = np.zeros((3, net.L + 1), np.int64)
    for l, name in enumerate((*net.activations, head), 1):
        if l < net.L:
            passes[0, l] = _forward_of(net, name, dtype).address
        else:
            passes[0, l] = (softmax_pass(dtype) if name == "softmax" else forward_pass(name, dtype)).address
    return passes


def _forward_of(net: Network, name: str, dtype: str) -> Any:
    """The pass of a hidden layer."""
    return (blended_forward_pass if net.blended else forward_pass)(name, dtype)
