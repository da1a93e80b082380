"""A line in its sample or its batch form: in symbols, then with matrices of numbers, then the result."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.show.account.evaluating import evaluate
from clearprop.show.account.exactly import written
from clearprop.show.account.functions import functions_of
from clearprop.show.account.indices import at_indices, expanded
from clearprop.show.account.numerals import MOST_DIGITS, Numeral, agrees, fraction, numeral
from clearprop.show.account.parts import ONE, SIGMA, TOP, in_brackets, is_sum, mapped, number, split, walk
from clearprop.show.account.reading import Quantities, indexed, tagged
from clearprop.show.account.spelling import Speller
from clearprop.show.account.worked import EQUAL, ROUNDED, Side
from clearprop.show.formula import Formula, Group, Matrix, Name, Number, Script, Sign, Tagged, read

WIDEST = 8  # columns and rows of a matrix that is put into an equation


class Forms:
    """The lines of a trace in their sample and batch forms."""

    def __init__(self, found: Quantities) -> None:
        self.found = found
        self.functions = functions_of(found.trace["network"])

    def worked(
        self, key: str, line: Mapping[str, Any], form: str, sample: int | None = None
    ) -> list[Side] | None:
        """The sides of a line in one form, of one sample or of the batch; None if it has no such form."""
        latex = line["latex"][form]
        if latex is None:
            return None
        first, *rest = split(read(latex))
        sample = sample if Name("i") in list(walk(first[1])) else None
        at = {} if sample is None else {"i": sample}
        left = at_indices(first[1], at)
        sides = [Side("", left, "symbol")]
        sides += [
            Side(EQUAL if sign == "=" else sign, at_indices(side, at), "symbols") for sign, side in rest
        ]
        if self.found.trace["options"]["numbers"] == "exact":
            return sides + self.exact(sides[-1].formula, key, form, sample)
        cells = self.cells(key, sample)
        place = self.place(key, sample)
        result, numbers, signs = self.numbers(sides[-1].formula, cells, key, self.index(key, place))
        if numbers is not None:
            sides.append(Side(signs[0], numbers, "numbers"))
        return [*sides, Side(signs[1], dotted(result, *self.extent(key, place)), "result")]

    def exact(self, side: Formula, key: str, form: str, sample: int | None) -> list[Side]:
        """The side in exact numbers, if it can be written, and the result."""
        whole = expanded(side, {}, self.found.trace["batch"]["rows"])
        numbers = None if whole is None else self.put(whole, 0, [])
        q = self.found.by_key[key]
        cells: Any = q["exact"]
        place = self.place(key, sample)
        for n in place:
            cells = cells[n] if len(q["shape"]) == 3 else [cells[n]]
        result = Side(EQUAL, self.exact_matrix(cells, key, self.index(key, place), symbols=False), "result")
        return [*([Side(EQUAL, numbers, "numbers")] if numbers else []), result]

    def exact_matrix(self, cells: Any, key: str, index: Any, symbols: bool = True) -> Formula:
        """Exact numbers as a matrix; with `symbols` one that is too long is its symbol."""
        refs = [[["ref", key, *n] for n in row] for row in index]
        spell = Speller(self.found.symbol)
        rows = [
            [
                self.found.exact_formula(ref) if symbols or not written(cell) else tagged(spell(cell), ref)
                for cell, ref in zip(row, refs_of_row, strict=True)
            ]
            for row, refs_of_row in zip(cells, refs, strict=True)
        ]
        if len(rows) == len(rows[0]) == 1:
            alone = rows[0][0]
            return in_brackets(alone) if symbols and is_sum(alone) else alone
        return Matrix(tuple(map(tuple, rows)))

    def place(self, key: str, sample: int | None) -> tuple[int, ...]:
        """Where a sample is, of a quantity that has samples."""
        if sample is None or self.found.by_key[key]["axes"][0] != "sample":
            return ()
        return (self.found.place_of_sample(key, sample),)

    def extent(self, key: str, place: tuple[int, ...]) -> tuple[list[list[int]], list[int]]:
        """Which indices of a matrix, or of the row at a place, are held, and how many there are, by axis."""
        q = self.found.by_key[key]
        held, shape = q["held"][len(place) :], q["shape"][len(place) :]
        return ([[0], *held], [1, *shape]) if len(held) == 1 else (held, shape)

    def cells(self, key: str, sample: int | None) -> np.ndarray:
        """The numbers of the left side, as a matrix."""
        return np.atleast_2d(self.found.array(key)[self.place(key, sample)])

    def numbers(
        self, side: Formula, cells: np.ndarray, key: str, index: list[list[tuple[int, ...]]]
    ) -> tuple[Formula, Formula | None, tuple[str, str]]:
        """The result, the side in numbers (if it can be written), and the signs before them."""
        digits = self.found.trace["options"]["digits"]
        result = [[numeral(x, digits) for x in row] for row in cells.tolist()]
        exact = EQUAL if all(n.exact for row in result for n in row) else ROUNDED
        whole = expanded(side, {}, self.found.trace["batch"]["rows"])
        for many in range(digits, MOST_DIGITS + 1):
            if whole is None:
                break
            used: list[Numeral] = []
            numbers = self.put(whole, many, used)
            come_to = None if numbers is None else self.value(numbers)
            if come_to is None:
                break
            if come_to.shape == cells.shape and _agree(come_to, result, digits):
                signs = EQUAL if all(n.exact for n in used) else ROUNDED, _equal(come_to, result)
                return _bare(matrix(result, key, index)), numbers, signs
        return _bare(matrix(result, key, index)), None, (EQUAL, exact)

    def value(self, numbers: Formula) -> np.ndarray | None:
        try:
            return evaluate(numbers, self.functions)
        except (ValueError, ZeroDivisionError, IndexError, TypeError, StopIteration):
            return None

    def put(self, formula: Formula, digits: int, used: list[Numeral]) -> Formula | None:
        """A formula with every symbol as a number or a matrix of numbers; None if one is unknown or too large."""
        found = self.named(formula, digits, used)
        if found is not None:
            return found
        if isinstance(formula, Name) and formula != SIGMA:
            return None
        if isinstance(formula, Script) and (formula.below is not None or isinstance(formula.above, Group)):
            return formula if _is_own_function(formula.base) else None
        try:
            made = mapped(formula, lambda part: _known(self.put(part, digits, used)))
        except _Unknown:
            return None
        inside = made.inside if isinstance(made, Group) else None
        return inside if isinstance(inside, Matrix | Group) else made

    def named(self, formula: Formula, digits: int, used: list[Numeral]) -> Formula | None:
        """What a symbol stands for."""
        if isinstance(formula, Script) and formula.base == ONE and formula.below is not None:
            return self.ones(formula)
        spot = self.symbols.get(formula)
        if spot is None:
            return None
        kind, key, cell = spot
        if kind == "scalar":
            return self.scalar(key, digits, used)
        q = self.found.by_key[key]
        values = np.atleast_2d(self.found.array(key)[cell])
        whole = [n for n, c in zip(q["shape"], (*cell, *[None] * 9), strict=False) if c is None] or [1]
        if values.size != np.prod(whole) or max(values.shape) > WIDEST or values.ndim > 2:
            return None
        if self.exactly:
            return self.exact_cells(key, cell)
        rows = [[numeral(x, digits) for x in row] for row in values.tolist()]
        used += [n for row in rows for n in row]
        return matrix(rows, key, self.index(key, cell))

    def scalar(self, name: str, digits: int, used: list[Numeral]) -> Formula:
        """A number with a name."""
        scalar = self.found.trace["scalars"][name]
        if self.exactly:
            return Speller(self.found.symbol)(scalar["exact"])
        used.append(numeral(scalar["value"], digits))
        return number(used[-1].text)

    def index(self, key: str, cell: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
        """The indices of the cells of a quantity, of one of its rows, or of one cell, as a matrix."""
        held = self.found.by_key[key]["held"]
        fixed = tuple(held[n][x] for n, x in enumerate(cell))
        free = held[len(cell) :]
        if not free:
            return [[fixed]]
        return (
            [[(*fixed, x) for x in free[0]]]
            if len(free) == 1
            else [[(*fixed, n, x) for x in free[1]] for n in free[0]]
        )

    @property
    def exactly(self) -> bool:
        return self.found.trace["options"]["numbers"] == "exact"

    def exact_cells(self, key: str, cell: tuple[int, ...]) -> Formula:
        """Exact numbers of a quantity, of one of its rows or cells; the symbol where a number is too long."""
        cells: Any = self.found.by_key[key]["exact"]
        for n in cell:
            cells = cells[n]
        depth = len(self.found.by_key[key]["shape"]) - len(cell)
        return self.exact_matrix(
            [[cells]] if depth == 0 else [cells] if depth == 1 else cells, key, self.index(key, cell)
        )

    def ones(self, formula: Script) -> Formula:
        """A row or a column of ones."""
        below = formula.below
        n = int(below.text) if isinstance(below, Number) else self.found.trace["batch"]["rows"]
        one = Number("1")
        return Matrix(((one,) * n,)) if formula.above == TOP else Matrix(((one,),) * n)

    @cached_property
    def symbols(self) -> dict[Formula, tuple[str, str, tuple[int, ...]]]:
        """Every symbol, as a formula: what it stands for."""
        found: dict[Formula, Any] = {}
        for key, q in self.found.by_key.items():
            if q["part"] == "rest":
                continue
            for latex in filter(None, (q["latex"], q["other_latex"])):
                found[read(latex["batch"])] = ("cells", key, ())
                self._rows(found, key, q, latex)
        for name, scalar in self.found.trace["scalars"].items():
            found[read(scalar["latex"])] = ("scalar", name, ())
        return found

    def _rows(
        self, found: dict[Formula, Any], key: str, q: Mapping[str, Any], latex: Mapping[str, Any]
    ) -> None:
        if q["axes"][0] == "sample" and latex["sample"]:
            for at, n in enumerate(q["held"][0]):
                found[read(indexed(latex["sample"], (n,)))] = ("cells", key, (at,))
        if len(q["shape"]) == 2 and np.size(q["values"]) <= 400:
            for at in np.ndindex(*(len(a) for a in q["held"])):
                cell = [q["held"][n][x] for n, x in enumerate(at)]
                found.setdefault(read(indexed(latex["scalar"], cell)), ("cells", key, at))


def _is_own_function(formula: Formula) -> bool:
    """Whether it is g or g', an activation that the user wrote."""
    return (formula.base if isinstance(formula, Script) else formula) == Name("g")


class _Unknown(Exception):
    """A symbol that has no numbers here."""


def _known(formula: Formula | None) -> Formula:
    if formula is None:
        raise _Unknown
    return formula


def matrix(rows: list[list[Numeral]], key: str, index: list[list[tuple[int, ...]]]) -> Formula:
    """Numbers as a matrix; one alone as a number."""
    cells = [
        [Tagged(number(n.text), (key, *at)) for n, at in zip(row, places, strict=True)]
        for row, places in zip(rows, index, strict=True)
    ]
    if len(rows) == len(rows[0]) == 1:
        return in_brackets(cells[0][0]) if is_sum(cells[0][0]) else cells[0][0]
    return Matrix(tuple(map(tuple, cells)))


def dotted(whole: Formula, held: list[list[int]], shape: list[int]) -> Formula:
    """A matrix with dots where rows or columns are left out."""
    if not isinstance(whole, Matrix):
        return whole
    dots, rows = Sign("…"), [list(row) for row in whole.rows]
    gap = [next((n for n in range(1, len(a)) if a[n] != a[n - 1] + 1), None) for a in held]
    if gap[1] is not None and len(rows[0]) < shape[1]:
        rows = [[*row[: gap[1]], dots, *row[gap[1] :]] for row in rows]
    if gap[0] is not None and len(rows) < shape[0]:
        rows = [*rows[: gap[0]], [dots] * len(rows[0]), *rows[gap[0] :]]
    return Matrix(tuple(map(tuple, rows)))


def _bare(formula: Formula) -> Formula:
    return formula.inside if isinstance(formula, Group) else formula


def _agree(come_to: np.ndarray, result: list[list[Numeral]], digits: int) -> bool:
    rows = zip(come_to.tolist(), result, strict=True)
    return all(
        agrees(x, n.text, digits)
        for row, printed in rows
        for x, n in zip(row, printed, strict=True)
        if _finite(x)
    )


def _finite(x: Any) -> bool:
    return not isinstance(x, float) or bool(np.isfinite(x))


def _equal(come_to: np.ndarray, result: list[list[Numeral]]) -> str:
    rows = zip(come_to.tolist(), result, strict=True)
    same = come_to.dtype == object and all(
        x == fraction(n.text) for row, printed in rows for x, n in zip(row, printed, strict=True)
    )
    return EQUAL if same else ROUNDED
