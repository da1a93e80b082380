"""Which cells of a large network are kept: the first units and the last, the first samples and the last.

A sum over what is not kept becomes a quantity of its own, "the other terms", so that every line still adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.maths import trees
from clearprop.maths.trees import Tree
from clearprop.network import FURTHER, WAVES
from clearprop.show.account.quantity import Axis, Quantity

WHOLE = {"one": 1, "wave": WAVES, "further": FURTHER}  # axes of which nothing is cut
FIRST = 4  # kept of a long axis, beside the last one
WRITTEN = 20_000  # terms of a line that is computed by its tree


@dataclass(frozen=True)
class Kept:
    """The samples and the units of each layer that are kept, as sorted indices."""

    samples: np.ndarray
    units: tuple[np.ndarray, ...]
    inputs: int = 0  # before the further numbers of a[0], where inputs are embedded

    def of(self, axis: Axis) -> np.ndarray:
        """The kept indices of an axis."""
        if axis.kind in WHOLE:
            return np.arange(WHOLE[axis.kind])
        if axis.kind == "input":
            return self.units[0][self.units[0] < self.inputs]
        return self.samples if axis.kind == "sample" else self.units[axis.layer or 0]


def kept(
    rows: int, sizes: tuple[int, ...], most: int, samples: Any = None, units: Mapping[int, Any] | None = None
) -> Kept:
    """Everything of an axis of at most `most`; of a longer one the first and the last, and what was asked for."""
    units = units or {}
    layers = (_of_axis(n, most, units.get(l)) for l, n in enumerate(sizes))
    return Kept(_of_axis(rows, most, samples), tuple(layers))


def _of_axis(n: int, most: int, asked: Any) -> np.ndarray:
    if n <= most:
        return np.arange(n)
    asked = list(asked or ())[:most]
    return np.unique(np.array([*(asked or range(FIRST)), n - 1]))


class Cutter:
    """Cuts the trees of lines to the kept cells."""

    def __init__(self, quantities: list[Quantity], keep: Kept, scalars: Mapping[str, float]) -> None:
        self.by_key = {q.key: q for q in quantities}
        self.keep, self.scalars = keep, scalars
        self.rests: dict[str, Quantity] = {}
        self._whole: dict[str, np.ndarray] = {}

    def cells(self, key: str, *at: Any) -> np.ndarray:
        """Cells of a quantity; index arrays are broadcast."""
        if key in self.rests:
            q = self.rests[key]
            return q.values([np.arange(n) for n in q.shape])[tuple(at)]
        q = self.by_key[key]
        if q.key.startswith(("outer", "jacobian")):
            return _by_index(q, at)
        if key not in self._whole:
            self._whole[key] = q.all_values()
        return self._whole[key][tuple(at)]

    def values(self, tree: Tree, q: Quantity) -> np.ndarray:
        """What a tree comes to in every kept cell of a quantity."""
        indices = np.ix_(*(self.keep.of(axis) for axis in q.axes))
        at: Any = {axis.letter: index for axis, index in zip(q.axes, indices, strict=True) if axis.letter}
        found = trees.value(tree, self.cells, at, self.scalars, trees.ARRAYS)
        return np.broadcast_to(found, np.broadcast_shapes(*(i.shape for i in indices)))

    def cut(self, tree: Tree, q: Quantity, line: str) -> Tree | None:
        """The tree over kept cells alone; None if it has too many terms to be written."""
        if terms(tree) > WRITTEN:
            return None
        return self._cut(tree, q, line)

    def _cut(self, tree: Any, q: Quantity, line: str) -> Any:
        if not isinstance(tree, list) or tree[0] in ("num", "sym", "ref", "is"):
            return tree
        if tree[0] == "sum" and len(tree) == 5:
            return self._cut_sum(tree, q, line)
        return [tree[0], *(self._cut(part, q, line) for part in tree[1:])]

    def _cut_sum(self, tree: Tree, q: Quantity, line: str) -> Tree:
        _, letter, first, last, body = tree
        axis = self._axis(letter, body)
        keep = [n for n in range(first, last) if axis is None or n in set(self.keep.of(axis).tolist())]
        body = self._cut(body, q, line)
        if len(keep) == last - first:
            return ["sum", letter, first, last, body]
        left = sorted(set(range(first, last)) - set(keep))
        rest = self._rest(["sum", letter, left, body], q, line, len(left))
        return ["+", ["sum", letter, keep, body], rest]

    def _axis(self, letter: str, tree: Any) -> Axis | None:
        """What a letter runs over: the axis of the first quantity that it is an index of."""
        if not isinstance(tree, list):
            return None
        if tree[0] == "ref" and letter in tree[2:]:
            return self.by_key[tree[1]].axes[tree[2:].index(letter)]
        return next((found for part in tree[1:] if (found := self._axis(letter, part))), None)

    def _rest(self, tree: Tree, q: Quantity, line: str, count: int) -> Tree:
        """The other terms, as a reference to a quantity of that name."""
        free = {x for x in letters(tree) if x != tree[1]}
        axes = tuple(axis if axis.letter in free else Axis("one") for axis in q.axes)
        key = f"rest {q.key} {line}" + (f" {len(self.rests)}" if f"rest {q.key} {line}" in self.rests else "")
        flat = Quantity(key, "rest", q.layer, q.symbol, axes, (), lambda _: np.zeros(0))
        values = np.array(self.values(tree, flat))
        place = {axis.kind + str(axis.layer): self.keep.of(axis) for axis in axes}
        shape = tuple(1 if a.kind == "one" else q.shape[n] for n, a in enumerate(axes))
        whole = np.full(shape, np.nan)
        whole[np.ix_(*(place[a.kind + str(a.layer)] for a in axes))] = values
        made = Quantity(key, "rest", q.layer, q.symbol, axes, shape, lambda at: whole[np.ix_(*at)])
        self.rests[key] = made
        self.counts = {**getattr(self, "counts", {}), key: count}
        return ["ref", key, *(axis.letter or 0 for axis in axes)]


def _by_index(q: Quantity, at: tuple[Any, ...]) -> np.ndarray:
    """Cells of a quantity that is never made whole."""
    lists = [np.unique(np.asarray(x)) for x in at]
    part = q.values(lists)
    return part[tuple(np.searchsorted(n, x) for n, x in zip(lists, at, strict=True))]


def terms(tree: Any) -> int:
    """How many terms a tree has when its sums are written out."""
    if not isinstance(tree, list):
        return 0
    if tree[0] == "sum":
        return (tree[3] - tree[2] if len(tree) == 5 else len(tree[2])) * max(1, terms(tree[-1]))
    return max(1, sum(terms(part) for part in tree[1:]))


def letters(tree: Any) -> set[str]:
    """The index letters in a tree."""
    if not isinstance(tree, list) or tree[0] in ("num", "sym"):
        return set()
    if tree[0] in ("ref", "is"):
        return {x for x in tree[2 if tree[0] == "ref" else 1 :] if isinstance(x, str)}
    return set().union(*(letters(part) for part in tree[1:]))
