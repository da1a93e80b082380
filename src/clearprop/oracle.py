"""Derivatives by the complex step: they know the forward pass alone, and are right to the last digit.

With an imaginary step of 1e-30 the imaginary part of a function is its derivative times the step (Squire and Trapp,
SIAM Review 40, 1998).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, head_of
from clearprop.maths import derivation, expressions, languages
from clearprop.maths.derivation import Working
from clearprop.maths.expression_kinks import on_switches, with_slope
from clearprop.network import FURTHER, Embedding, Network, Parameters

STEP = 1e-30
BESIDE = 1e-200  # beside a kink, on the side that the convention follows; lost in any sum with another number


class Onward:
    """The forward pass from any layer on, moved by a step in one column or in one parameter.

    Parameters
    ----------
    net, params, working
        A step, in float64.
    y, w : ndarray
        Its targets (m, n[L]) and the weight of each row (m,).
    """

    def __init__(
        self, net: Network, params: Parameters, working: Working, y: np.ndarray, w: np.ndarray
    ) -> None:
        self.net, self.params, self.working, self.y, self.w = net, params, working, y, w
        self.page = languages.in_complex()
        self._known: dict[Any, np.ndarray] = {}
        self.plain = replace(net, blended=False)
        self.pairs, self.head = (
            activation_pairs(self.plain, self.page),
            self.page.head_lines(head_of(net, page=self.page)),
        )

    def output(self, l: int, z: np.ndarray) -> np.ndarray:
        """z[L], from z[l]."""
        for h in range(l, self.net.L):
            z = self.page.affine(self.activated(h, z), self.params.W[h + 1], self.params.b[h + 1])
        return z

    def activated(self, l: int, z: np.ndarray, c: Any = None) -> np.ndarray:
        """a[l]; `c`: of a blended network the shares, where they are not those of the parameters."""
        g = self._activated(l, z)
        if not self.net.blended:
            return g
        return self.page.blended(z, g, self.params.c[l] if c is None else c)

    def _activated(self, l: int, z: np.ndarray) -> np.ndarray:
        """g(z[l]); a z on a kink at 0 is moved to the side whose slope is the convention, or does not move.

        On a kink of an expression it takes the slope of the convention, if that lies between those of the sides.
        """
        name = self.net.activations[l - 1]
        if name not in derivation.ACTIVATIONS:
            return self._expressed(l, name, z)
        return self.pairs[l][0](np.where(np.real(z) == 0, z * self._moves(l) + self._side(l), z))

    def _expressed(self, l: int, name: str, z: np.ndarray) -> np.ndarray:
        found, x = expressions.activation(name, self.net.relu_grad_at_zero), np.real(z)
        g, back = self.pairs[l][0], activation_pairs(self.plain)[l][1]
        at = on_switches(found.tree, (found.variable,), x)
        own = np.broadcast_to(back(np.ones_like(x), x, x), x.shape)
        return with_slope(g(z), z, at, own, lambda move: np.imag(g(x + move + 1j * STEP)) / STEP)

    def _side(self, l: int) -> float:
        """Of relu the side that the network says; of another activation the one whose slope it takes at 0."""
        if self.net.activations[l - 1] == "relu":
            return BESIDE if self.net.relu_grad_at_zero else -BESIDE
        slopes = {side: self._slope_beside(l, side) for side in (BESIDE, -BESIDE)}
        return min(slopes, key=lambda side: abs(slopes[side] - self._own_slope(l)))

    def _moves(self, l: int) -> float:
        """0 where the slope at 0 is taken to be 0 between two others, as that of abs; else 1."""
        if self.net.activations[l - 1] == "relu" or self._own_slope(l) != 0:
            return 1.0
        return float(self._slope_beside(l, self._side(l)) == 0)

    def _own_slope(self, l: int) -> float:
        g, back = activation_pairs(self.plain)[l]
        zero = np.zeros(1)
        return float(np.asarray(back(np.ones(1), zero, g(zero))).item())

    def _slope_beside(self, l: int, side: float) -> float:
        return float(np.imag(self.pairs[l][0](np.array([side + 1j * STEP]))).item() / STEP)

    def losses(self, l: int, z: np.ndarray) -> np.ndarray:
        """The loss of each row times its weight, from z[l]; where p = y absolute errors have the slope 0."""
        z = self.output(l, z)
        if self.net.head in ("absolute", "quantile"):
            z = np.where(np.real(z) == self.y, np.real(z), z)
        if self.net.head not in derivation.HEADS:
            return self.w * self._loss_expressed(z).sum(axis=1)
        return self.w * self.head[1](z, self.y)

    def _loss_expressed(self, p: np.ndarray) -> np.ndarray:
        """The loss of each output, by its expression; on a kink with the slope of the convention."""
        term, x, y = expressions.loss_lines(self.net.head, self.page)[0], np.real(p), self.y
        at = on_switches(expressions.loss(self.net.head).tree, ("p", "y"), x, y)
        own = expressions.loss_lines(self.net.head)[1](x, y, np.ones((1, 1)))
        return with_slope(term(p, y), p, at, own, lambda move: np.imag(term(x + move + 1j * STEP, y)) / STEP)

    def by_z(self, l: int, columns: Sequence[int]) -> np.ndarray:
        """The derivative of each row's loss by some columns of z[l]: (m, columns)."""
        return self._by(self.working.z[l], columns, lambda z: self.losses(l, z))

    def by_a(self, l: int, columns: Sequence[int]) -> np.ndarray:
        """The same by some columns of a[l]."""
        W, b = self.params.W[l + 1], self.params.b[l + 1]
        return self._by(self.working.a[l], columns, lambda a: self.losses(l + 1, self.page.affine(a, W, b)))

    def slopes(self, l: int, columns: Sequence[int]) -> np.ndarray:
        """The slope of the activation of layer l, or of the head, in some columns of z[l]."""
        z = self.working.z[l][:, columns] + 1j * STEP
        if l < self.net.L:
            return np.imag(self.activated(l, z, self.net.blended and self.params.c[l][columns])) / STEP
        return np.imag(self.head[0](z)) / STEP

    def outputs_by_z(self, columns: Sequence[int]) -> np.ndarray:
        """The derivative of every output by some columns of z[L]: (m, n[L], columns)."""
        return self._by(self.working.z[-1], columns, self.head[0])

    def by_parameter(self, name: str, l: int, index: tuple[int, ...]) -> np.ndarray:
        """The derivative of each row's loss by one entry of W[l], b[l] or c[l]: (m,)."""
        if name == "c":
            return self._by_share(l, index[-1])
        if (name, l, index) not in self._known:
            j = index[-1]  # the only column of z[l] that moves
            moved: dict[str, Any] = {"W": self.params.W[l][:, j : j + 1], "b": self.params.b[l][j : j + 1]}
            moved[name] = moved[name].astype(complex)
            moved[name][(*index[:-1], 0)] += 1j * STEP
            z = self.working.z[l].astype(complex)
            z[:, j : j + 1] = self.page.affine(self.working.a[l - 1], moved["W"], moved["b"])
            self._known[name, l, index] = np.imag(self.losses(l, z)) / STEP
        return self._known[name, l, index]

    def _by_share(self, l: int, j: int) -> np.ndarray:
        c = self.params.c[l].astype(complex)
        c[j] += 1j * STEP
        a = self.activated(l, self.working.z[l], c)
        z = self.page.affine(a, self.params.W[l + 1], self.params.b[l + 1])
        return np.imag(self.losses(l + 1, z)) / STEP

    def by_embedding(
        self, net: Network, embedding: Embedding, n: int, kind: str, index: tuple[int, ...]
    ) -> np.ndarray:
        """The derivative of each row's loss by what belongs to embedding n of the whole network `net`: (m,).

        kind: one entry of f, s, V or r; or one column of t, h or e.
        """
        at, page, a = net.sizes[0] + FURTHER * n, self.page, self.working.a[0].astype(complex)
        x, own = (
            a[:, net.embedded[n], None],
            {k: v[n].astype(complex) for k, v in embedding._asdict().items()},
        )

        def moved(values: Any, letter: str) -> Any:
            if letter == kind:
                values = values.astype(complex)
                values[(*index,) if letter in own else (slice(None), *index)] += 1j * STEP
            return values

        own = {letter: moved(values, letter) for letter, values in own.items()}
        t = moved(page.phase(x, own["f"], own["s"]), "t")
        h = moved(page.wave(t), "h")
        a[:, at : at + FURTHER] = moved(page.affine(h, own["V"], own["r"]), "e")
        return np.imag(self.losses(1, page.affine(a, self.params.W[1], self.params.b[1]))) / STEP

    def _by(self, x: np.ndarray, columns: Sequence[int], f: Any) -> np.ndarray:
        found = []
        for j in columns:
            moved = x.astype(complex)
            moved[:, j] += 1j * STEP
            found.append(np.imag(f(moved)) / STEP)
        return np.stack(found, axis=-1)
