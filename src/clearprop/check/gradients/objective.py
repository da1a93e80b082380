"""J as a function of one array: a W[l], b[l] or c[l], or the z[l] of every row; and its slopes by each oracle."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, head_of
from clearprop.check.gradients import differences, libraries
from clearprop.check.gradients.differences import Slope
from clearprop.check.gradients.embeddings import fed
from clearprop.check.gradients.judging import Index
from clearprop.check.gradients.kinks import nudged
from clearprop.maths import derivation, languages
from clearprop.network import Network, Parameters

STEP = 1e-30


class Objective:
    """The objective of a network on a batch, with its penalty.

    Parameters
    ----------
    net, params : Network, Parameters
        In float64.
    batch : tuple
        X, y and w as the page takes them.
    penalty, biases : float, bool
        lambda, and whether it holds for b too.
    near : list, optional
        For each layer which z may stand on a kink.
    z : list, optional
        The z of the batch; for slopes by z.
    """

    def __init__(
        self, net: Network, params: Parameters, batch: Any, penalty: float = 0.0, biases: bool = False,
        near: Sequence[Any] | None = None, z: Sequence[Any] = (),
    ) -> None:  # fmt: skip
        self.net, self.batch, self.near = net, batch, near
        self.arrays = {"W": params.W, "b": params.b, "c": params.c, "z": z}
        if params.embedding:
            self.arrays |= {letter: [own] for letter, own in params.embedding._asdict().items()}
        self.penalty = dict.fromkeys("bcfsVr", penalty if biases else 0.0) | {"W": penalty, "z": 0.0}

    def function(
        self, letter: str, l: int, page: Any, own: Callable[[Any], Any] = np.asarray, side: int = 0
    ) -> Any:
        """J by one W[l], b[l] or c[l], or by f, s, V or r of all embedded inputs (l is 0); by z[l], the sum of w J_i.

        `own` makes arrays those of the page's language.
        """
        given = {k: [own(x) for x in self.arrays[k]] for k in "fsVr" if k in self.arrays}
        W, b, c = ([x if x is None else own(x) for x in self.arrays[k]] for k in "Wbc")
        X, y, w = map(own, self.batch)
        head = self._head(page, own, side)

        def of_z(values: Any) -> Any:
            z = values
            if l < self.net.L:
                pairs = self._pairs(page, c, side)
                rest = [None, *W[l + 1 :]], [None, *b[l + 1 :]], pairs[l][0](values), [None, *pairs[l + 1 :]]
                z = page.forward(*rest, head)[0][-1]
            return page.total(w * page.head_lines(head)[1](z, y))

        def of_parameter(values: Any) -> Any:
            {"W": W, "b": b, "c": c, **given}[letter][l] = values
            J = page.loss(W, b, fed(self.net, given, X, page, own), y, w, self._pairs(page, c, side), head)
            return J + page.penalty(values, self.penalty[letter]) if self.penalty[letter] else J

        return of_z if letter == "z" else of_parameter

    def _pairs(self, page: Any, c: Sequence[Any], side: int) -> list[Any]:
        """The activations of the page; z on a kink moved to one side of it."""
        pairs = activation_pairs(self.net, page, c)
        if side and self.near is not None:
            for l in range(1, self.net.L):
                pairs[l] = nudged(pairs[l][0], self.near[l], side), None
        return pairs

    def _head(self, page: Any, own: Callable[[Any], Any], side: int) -> Any:
        """The head of the page; z[L] on a kink moved to one side of it."""
        head = head_of(self.net, page=page)
        if isinstance(head, tuple) and len(head) == 2:
            head = head[0], own(head[1])
        if side and self.near is not None:
            h, losses, back = page.head_lines(head)
            head = h, lambda z, y: losses(_beside(z, y, side), y), back
        return head

    def slopes(self, oracle: str, letter: str, l: int, at: Sequence[Index], allowed: float) -> list[Slope]:
        """The slopes by one oracle at these entries; `allowed` is what the sides of a kink may differ by."""
        values = np.asarray(self.arrays[letter][l])
        if oracle == "complex":
            f = self.function(letter, l, languages.in_complex())
            found = [_by_complex(f, values, index) for index in at]
            sides = [self.sides(letter, l, index, allowed) for index in at]
            return [Slope(v, 0.0, *(s or (None, None))) for v, s in zip(found, sides, strict=True)]
        if oracle == "differences":
            f = self.function(letter, l, derivation)
            return [differences.slope(f, values, index, float(np.finfo(float).eps)) for index in at]
        if oracle == "sympy":
            f = self.function(letter, l, languages.in_sympy(), libraries.exact)
            return [Slope(libraries.by_sympy(f, values, index)) for index in at]
        whole = self._by_autograd(oracle, letter, l, values)
        return [Slope(float(whole[index])) for index in at]

    def _by_autograd(self, oracle: str, letter: str, l: int, values: np.ndarray) -> np.ndarray:
        library = libraries.library(oracle)
        if oracle == "jax":
            with library.enable_x64():
                return libraries.by_jax(
                    self.function(letter, l, languages.in_jax(), library.numpy.asarray), values
                )
        return libraries.by_torch(self.function(letter, l, languages.in_torch(), library.as_tensor), values)

    def sides(self, letter: str, l: int, index: Index, allowed: float) -> tuple[float, float] | None:
        """The slopes as every z on a kink comes from below and from above, if that makes a difference."""
        if not self._bends():
            return None
        values, page = np.asarray(self.arrays[letter][l]), languages.in_complex()
        below, above = (_by_complex(self.function(letter, l, page, side=s), values, index) for s in (-1, 1))
        return None if abs(above - below) <= allowed else (below, above)

    def _bends(self) -> bool:
        """Whether any z may stand on a kink."""
        return (self.near is not None and any(near.any() for near in self.near[1:])) or self._at_target()

    def _at_target(self) -> bool:
        """Whether the last z meets y, where some losses have a kink."""
        return len(self.arrays["z"]) > 0 and bool(
            (np.abs(self.arrays["z"][-1] - self.batch[1]) <= 1e-12).any()
        )


def _beside(z: Any, y: Any, side: int) -> Any:
    """z, where it meets y, moved a very little to one side."""
    return np.where(
        np.abs(np.real(z) - y) <= 1e-12, y + side * (1e-15 * np.abs(y) + 1e-100) + 1j * np.imag(z), z
    )


def _by_complex(f: Callable[[Any], Any], values: np.ndarray, index: Index) -> float:
    moved = values.astype(complex)
    moved[index] += 1j * STEP
    return float(f(moved).imag / STEP)
