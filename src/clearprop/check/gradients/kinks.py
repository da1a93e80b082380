"""Where a network has no derivative: z that stand on a kink, as far as rounding can tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs
from clearprop.check.gradients.verdict import Entry, Finding
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters

ROUNDING = 4.0  # how many roundings a term of z may suffer
KNOWN = {
    0.0: "relu'(0) = 0, as in scikit-learn, PyTorch, Keras and JAX",
    0.5: "relu'(0) = 1/2, as jax.numpy.maximum has it",
    1.0: "relu'(0) = 1, as the derivation writes it: 1(z >= 0)",
}


def near_zero(params: Parameters, own: Working, z: Sequence[Any]) -> list[Any]:
    """For each layer which z may be 0: no further from it than rounding, of the precision that z has."""
    found: list[Any] = [None]
    for l in range(1, len(own.z)):
        given = own.z[l] if z[l] is None else np.asarray(z[l])
        eps = np.finfo(given.dtype if given.dtype.kind == "f" else float).eps
        terms = derivation.affine(np.abs(own.a[l - 1]), np.abs(params.W[l]), np.abs(params.b[l]))
        found.append(np.abs(own.z[l]) <= ROUNDING * eps * terms)
    return found


def bent_layers(net: Network) -> list[int]:
    """The hidden layers whose activation has a kink at 0."""
    pairs = activation_pairs(replace(net, blended=False))
    return [l for l in range(1, net.L) if _bent(*pairs[l])]


def _bent(g: Callable[..., Any], back: Callable[..., Any]) -> bool:
    sides = np.array([-1e-9, 1e-9])
    left, right = back(np.ones(2), sides, g(sides))
    return bool(abs(right - left) > 1e-6)


def nudged(g: Callable[..., Any], near: np.ndarray, side: int) -> Callable[..., Any]:
    """g with every z that may be 0 moved a very little to one side of it."""
    return lambda z: g(np.where(near, 1j * np.imag(z) + side * 1e-100, z))


def told(entries: Sequence[Entry]) -> list[Finding]:
    """Which slope at 0 the gradients on trial have taken."""
    bent = [e for e in entries if e.status == "kink" and e.left is not None and e.right is not None]
    if not bent:
        return []
    shares = [(e.given - e.left) / (e.right - e.left) for e in bent]  # pyright: ignore[reportOperatorIssue]
    which = next((said for at, said in KNOWN.items() if np.allclose(shares, at, atol=1e-6)), None)
    names = tuple(dict.fromkeys(e.name for e in bent))
    text = f"{len(bent)} entries stand on a kink, and lie between the slopes of its two sides"
    return [Finding("kink", names, f"{text}: {which}." if which else f"{text}.")]
