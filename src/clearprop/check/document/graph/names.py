"""A text's quantities by name alone: scripts that are part of the name, that tell a layer or sample, that pick an entry.

W^{(2)}_{ij} becomes the quantity W^ of family (2) with the entry (i, j): a symbol with nothing above it, and below it
first its families, then its entries.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from clearprop.check.document.meaning.notation import Notation, is_letter, near_letter
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.numbers.quantities import HERE
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Add, Big, Call, Node, Num, Pow, Script, Space, Sym, Text, bases, symbols, walk

LAYER, SAMPLE = "layer", "sample"
ABOVE = ("paren", "bracket")


@dataclass(frozen=True)
class Quantity:
    """A name with the kinds of its families; `of` is the letter as the text has it."""

    name: str
    families: tuple[str, ...] = ()
    of: str = ""


class Names:
    """Sorts the scripts of every symbol of a document."""

    def __init__(self, document: Document, notation: Notation) -> None:
        self.notation, self.words = notation, document.words
        self.found: dict[str, Quantity] = {}
        self.raw: frozenset[str] = frozenset()  # letters that stand for any number in the line in hand
        self.implicit: set[str] = set()  # names that are of the sample in hand where they carry none
        every = list(nodes(document))
        self.running = _running(every)
        self.losses = _losses(document, notation)
        self.numbered = _numbered(every)
        self.stepping = _stepping(every) | (notation.layer_letters if notation.style else set())
        self.counters = _counters(every, notation)
        self.depths = {letter for letter, size in notation.sizes.items() if size == ("L",)} | {"L"}
        self.layered = {
            s.name for node in every for s in symbols(node) if s.sub and near_letter(s.sub[0].node) in self.stepping
        }
        self.summed = {one.index for node in every for one in walk(node) if isinstance(one, Big)}
        self.several = _several(every, notation)
        self.tops: set[str] = set()  # letters of the last layer

    def in_line(self, raw: frozenset[str], node: Node) -> Node:
        """The same formula with every quantity by its name, in a line in which the `raw` letters stand for any number."""
        self.raw = raw
        return self.plain(node)

    def plain(self, node: Node) -> Node:
        """The same formula with every quantity by its name."""
        if isinstance(node, Sym):
            return self._symbol(node)
        if isinstance(node, Call) and (given := self._given(node)) is not None:
            return self.plain(given)
        if isinstance(node, Call) and self.is_quantity(node):
            return self._symbol(Sym(node.name, node.sup, node.sub, span=node.span))
        if isinstance(node, Script):
            return node
        if isinstance(node, Call):
            return replace(node, args=tuple(map(self.plain, node.args)))
        return replace(node, **{name: self._plain(value) for name, value in vars(node).items() if name in _parts(node)})

    def _plain(self, value: object) -> object:
        if isinstance(value, Node):
            return self.plain(value)
        return tuple(map(self._plain, value)) if isinstance(value, tuple) else value

    def _given(self, call: Call) -> Node | None:
        """What a loss comes to for other arguments than it is written out for: L(a^{(i)}, y^{(i)}) after L(a, y) = ..."""
        letters, body = self.losses.get(call.name, ((), None))
        if body is None or len(letters) != len(call.args) or call.args == letters:
            return None
        return swapped(body, dict(zip(letters, call.args, strict=True)))

    def is_quantity(self, call: Call) -> bool:
        """Whether a name before a bracket is a quantity, written with what it depends on: L(W, b)."""
        kind = self.notation.kind(call.name)
        return bool(kind) and not call.primes and call.name not in self.notation.functions

    def is_counter(self, sym: Sym) -> bool:
        """Whether a bare letter is a size or an index and no quantity."""
        letter = is_letter(sym)
        if letter is None:
            return sym.name in self.counters
        return sym.name in self.counters or (letter in self.notation.sizes or letter in self.running - self.notation.roles.keys())

    def _symbol(self, sym: Sym) -> Node:
        if is_letter(sym) in self.raw:
            return replace(sym, name=f"any {sym.name}")
        if self.is_counter(sym):
            return sym
        name, families, entries, power = sym.name, [], [], None
        for item in sym.sup:
            kind = self._above(item, sym)
            if kind == "name":
                name += f"^{_text(item)}"
            elif kind == "power":
                power = item.node
            elif kind:
                families.append((kind, item))
            elif item.node is not None:
                entries.append(item)
        for place, item in enumerate(sym.sub):
            kind = self._below(item, place, sym)
            if kind == "name":
                name += f"_{_text(item)}"
            elif kind:
                families.append((kind, item))
            else:
                entries.append(item)
        name += self._unit_layer(sym)
        families.sort(key=lambda one: one[0] == SAMPLE)
        kinds = tuple(kind for kind, _ in families)
        if name + "".join({LAYER: "[]", SAMPLE: "()"}[kind] for kind in kinds) in self.implicit:
            families.append((SAMPLE, Script("plain", Sym(HERE))))
            kinds = (*kinds, SAMPLE)
        name += "".join({LAYER: "[]", SAMPLE: "()"}[kind] for kind in kinds)
        self.found.setdefault(name, Quantity(name, kinds, sym.name))
        plain = Sym(name, (), (*(item for _, item in families), *entries), span=sym.span)
        return plain if power is None else Pow(plain, power, span=sym.span)

    def _names_unit(self, sym: Sym) -> bool:
        """Whether a letter with a number stands below it, as in out_{h1}."""
        pair = [item.node for item in sym.sub]
        letter = is_letter(pair[0]) if len(pair) == 2 else None
        return letter is not None and isinstance(pair[1], Num) and letter not in self.summed

    def _unit_layer(self, sym: Sym) -> str:
        """What tells names of one letter apart by the layer of their units: o_j in a hidden layer, o_k in the last."""
        layers = _layers_of(sym, self.notation)
        return f"@{max(layers)}" if layers and sym.name in self.several else ""

    def _above(self, item: Script, sym: Sym) -> str:
        if item.node is None:
            return ""
        if isinstance(item.node, Text):
            return "name"
        letter = near_letter(item.node)
        if letter in self.notation.sample_letters and letter not in self.notation.layer_letters:
            return SAMPLE
        if item.kind in ABOVE:
            return LAYER
        numbered = self.notation.style == "plain" and self.notation.kind(sym.name) not in ("", "rate", "decay", "constant")
        if isinstance(item.node, Num):
            return LAYER if numbered else "power"
        if letter in self.stepping or letter in self.depths:
            return LAYER
        if letter is not None and len(letter) == 1 and letter.isupper() and self.stepping:
            self.tops.add(letter)
            return LAYER
        return "power" if letter is None else "" if letter in self.running else "name"

    def _below(self, item: Script, place: int, sym: Sym) -> str:
        if item.node is None:
            return ""
        if isinstance(item.node, Text):
            return "name"
        letter = near_letter(item.node)
        kind = self.notation.kind(sym.name)
        if self._names_unit(sym):
            return "name"
        if letter in self.notation.sample_letters:
            role = self.notation.roles.get(sym.name)
            whole = role is not None and role.batch
            return "" if whole else SAMPLE
        if place == 0 and self._is_layer_below(letter, sym):
            return LAYER
        if isinstance(item.node, Num):
            if self.notation.style == "sub" and sym.name in self.layered and place == 0:
                return LAYER
            return "name" if (sym.name, len(sym.sub)) in self.numbered else ""
        if letter is not None and letter not in self.running and not kind.startswith("rate"):
            return "name"
        return ""


    def _is_layer_below(self, letter: str | None, sym: Sym) -> bool:
        """Whether what stands first below a name counts layers."""
        if self.notation.style not in ("sub", None) or letter is None:
            return False
        if letter in self.depths and (self.notation.style == "sub" or sym.name in self.layered):
            return True
        if letter.isupper() and len(letter) == 1 and sym.name in self.layered:
            self.tops.add(letter)
            return True
        return letter in self.stepping and (self.notation.style == "sub" or sym.name in self.layered)


def _text(item: Script) -> str:
    if isinstance(item.node, Num):
        return f"{item.node.value:g}"
    return item.node.value if isinstance(item.node, Text) else near_letter(item.node) or "?"


def _parts(node: Node) -> set[str]:
    return {name for name in vars(node) if name in type(node).__dataclass_fields__ and name != "span"}


def _losses(document: Document, notation: Notation) -> dict[str, tuple[tuple[Node, ...], Node]]:
    """The losses that are written out for letters of any one sample: L(a, y) = ..."""
    found = {}
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if not isinstance(left, Call) or right is None or notation.kind(left.name) != "loss" or len(left.args) < 2:
            continue
        inside = {one.name for one in bases(right)}
        if all(isinstance(arg, Sym) and arg.name in inside for arg in left.args):
            found.setdefault(left.name, (left.args, right))
    return found


def swapped(node: Node, others: dict[Node, Node]) -> Node:
    """A tree in which other nodes stand for some."""
    if node in others:
        return others[node]
    return replace(node, **{name: _swapped(value, others) for name, value in vars(node).items() if name in _parts(node)})


def _swapped(value: object, others: dict[Node, Node]) -> object:
    if isinstance(value, Node):
        return swapped(value, others)
    return tuple(_swapped(one, others) for one in value) if isinstance(value, tuple) else value


def _running(every: list[Node]) -> set[str]:
    """The letters that run: those of sums, and those that stand beside several names."""
    found = {one.index for node in every for one in walk(node) if isinstance(one, Big) and one.index}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for node in every:
        for one in symbols(node):
            for item in (*one.sub, *one.sup):
                for inner in symbols(item) if item.node is not None else ():
                    if is_letter(inner):
                        beside[inner.name].add(one.name)
    return found | {letter for letter, names in beside.items() if len(names) > 1}


def _counters(every: list[Node], notation: Notation) -> set[str]:
    """The names of sizes with something above or below them, as n_l in the sum from 1 to n_l."""
    ends = [one.last for node in every for one in walk(node) if isinstance(one, Big) and one.last is not None]
    sides = [dim for node in every for one in walk(node) if isinstance(one, Space) for dim in one.dims]
    return {
        one.name
        for node in (*ends, *sides)
        for one in bases(node)
        if (one.sub or one.sup) and notation.kind(one.name) in ("", "input", "constant")
    }


def _layers_of(sym: Sym, notation: Notation) -> list[int]:
    letters = (is_letter(item.node) for item in sym.sub)
    return [notation.unit_layers[letter] for letter in letters if letter in notation.unit_layers]


def _several(every: list[Node], notation: Notation) -> set[str]:
    """Names that stand with units of several layers, where the letters of units tell them."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for node in every:
        for one in symbols(node):
            layers = _layers_of(one, notation)
            if layers:
                seen[one.name].add(max(layers))
    return {name for name, layers in seen.items() if len(layers) > 1}


def _stepping(every: list[Node]) -> set[str]:
    """The letters that count layers: n, where n - 1 or n + 1 stands beside a name."""
    items = [item.node for node in every for one in symbols(node) for item in (*one.sub, *one.sup)]
    return {one.left.name for one in items if isinstance(one, Add) and is_letter(one.left) and isinstance(one.right, Num)}


def _numbered(every: list[Node]) -> set[tuple[str, int]]:
    """Names, with how many scripts below them, that have numbers there and never a running letter: W_1, w_{11}."""
    seen: defaultdict[tuple[str, int], set[bool]] = defaultdict(set)
    for node in every:
        for one in symbols(node):
            if one.sub:
                numbers = all(isinstance(item.node, Num) for item in one.sub)
                seen[one.name, len(one.sub)].add(numbers)
    return {key for key, kinds in seen.items() if kinds == {True}}
