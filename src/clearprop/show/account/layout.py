"""Formulas as boxes of lines of plain text: matrices side by side, broken where a line is full."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from clearprop.show.account.parts import MINUS, PLUS, TOP, bare, parts_of, walk
from clearprop.show.formula import Formula, Group, Matrix, Row, Script, Sign, row, text


class Box(NamedTuple):
    """Lines of one width, and which of them stands on the line of writing."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        return len(self.lines[0])


def boxes(formula: Formula) -> list[Box]:
    """The pieces of a formula, each of which stays together when it is broken over lines."""
    if not any(isinstance(node, Matrix) for node in walk(formula)):
        return _words(formula)
    match bare(formula):
        case Row(parts):
            return [box for part in parts for box in boxes(part)]
        case Matrix(rows):
            return [_matrix(rows)]
        case Group(_, inside, _):
            return [_bracketed(beside(boxes(inside)))]
        case Script(base, None, above) if above == TOP:
            return [_with_top(beside(boxes(base)))]
        case other:
            return [Box((text(other),))]


def _words(formula: Formula) -> list[Box]:
    """A formula without matrices: broken before its signs."""
    pieces: list[list[Formula]] = [[]]
    for part in parts_of(formula):
        if part in (PLUS, MINUS) and pieces[-1] and not isinstance(pieces[-1][-1], Sign):
            pieces.append([])
        pieces[-1].append(part)
    return [Box((_piece(piece, n > 0),)) for n, piece in enumerate(pieces) if piece]


def _piece(piece: list[Formula], signed: bool) -> str:
    return f"{text(piece[0])} {text(row(*piece[1:]))}" if signed else text(row(*piece))


def _matrix(rows: Sequence[Sequence[Formula]]) -> Box:
    texts = [[text(cell) for cell in cells] for cells in rows]
    widths = [max(len(cells[j]) for cells in texts) for j in range(len(texts[0]))]
    lines = ["  ".join(said.rjust(w) for said, w in zip(cells, widths, strict=True)) for cells in texts]
    left, right = _brackets(len(lines), "[]", "⎡⎢⎣", "⎤⎥⎦")
    return Box(
        tuple(f"{a} {line} {b}" for a, line, b in zip(left, lines, right, strict=True)), (len(lines) - 1) // 2
    )


def _brackets(n: int, one: str, left: str, right: str) -> tuple[list[str], list[str]]:
    """The two brackets of so many lines, each of three pieces."""
    if n == 1:
        return [one[0]], [one[1]]
    return [left[0], *[left[1]] * (n - 2), left[2]], [right[0], *[right[1]] * (n - 2), right[2]]


def _bracketed(box: Box) -> Box:
    left, right = _brackets(len(box.lines), "()", "⎛⎜⎝", "⎞⎟⎠")
    return Box(tuple(a + line + b for a, line, b in zip(left, box.lines, right, strict=True)), box.base)


def _with_top(box: Box) -> Box:
    marks = ["ᵀ", *[" "] * (len(box.lines) - 1)]
    return Box(tuple(line + mark for line, mark in zip(box.lines, marks, strict=True)), box.base)


def beside(pieces: Sequence[Box], gap: str = " ") -> Box:
    """Boxes side by side, on one line of writing."""
    above = max(box.base for box in pieces)
    below = max(len(box.lines) - box.base for box in pieces)
    rows: list[list[str]] = [[] for _ in range(above + below)]
    for box in pieces:
        for n, line in enumerate(rows):
            at = n - above + box.base
            line.append(box.lines[at] if 0 <= at < len(box.lines) else " " * box.width)
    return Box(tuple(gap.join(line) for line in rows), above)


def flowed(pieces: Sequence[Box], width: int) -> list[Box]:
    """Boxes laid out in rows no wider than `width`, where they can be."""
    rows: list[list[Box]] = [[]]
    used = 0
    for box in (part for piece in pieces for part in _narrow(piece, width)):
        if rows[-1] and used + 1 + box.width > width:
            rows.append([])
            used = 0
        rows[-1].append(box)
        used += box.width + 1
    return [beside(row) for row in rows if row]


def _narrow(box: Box, width: int) -> list[Box]:
    """A box of one line that is too wide, broken at its spaces."""
    if box.width <= width or len(box.lines) > 1:
        return [box]
    return [Box((line,)) for line in wrap(" ".join(box.lines), max(width, 20), break_long_words=False)]
