"""Formulas of one letter, as in "we call it $e$": they state nothing, and hold a name."""

from clearprop.check.document.read.cleaning import clean
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tokens import expand, lex, macros

LONGEST = 60  # characters of one letter with its commands


def letters(document: Document) -> dict[int, str]:
    """The numbers of the formulas that are one letter, and the letter."""
    known = macros(document.source.text)
    found = {}
    for number, formula in enumerate(document.formulas):
        if formula.display or len(formula.text) > LONGEST:
            continue
        try:
            tokens = clean(expand(lex(formula.text, formula.start), known))
        except Unread:
            continue
        if len(tokens) == 1 and tokens[0].kind == "letter":
            found[number] = tokens[0].text
    return found
