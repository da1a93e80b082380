"""Texts of two networks, one after the other: softmax regression, then one with a hidden layer. Each is read by itself.

Where a text as a whole leaves many lines open and gives two losses, it is cut at a heading between them; the cut is
taken where many more lines hold than before.
"""

from collections.abc import Callable
from dataclasses import replace

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.hints import HEADING
from clearprop.check.document.read.limits import SLIPS, Misfit, OutOfRange, Unread
from clearprop.check.document.read.sources import Source
from clearprop.check.document.read.statements import Document, Statement, read_document
from clearprop.check.document.read.tree import Call, Derivative, Sym, walk
from clearprop.check.document.verdict import DocumentCheck
from clearprop.errors import ClearpropError

OPEN = 0.2  # of the lines: where more do not hold, a text may be of two networks
FEWEST, LONGEST = 6, 60  # lines of such a text
MORE, SHARE = 3, 0.1  # lines that must hold more, at least and of all lines
MORE_OF_PART = 2  # the same where a part of a text is cut again
WRONG = 0.08  # of the lines: so many may be wrong then, and three of any text
MOST_CUTS = 2
DOCUMENT = r"\begin{document}"
Check = Callable[[Source, bool], DocumentCheck]  # of a text; whether only to see how much of it holds


def best(whole: DocumentCheck, document: Document, check: Check, more: int = MORE) -> DocumentCheck:
    """The check of a text, or those of its parts as one, if it has several and `more` lines hold so."""
    if not FEWEST <= whole.statements <= LONGEST or whole.verified >= (1 - OPEN) * whole.statements:
        return whole
    try:
        return _of_two(whole, document, check, more)
    except (ClearpropError, *SLIPS, Unread, Misfit, OutOfRange):  # a part that tells too little
        return whole


def _of_two(whole: DocumentCheck, document: Document, check: Check, more: int) -> DocumentCheck:
    source, wanted = document.source, whole.verified + max(more, SHARE * whole.statements)
    held, best_cut = 0, None
    for cut in _cuts(document):
        first = check(_first(source, cut), True)
        for kept in (False, True):
            both = _joined(source, cut, first, check(_second(source, cut, kept), True))
            if both.verified > max(held, wanted - 1):
                held, best_cut = both.verified, (cut, kept)
    if best_cut is None:
        return whole
    cut, kept = best_cut
    parts = (_first(source, cut), _second(source, cut, kept))
    found = _joined(
        source, cut, *(best(check(part, False), read_document(part), check, MORE_OF_PART) for part in parts)
    )
    sound = len(found.findings) <= max(3, WRONG * found.statements) and found.verified >= wanted
    return found if sound else whole


def _cuts(document: Document) -> list[int]:
    """The headings between the lines that give losses, the highest first."""
    text = document.source.text
    losses = sorted(statement.at for statement in document.statements if _gives_a_loss(statement))
    headings = [
        (_depth(match[0]), match.start())
        for match in HEADING.finditer(text)
        if losses and losses[0] < match.start() < losses[-1]
    ]
    return [start for _, start in sorted(headings)][:MOST_CUTS]


def _depth(heading: str) -> int:
    return heading.count("#") or heading.count("sub")


def _gives_a_loss(statement: Statement) -> bool:
    nodes = [part.node for part in statement.parts]
    left, right = (*nodes, None)[:2]
    return (
        isinstance(left, (Sym, Call))
        and right is not None
        and patterns.loss_family(right) is not None
        and not any(isinstance(one, Derivative) for one in walk(right))
    )


def _first(source: Source, cut: int) -> Source:
    return replace(source, text=source.text[:cut] + _blank(source.text[cut:]))


def _second(source: Source, cut: int, kept: bool) -> Source:
    """The second part, behind what a file begins with; `kept`: and behind the first section."""
    text = source.text
    start = text.find(DOCUMENT) + len(DOCUMENT) if DOCUMENT in text else 0
    if kept:
        headings = [match.start() for match in HEADING.finditer(text) if start < match.start() <= cut]
        start = headings[min(1, len(headings) - 1)]
    return replace(source, text=text[:start] + _blank(text[start:cut]) + text[cut:])


def _blank(text: str) -> str:
    """As many spaces, in the same lines."""
    return "".join(one if one == "\n" else " " for one in text)


def _joined(source: Source, cut: int, first: DocumentCheck, second: DocumentCheck) -> DocumentCheck:
    """The check of both parts; what is told of lines before the cut is told by the first."""
    line = source.line(cut)
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
