"""Fractions, and the signs of calculus: partial, d, nabla."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearprop.check.document.read.tree import Call, Derivative, Div, Mul, Node, Pow, Second, Sym, Transpose

if TYPE_CHECKING:
    from clearprop.check.document.read.parse import Parser
    from clearprop.check.document.read.tokens import Token

LOSSES = {"J", "L", "E", "C", "ell", "l", "mathcal L", "mathcal J", "mathcal E"}
SIGNS = (r"\partial", "d", "varphi", "delta", r"\nabla")


def fraction(p: Parser) -> Node:
    p.next()
    above, below = p.group(), p.group()
    second = _second(p, above, below)
    if second is not None:
        return second
    sign = _sign(above, below)
    if sign is None:
        return Div(p.sub(above), p.sub(below))
    by = p.sub(_without(below, sign))
    if len(_without(above, sign)) == 0:
        return Derivative(_operand(p), by)
    return Derivative(p.sub(_without(above, sign)), by)


def _second(p: Parser, above: list[Token], below: list[Token]) -> Node | None:
    """d^2 J / dw dw^T, or d^2 J / dw^2."""
    sign = above[0].text if above else ""
    if (
        sign not in SIGNS
        or [t.text for t in above[1:3]] != ["^", "2"]
        or below[:1] == []
        or below[0].text != sign
    ):
        return None
    again = [k for k, token in enumerate(below) if token.text == sign]
    of = p.sub(above[3:]) if len(above) > 3 else _operand(p)
    if len(again) == 2:
        return Second(of, _bare(p.sub(below[1 : again[1]])), _bare(p.sub(below[again[1] + 1 :])))
    by = _bare(p.sub(below[1:]))
    return Second(of, by, by) if len(again) == 1 else None


def _bare(by: Node) -> Node:
    """w of w^T, and of w^2."""
    if isinstance(by, Transpose):
        return by.of
    if isinstance(by, Pow):
        return by.base
    if isinstance(by, Sym) and [getattr(s.node, "value", None) for s in by.sup] == [2]:
        return Sym(by.name, (), by.sub)
    return by


def _sign(above: list[Token], below: list[Token]) -> str | None:
    """The sign of a derivative, if both parts of a fraction begin with it."""
    if len(below) < 2 or not above or above[0].text != below[0].text:
        return None
    sign = above[0].text
    if sign not in SIGNS or below[1].text in ("^", "_", "+", "-"):
        return None
    if len(above) > 1 and above[1].text in ("^", "_", "+", "-", r"\cdot"):
        return None
    return sign


def _without(tokens: list[Token], sign: str) -> list[Token]:
    return tokens[1:] if tokens and tokens[0].text == sign else tokens


def _operand(p: Parser) -> Node:
    """What an operator such as d/dz stands before: the product behind it."""
    return p.product()


def operator(p: Parser) -> Node:
    sign = p.next().text
    if sign == r"\nabla":
        return _nabla(p)
    return _slash(p, sign)


def _nabla(p: Parser) -> Node:
    r"""\nabla_W J; \nabla W is the loss's gradient with respect to W."""
    by, twice = None, False
    while p.text in ("_", "^"):
        taken = p.next().text
        group = p.group()
        if taken == "_":
            by = p.sub(group)
        else:
            twice = [t.text for t in group] == ["2"]
    of = p.factor()
    if twice:
        return Second(of if by is not None else None, by or of, by or of)
    if by is None and isinstance(of, (Sym, Call)):
        return Derivative(None, of, nabla=True)
    if by is None:
        msg = "a nabla without a variable"
        raise p.stuck(msg)
    return Derivative(of, by, nabla=True)


def _slash(p: Parser, sign: str) -> Node:
    r"""\partial J / \partial z in one line."""
    of = p.factor()
    p.need("/")
    p.need(sign)
    return Derivative(of, p.factor())


def is_ratio(p: Parser) -> bool:
    """Whether dJ/dz stands here."""
    if p.peek(1).kind not in ("letter", "text") or p.text != "d":
        return False
    for ahead in range(2, 14):
        text = p.peek(ahead).text
        if text == "/":
            return p.peek(ahead + 1).text == "d" and p.peek(ahead + 2).kind in ("letter", "text")
        if text in ("+", "-", "=", ""):
            return False
    return False


def ratio(p: Parser) -> Node:
    sign = p.next().text
    return _slash(p, sign)


def is_total(p: Parser) -> bool:
    r"""Whether an upright \mathrm{D}_z J stands here, the derivative by z of a loss."""
    if p.peek().raw == "D" or p.peek(1).text != "_":
        return False
    here = p.k
    p.k += 2
    p.group()
    follows, p.k = p.text, here
    return follows in LOSSES


def total(p: Parser) -> Node:
    p.k += 2
    by = p.sub(p.group())
    return Derivative(p.factor(), by)


__all__ = ["Mul", "fraction", "operator", "ratio"]
