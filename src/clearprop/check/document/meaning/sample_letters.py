"""Of the two indices of an input, the one that a weight beside it has counts features, and the other samples."""

from collections.abc import Iterator

from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Mul, Node, Sym, bases, walk

WEIGHTS = ("weight", "stack")


def by_weights(document: Document, notation: Notation) -> set[str]:
    """The letters of samples, by products such as x_{ni} w_i; none where samples stand above, x^{(n)}_i."""
    if notation.samples_above:
        return set()
    products = (one for node in nodes(document) for one in _products(node))
    found = {letter for one in products for letter in _of_product(one, notation)}
    return found - set(notation.sizes) - notation.layer_letters


def _products(node: Node) -> Iterator[Mul]:
    """The products in a formula, each with all of its factors."""
    found = [one for one in walk(node) if isinstance(one, Mul)]
    parts = {id(part) for one in found for part in (one.left, one.right)}
    return (one for one in found if id(one) not in parts)


def _of_product(node: Mul, notation: Notation) -> Iterator[str]:
    here = [(notation.kind(s.name), _letters(s)) for s in bases(node)]
    carried = {letter for kind, letters in here if kind in WEIGHTS for letter in letters}
    for kind, letters in here:
        others = [letter for letter in letters if letter not in carried]
        if kind == "input" and len(letters) == 2 and len(others) == 1:
            yield others[0]


def _letters(sym: Sym) -> list[str]:
    letters = [is_letter(item.node) for item in sym.sub]
    return [letter for letter in letters if letter is not None]
