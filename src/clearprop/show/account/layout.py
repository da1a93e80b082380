"""Formulas as plain text: on one line, and as boxes of lines where there are matrices."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from clearprop.show.account.formula import Formula, walk

SIGNS = {
    r"\cdot": "·", r"\odot": "⊙", r"\leftarrow": "←", r"\ge": "≥", r"\geq": "≥", r"\le": "≤", r"\leq": "≤",
    r"\approx": "≈", r"\ldots": "…", r"\quad": "  ", r"\ne": "≠", r"\times": "×", r"\top": "ᵀ",
}  # fmt: skip
GREEK = {
    r"\alpha": "α", r"\beta": "β", r"\delta": "δ", r"\epsilon": "ε", r"\kappa": "κ", r"\lambda": "λ", r"\mu": "μ",
    r"\sigma": "σ", r"\pi": "π", r"\Omega": "Ω", r"\partial": "∂", r"\ell": "ℓ", r"\mathbf{1}": "1",
}  # fmt: skip
RAISED = str.maketrans("0123456789()-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻·")
TIGHT = ("·", "⊙", ",", "")


def inline(formula: Formula) -> str:
    """A formula on one line; indices in brackets, layers raised.

    Examples
    --------
    >>> from clearprop.show.account.formula import read
    >>> inline(read(r"\\frac{\\partial J}{\\partial W^{(1)}_{1,2}} = \\frac{a + b}{m}"))
    '∂J/∂W⁽¹⁾[1,2] = (a + b)/m'
    """
    kind, *parts = formula
    if kind == "row":
        return _row(parts)
    if kind in ("num", "fn", "text"):
        return str(parts[0])
    if kind == "id":
        name = parts[0]
        return GREEK.get(name.rstrip("'"), name.rstrip("'")) + "'" * name.count("'")
    if kind == "op":
        return SIGNS.get(parts[0], parts[0])
    if kind in ("sub", "subsup", "sup"):
        return _scripted(kind, parts)
    if kind == "frac":
        return f"{_held(parts[0], False)}/{_held(parts[1], True)}"
    if kind in ("paren", "bars", "sqrt"):
        return {"paren": "({})", "bars": "|{}|", "sqrt": "√({})"}[kind].format(inline(parts[0]))
    if kind == "sum":
        above = f"..{inline(parts[1])}" if parts[1] != ["row"] else ""
        return f"Σ({inline(parts[0]).replace(' ', '')}{above})"
    if kind == "cases":
        return "{" + "; ".join(f"{inline(v)} if {inline(c)}" if c[0] != "text" else f"{inline(v)} else" for v, c in parts[0]) + "}"  # fmt: skip
    return "[" + "; ".join(" ".join(inline(cell) for cell in cells) for cells in parts[0]) + "]"


def _row(parts: Sequence[Formula]) -> str:
    text = ""
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else None
        after_unary = before is not None and before[0] == "op" and before[1] in "+-" and (n == 1 or parts[n - 2][0] == "op")
        called = part[0] == "paren" and before is not None and _function(before)
        tight = n == 0 or part in (["op", ","], ["op", r"\cdot"]) or before == ["op", r"\cdot"] or after_unary or called
        text += ("" if tight else " ") + inline(part)
    return text


def _function(before: Formula) -> bool:
    return before[0] == "fn" or before in (["id", r"\sigma"], ["id", r"\mathbf{1}"]) or (
        before[0] in ("sup", "sub") and before[1][0] == "fn"
    )  # fmt: skip


def _scripted(kind: str, parts: list[Formula]) -> str:
    base = inline(parts[0])
    below = parts[1] if kind != "sup" else None
    above = parts[-1] if kind != "sub" else None
    text = base
    if above == ["op", r"\top"]:
        text += "ᵀ"
    elif above is not None:
        script = inline(above).replace(" ", "")
        text += script.translate(RAISED) if set(script) <= set("0123456789()-") else f"^({script})"
    if below is None:
        return text
    script = inline(below).replace(" ", "")
    return f"{text}_{script}" if below[0] == "text" or parts[0] == ["id", r"\mathbf{1}"] else f"{text}[{script}]"


def _held(formula: Formula, below: bool) -> str:
    """A part of a fraction, in brackets where it needs them."""
    text = inline(formula)
    if formula[0] != "row":
        return f"({text})" if formula[0] == "frac" else text
    derivative = formula[1] == ["id", r"\partial"]
    if derivative:
        return text.replace("∂ ", "∂")
    signs = any(part[0] == "op" and part[1] in ("+", "-") for part in formula[2:])
    return f"({text})" if signs or below or len(formula) > 2 else text


# ---- Boxes --------------------------------------------------------------------------------------------------
class Box(NamedTuple):
    """Lines of one width, and which of them stands on the line of writing."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        return len(self.lines[0])


def boxes(formula: Formula) -> list[Box]:
    """The pieces of a formula, each of which stays together when it is broken over lines."""
    if not any(node[0] == "matrix" for node in walk(formula)):
        return _words(formula)
    kind, *parts = formula
    if kind == "row":
        return [box for part in parts for box in boxes(part)]
    if kind == "matrix":
        return [_matrix(parts[0])]
    if kind == "paren":
        inner = beside(boxes(parts[0]))
        return [_bracketed(inner)]
    if kind == "sup" and parts[1] == ["op", r"\top"]:
        return [_with_top(beside(boxes(parts[0])))]
    return [Box((inline(formula),))]


def _words(formula: Formula) -> list[Box]:
    """A formula without matrices: broken before its signs."""
    if formula[0] != "row":
        return [Box((inline(formula),))]
    pieces: list[list[Formula]] = [[]]
    for part in formula[1:]:
        if part in (["op", "+"], ["op", "-"]) and pieces[-1] and pieces[-1][-1][0] != "op":
            pieces.append([])
        pieces[-1].append(part)
    return [Box((_row(piece) if n == 0 else _signed(piece),)) for n, piece in enumerate(pieces) if piece]


def _signed(piece: list[Formula]) -> str:
    return f"{inline(piece[0])} {_row(piece[1:])}"


def _matrix(rows: list[list[Formula]]) -> Box:
    texts = [[inline(cell) for cell in cells] for cells in rows]
    widths = [max(len(row[j]) for row in texts) for j in range(len(texts[0]))]
    lines = ["  ".join(text.rjust(w) for text, w in zip(row, widths, strict=True)) for row in texts]
    left, right = _brackets(len(lines), "[]", "⎡⎢⎣", "⎤⎥⎦")
    return Box(tuple(f"{a} {line} {b}" for a, line, b in zip(left, lines, right, strict=True)), (len(lines) - 1) // 2)


def _brackets(n: int, one: str, left: str, right: str) -> tuple[list[str], list[str]]:
    if n == 1:
        return [one[0]], [one[1]]
    return tuple([side[0], *[side[1]] * (n - 2), side[2]] for side in (left, right))  # type: ignore[return-value]


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
    rows = [[] for _ in range(above + below)]
    for box in pieces:
        for n, row in enumerate(rows):
            at = n - above + box.base
            row.append(box.lines[at] if 0 <= at < len(box.lines) else " " * box.width)
    return Box(tuple(gap.join(row) for row in rows), above)


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
    return [Box((line,)) for line in wrap(box.lines[0], max(width, 20), break_long_words=False)]
