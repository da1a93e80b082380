"""The problem of a worksheet: a network, a batch, and every right number, as a value and as it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from clearprop.maths import trees
from clearprop.network import Network
from clearprop.show.exercise.chain import EXACT, IN_LN2, LN2, Cell, Chain
from clearprop.show.exercise.plan import Plan, operands

SAME = 1e-12  # rounding of float64
Given = Mapping[str, list[list[int]]]


@dataclass(frozen=True)
class Problem:
    """What is given, and how numbers are written.

    Attributes
    ----------
    net : Network
        Its sizes, activations and head.
    given : mapping
        a[0], Y, W[l] and b[l] in whole numbers; in the last layer multiples of `unit`.
    lr, l2 : Fraction
        Of the update.
    exact : bool
        Fractions, with the last layer in multiples of ln 2; else decimals.
    digits : int
        Decimals behind the point, where a number is rounded.
    """

    net: Network
    given: Given
    lr: Fraction
    l2: Fraction
    exact: bool
    digits: int

    @cached_property
    def plan(self) -> Plan:
        """The lines."""
        return Plan(self.net, self.rows, float(self.l2))

    @property
    def rows(self) -> int:
        """m."""
        return len(self.given["a[0]"])

    def unit(self, key: str) -> float:
        """What the numbers of a quantity are multiples of, as they are written: 1, or ln 2."""
        if not self.exact or self.net.head == "identity":
            return 1.0
        name, _, layer = key.rstrip("]").partition("[")
        last = layer == str(self.net.L)
        scaled = name in ("W", "b", "z") if last else name in ("da", "delta", "dW", "db")
        return LN2 if scaled else 1.0

    def shape(self, key: str) -> tuple[int, int]:
        """Rows and columns of a quantity."""
        return self.plan.shapes[key]

    def cells(self, key: str) -> list[Cell]:
        """Every cell of a quantity, row by row."""
        rows, columns = self.shape(key)
        return [(key, i, j) for i in range(rows) for j in range(columns)]

    # ---- Values ---------------------------------------------------------------------------------------------
    def chain(self, *, rounded: bool = False, held: Mapping[Cell, float] | None = None,
              slips: Mapping[str, str] | None = None) -> Chain:  # fmt: skip
        """All numbers as floats; with `rounded` each is taken on as it is written."""
        written = self.rounded if rounded and not self.exact else lambda x: x
        scalars = {"m": self.rows, "lr": float(self.lr), "l2": float(self.l2)}
        return Chain(self.plan, self.given_value, scalars, held=held, written=written, slips=slips)

    def given_value(self, key: str, i: int, j: int) -> float:
        """A number of the problem."""
        return self.given[key][i][j] * self.unit(key)

    def rounded(self, x: Any) -> float:
        """A number as it is written, read back."""
        return round(float(x), self.digits)

    def fractions(self, slips: Mapping[str, str]) -> Chain:
        """All numbers as fractions, of ln 2 where they are multiples of it."""
        return _InUnits(
            self.plan, lambda key, i, j: Fraction(self.given[key][i][j]),
            {"m": Fraction(self.rows), "lr": self.lr, "l2": self.l2}, slips=slips,
        )  # fmt: skip

    @cached_property
    def _right_fractions(self) -> Chain:
        return self.fractions({})

    def fraction(self, cell: Cell, chain: Chain | None = None) -> Fraction | None:
        """The exact value of a cell in its unit; None if it has none: logarithms, and sums of unlike units."""
        if not self.exact or len({self.unit(key) for key in self._terms(cell[0])}) > 1:
            return None
        if chain is None or not chain.slips:
            found = self._right_fractions.value(*cell)
            return found if isinstance(found, Fraction) else None
        found = self.fractions(chain.slips).value(*cell)
        true = (
            isinstance(found, Fraction) and abs(float(found) * self.unit(cell[0]) - chain.value(*cell)) < SAME
        )
        return found if true else None  # a slip may mix units

    def _terms(self, key: str) -> set[str]:
        """The quantities that are added up in the update; elsewhere units agree."""
        return operands(self.plan.lines[key].tree) if key[1:2] == "'" else {key}

    # ---- Numbers as they are written ------------------------------------------------------------------------
    def text(self, cell: Cell, chain: Chain) -> str:
        """A cell as it is written on the sheet, without its unit."""
        key, i, j = cell
        if key in self.given:
            return str(self.given[key][i][j])
        fraction = self.fraction(cell, chain)
        if fraction is not None and "'" not in key:
            return str(fraction)
        return self.number(chain.value(*cell) / self.unit(key))

    def number(self, x: float) -> str:
        """A decimal: all its digits if they are few, else rounded."""
        rounded = f"{x:.{self.digits}f}"
        if abs(float(rounded) - x) < SAME and "." in rounded:
            rounded = rounded.rstrip("0").rstrip(".")
        return "0" if rounded == "-0" else rounded

    def is_exact(self, cell: Cell, chain: Chain) -> bool:
        """Whether the text of a cell is its very value."""
        text = self.text(cell, chain)
        return "/" in text or abs(float(text) * self.unit(cell[0]) - float(chain.value(*cell))) < SAME


class _InUnits(Chain):
    """Fractions, where exp is that of multiples of ln 2."""

    def computed(self, tree: Any, i: int, j: int) -> Any:
        scaled = self.plan.net.head != "identity"
        functions = IN_LN2 if scaled else EXACT
        return trees.value(tree, self.value, {"i": i, "j": j}, self.scalars, functions)
