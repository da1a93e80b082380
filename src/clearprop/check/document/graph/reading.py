"""A document read by its own definitions."""

from dataclasses import dataclass, replace
from functools import partial

from clearprop.check.document.graph import samples
from clearprop.check.document.graph.definitions import Definitions, shifted
from clearprop.check.document.graph.grounding import ground
from clearprop.check.document.graph.names import Names
from clearprop.check.document.graph.shapes import Shapes
from clearprop.check.document.graph.values import Graph
from clearprop.check.document.judging.judge import Judge
from clearprop.check.document.meaning import layouts
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Reading, is_letter
from clearprop.check.document.numbers.world import World
from clearprop.check.document.numbers.worlds import NOWHERE, world_of
from clearprop.check.document.read.limits import MOST_LAYERS, OutOfRange, Unread
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Call, Derivative, Node, Script, Sym, bases, symbols, walk

DEPTH = 3  # of a text that speaks of L layers


@dataclass
class Draws:
    """The networks of a text's own: the same quantities with other random numbers."""

    own: list[World]

    def of(
        self, statement: Statement, classes: int | None = None, said: dict[str, int] | None = None
    ) -> list[World]:
        """The same networks for every statement."""
        return self.own


def judged(setting: Setting, claims: list[Statement], reading: Reading) -> tuple[Judge, list[Statement]]:
    """Every claim held against the text's own definitions."""
    own, plain = understood(setting, claims)
    graph = own.notation.graph
    worlds = Draws([world_of(setting, (3,) * (graph.shapes.depth + 1), graph.m, seed) for seed in (5, 6)])
    for world in worlds.own:
        world.state = NOWHERE
    losses = {one.name: one for one in _losses(plain, setting.notation, graph.names)}
    defined = [one for name, one in losses.items() if name in graph.definitions.of]
    ground(own, setting.notation, plain, defined, worlds.own[0])
    return Judge(own, reading, worlds), plain  # type: ignore[arg-type]


def understood(setting: Setting, claims: list[Statement]) -> tuple[Setting, list[Statement]]:
    """The setting with the text's own network, and the statements with every quantity by its name."""
    document, notation = setting.document, setting.notation
    names = Names(document, notation)
    definitions, statements, turned = _defined(setting, claims, names)
    names.implicit = samples.implicit(names, definitions, notation)
    graph, statements, turned = _graph(setting, claims, names)
    names.split = graph.shapes.torn()
    if names.split:
        graph, statements, turned = _graph(setting, claims, names)
    own = replace(
        notation, roles={}, definitions={}, memories={}, anew={}, true_class=None,
        one_sample=notation.one_sample or bool(names.implicit),
        sizes=dict.fromkeys({*graph.sizes, *notation.sizes} - names.found.keys(), ("own",)), graph=graph,
    )  # fmt: skip
    read = replace(document, statements=[turned[id(one)] for one in document.statements])
    return replace(setting, document=read, notation=own), statements


def _graph(
    setting: Setting, claims: list[Statement], names: Names
) -> tuple[Graph, list[Statement], dict[int, Statement]]:
    """The text's own network under these names, and its statements."""
    notation = setting.notation
    definitions, statements, turned = _defined(setting, claims, names)
    main = next((s for s in _losses(statements, notation, names) if s.name in definitions.of), None)
    samples.add_rows(definitions, names, notation)
    every = [p.node for one in statements for p in one.parts if p.node is not None]
    depth = _depth(setting, names, every)
    shapes = Shapes(definitions, names, notation, every, _declared(setting, names), depth)
    _join(shapes, statements)
    graph = Graph(definitions, names, shapes, notation, main)
    graph.sizes |= {k: graph.m for k, size in notation.sizes.items() if size == ("m",)}
    graph.sizes = {
        name: size for name, size in graph.sizes.items() if name not in definitions.of | names.found
    }
    return graph, statements, turned


def _depth(setting: Setting, names: Names, every: list[Node]) -> int:
    """The number of layers: the largest that is written, or that of a text about any number of them."""
    numbers = [
        shifted(item.node)[1]
        for node in every
        for one in bases(node)
        for item in names.layers(one)
        if shifted(item.node)[0] is None
    ]
    written = max(numbers, default=0) - setting.notation.first_act
    if written > MOST_LAYERS:
        msg = f"{written} layers"
        raise Unread(msg)
    if names.tops or _is_open(every, names):
        return max(DEPTH, written)
    return max(written, setting.depth or 1)


def _is_open(every: list[Node], names: Names) -> bool:
    """Whether a letter stands for the number of layers."""
    items = [item.node for node in every for one in symbols(node) for item in (*one.sup, *one.sub)]
    return any(shifted(item)[0] in names.depths for item in items)


def _defined(setting: Setting, claims: list[Statement], names: Names):
    turned = {id(one): _turned(one, names) for one in setting.document.statements}
    said = [one for k, one in enumerate(setting.document.statements) if k not in setting.conditions]
    formulas = setting.document.formulas
    said.sort(
        key=lambda one: not formulas[one.formula].display
    )  # what stands apart goes before what is said in passing
    lines = [turned[id(one)] for one in said]
    return Definitions(lines, names), [turned[id(one)] for one in claims], turned


def _argument(statement: Statement, names: Names) -> set[str]:
    """The letter of a line about a function of any number, as t in g'(t) = g(t) (1 - g(t))."""
    first = statement.parts[0].node
    call = first.of if isinstance(first, Derivative) else first
    args = (
        {is_letter(arg) for arg in call.args}
        if isinstance(call, Call) and not names.is_quantity(call)
        else set()
    )
    if isinstance(first, Derivative) and isinstance(call, Sym) and call.name in names.notation.functions:
        args = {is_letter(first.by)}
    if None in args or not args:
        return set()
    others = {
        one.name
        for part in statement.parts
        if part.node is not None
        for one in bases(part.node)
        if names.notation.kind(one.name) in ROWLIKE and is_letter(one) not in args
    }
    return set() if others else {str(letter) for letter in args}


def _turned(statement: Statement, names: Names) -> Statement:
    plain = partial(names.in_line, frozenset(_argument(statement, names)))
    parts = [replace(p, node=None if p.node is None else plain(p.node)) for p in statement.parts]
    return replace(statement, parts=parts, plain=plain)


def _losses(statements: list[Statement], notation: Notation, names: Names) -> list[Sym]:
    """The text's loss as it stands in its lines, first where nothing but its letter stands."""
    found = [
        one
        for statement in statements
        for part in statement.parts
        if part.node is not None
        for one in bases(part.node)
        if one.name in names.found and names.found[one.name].of == notation.main_loss
    ]
    whole = names.found[found[0].name].of if found else ""
    return sorted(found, key=lambda one: (one.name.rstrip("[]()") != whole, len(one.sub)))


def _declared(setting: Setting, names: Names) -> dict[str, list[tuple[tuple[Script, ...], list[Node]]]]:
    """What the text says of shapes, W^l in R^{n_l x n_{l-1}}: the families it says it of, and the sides."""
    found: dict[str, list[tuple[tuple[Script, ...], list[Node]]]] = {}
    for sym, dims in layouts.declarations(setting.document):
        plain = names.plain(sym)
        if isinstance(plain, Sym) and plain.name in names.found and not names.entries(plain):
            found.setdefault(plain.name, []).append((plain.sub, list(dims)))
    return found


def _join(shapes: Shapes, statements: list[Statement]) -> None:
    """Note what every line demands of dimensions: first what defines the network, then what may have slips."""
    forward = [one for one in statements if _is_forward(one, shapes.definitions)]
    for statement in forward:
        _join_sides(shapes, [part.node for part in statement.parts[:2] if part.node is not None])
    shapes.dims.settle({dim for shape in shapes.of.values() for dim in shape or ()})
    for statement in statements:
        _join_sides(shapes, [part.node for part in statement.parts if part.node is not None])


def _is_forward(statement: Statement, definitions: Definitions) -> bool:
    """Whether a line defines something, and not by a derivative."""
    nodes = [part.node for part in statement.parts[:2] if part.node is not None]
    slopes = any(isinstance(one, Derivative) for node in nodes for one in walk(node))
    return any(id(node) in definitions.rights for node in nodes) and not slopes


def _join_sides(shapes: Shapes, nodes: list[Node]) -> None:
    for here in shapes.over_layers(nodes):
        try:
            found = [shapes.shape(node, here) for node in nodes]
        except OutOfRange:
            continue
        for one in found[1:]:
            if found[0] is not None and one is not None:
                shapes.same(found[0], one)
