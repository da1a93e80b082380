"""Other meanings of a line: of one example, where a text of many says so; of units one layer further on."""

import re
from collections.abc import Iterator
from dataclasses import replace

from clearprop.check.document.judging.compare import Comparison
from clearprop.check.document.judging.conditions import sentence
from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.read.statements import Document, Statement

ENDED = re.compile(r"[.;!?](?:\s|$)|[。；！？]|\n#")
OF_ONE = ("sample", "sample", "sample")  # a loss's value, its gradients by z and a, by W and b


def ways(
    statement: Statement, document: Document, notation: Notation, reading: Reading
) -> Iterator[Comparison]:
    """The statement in each other meaning that the text leaves it, not yet compared."""
    if _is_of_one(statement, document):
        yield Comparison(statement, document, notation, _narrowed(reading))
    if notation.shifted_letters:
        further = replace(notation, unit_layers=notation.shifted_letters)
        yield Comparison(statement, document, further, reading)


def _is_of_one(statement: Statement, document: Document) -> bool:
    """Whether the sentence before the line speaks of one example."""
    formulas = document.formulas
    before = [k for k in sentence(statement.formula, document) if k < statement.formula]
    text = " ".join(formulas[k].before for k in (*reversed(before), statement.formula))
    clause = ENDED.split(text)[-1]
    return hints.ONE_SAMPLE.search(clause) is not None


def _narrowed(reading: Reading) -> Reading:
    """The same reading with every loss, and every gradient, that of a single sample."""
    return replace(
        reading,
        losses=dict.fromkeys(reading.losses, OF_ONE),
        gradients={name: way.replace("mean", "sum") for name, way in reading.gradients.items()},
    )


__all__ = ["ways"]
