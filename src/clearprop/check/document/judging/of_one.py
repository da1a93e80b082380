"""Lines that a text of many samples says of one: "for one example we get ..."."""

import re
from dataclasses import replace

from clearprop.check.document.judging.conditions import sentence
from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.read.statements import Document, Statement

ENDED = re.compile(r"[.;!?](?:\s|$)|[。；！？]|\n#")
OF_ONE = ("sample", "sample", "sample")  # a loss's value, its gradients by z and a, by W and b


def said(statement: Statement, document: Document) -> bool:
    """Whether the sentence before the line speaks of one example."""
    formulas = document.formulas
    before = [k for k in sentence(statement.formula, document) if k < statement.formula]
    text = " ".join(formulas[k].before for k in (*reversed(before), statement.formula))
    clause = ENDED.split(text)[-1]
    return hints.ONE_SAMPLE.search(clause) is not None


def narrowed(reading: Reading) -> Reading:
    """The same reading with every loss, and every gradient, that of a single sample."""
    return replace(
        reading,
        losses=dict.fromkeys(reading.losses, OF_ONE),
        gradients={name: way.replace("mean", "sum") for name, way in reading.gradients.items()},
    )
