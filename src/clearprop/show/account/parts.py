"""Formulas taken apart: walked through, changed, split at their signs; and numbers made into formulas."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from clearprop.show.formula import (
    Formula,
    Fraction,
    Group,
    Name,
    Number,
    Row,
    Script,
    Sign,
    Tagged,
    Word,
    row,
)

MINUS, PLUS, DOT, COMMA = Sign("−"), Sign("+"), Sign("⋅"), Sign(",")
TOP, ONE = Word("\N{DOWN TACK}"), Word("\N{MATHEMATICAL BOLD DIGIT ONE}")
SIGMA = Name("\N{GREEK SMALL LETTER SIGMA}")
RELATIONS = ("=", "←", "≈")


def walk(formula: Any) -> Iterator[Formula]:
    """Every node of a formula."""
    if isinstance(formula, tuple):
        for part in formula:
            yield from walk(part)
    elif hasattr(formula, "__slots__"):
        yield formula
        for field in fields(formula):
            yield from walk(getattr(formula, field.name))


def mapped(formula: Any, change: Callable[[Formula], Any]) -> Any:
    """A formula with `change` done to each of its parts."""
    if isinstance(formula, tuple):
        return tuple(mapped(part, change) for part in formula)
    if isinstance(formula, Row):
        return row(*(change(part) for part in formula.parts))
    if isinstance(formula, Tagged):
        return Tagged(change(formula.inside), formula.of)
    if not hasattr(formula, "__slots__"):
        return formula
    values = (getattr(formula, field.name) for field in fields(formula))
    return type(formula)(*(_changed(value, change) for value in values))


def _changed(value: Any, change: Callable[[Formula], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(part, change) for part in value)
    return change(value) if hasattr(value, "__slots__") else value


def parts_of(formula: Formula) -> tuple[Formula, ...]:
    """What stands side by side in a formula."""
    return formula.parts if isinstance(formula, Row) else (formula,)


def bare(formula: Formula) -> Formula:
    """A formula without the mark of the cell that it stands for."""
    return formula.inside if isinstance(formula, Tagged) else formula


def split(formula: Formula) -> list[tuple[str, Formula]]:
    """The sides of an equation, each with the sign before it; that of the first is empty.

    Examples
    --------
    >>> from clearprop.show.formula import read
    >>> split(read("a = b"))
    [('', Name(text='a')), ('=', Name(text='b'))]
    """
    sides: list[tuple[str, list[Formula]]] = [("", [])]
    for part in parts_of(formula):
        if isinstance(part, Sign) and part.text in RELATIONS:
            sides.append((part.text, []))
        else:
            sides[-1][1].append(part)
    return [(sign, row(*parts)) for sign, parts in sides]


def number(text: str) -> Formula:
    """A printed number as a formula.

    Examples
    --------
    >>> from clearprop.show.formula import latex
    >>> latex(number("-1.2e-7")), latex(number("8/9"))
    ('-1.2 \\\\times 10^{-7}', '\\\\frac{8}{9}')
    """
    if text.startswith("-"):
        return row(MINUS, number(text[1:]))
    if "/" in text:
        above, below = text.split("/")
        return Fraction(Number(above), Number(below))
    mantissa, e, exponent = text.partition("e")
    if not e:
        return Number(text)
    return row(Number(mantissa), Sign("×"), Script(Number("10"), None, number(str(int(exponent)))))


def in_brackets(formula: Formula) -> Group:
    """A formula in round brackets."""
    return Group("(", formula, ")")


def is_number(formula: Formula) -> bool:
    """Whether it is one printed number, its sign included."""
    parts = parts_of(bare(formula))
    rest = parts[1:] if parts and parts[0] == MINUS else parts
    if len(rest) == 3 and rest[1] == Sign("×"):
        return True
    return len(rest) == 1 and isinstance(rest[0], Number)


def is_negative(formula: Formula) -> bool:
    """Whether a minus sign is the first thing of it."""
    return parts_of(bare(formula))[:1] == (MINUS,)


def is_sum(formula: Formula) -> bool:
    """Whether it must stand in brackets in a product: it is a sum, or negative."""
    parts = parts_of(bare(formula))
    return PLUS in parts or MINUS in parts


def letter(formula: Formula) -> str:
    """The letter of a name, or nothing."""
    return formula.text if isinstance(formula, Name) else ""
