"""The shape of each quantity and formula in dimensions that may still be open."""

from dataclasses import dataclass, field
from itertools import product
from typing import TypeGuard

from clearprop.check.document.graph.definitions import Definition, Definitions, bind, shifted
from clearprop.check.document.graph.dims import Dims, Shape
from clearprop.check.document.graph.names import LAYER, Names
from clearprop.check.document.meaning.notation import Notation, first, is_letter
from clearprop.check.document.read.limits import OutOfRange
from clearprop.check.document.read.tree import (
    Add,
    Big,
    Call,
    Derivative,
    Div,
    Dots,
    Indicator,
    Matrix,
    Mul,
    Neg,
    Node,
    Norm,
    Num,
    Ones,
    Pow,
    Relation,
    Script,
    Sym,
    Transpose,
    symbols,
    walk,
)

NUMBERS = ("rate", "decay", "constant", "loss")
ROWS = ("input", "target", "pre", "act", "prediction", "delta", "augmented")
ENTRYWISE = ("hadamard", "star")
DEEPEST = 60


@dataclass
class Here:
    """Where a formula stands: what its letters of layers are, and the dimension that each other index runs over."""

    layers: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)


class Shapes:
    """Finds shapes; `of` has that of each quantity under each of its layers."""

    def __init__(
        self, definitions: Definitions, names: Names, notation: Notation, every: list[Node], declared: dict[str, list[tuple[tuple[Script, ...], list[Node]]]]
    ) -> None:
        self.definitions, self.names, self.notation = definitions, names, notation
        self.dims = Dims()
        self.of: dict[tuple[str, tuple[int, ...]], Shape] = {}
        self.declared = declared
        self.entries = _most_entries(every, names)
        self.labels = _labels(every, names)
        self.turned = {str(getattr(one.of, "name", "")) for node in every for one in walk(node) if _is_turned(one)}
        self.columns = _columns(every, self.entries, names)
        self.sizes: dict[str, int] = {}
        self.depth = 1
        self.in_loss = False  # in what defines a loss, columns side by side are numbers

    def quantity(self, name: str, layers: tuple[int, ...]) -> Shape:
        """The shape of one quantity."""
        key = (name, layers)
        if key not in self.of:
            self.check_layers(name, layers)
            if len(self.of) > 400:
                msg = "too many quantities"
                raise OutOfRange(msg)
            self.of[key] = self._leaf(name, layers)  # stands while its own definition is looked at
            found = self._defined(name, layers)
            if found is not NOTHING:
                self.of[key] = self._number(found) if self._is_loss(name) else found  # type: ignore[assignment, arg-type]
        return self.of[key]

    def _is_loss(self, name: str) -> bool:
        return self.notation.kind(self.names.found[name].of) == "loss"

    def _number(self, shape: Shape) -> None:
        """What must be a number is one row and one column."""
        for dim in shape or ():
            self.dims.be_one(dim)

    def is_input(self, layers: tuple[int, ...], fitting: list[Definition]) -> bool:
        """Whether a quantity is the layer of inputs, and the definitions that fit it are said of the layers above."""
        return bool(layers) and layers[0] == self.notation.first_act and all(one.general for one in fitting)

    def check_layers(self, name: str, layers: tuple[int, ...]) -> None:
        """Raise OutOfRange for a layer that a quantity does not have."""
        of = self.names.found[name].of
        kind = self.notation.kind(of)
        lowest = first({"weight": "W", "stack": "W", "bias": "b"}.get(kind, "a"), self.notation)
        for number in layers:
            if not lowest + (kind not in ("act", "input")) <= number <= self.depth + lowest:
                msg = f"{of} has no layer {number}"
                raise OutOfRange(msg, layer=True)

    def _defined(self, name: str, layers: tuple[int, ...]) -> object:
        kinds = self.names.found[name].families
        numbers = iter(layers)
        full = tuple(next(numbers) if kind == LAYER else 1 for kind in kinds)
        found = [(one, one.binding(full, self.sizes)) for one in self.definitions.of.get(name, ())]
        fitting = [(one, bound) for one, bound in found if bound is not None]
        if self.is_input(layers, [one for one, _ in fitting]):
            return NOTHING
        for one, bound in fitting:
            here = Here(dict(bound))
            outer, self.in_loss = self.in_loss, self._is_loss(name)
            inner = self.shape(one.right, here)
            self.in_loss = outer
            if not one.entries:
                return inner
            dims = [self._index(item, here) for item in one.entries]
            numbered = all(isinstance(item.node, Num) for item in one.entries)
            if numbered:
                shape = self.of[name, layers]
                for dim, item in zip(shape or (), one.entries, strict=False):
                    self.dims.reaches(dim, int(item.node.value))
                continue
            return (dims[0], dims[1]) if len(dims) == 2 else self._vector(dims[0])
        return NOTHING

    def _vector(self, dim: int) -> Shape:
        return (dim, self.dims.one) if self.notation.vectors == "column" else (self.dims.one, dim)

    def _leaf(self, name: str, layers: tuple[int, ...]) -> Shape:
        quantity, dims = self.names.found[name], self.dims
        said = self._said(name, layers)
        if said is not None:
            return None if not said else self._vector(said[0]) if len(said) == 1 else (said[0], said[1])
        role = self.notation.roles.get(quantity.of)
        kind = role.kind if role is not None else ""
        if quantity.of in self.labels or kind in NUMBERS:
            return None
        entries = self.entries.get(name, 0)
        if name[-1].isdigit() and "_" in name and quantity.of.islower() and self.notation.style != "sub":
            return None  # one of w_1, w_2, ..., each a number
        if entries == 2:
            return (dims.fresh(), dims.fresh())
        if entries == 1:
            return self._vector(dims.fresh())
        if kind in ("weight", "stack"):
            return (dims.fresh(), dims.fresh())
        if kind in ROWS and role is not None and role.batch:
            return (dims.samples, dims.fresh()) if self.notation.rows else (dims.fresh(), dims.samples)
        if kind == "bias" and not self.notation.one_sample:
            lies = self.notation.rows != (name in self.turned)
            return (dims.one, dims.fresh()) if lies else (dims.fresh(), dims.one)
        if kind in ROWS or kind == "bias":
            return self._vector(dims.fresh())
        return (dims.fresh(), dims.fresh()) if quantity.of.split()[-1][:1].isupper() else None

    def _said(self, name: str, layers: tuple[int, ...]) -> list[int] | None:
        """The dimensions that the text gives a quantity, if it does."""
        for families, sides in self.declared.get(name, ()):
            items = [item for kind, item in zip(self.names.found[name].families, families, strict=True) if kind == LAYER]
            bound = bind(items, layers, self.sizes)
            if bound is not None:
                return [self._size(one, Here(bound)) for one in sides]
        return None

    def _size(self, node: Node, here: Here | None = None) -> int:
        """The dimension that a size stands for."""
        if isinstance(node, Num):
            return self.dims.one if node.value == 1 else self.dims.fresh(int(node.value))
        letter = is_letter(node)
        if letter is None and isinstance(node, Sym):
            return self.dims.of_name(size_name(node, here.layers if here else {}, self.sizes))
        if letter is not None and self.notation.sizes.get(letter) == ("m",):
            return self.dims.samples
        return self.dims.of_name(letter or repr(node))

    def _index(self, item: Script, here: Here) -> int:
        """The dimension that an index runs over."""
        letter, offset = shifted(item.node)
        if letter is None:
            return self.dims.fresh()
        return here.letters.setdefault(letter, self.dims.fresh())

    def layers_of(self, sym: Sym, here: Here) -> tuple[int, ...]:
        """The numbers of a symbol's layers."""
        kinds = self.names.found[sym.name].families
        found = []
        for kind, item in zip(kinds, sym.sub, strict=False):
            if kind != LAYER:
                continue
            letter, offset = shifted(item.node)
            base = 0 if letter is None else here.layers.get(letter, self.sizes.get(letter))
            if base is None:
                msg = f"{letter} as a layer"
                raise OutOfRange(msg)
            found.append(base + offset)
        return tuple(found)

    def shape(self, node: Node, here: Here) -> Shape:
        """The shape of a formula; what it demands of dimensions is noted."""
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is not None:
            return method(node, here)
        inner = [self.shape(child, here) for child in node.children if not isinstance(child, Script)]
        return next((one for one in inner if one is not None), None)

    def _num(self, node: Num, here: Here) -> Shape:
        return None

    def _sym(self, node: Sym, here: Here) -> Shape:
        quantity = self.names.found.get(node.name)
        if quantity is None or self.names.is_counter(node):
            return None
        shape = self.quantity(node.name, self.layers_of(node, here))
        entries = node.sub[len(quantity.families) :]
        if shape is None or not entries:
            return shape
        axes = shape if len(entries) == 2 else [dim for dim in shape if not self.dims.is_one(dim)][:1]
        for axis, item in zip(axes, entries, strict=False):
            if isinstance(item.node, Num):
                self.dims.reaches(axis, int(item.node.value))
            elif item.node is not None:
                self.dims.join(axis, self._index(item, here))
        if len(entries) == 1 and not any(map(self.dims.is_one, shape)):
            return (shape[1], self.dims.one) if node.name in self.columns else (self.dims.one, shape[1])
        return None if all(item.node is not None for item in entries) else shape

    def _neg(self, node: Neg, here: Here) -> Shape:
        return self.shape(node.of, here)

    def _transpose(self, node: Transpose, here: Here) -> Shape:
        inner = self.shape(node.of, here)
        return None if inner is None else inner[::-1]

    def _same(self, one: Shape, other: Shape) -> Shape:
        if one is None or other is None:
            return one or other
        ones = [list(map(self.dims.is_one, shape)) for shape in (one, other)]
        for (a, b), (c, d) in ((one, other), (other, one)) if sorted(ones) == [[False, True], [True, False]] else ():
            if self.dims.is_one(a) and not self.dims.is_one(b):  # a row and a column: the column is a number
                self.dims.be_one(c)
        for a, b in zip(one, other, strict=True):
            self.dims.join(a, b)
        return tuple(b if self.dims.is_one(a) else a for a, b in zip(one, other, strict=True))  # type: ignore[return-value]

    def _add(self, node: Add, here: Here) -> Shape:
        sides = [self.shape(node.left, here), self.shape(node.right, here)]
        for one, shape, other in ((node.left, *sides), (node.right, *sides[::-1])):
            if other is None and shape is not None and self._is_offset(one) and not self._is_plain(node, one):
                self._number(shape)
                return None
        return self._same(*sides)

    def _is_offset(self, node: Node) -> bool:
        """Whether it is a bias, whole."""
        quantity = self.names.found.get(node.name) if isinstance(node, Sym) else None
        return quantity is not None and self.notation.kind(quantity.of) in ("bias", "weight") and not self.entries.get(quantity.name)

    def _is_plain(self, node: Add, one: Node) -> bool:
        return isinstance(node.right if one is node.left else node.left, Num)

    def _relation(self, node: Relation, here: Here) -> Shape:
        return self._same(self.shape(node.left, here), self.shape(node.right, here))

    def _indicator(self, node: Indicator, here: Here) -> Shape:
        return self.shape(node.condition, here)

    def _div(self, node: Div, here: Here) -> Shape:
        return self._same(self.shape(node.above, here), self.shape(node.below, here))

    def _pow(self, node: Pow, here: Here) -> Shape:
        return self.shape(node.base, here)

    def _mul(self, node: Mul, here: Here) -> Shape:
        left, right = self.shape(node.left, here), self.shape(node.right, here)
        if left is None or right is None:
            return left or right
        if node.kind in ENTRYWISE:
            return self._same(left, right)
        if self.dims.is_one(left[1]) != self.dims.is_one(right[0]) and node.kind == "dot":
            self._same(left, right)
            return None
        if not self.in_loss:
            pass
        elif self.dims.is_one(left[1]) and not self.dims.is_one(right[0]):
            self.dims.be_one(right[0])
        elif self.dims.is_one(right[0]) and not self.dims.is_one(left[1]):
            self.dims.be_one(left[1])
        self.dims.join(left[1], right[0])
        shape = (left[0], right[1])
        return None if all(map(self.dims.is_one, shape)) else shape

    def _big(self, node: Big, here: Here) -> Shape:
        inner = Here(here.layers, dict(here.letters))
        if node.index is not None:
            dim = self.dims.fresh()
            inner.letters[node.index] = dim
            if node.last is not None:
                self.dims.join(dim, self._size(node.last, here))
        if node.index in self._layer_letters(node.body):
            last = self.sizes.get(is_letter(node.last) or "", 1) if node.last is not None else self.depth
            for number in range(1, last + 1):
                shape = self.shape(node.body, Here({**here.layers, str(node.index): number}, dict(here.letters)))
            return shape
        shape = self.shape(node.body, inner)
        return None if node.index is None else shape

    def _layer_letters(self, node: Node) -> set[str | None]:
        return layer_letters(node, self.names)

    def _norm(self, node: Norm, here: Here) -> Shape:
        inner = self.shape(node.of, here)
        return inner if node.kind == "abs" else None

    def _ones(self, node: Ones, here: Here) -> Shape:
        return (self.dims.fresh(), self.dims.one)

    def _matrix(self, node: Matrix, here: Here) -> Shape:
        """Blocks side by side and one above the other; dots stand for any number of them."""
        rows = [[self._cell(cell, here) for cell in row if not isinstance(cell, Dots)] for row in node.rows]
        open_rows = any(isinstance(cell, Dots) for row in node.rows for cell in row[:1])
        open_columns = any(isinstance(cell, Dots) for row in node.rows for cell in row)
        for row in rows:
            for cell in row[1:]:
                self.dims.join(row[0][0], cell[0])
        first = [row for row in rows if row]
        if not first:
            return None
        high = self.dims.fresh() if open_rows else self._added([row[0][0] for row in first])
        wide = self.dims.fresh() if open_columns and not open_rows else self._added([cell[1] for cell in first[0]])
        return (wide, high) if node.listed and self.dims.is_one(high) else (high, wide)

    def _added(self, parts: list[int]) -> int:
        return parts[0] if len(parts) == 1 else self.dims.sum(parts)

    def _cell(self, node: Node, here: Here) -> tuple[int, int]:
        if isinstance(node, Ones):
            return (self.dims.fresh(), self.dims.one)
        return self.shape(node, here) or (self.dims.one, self.dims.one)

    def _call(self, node: Call, here: Here) -> Shape:
        inner = [self.shape(arg, here) for arg in node.args]
        first = inner[0] if inner else None
        if node.name in ("sum", "trace"):
            return None
        if node.name == "diag" and first is not None:
            side = next((dim for dim in first if not self.dims.is_one(dim)), first[0])
            return (side, side) if any(map(self.dims.is_one, first)) else (side, self.dims.one)
        if node.name in ("max", "min") and len(inner) == 1:
            return None
        return next((one for one in inner if one is not None), None)

    def _derivative(self, node: Derivative, here: Here) -> Shape:
        of = self.shape(node.of, here) if node.of is not None else None
        by = self.shape(node.by, here)
        if of is None or by is None:
            return of or by
        sides = [next((dim for dim in one if not self.dims.is_one(dim)), one[0]) for one in (of, by)]
        return (sides[0], sides[1])

    def over_layers(self, nodes: list[Node], depth: int):
        """Every choice of the layers that formulas name, as places."""
        letters = sorted(set().union(*(layer_letters(node, self.names) for node in nodes)) - self.sizes.keys())
        bound = {one.index for node in nodes for one in walk(node) if isinstance(one, Big)}
        letters = [one for one in letters if one not in bound]
        for numbers in product(range(depth + 2), repeat=len(letters)):
            yield Here(dict(zip(letters, numbers, strict=True)))


def size_name(node: Sym, layers: dict[str, int], sizes: dict[str, int]) -> str:
    """n_l at a layer l = 2 as "n 2"."""
    numbers = []
    for item in (*node.sup, *node.sub):
        letter, offset = shifted(item.node)
        base = 0 if letter is None else layers.get(letter, sizes.get(letter))
        numbers.append(letter if base is None else base + offset)
    return " ".join(map(str, (node.name, *numbers)))


class _Nothing:
    pass


NOTHING = _Nothing()




def layer_letters(node: Node, names: Names) -> set[str]:
    """The letters that stand for layers in a formula."""
    found: set[str] = set()
    for one in symbols(node):
        quantity = names.found.get(one.name)
        for kind, item in zip(quantity.families if quantity else (), one.sub, strict=False):
            letter = shifted(item.node)[0]
            if kind == LAYER and letter is not None and letter != "L":
                found.add(letter)
    return found


def _most_entries(every: list[Node], names: Names) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in every:
        for one in symbols(node):
            quantity = names.found.get(one.name)
            if quantity is not None:
                found[one.name] = max(found.get(one.name, 0), len(one.sub) - len(quantity.families))
    return found


def _is_turned(node: Node) -> TypeGuard[Transpose]:
    return isinstance(node, Transpose) and isinstance(node.of, Sym)


def _columns(every: list[Node], entries: dict[str, int], names: Names) -> set[str]:
    """The matrices of which a row stands as a column: those of alpha_m^T x."""
    turned = [one.of for node in every for one in walk(node) if isinstance(one, Transpose) and isinstance(one.of, Sym)]
    return {
        one.name
        for one in turned
        if entries.get(one.name) == 2 and len(one.sub) - len(names.found[one.name].families) == 1
    }


def _labels(every: list[Node], names: Names) -> set[str]:
    """Names that are compared with an index, as y = k, or are one themselves."""
    relations = [one for node in every for one in walk(node) if isinstance(one, Relation) and one.sign in ("=", r"\ne")]
    pairs = [(a, b) for one in relations for a, b in ((one.left, one.right), (one.right, one.left))]
    compared = {a.name.rstrip("()[]") for a, b in pairs if isinstance(a, Sym) and (is_letter(b) or isinstance(b, Num))}
    inside = {
        one.name.rstrip("()[]")
        for node in every
        for sym in symbols(node)
        for item in sym.sub
        if isinstance(item.node, Sym)
        for one in symbols(item)
    }
    return compared | {name for name in inside if names.notation.kind(name) == "target"}


__all__ = ["Here", "Shapes", "layer_letters"]
