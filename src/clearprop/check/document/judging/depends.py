"""What of a reading a line depends on: which loss's value or gradients, which deltas."""

from clearprop.check.document.meaning.notation import PARAMETERS, ROWLIKE, Notation
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Call, Derivative, Node, Second, Sym, bases, symbols, walk


def uses(statement: Statement, notation: Notation) -> set[tuple[str, int]]:
    """What of a reading a statement depends on: a loss's value (0), gradients by z and a (1), by W and b (2);
    delta (3).
    """
    found: set[tuple[str, int]] = set()
    for part in statement.parts:
        if part.node is not None:
            _uses(part.node, notation, found)
    left = statement.parts[0].node
    if isinstance(left, Sym) and left.name in notation.roles and notation.roles[left.name].kind in PARAMETERS:
        found.add((notation.main_loss or "", 2))
    return found


def _parts(kind: str) -> tuple[int, ...]:
    """Which gradients of a loss a derivative by a quantity of this kind is."""
    if kind in ROWLIKE:
        return (1,)
    return (2,) if kind in PARAMETERS else (1, 2)


def _uses(
    node: Node, notation: Notation, found: set[tuple[str, int]], within: frozenset[str] = frozenset()
) -> None:
    """Add what a node depends on; `within` are the definitions that it is met in, which may name each other."""
    if isinstance(node, Derivative):
        name = node.of.name if isinstance(node.of, (Sym, Call)) else notation.main_loss or ""
        role = notation.roles.get(name)
        if role is not None and role.kind == "loss":
            by = [notation.roles[s.name].kind for s in bases(node.by) if s.name in notation.roles]
            found |= {(name, part) for part in _parts(by[0] if by else "")}
            return
    if isinstance(node, (Sym, Call)) and node.name in notation.roles:
        kind = notation.roles[node.name].kind
        if kind in ("loss", "delta", "gradient"):
            found.add((node.name, 0 if kind == "loss" else 3))
    for name in (
        notation.definitions.keys() & {s.name for s in symbols(node)} - within
        if isinstance(node, Sym)
        else ()
    ):
        for _, right in notation.definitions[name]:
            _uses(right, notation, found, within | {name})
    for child in node.children:
        _uses(child, notation, found, within)


def has_derivative(statement: Statement) -> bool:
    """Whether a derivative stands in it, which may lie one way or the other."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    return any(isinstance(one, (Derivative, Second)) for node in nodes for one in walk(node))


def says_what_it_is(used: set[tuple[str, int]]) -> bool:
    """Whether a line speaks of the value of a loss and of no gradient."""
    return bool(used) and all(part == 0 for _, part in used)
