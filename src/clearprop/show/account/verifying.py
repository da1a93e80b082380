"""How far each quantity is from what it must be: its own lines recomputed, and the complex step."""

from typing import Any

import numpy as np

from clearprop.maths import trees
from clearprop.oracle import STEP, Onward
from clearprop.show.account.cutting import WRITTEN, Cutter, terms
from clearprop.show.account.quantity import Quantity
from clearprop.show.account.step import Step, loss_grid

TOLERANCE = 1e-11  # float64 keeps 16 digits; sums over some thousand units lose a few
EMBEDDED = ("f", "s", "V", "r", "t", "h", "e")
LEAST = (
    1e-4  # errors are relative to the largest cell, or to this: 1 - p of a p near 1 is known to some 1e-15
)


def recomputed(q: Quantity, cutter: Cutter, values: np.ndarray) -> dict[str, Any] | None:
    """The worst error of a quantity's lines against its values, relative to its largest cell."""
    lines = [line.tree for line in q.lines if line.tree is not None and terms(line.tree) <= WRITTEN]
    if not lines:
        return None
    once = [tree for n, tree in enumerate(lines) if tree not in lines[:n]]
    worst = max(_error(cutter.values(tree, q), values) for tree in once)
    return {"worst": worst, "cells": int(values.size), "of": int(np.prod(q.shape))}


def against_complex_step(q: Quantity, oracle: "Oracle", values: np.ndarray) -> dict[str, Any] | None:
    """The worst error of a derivative against the complex step."""
    if q.oracle is None:
        return None
    found = oracle.of(q)
    return {"worst": _error(found, values), "checked": int(values.size), "of": int(np.prod(q.shape))}


def _error(found: np.ndarray, values: np.ndarray) -> float:
    return float(np.max(np.abs(found - values)) / max(float(np.max(np.abs(values))), LEAST))


class Oracle:
    """The derivatives of a step in the kept cells, by the complex step."""

    def __init__(self, step: Step, cutter: Cutter) -> None:
        self.step, self.cutter = step, cutter
        self.onward = Onward(step.net, step.params, step.working, step.y, step.w)

    def of(self, q: Quantity) -> np.ndarray:
        """The kept cells of a quantity."""
        kind, *layer = q.oracle or ("none",)
        rows, *columns = [self.cutter.keep.of(axis).tolist() for axis in q.axes]
        if kind in ("z", "a"):
            by = self.onward.by_z if kind == "z" else self.onward.by_a
            return by(layer[0], columns[-1])[rows]
        if kind == "slope":
            return self.onward.slopes(layer[0], columns[-1])[rows]
        if kind == "jacobian":
            return self.onward.outputs_by_z(columns[-1])[np.ix_(rows, columns[0])]
        if kind == "p":
            return self._by_p(columns[0])[rows]
        if kind in EMBEDDED:
            return self._by_embedding(kind, layer[0], q)
        return self._by_parameter(kind, layer[0], q)

    def _by_embedding(self, kind: str, n: int, q: Quantity) -> np.ndarray:
        """By the numbers of an embedding, or by what it makes of each sample."""
        outer = self.step.outer
        assert outer is not None
        assert outer.params.embedding is not None
        given = outer.net, outer.params.embedding, n, kind
        rows, columns = (self.cutter.keep.of(axis) for axis in q.axes)
        if kind in ("t", "h", "e"):
            return np.stack([self.onward.by_embedding(*given, (j,))[rows] for j in columns], axis=-1)
        indices = [(k, j) if kind == "V" else (j,) for k in rows for j in columns]
        by = np.array([self.onward.by_embedding(*given, index).sum() for index in indices])
        return by.reshape(len(rows), len(columns)) / (self.step.working.m if self.step.mean else 1.0)

    def _by_parameter(self, kind: str, l: int, q: Quantity) -> np.ndarray:
        each = kind == "outer"
        at = [self.cutter.keep.of(axis) for axis in (q.axes[1:] if each else q.axes)]
        indices = [(k, j) if kind not in ("b", "c") else (j,) for k in at[0] for j in at[1]]
        name = kind if kind in ("b", "c") else "W"
        by = np.array([self.onward.by_parameter(name, l, index) for index in indices])
        shape = [len(n) for n in at]
        if each:
            rows = self.cutter.keep.of(q.axes[0])
            return np.moveaxis(by[:, rows].reshape(*shape, len(rows)), -1, 0)
        return by.sum(axis=1).reshape(shape) / (self.step.working.m if self.step.mean else 1.0)

    def _by_p(self, columns: list[int]) -> np.ndarray:
        """The loss as it is written, by its probabilities."""
        tree, s = loss_grid(self.step).cell("i", 0), self.step
        found = []
        for c in columns:
            moved = {"p": s.working.p.astype(complex), "Y": s.y}
            moved["p"][:, c] += 1j * STEP
            at: Any = {"i": np.arange(len(s.X))}
            losses = s.w * trees.value(tree, lambda key, *n, moved=moved: moved[key][n], at, {}, trees.ARRAYS)
            found.append(np.imag(losses) / STEP)
        return np.stack(found, axis=-1)
