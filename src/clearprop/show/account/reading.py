"""A trace as its renderers read it: cells by index, symbols of cells, the trees of lines."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from clearprop.maths import trees
from clearprop.maths.trees import Tree
from clearprop.show.account.exactly import brief
from clearprop.show.account.spelling import Speller
from clearprop.show.formula import Formula, Tagged, read

FORMS = ("scalar", "sample", "batch")


class Quantities:
    """The quantities of a trace."""

    def __init__(self, trace: Mapping[str, Any]) -> None:
        self.trace = trace
        self.by_key: Mapping[str, Any] = trace["quantities"]
        self._arrays: dict[str, np.ndarray] = {}
        self._places = {
            key: [{n: at for at, n in enumerate(a)} for a in q["held"]] for key, q in self.by_key.items()
        }

    def array(self, key: str) -> np.ndarray:
        """The values that are held."""
        if key not in self._arrays:
            self._arrays[key] = np.array(self.by_key[key]["values"], float)
        return self._arrays[key]

    def place(self, key: str, *index: int) -> tuple[int, ...]:
        """Where a cell is among the values that are held."""
        return tuple(places[n] for places, n in zip(self._places[key], index, strict=True))

    def place_of_sample(self, key: str, sample: int) -> int:
        """Where a sample is among those that are held."""
        return self._places[key][0][sample]

    def value(self, tree: Tree) -> float:
        """The number of a ``ref`` or ``sym``."""
        if tree[0] == "sym":
            return float(self.trace["scalars"][tree[1]]["value"])
        return float(self.array(tree[1])[self.place(tree[1], *tree[2:])])

    def exact(self, tree: Tree) -> Tree:
        """The exact tree of a ``ref`` or ``sym``."""
        if tree[0] == "sym":
            return self.trace["scalars"][tree[1]]["exact"]
        found: Any = self.by_key[tree[1]]["exact"]
        for n in self.place(tree[1], *tree[2:]):
            found = found[n]
        return found

    def exact_formula(self, tree: Tree) -> Formula:
        """The exact value of a ``ref`` or ``sym``, or its symbol where that is too long."""
        own = self.exact(tree)
        return tagged(Speller(self.symbol)(own), tree) if brief(own) else self.symbol(tree)

    def symbol(self, tree: Tree) -> Formula:
        """The symbol of a ``ref`` or ``sym``."""
        if tree[0] == "sym":
            return read(self.trace["scalars"][tree[1]]["latex"])
        return tagged(read(indexed(self.by_key[tree[1]]["latex"]["scalar"], tree[2:])), tree)

    def at(self, key: str, cell: tuple[int, ...]) -> dict[str, int]:
        """The letters of a cell."""
        return {x: n for x, n in zip(self.by_key[key]["letters"], cell, strict=True) if x}

    def cells(self, key: str) -> Iterator[tuple[int, ...]]:
        """Every cell that is shown, in order."""
        shown = self.by_key[key].get("shown") or self.by_key[key]["held"]
        yield from _product(shown)

    def number(self, tree: Tree, at: Mapping[str, int]) -> float:
        """What the tree of a cell comes to."""
        look = lambda key, *index: self.value(["ref", key, *index])  # noqa: E731
        scalars = {name: s["value"] for name, s in self.trace["scalars"].items()}
        return trees.value(tree, look, at, scalars)


def tagged(formula: Formula, tree: Tree) -> Formula:
    """A formula marked as that of a cell."""
    return Tagged(formula, (tree[1], *tree[2:])) if tree[0] == "ref" else formula


def indexed(template: str, cell: Any) -> str:
    """A symbol with its indices, from 1.

    Examples
    --------
    >>> indexed("z_{#1,#2}", (0, 1))
    'z_{1,2}'
    """
    for n, index in enumerate(cell, 1):
        template = template.replace(f"#{n}", str(index + 1))
    return template


def _product(lists: list[list[int]]) -> Iterator[tuple[int, ...]]:
    if not lists:
        yield ()
        return
    for n in lists[0]:
        for rest in _product(lists[1:]):
            yield (n, *rest)
