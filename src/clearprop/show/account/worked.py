"""One cell worked out: symbol = symbols = numbers = result, so that what is printed recomputes.

``=`` stands only where the sides are equal as they are printed; ``≈`` where one is rounded. The numbers of a line get
so many digits that its result, computed from them, is the one that is printed.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from clearprop.maths import trees
from clearprop.maths.trees import Tree
from clearprop.show.account.concrete import concrete, leaves, rational
from clearprop.show.account.exactly import written
from clearprop.show.account.indices import expanded
from clearprop.show.account.numerals import MOST_DIGITS, Numeral, agrees, fraction, numeral
from clearprop.show.account.parts import number, split
from clearprop.show.account.reading import Quantities, tagged
from clearprop.show.account.spelling import Speller
from clearprop.show.formula import Formula, read

EQUAL, ROUNDED = "=", "≈"


class Side(NamedTuple):
    """One side of an equation, and the sign before it; ``kind`` is symbol, symbols, numbers or result."""

    sign: str
    formula: Formula
    kind: str


FRACTIONS: dict[str, Any] = {
    **trees.NUMBERS, "num": lambda x: Fraction(repr(float(x))) if not isinstance(x, str) else Fraction(x),
    "is": lambda a, b: Fraction(a == b), "abs": abs,
}  # fmt: skip


def worked_cell(found: Quantities, key: str, line: Mapping[str, Any], cell: tuple[int, ...]) -> list[Side]:
    """The sides of the equation of one cell."""
    at = found.at(key, cell)
    sides = [Side("", found.symbol(["ref", key, *cell]), "symbol")]
    tree = concrete(line["tree"], at)
    sides.extend(_symbols(found, line, tree, at, sides[0].formula))
    if found.trace["options"]["numbers"] == "exact":
        return _without_repeats([*sides, *_exact_sides(found, key, cell, tree)])
    digits = found.trace["options"]["digits"]
    shown = printed(found, tree, found.value(["ref", key, *cell]), digits)
    if tree[0] not in ("ref", "num") and list(leaves(tree)):
        sides.append(Side(EQUAL if shown.all_exact else ROUNDED, _numbers(found, shown, tree), "numbers"))
        sign = EQUAL if shown.equal else ROUNDED
    else:
        sign = EQUAL if shown.result.exact else ROUNDED
    return _without_repeats(
        [*sides, Side(sign, tagged(number(shown.result.text), ["ref", key, *cell]), "result")]
    )


def _without_repeats(sides: list[Side]) -> list[Side]:
    """A side that is printed as the one before it says nothing."""
    return [s for n, s in enumerate(sides) if n == 0 or s.formula != sides[n - 1].formula]


def _symbols(
    found: Quantities, line: Mapping[str, Any], tree: Tree, at: Mapping[str, int], left: Formula
) -> list[Side]:
    """The line in symbols: by its chain of derivatives, where it has one, and by its tree."""
    sides = []
    latex = line["latex"]["scalar"]
    if latex and line["id"].endswith(("chain", "slope")):
        for _, side in split(read(latex))[1:]:
            formula = expanded(side, at, found.trace["batch"]["rows"])
            if formula is not None:
                sides.append(Side(EQUAL, formula, "symbols"))
    if not line["id"].endswith("slope") or not sides:
        sides.append(Side(EQUAL, Speller(found.symbol)(tree), "symbols"))
    return [side for side in sides if side.formula != left]


# ---- Decimal numbers --------------------------------------------------------------------------------------
class Printed(NamedTuple):
    """The numbers of a line as they are printed, by cell; its result; whether all are exact; whether it is equal."""

    numbers: dict[str, Numeral]
    result: Numeral
    all_exact: bool
    equal: bool


def printed(found: Quantities, tree: Tree, value: float, digits: int) -> Printed:
    """The fewest digits, from `digits` on, with which the result comes out as it is printed."""
    values = {str(leaf): found.value(leaf) for leaf in leaves(tree)}
    result, exactly = numeral(value, digits), rational(tree)
    numbers: dict[str, Numeral] = {}
    come_to: Any = None
    for many in range(digits, MOST_DIGITS + 1):
        numbers = {name: numeral(x, many) for name, x in values.items()}
        come_to = _computed(tree, numbers, exactly)
        if come_to is not None and agrees(come_to, result.text, digits):
            break
    else:
        result = _what_remains(come_to, value, values, digits)
    equal = exactly and come_to == fraction(result.text)
    return Printed(numbers, result, all(n.exact for n in numbers.values()), equal)


def _what_remains(come_to: Any, value: float, values: Mapping[str, float], digits: int) -> Numeral:
    """The result of a line whose terms cancel: what is left of it is the rounding of float64."""
    scale = max((abs(x) for x in values.values()), default=1.0)
    for fewer in range(digits - 1, 0, -1):
        text = numeral(value, fewer)
        if come_to is not None and agrees(come_to, text.text, fewer):
            return text
    return Numeral("0", False) if abs(value) <= 1e-12 * max(scale, 1.0) else numeral(value, MOST_DIGITS)


def _computed(tree: Tree, numbers: Mapping[str, Numeral], exactly: bool) -> Any:
    """What a line comes to from its printed numbers."""
    number: Callable[[str], Any] = fraction if exactly else float
    look = lambda key, *index: number(numbers[str(["ref", key, *index])].text)  # noqa: E731
    scalars = {name: number(numbers[str(["sym", name])].text) for name in _scalars(tree)}
    try:
        return trees.value(tree, look, {}, scalars, FRACTIONS if exactly else trees.NUMBERS)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None


def _scalars(tree: Tree) -> set[str]:
    return {leaf[1] for leaf in leaves(tree) if leaf[0] == "sym"}


def _numbers(found: Quantities, shown: Printed, tree: Tree) -> Formula:
    def leaf(part: Tree) -> Formula:
        return tagged(number(shown.numbers[str(part)].text), part)

    return Speller(leaf, _chooser(found), numbers=True)(tree)


def _chooser(found: Quantities) -> Callable[[Tree], bool]:
    """Whether a comparison of numbers holds."""

    def choose(condition: Tree) -> bool:
        sign, a, b = condition
        return bool(trees.compared(sign, found.number(a, {}), found.number(b, {})))

    return choose


def _exact_sides(found: Quantities, key: str, cell: tuple[int, ...], tree: Tree) -> list[Side]:
    """Numbers and result in fractions, logarithms and powers of e; then the result as a decimal number."""
    value, own = found.value(["ref", key, *cell]), found.exact(["ref", key, *cell])
    sides = []
    if tree[0] not in ("ref", "num"):
        sides.append(
            Side(EQUAL, Speller(found.exact_formula, _chooser(found), numbers=True)(tree), "numbers")
        )
    if written(own):
        sides.append(Side(EQUAL, Speller(found.symbol)(own), "result"))
    decimal = numeral(value, found.trace["options"]["digits"])
    if own[0] != "num" or "/" in own[1]:
        sides.append(
            Side(EQUAL if decimal.exact and own[0] == "num" else ROUNDED, number(decimal.text), "decimal")
        )
    return sides
