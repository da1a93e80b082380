"""A matrix given by its general entry, X = (x_{ni}), is read as X_{ni} = x_{ni}; a vector by its entries,
x = (x_1, ..., x_d), as that vector.
"""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import Dots, Listed, Matrix, Node, Script, Sym, Transpose

OPEN, CLOSE = ("(", "["), (")", "]")


def by_entry(left: Node | None, right: Node | None, tokens: list[Token]) -> Node | None:
    """The first side with the indices of the entry, where the second is an entry in brackets; else as it is."""
    if not (isinstance(left, Sym) and isinstance(right, Sym) and left.name.split()[-1].isupper()):
        return left
    bracketed = len(tokens) > 2 and tokens[0].text in OPEN and tokens[-1].text in CLOSE
    if not bracketed or left.sub or len(right.sub) != 2 or not all(map(_is_letter, right.sub)):
        return left
    return replace(left, sub=right.sub)


def as_vector(left: Node | None, right: Node | None) -> Node | None:
    """The second side as a vector that lies as the text's vectors do, where it lists entries of one name; else as is."""
    entries = [one for one in right.items if not isinstance(one, Dots)] if isinstance(right, Listed) else []
    names = {one.name if isinstance(one, Sym) and one.sub else "" for one in entries}
    if (
        isinstance(right, Listed)
        and isinstance(left, Sym)
        and len(entries) > 1
        and len(names) == 1
        and "" not in names
    ):
        return Transpose(Matrix((right.items,), listed=True))
    return right


def _is_letter(script: Script) -> bool:
    node = script.node
    return isinstance(node, Sym) and not node.sub and not node.sup
