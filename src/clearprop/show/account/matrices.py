"""A line in its sample or its batch form: in symbols, then with matrices of numbers, then the result."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.show.account.evaluating import evaluate
from clearprop.show.account.formula import Formula, read, split, to_latex, walk
from clearprop.show.account.functions import functions_of
from clearprop.show.account.indices import at_indices, expanded
from clearprop.show.account.numerals import MOST_DIGITS, Numeral, agrees, fraction, numeral
from clearprop.show.account.exactly import brief
from clearprop.show.account.reading import Quantities, indexed
from clearprop.show.account.spelling import Speller
from clearprop.show.account.worked import EQUAL, ROUNDED, Side

WIDEST = 8  # columns and rows of a matrix that is put into an equation
ONES = ["id", r"\mathbf{1}"]


class Forms:
    """The lines of a trace in their sample and batch forms."""

    def __init__(self, found: Quantities) -> None:
        self.found = found
        self.functions = functions_of(found.trace["network"])

    def worked(self, key: str, line: Mapping[str, Any], form: str, sample: int | None = None) -> list[Side] | None:
        """The sides of a line in one form, of one sample or of the batch; None if it has no such form."""
        latex = line["latex"][form]
        if latex is None:
            return None
        first, *rest = split(read(latex))
        sample = sample if ["id", "i"] in list(walk(first[1])) else None
        at = {} if sample is None else {"i": sample}
        left = at_indices(first[1], at)
        sides = [Side("", left, "symbol")]
        sides += [Side(EQUAL if sign == "=" else sign, at_indices(side, at), "symbols") for sign, side in rest]
        if self.found.trace["options"]["numbers"] == "exact":
            return sides + self.exact(sides[-1].formula, key, form, sample)
        cells = self.cells(key, form, sample)
        result, numbers, signs = self.numbers(sides[-1].formula, cells, at)
        if numbers is not None:
            sides.append(Side(signs[0], numbers, "numbers"))
        return [*sides, Side(signs[1], result, "result")]

    def exact(self, side: Formula, key: str, form: str, sample: int | None) -> list[Side]:
        """The side in exact numbers, if it can be written, and the result."""
        written = expanded(side, {}, self.found.trace)
        numbers = None if written is None else self.put(written, 0, [], {})
        q = self.found.by_key[key]
        cells: Any = q["exact"]
        if sample is not None and q["axes"][0] == "sample":
            cells = cells[self.found.place(key, sample, *(a[0] for a in q["held"][1:]))[0]]
            cells = cells if len(q["shape"]) == 3 else [cells]
        result = Side(EQUAL, self.exact_matrix(cells, symbols=False), "result")
        return [*([Side(EQUAL, numbers, "numbers")] if numbers else []), result]

    def exact_matrix(self, cells: Any, key: str = "", corner: Any = (), symbols: bool = True) -> Formula:
        spell = Speller(self.found.symbol)
        rows = [
            [
                self.found.symbol(["ref", key, *corner[n][x]]) if symbols and not brief(cell) else spell(cell)
                for x, cell in enumerate(cells_of_row)
            ]
            for n, cells_of_row in enumerate(cells)
        ]
        if len(rows) == len(rows[0]) == 1:
            bare = not symbols or (rows[0][0][0] == "num" and rows[0][0][1][0] != "-")
            return rows[0][0] if bare else ["paren", rows[0][0]]
        return ["matrix", rows]

    def cells(self, key: str, form: str, sample: int | None) -> np.ndarray:
        """The numbers of the left side, as a matrix."""
        values = self.found.array(key)
        if form == "sample" and sample is not None and self.found.by_key[key]["axes"][0] == "sample":
            values = values[self.found.place(key, sample, *(a[0] for a in self.found.by_key[key]["held"][1:]))[0]]
        return np.atleast_2d(values) if values.ndim < 3 else values

    def numbers(
        self, side: Formula, cells: np.ndarray, at: Mapping[str, int]
    ) -> tuple[Formula, Formula | None, tuple[str, str]]:
        """The result, the side in numbers (if it can be written), and the signs before them."""
        digits = self.found.trace["options"]["digits"]
        result = [[numeral(x, digits) for x in row] for row in cells.tolist()]
        exact = EQUAL if all(n.exact for row in result for n in row) else ROUNDED
        written = expanded(side, {}, self.found.trace)
        for many in range(digits, MOST_DIGITS + 1):
            if written is None:
                break
            used: list[Numeral] = []
            numbers = self.put(written, many, used, at)
            come_to = None if numbers is None else self.value(numbers)
            if come_to is None:
                break
            if come_to.shape == cells.shape and _agree(come_to, result, digits):
                signs = EQUAL if all(n.exact for n in used) else ROUNDED, _equal(come_to, result)
                return _bare(matrix(result)), numbers, signs
        return _bare(matrix(result)), None, (EQUAL, exact)

    def value(self, numbers: Formula) -> np.ndarray | None:
        try:
            return evaluate(numbers, self.functions)
        except (ValueError, ZeroDivisionError, IndexError, TypeError, StopIteration):
            return None

    def put(self, formula: Any, digits: int, used: list[Numeral], at: Mapping[str, int]) -> Any:
        """A formula with every symbol as a number or a matrix of numbers; None if one is unknown or too large."""
        found = self.named(formula, digits, used)
        if found is not None:
            return found
        kind, *parts = formula
        if kind in ("num", "op", "fn", "text") or formula == ONES:
            return formula
        if kind in ("row", "paren", "frac", "sup", "sqrt", "bars"):
            made = [self.put(part, digits, used, at) for part in parts]
            if None in made:
                return None
            bare = kind == "paren" and made[0][0] in ("paren", "matrix")
            return made[0] if bare else [kind, *made]
        return None

    def named(self, formula: Formula, digits: int, used: list[Numeral]) -> Formula | None:
        """What a symbol stands for."""
        if formula[0] in ("sub", "subsup") and formula[1] == ONES:
            return self.ones(formula)
        spot = self.symbols.get(str(formula))
        if spot is None:
            return None
        kind, key, cell = spot
        if self.exactly and kind == "scalar":
            return Speller(self.found.symbol)(self.found.trace["scalars"][key]["exact"])
        if kind == "scalar":
            used.append(numeral(self.found.trace["scalars"][key]["value"], digits))
            return ["num", used[-1].text]
        values = np.atleast_2d(self.found.array(key)[cell])
        whole = list(values.shape) == [n for n, c in zip(self.found.by_key[key]["shape"], (*cell, *[None] * 9), strict=False) if c is None] or values.size == 1 or len(cell) == 1  # fmt: skip
        if not whole or max(values.shape) > WIDEST or values.ndim > 2:
            return None
        if self.exactly:
            return self.exact_cells(key, cell)
        rows = [[numeral(x, digits) for x in row] for row in values.tolist()]
        used += [n for row in rows for n in row]
        return matrix(rows)

    @property
    def exactly(self) -> bool:
        return self.found.trace["options"]["numbers"] == "exact"

    def exact_cells(self, key: str, cell: tuple[int, ...]) -> Formula:
        """Exact numbers of a quantity, of one of its rows or cells; the symbol where a number is too long."""
        q = self.found.by_key[key]
        cells: Any = q["exact"]
        for n in cell:
            cells = cells[n]
        depth = len(q["shape"]) - len(cell)
        cells = [[cells]] if depth == 0 else [cells] if depth == 1 else cells
        index = [[(*cell, *((n, x)[2 - depth :])) for x in range(len(row))] for n, row in enumerate(cells)]
        return self.exact_matrix(cells, key, index)

    def ones(self, formula: Formula) -> Formula:
        n = int(formula[2][1]) if formula[2][0] == "num" else self.found.trace["batch"]["rows"]
        one = ["num", "1"]
        return ["matrix", [[one] * n]] if formula[0] == "subsup" else ["matrix", [[one]] * n]

    @cached_property
    def symbols(self) -> dict[str, tuple[str, str, tuple[int, ...]]]:
        """Every symbol, as a formula: what it stands for."""
        found: dict[str, Any] = {}
        for key, q in self.found.by_key.items():
            if q["part"] == "rest":
                continue
            for latex in filter(None, (q["latex"], q["other_latex"])):
                found[str(read(latex["batch"]))] = ("cells", key, ())
                self._rows(found, key, q, latex)
        for name, scalar in self.found.trace["scalars"].items():
            found[str(read(scalar["latex"]))] = ("scalar", name, ())
        return found

    def _rows(self, found: dict[str, Any], key: str, q: Mapping[str, Any], latex: Mapping[str, Any]) -> None:
        if q["axes"][0] == "sample" and latex["sample"]:
            for at, n in enumerate(q["held"][0]):
                found[str(read(indexed(latex["sample"], (n,))))] = ("cells", key, (at,))
        if len(q["shape"]) == 2 and np.size(q["values"]) <= 400:
            for at in np.ndindex(*(len(a) for a in q["held"])):
                cell = [q["held"][n][x] for n, x in enumerate(at)]
                found.setdefault(str(read(indexed(latex["scalar"], cell))), ("cells", key, at))


def matrix(rows: list[list[Numeral]]) -> Formula:
    """Numbers as a matrix; one alone as a number."""
    if len(rows) == len(rows[0]) == 1:
        text = rows[0][0].text
        return ["paren", ["num", text]] if text.startswith("-") else ["num", text]
    return ["matrix", [[["num", n.text] for n in row] for row in rows]]


def _bare(formula: Formula) -> Formula:
    return formula[1] if formula[0] == "paren" else formula


def _agree(come_to: np.ndarray, result: list[list[Numeral]], digits: int) -> bool:
    rows = zip(come_to.tolist(), result, strict=True)
    return all(agrees(x, n.text, digits) for row, printed in rows for x, n in zip(row, printed, strict=True) if _finite(x))


def _finite(x: Any) -> bool:
    return not isinstance(x, float) or bool(np.isfinite(x))


def _equal(come_to: np.ndarray, result: list[list[Numeral]]) -> str:
    rows = zip(come_to.tolist(), result, strict=True)
    same = come_to.dtype == object and all(
        x == fraction(n.text) for row, printed in rows for x, n in zip(row, printed, strict=True)
    )
    return EQUAL if same else ROUNDED


__all__ = ["Forms", "matrix", "to_latex", "walk"]
