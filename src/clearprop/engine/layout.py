"""Where everything lies: parameters in one flat vector, a batch's arrays in one block of memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clearprop.network import FURTHER, OF_AN_INPUT, WAVES, Network

# The columns of `Layout.layers`.
SIZE, AT_W, AT_B, AT_Z, AT_A, AT_DELTA, AT_FED, AT_MASK, AT_C, AT_G = range(10)
# The entries of `Layout.waves`.
Q, INPUTS, OWN, T, H, DE, FORWARD, BACKWARD, GRADIENT, MASKED, COLUMNS = range(11)
LINE = 64  # bytes: blocks start on a cache line


@dataclass(frozen=True)
class Layout:
    """Offsets, in numbers, of each layer's arrays.

    Attributes
    ----------
    layers : ndarray of int64, shape (L + 1, 10)
        A row a layer: n[l]; where W[l] and b[l] start in the flat vector; where z[l], a[l], delta[l], what layer
        l + 1 reads (a[l], but for dropout) and the mask of dropout (0 if none) start in the block; where c[l] starts
        in the flat vector, and g(z[l]) in the block (0 if the network is not blended). a[0] is the gathered batch.
    at_y, at_w : int
        Where the gathered targets and row weights start in the block.
    size : int
        Numbers in the block.
    waves : ndarray of int64
        How many inputs are embedded; if any, how many there are in all; where the embeddings start in the flat vector,
        and t, h and dJ_i/de in the block; room for the addresses of the passes of `waves`; which inputs they are.
    """

    layers: np.ndarray
    at_y: int
    at_w: int
    size: int
    waves: np.ndarray


def lay_out(
    net: Network, batch_size: int, n_targets: int, dtype: np.dtype, drops: Sequence[float] = ()
) -> Layout:
    """The layout for batches of up to `batch_size` rows whose targets have `n_targets` columns.

    `drops`: the shares that layers 0, 1, ... drop.
    """
    layers = np.zeros((net.L + 1, 10), np.int64)
    layers[:, SIZE] = net.widths
    weights = layers[:-1, SIZE] * layers[1:, SIZE]
    layers[1:, AT_W] = np.cumsum(weights) - weights
    layers[1:, AT_B] = net.n_weights + np.cumsum(layers[1:, SIZE]) - layers[1:, SIZE]
    if net.blended:
        hidden = layers[1:-1, SIZE]
        layers[1:-1, AT_C] = net.n_weights + sum(net.sizes[1:]) + np.cumsum(hidden) - hidden
    at, step = 0, LINE // dtype.itemsize

    def take(numbers: int) -> int:
        nonlocal at
        start, at = at, at + -(-numbers // step) * step
        return start

    for l, n in enumerate(net.widths):
        for column in (AT_A,) if l == 0 else (AT_Z, AT_A, AT_DELTA):
            layers[l, column] = take(batch_size * n)
        layers[l, AT_FED] = layers[l, AT_A]
        if any(drops[l : l + 1]):
            layers[l, AT_FED], layers[l, AT_MASK] = take(batch_size * n), take(batch_size * n)
        if layers[l, AT_C]:
            layers[l, AT_G] = take(batch_size * n)
    waves = np.zeros(COLUMNS + len(net.embedded), np.int64)
    if q := len(net.embedded):
        waves[: OWN + 1] = q, net.sizes[0], net.n_parameters - q * OF_AN_INPUT
        waves[[T, H, DE]] = [take(batch_size * q * n) for n in (WAVES, WAVES, FURTHER)]
        waves[COLUMNS:] = net.embedded
    return Layout(layers, take(batch_size * n_targets), take(batch_size), at, waves)


def aligned(numbers: int, dtype: np.dtype) -> np.ndarray:
    """Zeros that start on a cache line."""
    raw = np.zeros(numbers * dtype.itemsize + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + numbers * dtype.itemsize].view(dtype)
