"""Rows on which importances are found, and the networks that answer for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from clearprop.engine.committee import Aside, Committee, agreed
from clearprop.engine.engine import Engine
from clearprop.maths import derivation
from clearprop.network import Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.tables.table import Table


@dataclass(frozen=True)
class Examined:
    """Rows with their truth, and a model's parts.

    Attributes
    ----------
    members : sequence of Parameters
        The networks.
    encoding, target
        Of the model.
    temperature : float
        Of a classification.
    table : Table
        The raw rows.
    y : ndarray of shape (m,)
        Labels 0..C-1, or numbers in the target's units.
    w : ndarray of shape (m,) or None
        Row weights.
    aside : bool array of shape (members, m), optional
        Which members answer for which rows: those that did not learn from them. Without it all answer for all.
    """

    members: Sequence[Parameters]
    encoding: Encoding
    target: Classes | Scale
    temperature: float
    table: Table
    y: np.ndarray
    w: np.ndarray | None = None
    aside: np.ndarray | None = None

    @property
    def m(self) -> int:
        """How many rows."""
        return len(self.y)

    def thinned(self, most: int) -> "Examined":
        """At most so many of the rows, evenly spaced."""
        if self.m <= most:
            return self
        return self.taken(np.linspace(0, self.m - 1, most).round().astype(int))

    def taken(self, at: np.ndarray) -> "Examined":
        """Some of the rows."""
        w, aside = self.w, self.aside
        return replace(
            self, table=self.table.take(at), y=self.y[at], w=None if w is None else w[at],
            aside=None if aside is None else aside[:, at],
        )  # fmt: skip

    def answer(self, X: np.ndarray) -> np.ndarray:
        """Probabilities (m, C), or numbers (m,) in the target's units, of encoded rows in the place of these."""
        z = self.outputs(X)
        if isinstance(self.target, Scale):
            return self.target.answer(z[:, 0])
        return derivation.softmax(derivation.tempered(z, self.temperature))

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """z[L] as the members agree on it, (m, n[L]) float64."""
        engines = [Engine(params, dtype=self.encoding.dtype) for params in self.members]
        if self.aside is not None:
            return Aside(Committee(engines, self.aside)).logits(X)
        return agreed(self.members[0].net, [engine.logits(X) for engine in engines])

    def blocks(self) -> list[slice]:
        """Where each raw column is among the encoded ones."""
        ends = np.cumsum([0, *(len(column.features) for column in self.encoding.columns)]).tolist()
        return [slice(a, b) for a, b in pairwise(ends)]
