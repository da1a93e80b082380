"""Whether a line of a text about many samples speaks of one alone: as its sentence or its section says."""

import re
from bisect import bisect

from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Big, Node, Sym, bases, symbols, walk

NEAR = 120  # characters before a formula


class OfOne:
    """Where a text takes one sample, and where its sections begin."""

    def __init__(self, document: Document, notation: Notation) -> None:
        self.document, self.notation = document, notation
        text = document.source.text
        self.known: dict[int, bool] = {}  # by where a line stands
        self.headings = [match.start() for match in hints.HEADING.finditer(text)]
        self.dropped = [match.end() for match in hints.DROPS_SAMPLES.finditer(text)]
        taken = [match.end() for match in hints.ONE_SAMPLE.finditer(text)]
        self.taken = sorted(taken + hints.dropped_letters(text, notation.sample_letters))

    def says(self, statement: Statement) -> bool:
        """The same answer whenever it is asked: what small letters mean may be tried otherwise in between."""
        if statement.at not in self.known:
            self.known[statement.at] = self._says(statement)
        return self.known[statement.at]

    def _says(self, statement: Statement) -> bool:
        """Whether its sentence takes one sample, or its section does and the line names nothing of many."""
        notation, formula = self.notation, self.document.formulas[statement.formula]
        before = self.document.source.text[max(0, formula.start - NEAR) : formula.start]
        if not formula.display:
            before = re.split(r"[.。]\s|[。\n]", formula.before)[-1]
        if hints.TAKES_ONE.search(before) is not None:
            return True
        nodes = [part.node for part in statement.parts if part.node is not None]
        if self._in_section(self.dropped, formula.start) and not _has_index(nodes, notation):
            return True
        if not self._in_section(self.taken, formula.start) or _names_many(nodes, notation):
            return False
        return any(_is_row(one, notation) for node in nodes for one in bases(node))

    def _in_section(self, said: list[int], at: int) -> bool:
        """Whether the last of these places before a formula is in the same section."""
        place = bisect(said, at)
        return place > 0 and bisect(self.headings, at) == bisect(self.headings, said[place - 1])


def _has_index(nodes: list[Node], notation: Notation) -> bool:
    """Whether the letter of a sample stands in it."""
    return any(one.name in notation.sample_letters for node in nodes for one in symbols(node))


def _names_many(nodes: list[Node], notation: Notation) -> bool:
    """Whether it has the index of a sample, their number, a sum over them, or a quantity of all of them."""
    every = [one for node in nodes for one in walk(node)]
    summed = any(isinstance(one, Big) and one.index in notation.sample_letters for one in every)
    counted = any(
        isinstance(one, Sym) and notation.sizes.get(is_letter(one) or "") == ("m",) for one in every
    )
    whole = any(_is_row(one, notation) and notation.roles[one.name].batch for n in nodes for one in bases(n))
    return summed or counted or whole or _has_index(nodes, notation)


def _is_row(sym: Sym, notation: Notation) -> bool:
    """Whether a symbol is a quantity that each sample has its own of, or the gradient by one."""
    role = notation.roles.get(sym.name, Role(""))
    return (role.kind if role.kind != "gradient" else notation.kind(role.of)) in ROWLIKE


__all__ = ["OfOne"]
