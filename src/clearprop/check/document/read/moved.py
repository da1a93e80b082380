"""The differential of a formula, d(W X + b) or d sigma(Z), where the differential of one letter, dW, is a name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.tree import Call, Node, Sym

if TYPE_CHECKING:
    from collections.abc import Callable

    from clearprop.check.document.read.parse import Parser
    from clearprop.check.document.read.tokens import Token

DIFFERENTIAL = "d"  # the name of the call that such a formula is


def formula(p: Parser, word: Callable[[Parser], Node], symbol: Callable[[Parser], Node]) -> Node | None:
    """What stands behind a d, as it moves; None if that is one letter or nothing of the kind."""
    if p.text == "vec":
        return _moved_vec(word(p))
    if p.text == "(":
        return Call(DIFFERENTIAL, (p.sub(p.inside()),))
    if p.peek().kind == "word":
        return Call(DIFFERENTIAL, (word(p),))
    if p.text in p.words.functions and p.peek(1).text == "(":
        return Call(DIFFERENTIAL, (symbol(p),))
    return None


def begins(tokens: list[Token], k: int) -> bool:
    """Whether dX stands here: A (dX) is a product, whatever A is."""
    return [t.text for t in tokens[k : k + 1]] == ["d"] and [t.kind for t in tokens[k + 1 : k + 2]] == [
        "letter"
    ]


def _moved_vec(node: Node) -> Node:
    """The differential of vec(W) as vec(dW)."""
    arg = node.args[0] if isinstance(node, Call) and len(node.args) == 1 else None
    if not isinstance(node, Call) or not isinstance(arg, Sym):
        msg = "a differential of something that is no one quantity"
        raise Unread(msg, "d")
    return replace(node, args=(replace(arg, name=f"d {arg.name}"),))


__all__ = ["DIFFERENTIAL", "begins", "formula"]
