"""The shape of each quantity of a text, from what defines it, what is said of it, and how it is used."""

from itertools import product

from clearprop.check.document.graph import uses
from clearprop.check.document.graph.definitions import Definition, Definitions, bind, numbers_of
from clearprop.check.document.graph.dims import Shape
from clearprop.check.document.graph.formulas import Formulas, Here, layer_letters
from clearprop.check.document.graph.names import SAMPLE, Names
from clearprop.check.document.meaning.notation import Notation, first
from clearprop.check.document.read.limits import OutOfRange
from clearprop.check.document.read.tree import Big, Node, Script, walk

NUMBERS = ("rate", "decay", "constant", "loss")
ROWS = ("input", "target", "pre", "act", "prediction", "delta", "augmented")
MOST = 400  # quantities, each of each layer
MOST_CHOICES = 3000  # of the layers that a line names


class Shapes(Formulas):
    """Finds shapes; `of` has that of each quantity under each of its layers."""

    def __init__(
        self,
        definitions: Definitions,
        names: Names,
        notation: Notation,
        every: list[Node],
        declared: dict[str, list[tuple[tuple[Script, ...], list[Node]]]],
        depth: int,
    ) -> None:
        super().__init__(names, notation, every, depth)
        self.definitions, self.declared = definitions, declared
        self.of: dict[tuple[str, tuple[int, ...]], Shape] = {}
        self.labels = uses.labels(every, names)
        self.turned = {one.name for one in uses.turned(every)}
        self.offsets = uses.offsets(every, names)
        self.over_samples = uses.over_samples(every, names, notation)

    def quantity(self, name: str, layers: tuple[int, ...]) -> Shape:
        """The shape of one quantity."""
        key = (name, layers)
        if key not in self.of:
            self.check_layers(name, layers)
            if len(self.of) > MOST:
                msg = "too many quantities"
                raise OutOfRange(msg)
            self.of[key] = self._leaf(name, layers)  # stands while its own definition is looked at
            for found in self._defined(name, layers):
                self.of[key] = self._number(found) if self._is_loss(name) else found
        return self.of[key]

    def _is_loss(self, name: str) -> bool:
        return self.notation.kind(self.names.found[name].of) == "loss"

    def is_input(self, layers: tuple[int, ...], fitting: list[Definition]) -> bool:
        """Whether a quantity is the layer of inputs, and the definitions that fit it are said of the layers above."""
        return bool(layers) and layers[0] == self.notation.first_act and all(one.general for one in fitting)

    def torn(self) -> set[str]:
        """The numbers of which entries stand in the text, too: delta = dE/ds beside delta_j = dE/dz_j."""
        numbers = {name for (name, _), shape in self.of.items() if shape is None}
        return {name for name in numbers if self.entries.get(name) and name in self.definitions.of}

    def check_layers(self, name: str, layers: tuple[int, ...]) -> None:
        """Raise OutOfRange for a layer that a quantity does not have."""
        of = self.names.found[name].of
        kind = self.notation.kind(of)
        lowest = first({"weight": "W", "stack": "W", "bias": "b"}.get(kind, "a"), self.notation)
        for number in layers:
            if not lowest + (kind not in ("act", "input")) <= number <= self.depth + lowest:
                msg = f"{of} has no layer {number}"
                raise OutOfRange(msg, layer=True)

    def _defined(self, name: str, layers: tuple[int, ...]) -> list[Shape]:
        """The shape of what defines a quantity, if something does."""
        full = self.names.found[name].first(layers)
        found = [(one, one.binding(full, self.sizes)) for one in self.definitions.of.get(name, ())]
        fitting = [(one, bound) for one, bound in found if bound is not None]
        if self.is_input(layers, [one for one, _ in fitting]):
            return []
        for one, bound in fitting:
            here = Here(dict(bound))
            outer, self.in_loss = self.in_loss, self._is_loss(name)
            inner = self.shape(one.right, here)
            self.in_loss = outer
            if not one.entries:
                return [inner]
            dims = [self._index(item, here) for item in one.entries]
            numbered = numbers_of(one.entries)
            if len(numbered) == len(one.entries):
                for dim, number in zip(self.of[name, layers] or (), numbered, strict=False):
                    self.dims.reaches(dim, number)
                continue
            if len(dims) == 1 and name in self.over_samples:
                return [self._samples()]
            return [(dims[0], dims[1]) if len(dims) == 2 else self._vector(dims[0])]
        return []

    def _vector(self, dim: int) -> Shape:
        return (dim, self.dims.one) if self.notation.vectors == "column" else (self.dims.one, dim)

    def _samples(self) -> Shape:
        """A number for each sample."""
        return (
            (self.dims.samples, self.dims.one) if self.notation.rows else (self.dims.one, self.dims.samples)
        )

    def _leaf(self, name: str, layers: tuple[int, ...]) -> Shape:
        quantity, dims = self.names.found[name], self.dims
        said = self._said(name, layers)
        if said is not None:
            if len(said) == 1 and name in self.over_samples:
                return self._samples()
            return None if not said else self._vector(said[0]) if len(said) == 1 else (said[0], said[1])
        role = self.notation.roles.get(quantity.of)
        kind = role.kind if role is not None else ""
        if quantity.of in self.labels or kind in NUMBERS:
            return None
        entries = self.entries.get(name, 0)
        if name in self.offsets and kind not in NUMBERS and not self.entries.get(name):
            return self._vector(dims.fresh())
        if self._is_one_of_numbers(name):
            return None
        if entries == 2:
            return (dims.fresh(), dims.fresh())
        if entries == 1 and name in self.over_samples:
            return self._samples()
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
        if SAMPLE in quantity.families:
            return self._vector(dims.fresh())
        return (dims.fresh(), dims.fresh()) if quantity.is_capital else None

    def _is_one_of_numbers(self, name: str) -> bool:
        """Whether it is one of w_1, w_2, ..., each a number; m_0 alone is as large as it must be."""
        of = self.names.found[name].of
        if not (name[-1].isdigit() and "_" in name and of.islower()) or self.notation.style == "sub":
            return False
        return sum(one.of == of for one in self.names.found.values()) > 1

    def _said(self, name: str, layers: tuple[int, ...]) -> list[int] | None:
        """The dimensions that the text gives a quantity, if it does."""
        for families, sides in self.declared.get(name, ()):
            bound = bind(self.names.found[name].layers(families), layers, self.sizes)
            if bound is not None:
                return [self._size(one, Here(bound)) for one in sides]
        return None

    def over_layers(self, nodes: list[Node]):
        """Every choice of the layers that formulas name, as places; none where they are too many."""
        letters = sorted(
            set().union(*(layer_letters(node, self.names) for node in nodes)) - self.sizes.keys()
        )
        bound = {one.index for node in nodes for one in walk(node) if isinstance(one, Big)}
        letters = [one for one in letters if one not in bound]
        if (self.depth + 2) ** len(letters) > MOST_CHOICES:
            return
        for numbers in product(range(self.depth + 2), repeat=len(letters)):
            yield Here(dict(zip(letters, numbers, strict=True)))
