"""Cases that say what a mark is, as Kronecker's delta: they limit no other line."""

import re

from clearprop.check.document.read.statements import Document

IF = re.compile(r"\s*,?\s*(if|for|when|where|whenever)\s*")
# Before a case: a number that something then is.
VALUE = re.compile(r"\b(?:is|equals|being|ist|vaut)\s+(?:1|0|one|zero|eins|null|un|zéro)\s*,?\s*"
                   r"(?:if|when|for|falls|wenn|für|si)\s*$|"
                   r"(?:为|等于|取|是)\s*[01]\s*[（(，,]?\s*(?:当|如果|若)?\s*$", re.IGNORECASE)  # fmt: skip
VALUED = re.compile(r"(?:^|=)\s*[01]\s*$")


def is_of_a_mark(formula: int, document: Document) -> bool:
    r"""Whether a case says what a letter is that stands in other lines: where \delta_{jk} is 1 if j = k, and else 0."""
    one = document.formulas[formula]
    if one.display or not formula:
        return False
    if VALUE.search(one.before):
        return True
    last = document.formulas[formula - 1]
    return not last.display and bool(VALUED.search(last.text) and IF.fullmatch(one.before))


__all__ = ["is_of_a_mark"]
