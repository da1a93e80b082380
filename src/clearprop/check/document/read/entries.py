"""A matrix given by its general entry, X = (x_{ni}), is read as X_{ni} = x_{ni}; a vector by its entries,
x = (x_1, ..., x_d) or (x_1, ..., x_d, 1), as that vector.
"""

import contextlib
from dataclasses import replace

from clearprop.check.document.read.splitting import EQUAL
from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import (
    Call,
    Derivative,
    Dots,
    Listed,
    Matrix,
    Mul,
    Node,
    Num,
    Script,
    Sym,
    Transpose,
    mapped,
)

OPEN, CLOSE = ("(", "["), (")", "]")


def by_entry(left: Node | None, right: Node | None, tokens: list[Token]) -> Node | None:
    """The first side with the indices of the entry, where the second is an entry in brackets; else as it is."""
    if not (isinstance(left, Sym) and isinstance(right, Sym) and left.name.split()[-1][0].isupper()):
        return left
    bracketed = len(tokens) > 2 and tokens[0].text in OPEN and tokens[-1].text in CLOSE
    if not bracketed or left.sub or len(right.sub) != 2 or not all(map(_is_letter, right.sub)):
        return left
    return replace(left, sub=right.sub)


def list_vectors(parts: list) -> None:
    """Sides behind a name that list entries of one name, or multiply such a list by matrices, become vectors that lie
    as the text's do.
    """
    behind = parts[1:] if isinstance(parts[0].node, (Sym, Derivative)) else []
    if all(part.sign in EQUAL for part in behind):
        lists = [part for part in behind if part.node is not None and _has_list(part.node)]
        for part in lists:
            with contextlib.suppress(RecursionError):  # a product of a thousand factors stays as it is
                part.node = _vectors(part.node)


def _has_list(node: Node) -> bool:
    return any(isinstance(one, Listed) for one in node.all)


def _vectors(node: Node) -> Node:
    if isinstance(node, Mul):
        return mapped(node, _vectors)
    entries = [one for one in node.items if not isinstance(one, Dots)] if isinstance(node, Listed) else []
    if Num(1.0) in (*entries[:1], *entries[-1:]) and len(entries) > 2:  # (x_1, x_2, 1)
        entries.remove(Num(1.0))
    names = {_name(one) for one in entries}
    if isinstance(node, Listed) and len(entries) > 1 and len(names) == 1 and "" not in names:
        return Transpose(Matrix((node.items,), listed=True))
    return node


def _name(entry: Node) -> str:
    """The letter of an entry, x_1, or the function of it, g(z_1)."""
    if isinstance(entry, Call) and len(entry.args) == 1:
        return entry.name if _name(entry.args[0]) else ""
    return entry.name if isinstance(entry, Sym) and entry.sub else ""


def _is_letter(script: Script) -> bool:
    node = script.node
    return isinstance(node, Sym) and not node.sub and not node.sup
