"""Letters that a text lends to a function of any number, "let a = sigma(z)", beside the a and z of its network."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.numbers.functions import ENTRYWISE
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Node, Num, Pow, Sym, bases, mapped


def substituted(statement: Statement, document: Document, notation: Notation) -> Statement | None:
    """A line about such letters alone with the function in their place: sigma'(z) for da/dz; None if it is none."""
    lent = _lent(statement, document, notation)
    nodes = [part.node for part in statement.parts]
    if lent is None or None in nodes:
        return None
    name, function, argument = lent
    letters = {
        is_letter(one) for node in nodes if node is not None for one in bases(node) if one.name != name
    }
    if not letters <= {argument, "e"}:
        return None

    def plain(node: Node) -> Node:
        if isinstance(node, Sym) and node.name == name:
            return _raised(node, function)
        return mapped(node, plain)

    try:
        parts = [replace(part, node=part.node and plain(part.node)) for part in statement.parts]
    except ValueError:  # it carries an index
        return None
    return replace(statement, parts=parts, plain=plain)


def _lent(statement: Statement, document: Document, notation: Notation) -> tuple[str, Node, str] | None:
    """The letter, the function and its argument of the last line up to this one that sets a = sigma(z), all bare."""
    names = {one.name for part in statement.parts if part.node is not None for one in bases(part.node)}
    for one in reversed(document.statements):
        left, right = (*(part.node for part in one.parts), None)[:2]
        own = (
            one.at == statement.at and notation.style is None
        )  # its a and z are the network's, which has no others
        if (
            one.at > statement.at
            or own
            or not isinstance(right, Call)
            or not (is_letter(left) or "A").islower()
        ):
            continue
        argument = is_letter(right.args[0]) if len(right.args) == 1 and not right.primes else None
        known = notation.functions.get(right.name, right.name) in ENTRYWISE
        if argument is not None and known and isinstance(left, Sym) and left.name in names:
            return left.name, right, argument
    return None


def _raised(sym: Sym, function: Node) -> Node:
    """The function in a letter's place: a^2 is its square."""
    power = sym.sup[0].node if len(sym.sup) == 1 else None
    if sym.sub or (sym.sup and not isinstance(power, Num)):
        raise ValueError(sym.name)
    return function if power is None else Pow(function, power)
