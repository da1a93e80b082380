"""What a text adds to its loss: the terms of parameters alone, such as a weight decay, as the text writes them."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import PARAMETERS, Notation, Role
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Add, Big, Call, Div, Mul, Node, Norm, Num, Pow, Sym, walk

NEUTRAL = PARAMETERS | {"decay", "rate"}


def find_penalty(document: Document, notation: Notation) -> None:
    """Note the penalty, the names that the text has for it, and whether it gives one loss with it and without."""
    _find_decay(document, notation)
    without: set[str] = set()
    within: set[str] = set()  # losses with it; "" where it stands alone
    for loss, node in _sides(document, notation):
        term = _penalty(node, notation)
        name = "" if loss is None else loss.name
        if term is None and loss is not None and patterns.loss_family(node) is not None:
            without |= set() if loss.sub or loss.sup else {name}  # E_n and E_D are no whole loss
        elif term is not None and bool(name) == (term is not node) and (name or _squares(node, notation)):
            if notation.penalty is None:
                notation.penalty = term
            within.add(name)
    notation.bare_loss = "" in within or not within or bool(within & without)
    if notation.penalty is not None:
        notation.penalty_names = _names(notation.penalty) & notation.definitions.keys()


def _sides(document: Document, notation: Notation) -> Iterator[tuple[Sym | Call | None, Node]]:
    """Losses and what they are set equal to, and formulas that stand alone: adding lambda / 2 |W|^2 to the cost."""
    for statement in document.statements:
        first = statement.parts[0].node
        if len(statement.parts) == 1 and first is not None:
            yield None, first
        if not isinstance(first, (Sym, Call)) or notation.kind(first.name) != "loss":
            continue
        for part in statement.parts[1:]:
            if part.node is not None and part.sign in ("=", ":="):
                yield first, part.node


def _find_decay(document: Document, notation: Notation) -> None:
    """The letter before squared weights in a loss is a decay, whatever letter it is; unless the text has a lambda."""
    used = {
        name for s in document.statements for p in s.parts if p.node is not None for name in _names(p.node)
    }
    if any(role.kind == "decay" and name in used for name, role in notation.roles.items()):
        return
    for loss, node in _sides(document, notation):
        for term in _terms(node) if loss is not None else ():
            parts = [
                term,
                *(r for n in sorted(_names(term)) for _, r in notation.definitions.get(n, ())),
            ]  # alpha E_W
            names = {name for part in parts for name in _names(part) - _bound(part)}
            kinds = {notation.roles[n].kind for n in names if n in notation.roles} - {"rate", "constant"}
            known = notation.roles.keys() | notation.sizes.keys() | notation.definitions.keys()
            known -= {n for n, role in notation.roles.items() if role.kind in ("rate", "constant")}
            squared = any(_squares(part, notation) for part in parts)
            if kinds and kinds <= PARAMETERS and squared and len(names - known) == 1:
                notation.roles[(names - known).pop()] = Role("decay")


def _names(node: Node) -> set[str]:
    return {one.name for one in walk(node) if isinstance(one, (Sym, Call))}


def _bound(node: Node) -> set[str]:
    """The indices in it."""
    scripts = (i.node for one in walk(node) if isinstance(one, Sym) for i in (*one.sub, *one.sup))
    found = {str(one.index) for one in walk(node) if isinstance(one, Big)}
    return found | {name for script in scripts if script is not None for name in _names(script)}


def _terms(node: Node) -> Iterator[Node]:
    if isinstance(node, Add):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _squares(node: Node, notation: Notation) -> bool:
    """Whether it has a norm or a square, of its own or of what defines it."""
    if any(
        isinstance(one, Norm) or (isinstance(one, Pow) and isinstance(one.power, Num)) for one in walk(node)
    ):
        return True
    return any(
        isinstance(i.node, Num) and i.node.value == 2
        for one in walk(node)
        if isinstance(one, Sym) and notation.kind(one.name) in PARAMETERS
        for i in one.sup
    )


def _penalty(node: Node, notation: Notation) -> Node | None:
    """The part of a sum that is of parameters alone; None if there is none."""
    if _is_penalty(node, notation):
        return node
    if isinstance(node, Add):
        left, right = _penalty(node.left, notation), _penalty(node.right, notation)
        if left is None or right is None:
            return left if right is None else right if node.sign > 0 else None
        return replace(node, left=left, right=right)
    if isinstance(node, Mul):
        inner = _penalty(node.right, notation)
        return replace(node, right=inner) if inner is not None and isinstance(node.right, Add) else None
    if isinstance(node, Div) and isinstance(node.above, Add):
        inner = _penalty(node.above, notation)
        return None if inner is None else replace(node, above=inner)
    return None


def _is_penalty(node: Node, notation: Notation) -> bool:
    kinds = _kinds(node, notation)
    return "decay" in kinds and bool(kinds & PARAMETERS) and kinds <= NEUTRAL


def _kinds(node: Node, notation: Notation, within: frozenset[str] = frozenset()) -> set[str]:
    """The roles of all that a formula depends on, through the text's own definitions too."""
    found: set[str] = set()
    bound = _bound(node)
    for one in walk(node):
        if not isinstance(one, (Sym, Call)) or one.name in within or one.name in bound:
            continue
        role = notation.roles.get(one.name)
        if role is not None:
            found.add(role.kind)
        for _, right in notation.definitions.get(one.name, ()):
            found |= _kinds(right, notation, within | {one.name})
    return found


__all__ = ["find_penalty"]
