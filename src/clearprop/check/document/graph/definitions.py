"""What a text defines its quantities by: the first line that sets each equal to something else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.check.document.graph.names import LAYER, Names
from clearprop.check.document.meaning.notation import is_letter
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Add, Derivative, Matrix, Node, Num, Script, Sym, bases, walk

EQUAL = ("=", ":=", r"\equiv", "=:")


@dataclass(frozen=True)
class Definition:
    """One equation that defines: the families and entries on its left, and its right."""

    families: tuple[Script, ...]
    entries: tuple[Script, ...]
    right: Node
    general: int = 0  # how many layers of its families are letters: what is said of one layer goes first

    def binding(self, numbers: tuple[int, ...], sizes: dict[str, int]) -> dict[str, int] | None:
        """What its letters stand for where its families have these numbers; None if it is not about them."""
        return bind(self.families, numbers, sizes)


def numbers_of(items: Sequence[Script]) -> tuple[int, ...]:
    """The numbers among scripts."""
    return tuple(int(item.node.value) for item in items if isinstance(item.node, Num))


def shifted(node: Node | None) -> tuple[str | None, int]:
    """The letter and the number of l + 1; no letter for a number."""
    if isinstance(node, Num):
        return None, int(node.value)
    if isinstance(node, Add) and isinstance(node.right, Num):
        letter, offset = shifted(node.left)
        return letter, offset + node.sign * int(node.right.value)
    return is_letter(node) or "?", 0


def bind(items: Sequence[Script], numbers: tuple[int, ...], sizes: dict[str, int]) -> dict[str, int] | None:
    """What the letters of scripts stand for where these are their numbers; None if they cannot be these."""
    bound: dict[str, int] = {}
    for item, number in zip(items, numbers, strict=True):
        letter, offset = shifted(item.node)
        if letter is None:
            if offset != number:
                return None
        elif letter in sizes:
            if sizes[letter] + offset != number:
                return None
        elif bound.setdefault(letter, number - offset) != number - offset:
            return None
    return bound


def _is_numbered(one: Definition) -> bool:
    """Whether it is of one entry only: z_1 = ..."""
    return bool(one.entries) and len(numbers_of(one.entries)) == len(one.entries)


class Definitions:
    """Every definition of a text, by the name of what it defines; `used` are names that forward lines are made of."""

    def __init__(self, statements: list[Statement], names: Names) -> None:
        self.of: defaultdict[str, list[Definition]] = defaultdict(list)
        self.names = names
        self.rights: set[int] = set()  # the nodes that define something
        for statement in statements:
            self._read(statement)
        for found in self.of.values():
            found.sort(key=lambda one: one.general)
        self.used = {
            one.name
            for found in self.of.values()
            for definition in found
            if not any(isinstance(n, Derivative) for n in walk(definition.right))
            for one in bases(definition.right)
        }

    def _read(self, statement: Statement) -> None:
        parts = statement.parts
        if len(parts) < 2 or parts[1].sign not in EQUAL:
            return
        left, right = parts[0].node, parts[1].node
        if parts[1].sign == "=:":
            left, right = right, left
        left = self._vector(left)
        if (
            isinstance(left, Sym)
            and right is not None
            and left.name in self.names.found
            and self._defines(left, right)
        ):
            families, entries = self.names.families(left), self.names.entries(left)
            letters = [shifted(item.node)[0] for item in self.names.layers(left)]
            general = sum(
                letter not in (None, "L", *self.names.depths, *self.names.tops) for letter in letters
            )
            found = Definition(families, entries, right, general)
            others = self.of[left.name]
            if others and not _is_numbered(found) and all(map(_is_numbered, others)):
                self.rights -= {id(one.right) for one in others}  # what is said of all entries goes first
                others.clear()
            if not others or self._is_further(left, found):
                others.append(found)
                self.rights |= {id(left), id(right)}

    def _vector(self, left: Node | None) -> Node | None:
        """The vector s of [s_1; s_2] = ..., whose entries are written out."""
        if not isinstance(left, Matrix) or {len(row) for row in left.rows} != {1}:
            return left
        cells = [row[0] for row in left.rows]
        names = {cell.name if isinstance(cell, Sym) else "" for cell in cells}
        name = names.pop() if len(names) == 1 else ""
        numbered = [numbers_of(cell.sub) for cell in cells if isinstance(cell, Sym) and len(cell.sub) == 1]
        listed = numbered == [(k,) for k in range(1, len(cells) + 1)]
        whole = listed and name in self.names.found and not self.names.found[name].families
        return Sym(name, span=left.span) if whole else left

    def is_one(self, statement: Statement) -> bool:
        """Whether a statement is a definition and nothing more."""
        return len(statement.parts) == 2 and id(statement.parts[1].node) in self.rights

    def _is_further(self, left: Sym, found: Definition) -> bool:
        """Whether it says of other layers or entries what the definitions before it do not say."""
        others = self.of[left.name]
        if _is_numbered(found):
            return all(map(_is_numbered, others))
        return all(one.families != found.families for one in others) and bool(found.families)

    def _defines(self, left: Sym, right: Node) -> bool:
        quantity = self.names.found.get(left.name)
        if quantity is None:
            return False
        families = self.names.families(left)
        if any(one.name == left.name and self.names.families(one) == families for one in bases(right)):
            return False  # a step, or its own entries
        free = {is_letter(item.node) for item in left.sub}
        if any(item.node is None for item in left.sub) or (len(free) < len(left.sub) and None not in free):
            return False
        return LAYER in quantity.families or left.name not in self._reached(right)

    def _reached(self, right: Node) -> set[str]:
        """All names that a formula is made of, by the definitions found so far."""
        found: set[str] = set()
        waiting = [right]
        while waiting:
            node = waiting.pop()
            for one in node.symbols:
                if one.name not in found:
                    found.add(one.name)
                    waiting += [d.right for d in self.of.get(one.name, ())]
        return found
