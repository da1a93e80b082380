r"""Lines that the prose says of the hidden layers: $A^l = \tanh(Z^l)$ in the hidden layers."""

import re

from clearprop.check.document.judging.cases import clause
from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.notation import Notation, near_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Node, Relation, Sym

NEAR = 60  # characters of prose
HIDDEN = re.compile(r"\bhidden (?:layers?|units?|neurons?)|隐藏层|隐含层|隐层", re.IGNORECASE)


def below_last(statement: Statement, document: Document, notation: Notation) -> list[Node]:
    """That its layer is not the last, where it gives an activation and the prose beside it speaks of hidden layers."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    if not isinstance(left, Sym) or right is None or patterns.applied(right) is None:
        return []
    formula = document.formulas[statement.formula]
    before = hints.OF_HIDDEN_LAYERS.search(formula.before[-NEAR:])
    if not before and not hints.IN_HIDDEN_LAYERS.match(formula.after[:NEAR]):
        return []
    return _below(left, notation)


def spoken_of(statement: Statement, document: Document, notation: Notation) -> list[Node]:
    """The same of any line whose sentence speaks of hidden layers."""
    left = statement.parts[0].node
    if not isinstance(left, (Sym, Call)) or not HIDDEN.search(clause(statement, document)):
        return []
    return _below(left, notation)


def _below(left: Sym | Call, notation: Notation) -> list[Node]:
    """l < L, of the letter of its layer."""
    last = next((letter for letter, size in notation.sizes.items() if size == ("L",)), None)
    letters = {near_letter(item.node) for item in (*left.sup, *left.sub)} & notation.layer_letters
    return [Relation("<", Sym(letter), Sym(last)) for letter in letters if letter and last]
