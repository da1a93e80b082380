"""Names that stand for gradients, as dW and delta: held to be what they are called, not what a line sets them equal to.

A text says dZ = A - Y, and means the loss's gradient by Z, of the sum over the samples or of their mean, perhaps with a
minus. Each is taken that makes most of the lines hold that name it; only where none does is a line its definition.
"""

from itertools import product

from clearprop.check.document.graph.definitions import Definition
from clearprop.check.document.graph.values import Graph
from clearprop.check.document.judging.compare import Comparison
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.numbers.world import World
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Derivative, Mul, Node, Num, Script, Sym, bases, walk

MOST_LINES = 6  # that tell what a name is
MOST_LOSSES = 2
FEW = 3  # choices of indices


def ground(
    own: Setting, roles: Notation, statements: list[Statement], losses: list[Sym], world: World
) -> None:
    """Give such names their definitions. `own`: the setting with the text's own network; `roles`: what custom says."""
    graph: Graph = own.notation.graph
    for name in list(graph.names.found):
        by = _taken_by(name, graph, roles)
        said = graph.definitions.of.get(name)
        if by is None or not losses or (said and all(_is_slope(one.right) for one in said)):
            continue
        lines = [one for one in statements if _names(one, name)][:MOST_LINES]
        signs = (1.0, -1.0) if roles.kind(graph.names.found[name].of) == "delta" else (1.0,)
        found = []
        for loss, share, sign in product(losses[:MOST_LOSSES], (1.0, float(graph.m)), signs):
            graph.define(name, [_slope(name, by, loss, share * sign, graph)])
            found.append((sum(_holds(own, one, world) for one in lines), graph.definitions.of[name]))
        most = max(count for count, _ in found)
        graph.define(name, next(one for count, one in found if count == most) if most or not said else said)
        if most and said:
            graph.definitions.rights -= {id(one.right) for one in said}


def _taken_by(name: str, graph: Graph, roles: Notation) -> str | None:
    """What a name is the gradient by: dW by W, delta by the one name of what goes into activations."""
    quantity = graph.names.found[name]
    role = roles.roles.get(quantity.of)
    if role is None or role.rate:
        return None
    if role.kind == "gradient":
        by = name.replace(quantity.of, role.of, 1)
        return by if by in graph.names.found else None
    if role.kind != "delta":
        return None
    suffix = name.removeprefix(quantity.of)
    pre = {
        other
        for other, one in graph.names.found.items()
        if roles.kind(one.of) == "pre" and other.removeprefix(one.of) == suffix
    }
    return pre.pop() if len(pre) == 1 else None


def _slope(name: str, by: str, loss: Sym, share: float, graph: Graph) -> Definition:
    kinds = graph.names.found[name].families
    families = tuple(Script("plain", Sym(f"family {k}")) for k in range(len(kinds)))
    slope: Node = Derivative(loss, Sym(by, (), families), nabla=True)
    return Definition(families, (), slope if share == 1.0 else Mul("near", Num(share), slope))


def _is_slope(node: Node) -> bool:
    return any(isinstance(one, Derivative) for one in walk(node))


def _names(statement: Statement, name: str) -> bool:
    nodes = [part.node for part in statement.parts if part.node is not None]
    return any(one.name == name for node in nodes for one in bases(node))


def _holds(own: Setting, statement: Statement, world: World) -> bool:
    pairs = Comparison(statement, own.document, own.notation, Reading()).run([world], FEW)
    return bool(pairs) and all(pair.holds for pair in pairs)
