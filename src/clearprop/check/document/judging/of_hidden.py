r"""Lines that the prose says of the hidden layers: $A^l = \tanh(Z^l)$ in the hidden layers."""

from clearprop.check.document.meaning import hints, patterns
from clearprop.check.document.meaning.notation import Notation, near_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Node, Relation, Sym

NEAR = 60  # characters of prose


def below_last(statement: Statement, document: Document, notation: Notation) -> list[Node]:
    """That its layer is not the last, where it gives an activation and the prose beside it speaks of hidden layers."""
    left, right = (*(part.node for part in statement.parts), None)[:2]
    last = next((letter for letter, size in notation.sizes.items() if size == ("L",)), None)
    if last is None or not isinstance(left, Sym) or right is None or patterns.applied(right) is None:
        return []
    letters = {near_letter(item.node) for item in (*left.sup, *left.sub)} & notation.layer_letters
    formula = document.formulas[statement.formula]
    before = hints.OF_HIDDEN_LAYERS.search(formula.before[-NEAR:])
    if not before and not hints.IN_HIDDEN_LAYERS.match(formula.after[:NEAR]):
        return []
    return [Relation("<", Sym(letter), Sym(last)) for letter in letters if letter]
