"""The small tree that a formula is read into. Every node is frozen and knows the tokens it was read from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property


@dataclass(frozen=True)
class Node:
    """A part of a formula; `span` is its first token and the one after its last."""

    span: tuple[int, int] = field(default=(0, 0), compare=False, kw_only=True)

    @cached_property
    def children(self) -> tuple["Node", ...]:
        """The nodes directly below it, scripts among them."""
        return tuple(_nodes(tuple(getattr(self, name) for name in _names(type(self)))))

    @cached_property
    def all(self) -> tuple["Node", ...]:
        """The node and everything below it: the same tree is walked many times."""
        found: list[Node] = []
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += node.children[::-1]
        return tuple(found)

    @cached_property
    def symbols(self) -> tuple["Sym", ...]:
        """Every symbol in it, those in scripts among them."""
        return tuple(one for one in self.all if isinstance(one, Sym))

    def spanning(self, start: int, end: int) -> "Node":
        """The same node, read from these tokens: `dataclasses.replace` takes thrice the time."""
        spanning = object.__new__(type(self))
        spanning.__dict__.update(self.__dict__, span=(start, end))
        return spanning


@dataclass(frozen=True)
class Num(Node):
    value: float


@dataclass(frozen=True)
class Script(Node):
    """One item above or below a symbol: `kind` is plain, paren `(l)` or bracket `[l]`; `node` None is an
    empty place.
    """

    kind: str
    node: Node | None


@dataclass(frozen=True)
class Sym(Node):
    """A letter with what stands above and below it."""

    name: str
    sup: tuple[Script, ...] = ()
    sub: tuple[Script, ...] = ()


@dataclass(frozen=True)
class Text(Node):
    value: str


@dataclass(frozen=True)
class Dots(Node):
    pass


@dataclass(frozen=True)
class Neg(Node):
    of: Node


@dataclass(frozen=True)
class Add(Node):
    left: Node
    right: Node
    sign: int = 1


@dataclass(frozen=True)
class Mul(Node):
    """`kind`: near (side by side), dot, times, star, hadamard."""

    kind: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Div(Node):
    above: Node
    below: Node


@dataclass(frozen=True)
class Pow(Node):
    base: Node
    power: Node


@dataclass(frozen=True)
class Transpose(Node):
    of: Node


@dataclass(frozen=True)
class Pick(Node):
    """An entry, row or column of an expression in brackets: (W^T)_{ij}."""

    of: Node
    sub: tuple[Script, ...]


@dataclass(frozen=True)
class Call(Node):
    """A function of a name that is a function: exp, relu, g'. `primes` counts its dashes; `sub` is what hangs below."""

    name: str
    args: tuple[Node, ...]
    primes: int = 0
    sub: tuple[Script, ...] = ()
    sup: tuple[Script, ...] = ()


@dataclass(frozen=True)
class Big(Node):
    """A sum, product, maximum or minimum over an index: `what`; `index` None sums all entries of the body."""

    what: str
    index: str | None
    first: Node | None
    last: Node | None
    body: Node
    condition: Node | None = None


@dataclass(frozen=True)
class Matrix(Node):
    """`listed`: a vector given by its entries in round brackets, (x_1, ..., x_d)^T."""

    rows: tuple[tuple[Node, ...], ...]
    listed: bool = field(default=False, compare=False, kw_only=True)


@dataclass(frozen=True)
class Cases(Node):
    """(value, condition) pairs; a condition of None holds otherwise."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Relation(Node):
    """A comparison inside a formula, as in 1(z >= 0)."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Both(Node):
    """Two conditions at once."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Indicator(Node):
    condition: Node


@dataclass(frozen=True)
class Ones(Node):
    """The vector of ones; `size` where it is written below."""

    size: Node | None = None


@dataclass(frozen=True)
class Probability(Node):
    """p(y_i = 1): `name` of y, `target` and `value` the sides of the comparison."""

    name: str
    target: Node
    value: Node


@dataclass(frozen=True)
class Likelihood(Node):
    """p(y | x): `name` of the probability, `target` what it is of."""

    name: str
    target: Node


@dataclass(frozen=True)
class Derivative(Node):
    """d of / d by; `of` None is the loss (as in the nabla of W alone); `nabla`: written with one."""

    of: Node | None
    by: Node
    nabla: bool = field(default=False, compare=False, kw_only=True)


@dataclass(frozen=True)
class Second(Node):
    """The second derivative of `of`, by `by` and by `other`: a Hessian, or an entry of one."""

    of: Node | None
    by: Node
    other: Node


@dataclass(frozen=True)
class Norm(Node):
    """`kind`: 1, 2, F, or abs for single bars."""

    of: Node
    kind: str = "2"


@dataclass(frozen=True)
class Space(Node):
    """A set of arrays: R^{m x n}; no dims is the numbers."""

    dims: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Listed(Node):
    """Things apart by commas: 1, 2, ..., L."""

    items: tuple[Node, ...]


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind) if part.name != "span")


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes(one)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    return iter(node.all)


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same node with every node directly in it changed."""

    def changed(value: object) -> object:
        if isinstance(value, Node):
            return change(value)
        return tuple(map(changed, value)) if isinstance(value, tuple) else value

    return replace(node, **{name: changed(getattr(node, name)) for name in _names(type(node))})


def entrywise(node: Node) -> Node:
    """The same with every product taken entry by entry, as a function of one letter is applied to a vector."""
    below = mapped(node, entrywise)
    return replace(below, kind="hadamard") if isinstance(below, Mul) else below


def relettered(node: Node, old: str, new: str) -> Node:
    """A tree in which another letter stands for each bare one."""
    if isinstance(node, Sym) and node == Sym(old):
        return replace(node, name=new)
    return mapped(node, lambda one: relettered(one, old, new))


def swapped(node: Node, others: dict[Node, Node]) -> Node:
    """A tree in which other nodes stand for some."""
    return others[node] if node in others else mapped(node, lambda one: swapped(one, others))


def symbols(node: Node) -> Iterator[Sym]:
    """Every symbol in it, those in scripts among them."""
    return iter(node.symbols)


def is_numeric(node: Node | None) -> bool:
    """Whether a side is made of numbers, and is no shape, as R^{4 x 2} is."""
    return node is not None and not any(isinstance(one, (Sym, Space)) for one in walk(node))


def bases(node: Node) -> Iterator[Sym]:
    """Every symbol that stands on the line, none of those in scripts or under a sum."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sym):
            yield node
        elif isinstance(node, Big):
            waiting += [one for one in (node.body, node.condition) if one is not None]
        elif not isinstance(node, (Script, Probability)):
            waiting += node.children
