"""Where an expression bends: at the points at which abs, sign, relu, max, min or a comparison changes over."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clearprop.maths.expression_code import function
from clearprop.maths.expression_tree import COMPARISONS, ZERO, Tree

NEAR = 1e-7  # how far from a point its two sides are looked at
BENT = 1e-5  # by how much two slopes differ at least, where there is a kink
OF_ONE, OF_TWO = ("abs", "sign", "relu"), ("max", "min", *COMPARISONS)


def switches(tree: Tree) -> list[tuple[Tree, Tree]]:
    """Pairs of trees at whose equality a tree may bend.

    Examples
    --------
    >>> from clearprop.maths.expression_text import plain, read_expression
    >>> [(plain(u), plain(v)) for u, v in switches(read_expression("min(abs(x), 6)", "x"))]
    [('abs(x)', '6'), ('x', '0')]
    """
    own = [(tree.args[0], ZERO)] if tree.op in OF_ONE else [tree.args] if tree.op in OF_TWO else []
    return [*own, *(pair for part in tree.args for pair in switches(part))]  # pyright: ignore[reportReturnType]


def on_switches(tree: Tree, names: Sequence[str], *values: np.ndarray) -> np.ndarray:
    """At which values of the variables a tree may bend: exactly where the page's own comparisons change over."""
    found = np.zeros(np.broadcast_shapes(*(v.shape for v in values)), bool)
    for pair in switches(tree):
        u, v = (function("f", part, tuple(names))(*values) for part in pair)
        found |= np.equal(u, v)
    return found


def with_slope(
    value: np.ndarray,
    moved: np.ndarray,
    at: np.ndarray,
    own: np.ndarray,
    sides: Callable[[float], np.ndarray],
) -> np.ndarray:
    """The complex values of a function, with the slope of the convention where it stands on a kink.

    Parameters
    ----------
    value : array
        The function's complex values at `moved`.
    moved : array
        Where: an imaginary step away from real points.
    at : array of bool
        The points that may be kinks.
    own : array
        The slopes of the convention. One that does not lie between those of the two sides, and 0, is not taken.
    sides : callable
        ``sides(move)``: the slopes at the points moved so far.
    """
    if not at.any():
        return value
    pair = np.stack([sides(-NEAR), sides(NEAR), np.zeros(own.shape)])  # 0: abs'(0)
    low, high = pair.min(axis=0) - BENT, pair.max(axis=0) + BENT
    held = at & (low <= own) & (own <= high)
    return np.where(held, np.real(value) + 1j * np.imag(moved) * own, value)


def kinks(tree: Tree, slope: Tree, name: str, z: Any) -> np.ndarray:
    """At which z an expression of one variable has a kink: its slopes on the two sides differ."""
    z = np.asarray(z, float)
    left, right = (
        np.broadcast_to(function("f", slope, (name,))(z + move), z.shape) for move in (-NEAR, NEAR)
    )
    return on_switches(tree, (name,), z) & (np.abs(right - left) > BENT)
