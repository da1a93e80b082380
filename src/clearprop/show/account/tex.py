"""Equations in LaTeX: sides below each other at their signs, long ones broken before a + or a -."""

from collections.abc import Iterator, Sequence

from clearprop.show.account.formula import Formula, to_latex, walk
from clearprop.show.account.worked import Side

WIDE = 84  # about as many letters fit on a line


def aligned(sides: Sequence[Side], width: int = WIDE) -> str:
    """The sides of an equation, aligned where they are more than one line."""
    first, *rest = sides
    left = to_latex(first.formula)
    if not rest:
        return left
    total = sum(_width(side.formula) + 3 for side in sides)
    if total <= width:
        return " ".join([left, *(f"{side.sign} {to_latex(side.formula)}" for side in rest)])
    lines = []
    for side in rest:
        pieces = list(broken(side.formula, width - min(_width(first.formula), 20)))
        lines.append(f"{side.sign} {pieces[0]}")
        lines += [rf"\quad {piece}" for piece in pieces[1:]]
    body = " \\\\\n".join(f"&{line}" for line in lines)
    return f"\\begin{{aligned}}\n{left} {body}\n\\end{{aligned}}"


def broken(formula: Formula, width: int) -> Iterator[str]:
    """A formula in pieces of about a width, broken before the signs + and - that are in no brackets."""
    if formula[0] != "row" or _width(formula) <= width:
        yield to_latex(formula)
        return
    piece: list[Formula] = []
    used = 0
    for term in _terms(formula[1:]):
        wide = sum(_width(part) + 1 for part in term)
        if piece and used + wide > width:
            yield to_latex(["row", *piece])
            piece, used = [], 0
            term = [["op", "{}"], *term]  # so that the sign keeps its space
        piece += term
        used += wide
    yield to_latex(["row", *piece])


def _terms(parts: Sequence[Formula]) -> Iterator[list[Formula]]:
    term: list[Formula] = []
    for part in parts:
        if part in (["op", "+"], ["op", "-"]) and term and term[-1][0] != "op":
            yield term
            term = []
        term.append(part)
    yield term


def _width(formula: Formula) -> int:
    """About how many letters wide a formula is."""
    kind, *parts = formula
    if kind in ("num", "fn", "text"):
        return len(str(parts[0]))
    if kind in ("id", "op"):
        return 1
    if kind == "frac":
        return max(_width(part) for part in parts)
    if kind == "matrix":
        rows = parts[0]
        return sum(max(_width(row[j]) for row in rows) + 2 for j in range(len(rows[0]))) + 2
    if kind == "cases":
        return max(sum(_width(cell) + 2 for cell in row) for row in parts[0]) + 2
    if kind in ("sub", "sup", "sum"):
        return sum(_width(part) for part in parts[-2:]) * 2 // 3 + 1
    if kind == "subsup":
        return _width(parts[0]) + max(_width(parts[1]), _width(parts[2])) * 2 // 3
    return sum(_width(part) for part in parts if part) + len(parts)


__all__ = ["aligned", "broken", "walk"]
