"""Names that the prose gives to what a formula has just said: dJ/dz = p - y, "which we abbreviate as" e."""

import re

from clearprop.check.document.read.formulas import Formula
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Node, Sym

NAMES = re.compile(
    r"^[^.;。；]{0,40}(?:(?:简|缩|标)?(?:记|写)(?:为|作|成)|denot\w+(?: \w+){0,3}(?: by| as)|"
    r"abbreviat\w+(?: \w+){0,3}|\bcall(?:ed)?|for short,?(?: \w+){0,2})\s*$|"
    r"(?:call(?:ing|ed)?|denot(?:e|ing)|writ(?:e|ing)) (?:this|that|it|the latter|the result)(?: \w+)?"
    r"(?: by| as| for short)?\s*$",
    re.IGNORECASE,
)
BEFORE, BEHIND = (  # write D for this matrix
    re.compile(r"\b(?:write|writing|use|put|say|schreib\w*)(?: just| simply| short)?\s*$", re.IGNORECASE),
    re.compile(r"\s*(?:for|für) (?:this|that|it\b|the latter|the result|dies)", re.IGNORECASE),
)
NEAR = 60  # characters before a name


def abbreviations(document: Document) -> list[tuple[Sym, Node]]:
    """Each such name with what it is: what the equation before it is about, its first side."""
    said: dict[int, Node] = {}
    for statement in document.statements:
        first = statement.parts[0].node
        if first is not None and statement.equal:
            said[statement.formula] = first
    return [
        (name, said[number - 1])
        for number, name in document.lone.items()
        if isinstance(name, Sym) and number - 1 in said and _is_named(document.formulas[number])
    ]


def _is_named(formula: Formula) -> bool:
    """Whether the words around a name give it to what stands before."""
    before = formula.before[-NEAR:]
    return bool(NAMES.search(before) or (BEFORE.search(before) and BEHIND.match(formula.after)))
