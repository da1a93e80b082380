"""Which statements claim something that can hold or not."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import Notation, Role, is_letter
from clearprop.check.document.read.parse import Words
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Big, Call, Derivative, Node, Num, Sym, symbols, walk


def is_claim(statement: Statement, words: Words, notation: Notation) -> bool:
    """Whether a statement sets things equal that the text holds for equal."""
    names = _names_a_function(statement, words) or _names_a_mark(statement, notation)
    silent = (
        is_unit_of_one(statement, notation)
        or names
        or _seeks(statement, notation)
        or _sets_a_constant(statement, notation)
    )
    return statement.equal and not silent


def _names_a_function(statement: Statement, words: Words) -> bool:
    r"""As g^{[1]} = \tanh and f = \sigma: says what a function is called."""
    return all(_is_function(part.node, words) for part in statement.parts)


def _names_a_mark(statement: Statement, notation: Notation) -> bool:
    r"""As \bar{v} = dL/dv of a v that is any quantity: says what the bar is."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    role = notation.roles.get(left.name, Role("")) if isinstance(left, Sym) else Role("")
    return (
        len(statement.parts) == 2
        and isinstance(right, Derivative)
        and role.kind == "gradient"
        and role.of not in notation.roles
    )


def _is_function(node: Node | None, words: Words) -> bool:
    if isinstance(node, Call):
        return not node.args
    return (
        isinstance(node, Sym)
        and node.name in words.functions
        and not any(s.kind == "plain" for s in node.sup)
    )


def _seeks(statement: Statement, notation: Notation) -> bool:
    """A loss's gradient set to zero: what the minimum is sought by."""
    nodes = [p.node for p in statement.parts]
    slope, zero = nodes[0], nodes[-1]
    if len(nodes) != 2 or not isinstance(slope, Derivative) or not isinstance(zero, Num) or zero.value:
        return False
    name = slope.of.name if isinstance(slope.of, (Sym, Call)) else ""
    return slope.of is None or notation.roles.get(name, Role("")).kind == "loss"


def entry_by_entry(nodes: list[Node | None], notation: Notation) -> list[Node | None]:
    """W = (w_{ij}) as W_{ij} = w_{ij}."""
    left, right = (*nodes, *nodes)[:2]
    if len(nodes) != 2 or not isinstance(left, Sym) or not isinstance(right, Sym) or left.sub:
        return nodes
    return [replace(left, sub=right.sub), right] if (left.name, right.name) in notation.aliases else nodes


def _sets_a_constant(statement: Statement, notation: Notation) -> bool:
    """epsilon = 10^{-8}, B = 64: the number that a text takes for a rate, a constant, its samples; nothing to check."""
    first, last = (*(part.node for part in statement.parts), None)[:2]
    if len(statement.parts) != 2 or not isinstance(first, Sym) or last is None or any(symbols(last)):
        return False
    role = notation.roles.get(first.name, Role(""))
    return role.kind in ("rate", "decay", "constant") or notation.sizes.get(is_letter(first) or "") == ("m",)


def is_unit_of_one(statement: Statement, notation: Notation) -> bool:
    """z_0 = 1, perhaps with x_0 before it: the unit that stands for the bias of the layer above."""
    *units, last = (part.node for part in statement.parts)
    names = {one.name for one in units if isinstance(one, Sym) and [_number(s.node) for s in one.sub] == [0]}
    kinds = {notation.roles.get(name, Role("")).kind for name in names}
    return len(names) == len(units) > 0 and _number(last) == 1 and bool(kinds & {"pre", "act"})


def counts_from_zero(nodes: list[Node]) -> bool:
    """Whether a sum over units starts at 0."""
    return any(isinstance(one, Big) and _number(one.first) == 0 for node in nodes for one in walk(node))


def _number(node: Node | None) -> float | None:
    return node.value if isinstance(node, Num) else None
