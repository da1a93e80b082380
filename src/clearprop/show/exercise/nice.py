"""Numbers that are nice to compute with: small and whole; each relu on for some row and off for another."""

from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import derivation
from clearprop.network import Network

TRIES = 400
LARGEST = 9  # of z
SPREAD = 4  # between the largest and the smallest z[L] of a row: p stays above 1/54, or 1/17 in powers of 2


def nice_numbers(net: Network, rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """X, Y, W[l] and b[l] in whole numbers, by key; the last layer may stand for multiples of ln 2.

    Raises SpecError if none are found.

    Examples
    --------
    >>> found = nice_numbers(Network((3, 4, 2)), 3, np.random.default_rng(0))
    >>> z = found["a[0]"] @ found["W[1]"] + found["b[1]"]
    >>> bool((z > 0).any(axis=0).all() and (z < 0).any(axis=0).all() and (z != 0).all())
    True
    """
    for _ in range(TRIES):
        found = _drawn(net, rows, rng)
        if found is not None:
            return found
    msg = (
        f"No nice numbers were found for a {net} and {rows} rows. "
        "Take more rows, fewer or smaller layers, or another seed."
    )
    raise SpecError(msg)


def _drawn(net: Network, rows: int, rng: np.random.Generator) -> dict[str, np.ndarray] | None:
    """All numbers, layer by layer; None if a layer cannot be had on these rows."""
    a = _different_rows(rows, net.sizes[0], rng)
    found = {"a[0]": a, "Y": _targets(net, rows, rng)}
    for l in range(1, net.L + 1):
        last = l == net.L
        layer = _last_layer(a, net, rng) if last else _layer(a, net, l, rng)
        if layer is None:
            return None
        found[f"W[{l}]"], found[f"b[{l}]"] = layer
        a = _activated(net, l, a, layer) if not last else a
    return found


def _different_rows(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    X = np.zeros((rows, columns), int)
    for _ in range(TRIES):
        X = rng.integers(-2, 4, (rows, columns))
        if len(np.unique(X, axis=0)) == rows and X.any(axis=1).all() and (columns < 2 or X.any(axis=0).all()):
            return X
    return X


def _targets(net: Network, rows: int, rng: np.random.Generator) -> np.ndarray:
    n = net.sizes[-1]
    if net.head == "softmax":
        labels = rng.permutation(np.arange(rows) % n)  # every class, as far as there are rows
        return np.eye(n, dtype=int)[labels]
    return rng.integers(0, 2, (rows, n)) if net.head == "logistic" else rng.integers(-2, 4, (rows, n))


def _activated(net: Network, l: int, a: np.ndarray, layer: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    z = derivation.affine(a, *layer)
    return np.maximum(z, 0) if net.activations[l - 1] == "relu" else z


# ---- A hidden layer: unit by unit ---------------------------------------------------------------------------
def _layer(
    a: np.ndarray, net: Network, l: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    units = []
    for _ in range(net.sizes[l]):
        unit = _unit(a, net.activations[l - 1] == "relu", rng)
        if unit is None:
            return None
        units.append(unit)
    W, b = np.array([w for w, _ in units]).T, np.array([[bias for _, bias in units]])
    return (W, b) if len(np.unique(W.T, axis=0)) == len(units) or len(a[0]) < 2 else None


def _unit(a: np.ndarray, bent: bool, rng: np.random.Generator) -> tuple[np.ndarray, int] | None:
    """The weights and the bias of one unit: on for some row, off for another, never at 0."""
    for _ in range(TRIES):
        w = rng.integers(-2, 3, a.shape[1])
        if a.shape[1] > 4:  # sums of many terms grow: most of them are left out
            w[rng.permutation(a.shape[1])[4:]] = 0
        biases = [b for b in range(-4, 5) if _is_nice(a @ w + b, bent)]
        if w.any() and biases:
            return w, min(biases, key=lambda b: (abs(b), b))
    return None


def _is_nice(z: np.ndarray, bent: bool) -> bool:
    if np.abs(z).max() > LARGEST:
        return False
    both = len(z) == 1 or ((z > 0).any() and (z < 0).any())
    return not bent or bool((z != 0).all() and both)


# ---- The last layer -----------------------------------------------------------------------------------------
def _last_layer(
    a: np.ndarray, net: Network, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    shape = a.shape[1], net.sizes[-1]
    kept = max(3, -(-shape[0] // shape[1]))  # of the weights of a unit: long sums would be large
    for _ in range(TRIES):
        W = rng.integers(-1, 2, shape) if net.head != "identity" else rng.integers(-2, 3, shape)
        for unit in range(shape[1]):
            W[rng.permutation(shape[0])[kept:], unit] = 0
        b = rng.integers(-1, 2, (1, shape[1]))
        z = a @ W + b
        if _is_open(z, net.head) and W.any(axis=0).all() and (shape[0] > 6 or W.any(axis=1).all()):
            return W, b
    return None


def _is_open(z: Any, head: str) -> bool:
    """Whether no probability is near an end, and not all rows are alike."""
    if head == "identity":
        return np.abs(z).max() <= 2 * LARGEST
    spread = np.ptp(z, axis=1).max() if head == "softmax" else np.abs(z).max()
    return bool(spread <= SPREAD and (len(z) == 1 or len(np.unique(z, axis=0)) > 1))
