"""What a text adds to its loss: the terms of parameters alone, such as a weight decay, as the text writes them."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Add, Big, Call, Div, Mul, Neg, Node, Sym, walk

PARAMETERS = {"weight", "bias", "stack"}
NEUTRAL = PARAMETERS | {"decay", "rate"}


def penalties(document: Document, notation: Notation) -> dict[str, Node]:
    """For each loss the terms in its formula that only parameters are in."""
    found: dict[str, Node] = {}
    for statement in document.statements:
        first = statement.parts[0].node
        if not isinstance(first, (Sym, Call)) or notation.roles.get(first.name, Role("")).kind != "loss":
            continue
        for part in statement.parts[1:]:
            if part.node is not None and part.sign in ("=", ":=") and first.name not in found:
                term = _penalty(part.node, notation)
                if term is not None and term is not part.node:
                    found[first.name] = term
    return found


def _penalty(node: Node, notation: Notation) -> Node | None:
    """The part of a sum that is of parameters alone; None if there is none."""
    if _is_penalty(node, notation):
        return node
    if isinstance(node, Add):
        left, right = _penalty(node.left, notation), _penalty(node.right, notation)
        if left is None or right is None:
            return left if right is None else right if node.sign > 0 else Neg(right)
        return replace(node, left=left, right=right)
    if isinstance(node, Mul):
        inner = _penalty(node.right, notation)
        return replace(node, right=inner) if inner is not None and isinstance(node.right, Add) else None
    if isinstance(node, Div) and isinstance(node.above, Add):
        inner = _penalty(node.above, notation)
        return None if inner is None else replace(node, above=inner)
    return None


def _is_penalty(node: Node, notation: Notation, depth: int = 0) -> bool:
    kinds = _kinds(node, notation)
    return bool(kinds & (PARAMETERS | {"decay"})) and kinds <= NEUTRAL


def _kinds(node: Node, notation: Notation, within: frozenset[str] = frozenset()) -> set[str]:
    """The roles of all that a formula depends on, through the text's own definitions too."""
    found: set[str] = set()
    bound = {one.index for one in walk(node) if isinstance(one, Big)}
    for one in walk(node):
        if not isinstance(one, (Sym, Call)) or one.name in within or one.name in bound:
            continue
        role = notation.roles.get(one.name)
        if role is not None:
            found.add(role.kind)
        for _, right in notation.definitions.get(one.name, ()):
            found |= _kinds(right, notation, within | {one.name})
    return found


__all__ = ["penalties"]
