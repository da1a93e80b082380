"""Sums, products and extrema over an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clearprop.check.document.read.tree import Big, Mul, Node, Relation, Sym

if TYPE_CHECKING:
    from clearprop.check.document.read.parse import Parser
    from clearprop.check.document.read.tokens import Token


def big(p: Parser, what: str, *, taken: bool = False) -> Node:
    r"""\sum_{i=1}^{m} body."""
    if not taken:
        p.next()
    below: list[Token] = []
    last: Node | None = None
    while p.text in ("_", "^"):
        if p.next().text == "_":
            below = p.group()
        else:
            last = p.sub(p.group())
    p.have(r"\cdot", "*")
    index, first, condition = bounds(p, below)
    names = index.split(",") if index else []
    node = p.body(names[-1] if names else None)
    if len(names) > 1:
        for name in reversed(names):
            node = Big(what, name, first, last, node, condition if name == names[0] else None)
        return node
    return Big(what, index, first, last, node, condition)


def bounds(p: Parser, below: list[Token]) -> tuple[str | None, Node | None, Node | None]:
    """The index of a sum, where it begins, and a condition on it."""
    if not below:
        return None, None, None
    node = p.sub(below)
    if isinstance(node, Sym) and not node.sub:
        return node.name, None, None
    if isinstance(node, Relation) and isinstance(node.left, Sym):
        if node.sign == "=":
            return node.left.name, node.right, None
        return node.left.name, None, None if node.sign == r"\in" else node
    parts = getattr(node, "items", ())
    if parts and all(isinstance(one, Sym) and not one.sub for one in parts):
        return ",".join(one.name for one in parts), None, None
    if parts and isinstance(parts[0], Sym) and isinstance(parts[-1], Relation):
        return parts[0].name, None, parts[-1]
    if isinstance(node, Mul) and isinstance(node.left, Sym) and isinstance(node.right, Sym):
        return f"{node.left.name},{node.right.name}", None, None
    msg = "the index of a sum"
    raise p.stuck(msg)


def extremum(p: Parser, name: str) -> Node:
    r"""\max_j z_j, and \max over an index."""
    p.next()
    index, first, condition = bounds(p, p.group())
    return Big(name, index, first, None, p.factor(), condition)
