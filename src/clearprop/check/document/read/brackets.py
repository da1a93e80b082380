"""What stands in brackets: an expression, a row of entries, a condition, a probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearprop.check.document.read.scripts import is_transpose
from clearprop.check.document.read.splitting import split_list
from clearprop.check.document.read.tree import (
    Both,
    Cases,
    Dots,
    Indicator,
    Likelihood,
    Listed,
    Matrix,
    Node,
    Num,
    Probability,
    Relation,
    Script,
    Sym,
    Text,
)  # fmt: skip

if TYPE_CHECKING:
    from clearprop.check.document.read.parse import Parser
    from clearprop.check.document.read.tokens import Token

CONDITIONS = {"=", "<", ">", r"\le", r"\ge", r"\ne", r"\in"}
LIKELIHOODS = {"p", "P", "Pr"}
NO_FACTOR = {
    "+",
    "-",
    ",",
    ";",
    "&",
    "/",
    "=",
    "<",
    ">",
    r"\\",
    r"\quad",
    r"\cdot",
    r"\times",
    r"\odot",
    r"\dots",
    r"\mid",
    "|",
}
OTHERWISE = ("otherwise", "else", "其他", "其它", "否则", "sonst", "other", "if not")


def bracketed(p: Parser) -> Node:
    opener, alone = p.text, p.k == 0
    inside = p.inside()
    if opener == "[":
        blocks = _blocks(inside) if alone and p.k >= len(p.tokens) else None
        return _square(p, inside) if blocks is None else Matrix((tuple(map(p.sub, blocks)),))
    if not inside and opener == "{":
        return Num(1.0) if p.k >= len(p.tokens) else _next(p)
    inner = p.sub(inside)
    if isinstance(inner, (Relation, Both)) and opener != "{":
        return Indicator(inner)
    return Matrix((inner.items,), listed=True) if isinstance(inner, Listed) and is_turned(p) else inner


def is_turned(p: Parser) -> bool:
    """Whether a transpose follows: what has one is a vector, no list of things and no number."""
    if p.text != "^":
        return False
    here, p.k = p.k, p.k + 1
    tokens, p.k = p.group(), here
    return is_transpose(tokens)


def _next(p: Parser) -> Node:
    """An empty pair of braces sets the page only."""
    return p.factor()


def _blocks(inside: list[Token]) -> list[list[Token]] | None:
    """A side [b W] or [W | b]: two letters side by side, as brackets around a product would say nothing."""
    parts = split_list(inside, lambda t: t.text in ("|", r"\mid"))
    letters = [t for part in parts for t in part]
    whole = len(letters) == 2 and all(t.kind == "letter" for t in letters)
    if len(parts) > 2:
        return None
    return [[t] for t in letters] if whole else _beside_one(inside)


def _beside_one(inside: list[Token]) -> list[list[Token]] | None:
    """A side [1 X] or [f(Z) 1]: one factor and a 1, which would say nothing as a product."""
    ends = [one for one in (0, -1) if len(inside) > 1 and inside[one].text in (r"\one", "1")]
    if len(ends) != 1:
        return None
    rest = inside[1:] if ends == [0] else inside[:-1]
    opened = split_list(rest, lambda t: t.text in NO_FACTOR)
    if len(opened) > 1 or rest[0].kind == "number":
        return None
    one = [inside[ends[0]]]
    return [one, rest] if ends == [0] else [rest, one]


def _square(p: Parser, inside: list[Token]) -> Node:
    rows = split_list(inside, lambda t: t.text in (";", "\\\\"))
    cells = [split_list(row, lambda t: t.text in (",", "&", r"\quad")) for row in rows]
    if len(cells) == 1 and len(cells[0]) == 1:
        inner = p.sub(inside)
        if isinstance(inner, (Relation, Both)):
            return Indicator(inner)
        return inner
    return Matrix(tuple(tuple(p.sub(cell) for cell in row if cell) for row in cells if any(row)))


def matrix(p: Parser, inside: list[Token], name: str) -> Node:
    rows = split_list(inside, lambda t: t.text == "\\\\")
    cells = [split_list(row, lambda t: t.text == "&") for row in rows if row]
    kept = [[_cell(p, cell) for cell in row] for row in cells]
    kept = [row for row in kept if not all(one is None for one in row)]
    if not kept:
        msg = "an empty matrix"
        raise p.stuck(msg)
    return Matrix(tuple(tuple(one for one in row if one is not None) for row in kept))


def _cell(p: Parser, cell: list[Token]) -> Node | None:
    r"""An entry; bars and \vert, which show a column, and empty places are left out."""
    cell = [t for t in cell if t.text not in (",",) or t is not cell[-1]]
    if not cell or all(t.text in ("|", r"\|", "-", "—", r"\rule", r"\text") for t in cell):
        return None
    if cell[0].text in ("-", "—") and cell[-1].text in ("-", "—") and len(cell) > 2:
        cell = [t for t in cell if t.text not in ("-", "—")]
    return p.sub(cell)


def cases(p: Parser, inside: list[Token]) -> Node:
    rows = []
    for row in split_list(inside, lambda t: t.text == "\\\\"):
        cells = split_list(row, lambda t: t.text == "&")
        if len(cells) == 1:
            cells = split_list(row, lambda t: t.text in (",", r"\quad") or t.kind == "text")
        cells = [[t for t in cell if t.text != r"\quad"] for cell in cells]
        cells = [cell for cell in cells if cell]
        if cells:
            value = _without_comma(cells[0])
            rows.append((p.sub(value), _case(p, [t for cell in cells[1:] for t in cell])))
    return Cases(tuple(rows))


def _without_comma(tokens: list[Token]) -> list[Token]:
    return tokens[:-1] if tokens and tokens[-1].text in (",", ";", ".") else tokens


def _case(p: Parser, tokens: list[Token]) -> Node | None:
    words = " ".join(t.text for t in tokens if t.kind == "text").lower()
    tokens = [t for t in tokens if t.kind != "text"]
    while tokens and tokens[-1].text in (",", ";", "."):
        tokens = tokens[:-1]
    if not tokens and (any(word in words for word in OTHERWISE) or not words):
        return None
    if not tokens:
        msg = f"the condition {words!r}"
        raise p.stuck(msg)
    return p.sub(tokens)


def condition(p: Parser) -> Node | None:
    """An indicator's condition in brackets; None, with nothing taken, if no comparison stands there."""
    here = p.k
    inner = as_condition(p, p.inside())
    if inner is None:
        p.k = here
    return inner


def as_condition(p: Parser, tokens: list[Token]) -> Node | None:
    while tokens and tokens[0].text in (r"\{", "(", "[") and tokens[-1].text in (r"\}", ")", "]"):
        tokens = tokens[1:-1]
    if not any(t.text in CONDITIONS for t in tokens):
        return None
    return Indicator(p.sub(tokens))


def probability(p: Parser, name: str, sup: tuple[Script, ...], sub: tuple[Script, ...]) -> Node | None:
    here = p.k
    inner = probability_of(p, name, p.inside())
    if inner is None:
        p.k = here
    return inner


def probability_of(p: Parser, name: str, inside: list[Token]) -> Node | None:
    parts = split_list(inside, lambda t: t.text in (r"\mid", "|", ";"))
    if not any(t.text == "=" for t in parts[0]):
        is_given = name in LIKELIHOODS and len(parts) > 1 and any(t.text in (r"\mid", "|") for t in inside)
        return Likelihood(name, p.sub(parts[0])) if is_given else None
    inner = p.sub(parts[0])
    if isinstance(inner, Relation) and inner.sign == "=":
        return Probability(name, inner.left, inner.right)
    return None


__all__ = ["Dots", "Listed", "Sym", "Text", "bracketed"]
