"""Texts of two networks, one after the other: softmax regression, then one with a hidden layer. Each is read by itself.

Where a text as a whole leaves many lines open and gives two losses, it is cut at a heading between them; where it
leaves some open and computes a name anew, at the heading before that. The cut is taken where many more lines hold
than before.
"""

from collections.abc import Callable

from clearprop.check.document import cuts
from clearprop.check.document.read.limits import SLIPS, Misfit, OutOfRange, Unread
from clearprop.check.document.read.sources import Source
from clearprop.check.document.read.statements import Document, read_document
from clearprop.check.document.verdict import DocumentCheck
from clearprop.errors import ClearpropError

OPEN = 0.2  # of the lines: where more do not hold, a text may be of two networks
FEWEST, LONGEST = 6, 100  # lines of such a text
MORE, SHARE = 3, 0.1  # lines that must hold more, at least and of all lines
MORE_OF_PART = 2  # the same where a part of a text is cut again
WRONG = 0.08  # of the lines: so many may be wrong then, and three of any text
Check = Callable[[Source, bool], DocumentCheck]  # of a text; whether only to see how much of it holds


def best(whole: DocumentCheck, document: Document, check: Check, more: int = MORE) -> DocumentCheck:
    """The check of a text, or those of its parts as one, if it has several and `more` lines hold so."""
    opened = whole.statements - whole.verified
    if not FEWEST <= whole.statements <= LONGEST or opened < more:
        return whole
    if whole.statements > cuts.LONG and opened < OPEN * whole.statements:
        return whole
    try:
        return _of_two(whole, document, check, more)
    except (ClearpropError, *SLIPS, Unread, Misfit, OutOfRange):  # a part that tells too little
        return whole


def _of_two(whole: DocumentCheck, document: Document, check: Check, more: int) -> DocumentCheck:
    source, wanted = document.source, whole.verified + max(more, SHARE * whole.statements)
    many_open = whole.verified < (1 - OPEN) * whole.statements
    held, best_cut = 0, None
    for cut in cuts.cuts(document, between_losses=many_open):
        first = check(cuts.first(source, cut), True)
        for kept in cut.keeps:
            both = _joined(source, cut, first, check(cuts.second(document, cut, kept), True))
            if both.verified > max(held, wanted - 1):
                held, best_cut = both.verified, (cut, kept)
    if best_cut is None:
        return whole
    cut, kept = best_cut
    parts = (cuts.first(source, cut), cuts.second(document, cut, kept))
    found = _joined(
        source, cut, *(best(check(part, False), read_document(part), check, MORE_OF_PART) for part in parts)
    )
    sound = len(found.findings) <= max(3, WRONG * found.statements) and found.verified >= wanted
    return found if sound else whole


def _joined(source: Source, cut: cuts.Cut, first: DocumentCheck, second: DocumentCheck) -> DocumentCheck:
    """The check of both parts; what is told of lines before the cut is told by the first."""
    line = source.line(cut.at)
    checked = (*first.checked, *(one for one in second.checked if one.line >= line))
    return DocumentCheck(
        first.file,
        len(checked),
        sum(one.verdict == "verified" for one in checked),
        (*first.findings, *(one for one in second.findings if one.line >= line)),
        (*first.unread, *(one for one in second.unread if one.line >= line)),
        f"{first.reading}; from line {line} on: {second.reading}",
        checked,
        source.text,
        source.numbers,
    )
