"""The shape of a formula, in dimensions that may still be open; what it demands of them is noted."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from clearprop.check.document.graph import uses
from clearprop.check.document.graph.definitions import shifted
from clearprop.check.document.graph.dims import Dims, Shape
from clearprop.check.document.graph.names import Names
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.read.limits import MOST_UNITS, OutOfRange
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
)

ENTRYWISE = ("hadamard", "star")


@dataclass
class Here:
    """Where a formula stands: what its letters of layers are, and the dimension that each other index runs over."""

    layers: dict[str, int] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)


class Formulas(ABC):
    """Finds the shapes of formulas; those of quantities are told by `quantity`."""

    def __init__(self, names: Names, notation: Notation, every: list[Node], depth: int) -> None:
        self.names, self.notation, self.depth = names, notation, depth
        self.entries = uses.most_entries(every, names)
        self.columns = uses.columns(every, self.entries, names)
        self.dims = Dims()
        last = {"L", *names.tops, *names.depths} - notation.roles.keys()
        self.sizes = dict.fromkeys(last, depth + notation.first_act)
        self.in_loss = False  # in what defines a loss, columns side by side are numbers

    @abstractmethod
    def quantity(self, name: str, layers: tuple[int, ...]) -> Shape:
        """The shape of one quantity."""

    def _number(self, shape: Shape) -> None:
        """What must be a number is one row and one column."""
        for dim in shape or ():
            self.dims.be_one(dim)

    def _size(self, node: Node, here: Here | None = None) -> int:
        """The dimension that a size stands for."""
        if isinstance(node, Num):
            return self._counted(int(node.value))
        letter = is_letter(node)
        if letter is None and isinstance(node, Sym):
            return self.dims.of_name(size_name(node, here.layers if here else {}, self.sizes))
        if letter is not None and self.notation.sizes.get(letter) == ("m",):
            return self.dims.samples
        return self.dims.of_name(letter or repr(node))

    def _counted(self, number: int) -> int:
        """The dimension of so many; a large one is as many as all that are written so."""
        if number == 1:
            return self.dims.one
        return self.dims.fresh(number) if number <= MOST_UNITS else self.dims.of_name(str(number))

    def _index(self, item: Script, here: Here) -> int:
        """The dimension that an index runs over."""
        letter, _ = shifted(item.node)
        if letter is None:
            return self.dims.fresh()
        return here.letters.setdefault(letter, self.dims.fresh())

    def layers_of(self, sym: Sym, here: Here) -> tuple[int, ...]:
        """The numbers of a symbol's layers."""
        found = []
        for item in self.names.layers(sym):
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
        if node.name not in self.names.found or self.names.is_counter(node):
            return None
        shape = self.quantity(node.name, self.layers_of(node, here))
        entries = self.names.entries(node)
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
        if len(entries) == 2 and (entries[0].node is None) != (entries[1].node is None):
            return (shape[0], self.dims.one) if entries[0].node is None else (self.dims.one, shape[1])
        return None if all(item.node is not None for item in entries) else shape

    def _neg(self, node: Neg, here: Here) -> Shape:
        return self.shape(node.of, here)

    def _transpose(self, node: Transpose, here: Here) -> Shape:
        inner = self.shape(node.of, here)
        return None if inner is None else (inner[1], inner[0])

    def same(self, one: Shape, other: Shape) -> Shape:
        if one is None or other is None:
            return one or other
        rows, columns = sorted((one, other), key=lambda shape: not self.dims.is_one(shape[0]))
        if self._is_row(rows) and self._is_column(columns):
            self.dims.be_one(columns[0])  # a row and a column: the column is a number
        self.dims.join(one[0], other[0])
        self.dims.join(one[1], other[1])
        high, wide = (b if self.dims.is_one(a) else a for a, b in zip(one, other, strict=True))
        return (high, wide)

    def _is_row(self, shape: tuple[int, int]) -> bool:
        return self.dims.is_one(shape[0]) and not self.dims.is_one(shape[1])

    def _is_column(self, shape: tuple[int, int]) -> bool:
        return self.dims.is_one(shape[1]) and not self.dims.is_one(shape[0])

    def _add(self, node: Add, here: Here) -> Shape:
        sides = [self.shape(node.left, here), self.shape(node.right, here)]
        for one, shape, other in ((node.left, *sides), (node.right, *sides[::-1])):
            if other is None and shape is not None and self._is_offset(one) and not self._is_plain(node, one):
                self._number(shape)
                return None
        return self.same(*sides)

    def _is_offset(self, node: Node) -> bool:
        """Whether it is a bias, whole."""
        quantity = self.names.found.get(node.name) if isinstance(node, Sym) else None
        return (
            quantity is not None
            and self.notation.kind(quantity.of) in ("bias", "weight")
            and not self.entries.get(quantity.name)
        )

    def _is_plain(self, node: Add, one: Node) -> bool:
        return isinstance(node.right if one is node.left else node.left, Num)

    def _relation(self, node: Relation, here: Here) -> Shape:
        return self.same(self.shape(node.left, here), self.shape(node.right, here))

    def _indicator(self, node: Indicator, here: Here) -> Shape:
        return self.shape(node.condition, here)

    def _div(self, node: Div, here: Here) -> Shape:
        return self.same(self.shape(node.above, here), self.shape(node.below, here))

    def _pow(self, node: Pow, here: Here) -> Shape:
        return self.shape(node.base, here)

    def _mul(self, node: Mul, here: Here) -> Shape:
        left, right = self.shape(node.left, here), self.shape(node.right, here)
        if left is None or right is None:
            return left or right
        if node.kind in ENTRYWISE:
            return self.same(left, right)
        if self.dims.is_one(left[1]) != self.dims.is_one(right[0]) and node.kind == "dot":
            self.same(left, right)
            return None
        if self.in_loss and self.dims.is_one(left[1]) != self.dims.is_one(right[0]):
            self.dims.be_one(right[0] if self.dims.is_one(left[1]) else left[1])
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
        if node.index in layer_letters(node.body, self.names):
            last = self.sizes.get(is_letter(node.last) or "", 1) if node.last is not None else self.depth
            every = [{**here.layers, str(node.index): number} for number in range(1, last + 1)]
            return [self.shape(node.body, Here(layers, dict(here.letters))) for layers in every][-1]
        shape = self.shape(node.body, inner)
        return None if node.index is None else shape

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
        wide = (
            self.dims.fresh()
            if open_columns and not open_rows
            else self._added([cell[1] for cell in first[0]])
        )
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


def size_name(node: Sym, layers: dict[str, int], sizes: dict[str, int]) -> str:
    """n_l at a layer l = 2 as "n 2"."""
    numbers = []
    for item in (*node.sup, *node.sub):
        letter, offset = shifted(item.node)
        base = 0 if letter is None else layers.get(letter, sizes.get(letter))
        numbers.append(letter if base is None else base + offset)
    return " ".join(map(str, (node.name, *numbers)))


def layer_letters(node: Node, names: Names) -> set[str]:
    """The letters that stand for layers in a formula."""
    letters = {shifted(item.node)[0] for one in symbols(node) for item in names.layers(one)}
    return {letter for letter in letters if letter is not None and letter != "L"}
