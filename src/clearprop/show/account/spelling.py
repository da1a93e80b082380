"""Trees as formulas: what a cell is computed from, in symbols or in numbers."""

from collections.abc import Callable
from typing import Any

from clearprop.maths.trees import Tree
from clearprop.show.account.parts import (
    COMMA,
    DOT,
    MINUS,
    ONE,
    PLUS,
    bare,
    in_brackets,
    is_negative,
    is_number,
    is_sum,
    number,
    parts_of,
)
from clearprop.show.formula import (
    Cases,
    Formula,
    Fraction,
    Group,
    Name,
    Root,
    Row,
    Script,
    Sign,
    Tagged,
    Text,
    Word,
    row,
)

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
FLIPPED = {"<": "≥", "<=": ">", ">": "≤"}
SIGN = {"<": "<", "<=": "≤", ">": ">"}


class Speller:
    """Writes trees.

    Parameters
    ----------
    leaf : callable
        The formula of a ``ref`` or ``sym``.
    choose : callable, optional
        Whether a comparison holds: then only the branch that is taken is written.
    numbers : bool
        Whether leaves are numbers, between which a sign of multiplication must stand.
    """

    def __init__(
        self,
        leaf: Callable[[Tree], Formula],
        choose: Callable[[Tree], bool] | None = None,
        numbers: bool = False,
    ) -> None:
        self.leaf, self.choose, self.numbers = leaf, choose, numbers

    def __call__(self, tree: Tree) -> Formula:
        """The formula of a tree."""
        return self._spell(tree)[0]

    def _spell(self, tree: Tree) -> tuple[Formula, int]:
        kind, *rest = tree
        if kind == "num":
            value = rest[0]
            formula = number(value if isinstance(value, str) else repr(float(value)).removesuffix(".0"))
            return formula, _level(formula)
        if kind in ("ref", "sym"):
            formula = self.leaf(tree)
            return formula, _level(formula)
        if kind in ("exp", "ln", "max", "min", "call"):
            return self._function(tree)
        if kind == "where":
            return self._choice(tree)
        return {"+": self._sum, "*": self._product, "/": self._quotient, "neg": self._minus, "pow": self._power}[
            kind
        ](*rest)  # fmt: skip

    def _at(self, tree: Tree, level: int, inside: bool = True) -> Formula:
        """A part, in brackets where it binds less than its place asks for."""
        formula, own = self._spell(tree)
        free = not inside and is_negative(formula) and is_number(formula)
        return formula if own >= level or free else in_brackets(formula)

    def _sum(self, *terms: Tree) -> tuple[Formula, int]:
        return row(*(part for n, term in enumerate(terms) for part in self._term(term, n == 0))), SUM

    def _term(self, term: Tree, first: bool) -> list[Formula]:
        """A term with the sign before it; a minus sign of its own becomes that sign."""
        if term[0] == "neg":
            return [MINUS, self._at(term[1], PRODUCT)]
        formula = self(term)
        if first or not is_negative(formula):
            return ([] if first else [PLUS]) + [_first_in_brackets(formula, first)]
        rest = row(*parts_of(bare(formula))[1:])
        if not isinstance(formula, Tagged):
            return [MINUS, rest]
        return [PLUS, in_brackets(formula)] if is_sum(rest) else [MINUS, Tagged(rest, formula.of)]

    def _product(self, *factors: Tree) -> tuple[Formula, int]:
        parts: list[Formula] = []
        for n, factor in enumerate(_with_squares(factors)):
            formula = self._at(factor, PRODUCT, inside=n > 0)
            if n and (self.numbers or _is_figure(formula)):
                parts.append(DOT)
            parts.append(formula)
        return row(*parts), PRODUCT if not is_negative(parts[0]) else SUM

    def _quotient(self, above: Tree, below: Tree) -> tuple[Formula, int]:
        return Fraction(self(above), self(below)), PRODUCT

    def _minus(self, of: Tree) -> tuple[Formula, int]:
        return row(MINUS, self._at(of, PRODUCT)), SUM

    def _power(self, base: Tree, to: Tree) -> tuple[Formula, int]:
        return Script(self._at(base, ATOM), None, self(to)), POWER

    def _function(self, tree: Tree) -> tuple[Formula, int]:
        kind, *rest = tree
        name, trees = (rest[0], rest[1:]) if kind == "call" else (kind, rest)
        formulas = [self(part) for part in trees]
        if kind == "exp" and trees[0][0] == "num" and isinstance(trees[0][1], str):  # of an exact number
            return (Name("e") if trees[0][1] == "1" else Script(Name("e"), None, formulas[0])), POWER
        if name == "abs":
            return Group("|", formulas[0], "|"), ATOM
        if name == "sqrt":
            return Root(formulas[0]), ATOM
        inside = row(*(p for n, f in enumerate(formulas) for p in ([COMMA, f] if n else [f])))
        return row(Word(name), in_brackets(inside)), POWER

    def _choice(self, tree: Tree) -> tuple[Formula, int]:
        """x 1(a >= b) where the other branch is 0; else both, or the one that is taken."""
        _, (sign, a, b), x, y = tree
        if x == ["num", 0.0]:
            one = row(ONE, in_brackets(row(self(a), Sign(FLIPPED[sign]), self(b))))
            if y == ["num", 1.0]:
                return one, ATOM
            return row(self._at(y, PRODUCT, inside=False), *([DOT] if self.numbers else []), one), PRODUCT
        if self.choose is not None:
            return self._spell(x if self.choose([sign, a, b]) else y)
        condition = row(self(a), Sign(SIGN[sign]), self(b))
        return Cases(((self(x), condition), (self(y), Text("otherwise")))), SUM


def _first_in_brackets(formula: Formula, first: bool) -> Formula:
    """A product whose first factor is negative: in brackets where a sign stands before it."""
    parts = parts_of(formula)
    if first or len(parts) == 1 or not is_negative(parts[0]):
        return formula
    return row(in_brackets(parts[0]), *parts[1:])


def _level(formula: Formula) -> int:
    formula = bare(formula)
    if isinstance(formula, Fraction):
        return PRODUCT
    if not isinstance(formula, Row):
        return ATOM
    return SUM if PLUS in formula.parts or MINUS in formula.parts else PRODUCT


def _is_figure(formula: Formula) -> bool:
    return is_number(formula) or isinstance(bare(formula), Fraction)


def _with_squares(factors: tuple[Tree, ...]) -> list[Any]:
    """A factor that stands twice, as its square."""
    made: list[Tree] = []
    for factor in factors:
        if made and made[-1] == factor:
            made[-1] = ["pow", factor, ["num", 2.0]]
        else:
            made.append(factor)
    return made
