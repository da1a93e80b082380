"""Formulas of one letter, as in "we call it $e$": they state nothing, and hold a name."""

from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Sym


def letters(document: Document) -> dict[int, str]:
    """The numbers of the formulas that are one letter, and the letter."""
    found = document.lone.items()
    return {n: one.name for n, one in found if isinstance(one, Sym) and not (one.sub or one.sup)}
