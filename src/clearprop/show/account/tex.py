"""Equations in LaTeX: sides below each other at their signs, long ones broken before a + or a -."""

from collections.abc import Iterator, Sequence

from clearprop.show.account.parts import MINUS, PLUS, bare, parts_of
from clearprop.show.account.worked import Side
from clearprop.show.formula import (
    Big,
    Cases,
    Formula,
    Fraction,
    Group,
    Matrix,
    Number,
    Row,
    Script,
    Sign,
    Text,
    Word,
    latex,
    row,
)

SIGNS = {"=": "=", "≈": r"\approx", "←": r"\leftarrow"}

WIDE = 84  # about as many letters fit on a line


def aligned(sides: Sequence[Side], width: int = WIDE) -> str:
    """The sides of an equation, aligned where they are more than one line."""
    first, *rest = sides
    left = latex(first.formula)
    if not rest:
        return left
    total = sum(_width(side.formula) + 3 for side in sides)
    if total <= width:
        return " ".join([left, *(f"{SIGNS[side.sign]} {latex(side.formula)}" for side in rest)])
    lines = []
    for side in rest:
        pieces = list(broken(side.formula, width - min(_width(first.formula), 20)))
        lines.append(f"{SIGNS[side.sign]} {pieces[0]}")
        lines += [rf"\quad {piece}" for piece in pieces[1:]]
    body = " \\\\\n".join(f"&{line}" for line in lines)
    return f"\\begin{{aligned}}\n{left} {body}\n\\end{{aligned}}"


def too_wide(sides: Sequence[Side], width: int = WIDE) -> bool:
    """Whether a piece of a side cannot be broken and is wider than a line."""
    room = width - min(_width(sides[0].formula), 20)
    return any(_width(row(*term)) > room for side in sides for term in _terms(parts_of(side.formula)))


def broken(formula: Formula, width: int) -> Iterator[str]:
    """A formula in pieces of about a width, broken before the signs + and - that are in no brackets."""
    if not isinstance(formula, Row) or _width(formula) <= width:
        yield latex(formula)
        return
    piece: list[Formula] = []
    used, lead = 0, ""
    for term in _terms(formula.parts):
        wide = sum(_width(part) + 1 for part in term)
        if piece and used + wide > width:
            yield lead + latex(row(*piece))
            piece, used, lead = [], 0, "{} "  # so that the sign keeps its space
        piece += term
        used += wide
    yield lead + latex(row(*piece))


def _terms(parts: Sequence[Formula]) -> Iterator[list[Formula]]:
    term: list[Formula] = []
    for part in parts:
        if part in (PLUS, MINUS) and term and not isinstance(term[-1], Sign):
            yield term
            term = []
        term.append(part)
    yield term


def _width(formula: Formula | None) -> int:
    """About how many letters wide a formula is."""
    match formula if formula is None else bare(formula):
        case None:
            return 0
        case Number(said) | Word(said) | Text(said):
            return len(said)
        case Fraction(above, below):
            return max(_width(above), _width(below))
        case Matrix(rows):
            return sum(max(_width(cells[j]) for cells in rows) + 2 for j in range(len(rows[0]))) + 2
        case Cases(rows):
            return max(sum(_width(cell) + 2 for cell in cells) for cells in rows) + 2
        case Script(base, below, above):
            return _width(base) + max(_width(below), _width(above)) * 2 // 3
        case Big(_, below, above):
            return max(_width(below), _width(above)) * 2 // 3 + 1
        case Group(_, inside, _):
            return _width(inside) + 2
        case Row(parts):
            return sum(_width(part) for part in parts) + len(parts) // 2
        case _:
            return 1
