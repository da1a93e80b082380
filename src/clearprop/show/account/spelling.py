"""Trees as formulas: what a cell is computed from, in symbols or in numbers."""

from collections.abc import Callable
from typing import Any

from clearprop.maths.trees import Tree
from clearprop.show.account.formula import Formula, row

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
LONG = 8  # terms; of a longer sum the first three and the last are written
FLIPPED = {"<": r"\ge", "<=": ">", ">": r"\le"}
SIGN = {"<": "<", "<=": r"\le", ">": ">"}


class Speller:
    """Writes trees.

    Parameters
    ----------
    leaf : callable
        The formula of a ``ref`` or ``sym``.
    choose : callable, optional
        Whether a comparison holds: then only the branch that is taken is written.
    """

    def __init__(
        self, leaf: Callable[[Tree], Formula], choose: Callable[[Tree], bool] | None = None, numbers: bool = False
    ) -> None:
        self.leaf, self.choose, self.numbers = leaf, choose, numbers

    def __call__(self, tree: Tree) -> Formula:
        """The formula of a tree."""
        return self._spell(tree)[0]

    def _spell(self, tree: Tree) -> tuple[Formula, int]:
        kind, *rest = tree
        if kind == "num":
            return _number(rest[0])
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
        negative = inside and formula[0] == "num" and formula[1].startswith("-")
        return ["paren", formula] if own < level or negative else formula

    def _sum(self, *terms: Tree) -> tuple[Formula, int]:
        parts = [part for n, term in enumerate(terms) for part in self._term(term, first=n == 0)]
        return row(*parts), SUM

    def _term(self, term: Tree, first: bool) -> list[Formula]:
        negative = term[0] == "neg"
        formula, level = self._spell(term[1] if negative else term)
        if not negative and formula[0] == "num" and formula[1].startswith("-"):
            negative, formula = True, ["num", formula[1][1:]]
        elif negative and (level <= SUM or (formula[0] == "num" and formula[1].startswith("-"))):
            formula = ["paren", formula]
        elif not negative and formula[0] == "row" and formula[1] == ["op", "-"]:
            negative, formula = True, row(*formula[2:])
        elif not negative and not first and _starts_negative(formula):
            formula = row(["paren", formula[1]], *formula[2:]) if formula[0] == "row" else ["paren", formula]
        sign = [["op", "-"]] if negative else [] if first else [["op", "+"]]
        return [*sign, formula]

    def _product(self, *factors: Tree) -> tuple[Formula, int]:
        parts: list[Formula] = []
        for n, factor in enumerate(_with_squares(factors)):
            formula = self._at(factor, PRODUCT, inside=n > 0)
            if n and (self.numbers or formula[0] == "num" or parts[-1][0] == "num"):
                parts.append(["op", r"\cdot"])
            parts.append(formula)
        return row(*parts), PRODUCT

    def _quotient(self, above: Tree, below: Tree) -> tuple[Formula, int]:
        return ["frac", self(above), self(below)], PRODUCT

    def _minus(self, of: Tree) -> tuple[Formula, int]:
        formula = self._at(of, PRODUCT)
        return row(["op", "-"], formula), SUM

    def _power(self, base: Tree, to: Tree) -> tuple[Formula, int]:
        formula = self._at(base, ATOM)
        scripted = formula[0] in ("sup", "subsup")
        return ["sup", ["paren", formula] if scripted else formula, self(to)], POWER

    def _function(self, tree: Tree) -> tuple[Formula, int]:
        kind, *rest = tree
        name, parts = (rest[0], rest[1:]) if kind == "call" else (kind, rest)
        formulas = [self(part) for part in parts]
        if kind == "exp" and tree[1][0] == "num" and isinstance(tree[1][1], str):  # of an exact number
            return (["id", "e"] if tree[1][1] == "1" else ["sup", ["id", "e"], formulas[0]]), POWER
        if name == "abs":
            return ["bars", formulas[0]], ATOM
        if name == "sqrt":
            return ["sqrt", formulas[0]], ATOM
        inside = row(*(p for n, f in enumerate(formulas) for p in ([["op", ","], f] if n else [f])))
        return row(["fn", name], ["paren", inside]), POWER

    def _choice(self, tree: Tree) -> tuple[Formula, int]:
        """x 1(a >= b) where the other branch is 0; else both, or the one that is taken."""
        _, (sign, a, b), x, y = tree
        if x == ["num", 0.0]:
            condition = row(self(a), ["op", FLIPPED[sign]], self(b))
            one = row(["id", r"\mathbf{1}"], ["paren", condition])
            if y == ["num", 1.0]:
                return one, ATOM
            dot = [["op", r"\cdot"]] if self.numbers else []
            return row(self._at(y, PRODUCT, inside=False), *dot, one), PRODUCT
        if self.choose is not None:
            return self._spell(x if self.choose([sign, a, b]) else y)
        condition = row(self(a), ["op", SIGN[sign]], self(b))
        return ["cases", [[self(x), condition], [self(y), ["text", "otherwise"]]]], SUM


def _number(value: Any) -> tuple[Formula, int]:
    """A number of a formula: all its digits; ``8/9`` is a fraction."""
    text = value if isinstance(value, str) else repr(float(value)).removesuffix(".0")
    if "/" in text:
        above, below = text.lstrip("-").split("/")
        formula = ["frac", ["num", above], ["num", below]]
        return (row(["op", "-"], formula), SUM) if text.startswith("-") else (formula, PRODUCT)
    return ["num", text], ATOM


def _level(formula: Formula) -> int:
    if formula[0] != "row":
        return PRODUCT if formula[0] == "frac" else ATOM
    if any(part in (["op", "+"], ["op", "-"]) for part in formula[1:]):
        return SUM
    return PRODUCT


def _starts_negative(formula: Formula) -> bool:
    first = formula[1] if formula[0] == "row" else formula
    return first[0] == "num" and first[1].startswith("-")


def _with_squares(factors: tuple[Tree, ...]) -> list[Tree]:
    """A factor that stands twice, as its square."""
    made: list[Tree] = []
    for factor in factors:
        if made and made[-1] == factor:
            made[-1] = ["pow", factor, ["num", 2.0]]
        else:
            made.append(factor)
    return made
