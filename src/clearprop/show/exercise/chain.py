"""The numbers of a worksheet: each cell by its tree, from the cells before it, whoever worked those out."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from clearprop.maths import trees
from clearprop.maths.trees import Tree
from clearprop.show.exercise.plan import Plan

LN2 = math.log(2.0)
Cell = tuple[str, int, int]


class Chain:
    """Values of cells, computed when asked for and kept.

    Parameters
    ----------
    plan : Plan
        The lines.
    given : callable
        ``given(key, i, j)``: the numbers of the problem.
    scalars : mapping
        m, lr and l2.
    held : mapping, optional
        Cells that are what someone says they are, and are not computed.
    written : callable, optional
        What becomes of a number once it is written down: rounding.
    slips : mapping, optional
        For some quantities the name of a slip that was made in them.
    functions : mapping, optional
        What the functions of a tree do.
    """

    def __init__(
        self, plan: Plan, given: Callable[[str, int, int], Any], scalars: Mapping[str, Any], *,
        held: Mapping[Cell, Any] | None = None, written: Callable[[Any], Any] = lambda x: x,
        slips: Mapping[str, str] | None = None, functions: Mapping[str, Any] = trees.NUMBERS,
    ) -> None:  # fmt: skip
        self.plan, self.given, self.scalars, self.written = plan, given, scalars, written
        self.held, self.functions = {} if held is None else held, functions
        self.slips = slips or {}
        self.kept: dict[Cell, Any] = {}

    def value(self, key: str, i: int, j: int) -> Any:
        """A cell, as it is written down."""
        cell = key, i, j
        if cell in self.held:
            return self.held[cell]
        if key not in self.plan.lines:
            return self.given(*cell)
        if cell not in self.kept:
            line = self.plan.lines[key]
            tree = line.slips[self.slips[key]] if key in self.slips else line.tree
            self.kept[cell] = self.written(self.computed(tree, i, j))
        return self.kept[cell]

    def computed(self, tree: Tree, i: int, j: int) -> Any:
        """What a tree comes to at [i, j], from the cells before it."""
        return trees.value(tree, self.value, {"i": i, "j": j}, self.scalars, self.functions)

    def by_line(self, cell: Cell) -> Any:
        """What the right line gives for a cell, whatever anyone says it is."""
        key, i, j = cell
        return self.computed(self.plan.lines[key].tree, i, j)


def base_two(n: Any) -> Any:
    """exp of n ln 2, for whole n."""
    return Fraction(2) ** n


EXACT: dict[str, Any] = {**trees.NUMBERS, "num": lambda x: Fraction(repr(x))}
IN_LN2: dict[str, Any] = {**EXACT, "exp": base_two}  # where z[L] counts multiples of ln 2
