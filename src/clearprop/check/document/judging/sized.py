"""Lines that are said of a network of a certain size: "for n = q = 1 we get"."""

from clearprop.check.document.judging import conditions
from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.notation import is_letter
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Both, Node, Num, Relation


def sizes_said(statement: Statement, document: Document) -> dict[str, int]:
    """The letters that the conditions of a line set to numbers: n = q = 1, m = 1."""
    parted = [n for one in conditions.of(statement, document) for n in _parted(one)]
    equal = [one for one in parted if isinstance(one, Relation) and one.sign == "="]
    said: dict[str, int] = {}
    for one in reversed(equal):
        letter, other = is_letter(one.left), is_letter(one.right)
        if letter and isinstance(one.right, Num):
            said[letter] = int(one.right.value)
        elif letter and other in said:
            said[letter] = said[other]
    return said


def _parted(node: Node) -> list[Node]:
    return [*_parted(node.left), *_parted(node.right)] if isinstance(node, Both) else [node]


def classes_said(statement: Statement, document: Document) -> int | None:
    """With three classes: a number of classes that the sentence assumes."""
    formula = document.formulas[statement.formula]
    return (
        None
        if formula.display
        else hints.number_of_classes(formula.before[-80:].split(".")[-1])
        or _further(statement.formula, document)
    )


def _further(formula: int, document: Document) -> int | None:
    for k in conditions.sentence(formula, document):
        if k < formula:
            found = hints.number_of_classes(document.formulas[k].before[-80:].split(". ")[-1])
            if found:
                return found
    return None


__all__ = ["classes_said", "sizes_said"]
