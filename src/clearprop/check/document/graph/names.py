"""A text's quantities by name: scripts that are part of the name, that tell a layer or sample, that pick an entry.

W^{(2)}_{ij} becomes the quantity W^ of family (2) with the entry (i, j): a symbol with nothing above it, and below it
first its families, then its entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import TypeVar

from clearprop.check.document.graph import letters
from clearprop.check.document.meaning.notation import LAYERED, Notation, Role, is_letter, near_letter
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.numbers.quantities import HERE
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Call,
    Node,
    Num,
    Pow,
    Script,
    Sym,
    Text,
    bases,
    mapped,
    swapped,
    symbols,
)

LAYER, SAMPLE = "layer", "sample"
ABOVE = ("paren", "bracket")

T = TypeVar("T")


@dataclass(frozen=True)
class Quantity:
    """A name with the kinds of its families; `of` is the letter as the text has it."""

    name: str
    families: tuple[str, ...] = ()
    of: str = ""

    @property
    def is_capital(self) -> bool:
        """Whether its letter is a capital, as those of matrices are."""
        return self.of.split()[-1][:1].isupper()

    def layers(self, families: Sequence[T]) -> tuple[T, ...]:
        """What its families have of layers."""
        return tuple(compress(families, (kind == LAYER for kind in self.families)))

    def samples(self, families: Sequence[T]) -> tuple[T, ...]:
        """What its families have of samples."""
        return tuple(compress(families, (kind == SAMPLE for kind in self.families)))

    def first(self, layers: Sequence[int]) -> tuple[int, ...]:
        """The numbers of its families in these layers, of the first sample."""
        numbers = iter(layers)
        return tuple(next(numbers) if kind == LAYER else 1 for kind in self.families)


class Names:
    """Sorts the scripts of every symbol of a document."""

    def __init__(self, document: Document, notation: Notation) -> None:
        self.notation = notation
        self.found: dict[str, Quantity] = {}
        self.raw: frozenset[str] = frozenset()  # letters that stand for any number in the line in hand
        self.split: set[str] = set()  # numbers of which entries have the same letter, as delta beside delta_j
        self.implicit: set[str] = set()  # names that are of the sample in hand where they carry none
        every = list(nodes(document))
        self.double = letters.double(every)
        every = [self.split_digits(node) for node in every]
        self.running = letters.running(every, notation)
        self.losses = _losses(document, notation)
        self.numbered = letters.numbered(every)
        self.stepping = letters.stepping(every) | (notation.layer_letters if notation.style else set())
        self.alias = letters.entries_of(every, notation)
        self.sized = letters.sized(every)
        self.counters = letters.counters(every, notation)
        self.depths = {letter for letter, size in notation.sizes.items() if size == ("L",)} | {"L"}
        self.layered = {
            s.name
            for node in every
            for s in symbols(node)
            if s.sub and near_letter(s.sub[0].node) in self.stepping
        }
        self.prefixes = letters.prefixes(every)
        self.several = letters.several(every, notation)
        self.tops: set[str] = set()  # letters of the last layer

    def split_digits(self, node: Node) -> Node:
        """The same with w_{12} as the entry 1, 2 where w has two indices."""
        if isinstance(node, Sym) and node.name in self.double and len(node.sub) == 1:
            number = node.sub[0].node
            if isinstance(number, Num) and 10 < number.value < 100:
                return replace(node, sub=tuple(Script("plain", Num(float(d))) for d in f"{number.value:.0f}"))
        return mapped(node, self.split_digits) if node.children else node

    def families(self, sym: Sym) -> tuple[Script, ...]:
        """The scripts that tell which of its layers and samples a named quantity is of."""
        return sym.sub[: len(self.found[sym.name].families)]

    def layers(self, sym: Sym) -> tuple[Script, ...]:
        """Those of them that tell its layer; none for what is no quantity."""
        return self.found[sym.name].layers(sym.sub) if sym.name in self.found else ()

    def entries(self, sym: Sym) -> tuple[Script, ...]:
        """The scripts that pick an entry of a named quantity."""
        return sym.sub[len(self.found[sym.name].families) :]

    def in_line(self, raw: frozenset[str], node: Node) -> Node:
        """The same formula with every quantity by its name, in a line whose `raw` letters stand for any number."""
        self.raw = raw
        return self.plain(self.split_digits(node))

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
        return mapped(node, self.plain)

    def _given(self, call: Call) -> Node | None:
        """What a loss comes to for other arguments than it is written out for: L(p_i, y_i) after L(p, y) = ..."""
        arguments, body = self.losses.get(call.name, ((), None))
        if body is None or len(arguments) != len(call.args) or call.args == arguments:
            return None
        return swapped(body, dict(zip(arguments, call.args, strict=True)))

    def is_quantity(self, call: Call) -> bool:
        """Whether a name before a bracket is a quantity, written with what it depends on: L(W, b)."""
        kind = self.notation.kind(call.name)
        return bool(kind) and not call.primes and call.name not in self.notation.functions

    def is_counter(self, sym: Sym) -> bool:
        """Whether a bare letter is a size or an index and no quantity."""
        letter = is_letter(sym)
        if letter is None:
            return sym.name in self.counters
        counts = letter in self.notation.sizes and (
            letter in self.sized or self.notation.sizes[letter] != ("m",)
        )
        return counts or sym.name in self.counters or letter in self.running - self.notation.roles.keys()

    def _symbol(self, sym: Sym) -> Node:
        if is_letter(sym) in self.raw:
            return replace(sym, name=f"any {sym.name}")
        if self.is_counter(sym):
            return sym
        entry = sym.name in self.alias
        sym = replace(sym, name=self.alias.get(sym.name, sym.name))
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
            kind = "" if entry else self._below(item, place, sym)
            if kind == "name":
                name += f"_{_text(item)}"
            elif kind:
                families.append((kind, item))
            else:
                entries.append(item)
        name += self._unit_layer(sym)
        name += "#" if entries and name in self.split else ""
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
        return letters.before_number(sym) in self.prefixes

    def _unit_layer(self, sym: Sym) -> str:
        """What tells names of one letter apart by the layer of their units: o_j in a hidden layer, o_k in the last."""
        layers = letters.layers_of(sym, self.notation)
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
        numbered = self.notation.style == "plain" and self.notation.kind(sym.name) not in (
            "",
            "rate",
            "decay",
            "constant",
        )
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
        letter, role = near_letter(item.node), self.notation.roles.get(sym.name)
        if self._names_unit(sym):
            return "name"
        if letter in self.notation.sample_letters:
            return "" if role is not None and role.batch else SAMPLE
        if place == 0 and self._is_layer_below(letter, sym):
            return LAYER
        if isinstance(item.node, Num):
            return self._of_number(place, sym, role)
        fixed = letter is not None and letter not in self.running
        return "name" if fixed and self.notation.kind(sym.name) != "rate" else ""

    def _of_number(self, place: int, sym: Sym, role: Role | None) -> str:
        """What a number below a name is: a layer, a part of the name, or an entry."""
        alone = sym.name in self.numbered
        told = role is not None and role.kind in LAYERED and role.layer is None and alone
        if self.notation.style == "sub" and place == 0 and (told or sym.name in self.layered):
            return LAYER
        return "name" if alone and len(sym.sub) == 1 else ""

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


def _losses(document: Document, notation: Notation) -> dict[str, tuple[tuple[Node, ...], Node]]:
    """The losses that are written out for letters of any one sample: L(a, y) = ..."""
    found = {}
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if (
            not isinstance(left, Call)
            or right is None
            or notation.kind(left.name) != "loss"
            or len(left.args) < 2
        ):
            continue
        inside = {one.name for one in bases(right)}
        if all(isinstance(arg, Sym) and arg.name in inside for arg in left.args):
            found.setdefault(left.name, (left.args, right))
    return found
