"""The nodes of a formula as it stands on paper: what is beside, above and below what.

A tree says how a formula looks, not what it comes to (that is `clearprop.maths.trees`), so that brackets are
where they are written and nothing is put in another order. Signs and letters are those of Unicode.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    """A letter that stands for something: z, alpha; set in italics."""

    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """A name of several letters, or one that is set upright: exp, relu, the T of a transpose."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, without its sign: 0.25."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator, a relation or a mark: +, =, ←, ′."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words within a formula."""

    text: str


@dataclass(frozen=True, slots=True)
class Space:
    """Room between two statements."""


@dataclass(frozen=True, slots=True)
class Row:
    """Parts beside each other."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A part with another below or above its right edge."""

    base: "Formula"
    below: "Formula | None" = None
    above: "Formula | None" = None


@dataclass(frozen=True, slots=True)
class Big:
    """A sum sign with its limits."""

    sign: str
    below: "Formula | None" = None
    above: "Formula | None" = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """One part over another."""

    above: "Formula"
    below: "Formula"


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    inside: "Formula"


@dataclass(frozen=True, slots=True)
class Group:
    """A part in brackets, which are as high as it is."""

    left: str
    inside: "Formula"
    right: str


@dataclass(frozen=True, slots=True)
class Cases:
    """A choice: each part with its condition."""

    rows: tuple[tuple["Formula", "Formula"], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells in square brackets."""

    rows: tuple[tuple["Formula", ...], ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A part that stands for a cell of a quantity: `of` is its key and its indices, from 0.

    Examples
    --------
    >>> from clearprop.show.formula import mathml
    >>> mathml(Tagged(Number("0.5"), ("z[1]", 0, 2)))
    '<mn data-of="z[1]/0,2">0.5</mn>'
    """

    inside: "Formula"
    of: tuple[Any, ...]


Formula = (
    Name | Word | Number | Sign | Text | Space | Row | Script | Big | Fraction | Root | Group | Cases | Matrix | Tagged
)  # fmt: skip


def row(*parts: Formula) -> Formula:
    """Parts beside each other; rows within are opened, one part alone is itself.

    Examples
    --------
    >>> row(Name("x"), row(Sign("="), Number("1")))
    Row(parts=(Name(text='x'), Sign(text='='), Number(text='1')))
    >>> row(row(Name("x")))
    Name(text='x')
    """
    flat = [one for part in parts for one in (part.parts if isinstance(part, Row) else (part,))]
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def is_function(part: Formula) -> bool:
    """Whether it is the name of a function, with or without scripts: exp, relu', sigma, 1 of a condition."""
    while isinstance(part, Script):
        part = part.base
    return part == Name("σ") or (isinstance(part, Word) and part.text != "⊤")
