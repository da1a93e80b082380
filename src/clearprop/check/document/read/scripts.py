"""What stands above and below a symbol, as items."""

import re

from clearprop.check.document.read.cursor import PAIRS, Cursor
from clearprop.check.document.read.splitting import OPEN, split_list
from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import Dots, Node, Num, Script, Sym, Text

TRANSPOSED = {r"\top", "T", r"\dag", r"\dagger", "t"}
EMPTY = {":", r"\cdot", r"\ast", "*", r"\bullet", "-", r"\dots"}

REST = "rest"  # all entries but the one at an end that stands for a bias: 1:, 2:end, :-1
SLICE = re.compile(r"[12]:|:-1$")

WORDS = {
    "reg",
    "sum",
    "mean",
    "avg",
    "total",
    "tot",
    "all",
    "data",
    "out",
    "hid",
    "new",
    "old",
    "train",
    "max",
    "min",
}


def is_transpose(tokens: list[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].text in TRANSPOSED - {"t"}


def is_power(tokens: list[Token]) -> bool:
    """Whether it is a power that is written out, 2 - 1 or (1 - 1)."""
    signs = [t.text for t in tokens if t.kind != "number" and t.text not in ("(", ")")]
    return bool(signs) and len(signs) < len(tokens) - 1 and all(sign in ("+", "-") for sign in signs)


def without_transpose(tokens: list[Token]) -> tuple[list[Token], bool]:
    r"""Scripts such as [1]T or (l)\top, without their last sign."""
    if len(tokens) > 1 and tokens[-1].text in (r"\top", "T") and tokens[-2].text not in ("+", "-", "/"):
        end = -2 if tokens[-2].text == "," else -1
        return tokens[:end], True
    return tokens, False


def items(parser: Cursor, tokens: list[Token], *, below: bool) -> tuple[Script, ...]:
    """The items of one script."""
    found: list[Script] = []
    parts = split_list(tokens, lambda t: t.text in (",", ";"))
    for part in parts:
        if not part:
            found.append(Script("plain", None))
        else:
            found += _part(parser, part, below=below)
    return tuple(found)


def _part(parser: Cursor, tokens: list[Token], *, below: bool) -> list[Script]:
    if len(tokens) == 1 and tokens[0].text in EMPTY:
        return [Script("plain", None)]
    word = "".join(t.text for t in tokens)
    if below and SLICE.match(word):
        return [Script("plain", Text(REST))]
    if below and word in WORDS:  # J_{reg}, in letters that are no product
        return [Script("plain", Text(word))]
    if len(tokens) == 1 and tokens[0].text == "+":  # M_+
        return [Script("plain", Text("+"))]
    if any(t.text in ("+", "-", "/", "=", "<", ">", r"\ne") for t in _level(tokens)):
        return [Script("plain", parser.sub(tokens))]  # type: ignore[attr-defined]
    found = []
    inner = Cursor(tokens)
    while inner.k < len(tokens):
        if inner.text == "(":
            found += _in_parens(parser, inner.inside())
        else:
            found.append(_item(parser, inner, below=below))
    return found


def _in_parens(parser: Cursor, tokens: list[Token]) -> list[Script]:
    """(l), and (n, l) as (n) and (l)."""
    parts = split_list(tokens, lambda t: t.text == ",")
    return [Script("paren", parser.sub(part)) for part in parts if part]  # type: ignore[attr-defined]


def _level(tokens: list[Token]) -> list[Token]:
    depth, found = 0, []
    for token in tokens:
        depth += token.text in OPEN
        if depth == 0:
            found.append(token)
        depth -= token.text in PAIRS.values()
    return found


def _item(parser: Cursor, inner: Cursor, *, below: bool) -> Script:
    token = inner.peek()
    if token.text == "[":
        return Script("bracket", parser.sub(inner.inside()))  # type: ignore[attr-defined]
    if token.text in EMPTY:
        inner.next()
        return Script("plain", None)
    if token.kind == "number":
        inner.next()
        return Script("plain", Num(float(token.text)))
    if token.kind in ("text", "word"):
        inner.next()
        return Script("plain", Text(token.text))
    if token.text == r"\dots":
        inner.next()
        return Script("plain", Dots())
    if token.text == "{":
        return Script("plain", parser.sub(inner.inside()))  # type: ignore[attr-defined]
    start = inner.k
    inner.next()
    while inner.text in ("^", "_", "'"):
        if inner.next().text != "'":
            inner.group()
    return Script("plain", parser.sub(inner.tokens[start : inner.k]))  # type: ignore[attr-defined]


def is_rest(script: Script) -> bool:
    """Whether a script takes all entries but the one that stands for a bias."""
    return script.node == Text(REST)


def single(script: tuple[Script, ...]) -> Node | None:
    """The one node of a script, if it has only one."""
    return script[0].node if len(script) == 1 else None


def letter(script: Script) -> str | None:
    """The letter of a script that is one bare letter."""
    node = script.node
    return node.name if isinstance(node, Sym) and not node.sup and not node.sub else None
