"""A matrix given by its general entry: X = (x_{ni}) is read as X_{ni} = x_{ni}."""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import Node, Script, Sym

OPEN, CLOSE = ("(", "["), (")", "]")


def by_entry(left: Node | None, right: Node | None, tokens: list[Token]) -> Node | None:
    """The first side with the indices of the entry, where the second is an entry in brackets; else as it is."""
    if not (isinstance(left, Sym) and isinstance(right, Sym) and left.name.split()[-1].isupper()):
        return left
    bracketed = len(tokens) > 2 and tokens[0].text in OPEN and tokens[-1].text in CLOSE
    if not bracketed or left.sub or len(right.sub) != 2 or not all(map(_is_letter, right.sub)):
        return left
    return replace(left, sub=right.sub)


def _is_letter(script: Script) -> bool:
    node = script.node
    return isinstance(node, Sym) and not node.sub and not node.sup
