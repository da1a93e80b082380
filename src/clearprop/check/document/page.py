"""The document as a page: every formula coloured by its verdict, the findings beside their lines."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from clearprop.check.document.report import summary
from clearprop.check.document.verdict import DocumentCheck, Finding, UnreadFormula

WORDS = {
    "verified": "holds",
    "wrong": "does not hold",
    "unread": "not read",
    "open": "beside a side that does not hold",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of a line with one verdict, "" for prose."""

    text: str
    verdict: str


@dataclass(frozen=True)
class Line:
    number: int
    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]
    unread: tuple[UnreadFormula, ...]


def page(check: DocumentCheck) -> str:
    """One HTML page that needs nothing else: no script, no font, no network."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("clearprop.check.document", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    style = environment.loader.get_source(environment, "page.css")[0]  # type: ignore[union-attr]
    return template.render(
        check=check, lines=list(lines(check)), summary=summary(check), words=WORDS, style=style
    )


def lines(check: DocumentCheck) -> Iterator[Line]:
    """The lines of the text, cut where a verdict begins or ends; findings at the first line of their number."""
    marks = _marks(check)
    start, done = 0, set()
    for k, text in enumerate(check.text.split("\n")):
        number = check.numbers[k] if k < len(check.numbers) else k + 1
        findings, unread = (), ()
        if number not in done:
            findings = tuple(f for f in check.findings if f.line == number)
            unread = tuple(u for u in check.unread if u.line == number)
        done.add(number)
        yield Line(number, tuple(_pieces(text, start, marks)), findings, unread)
        start += len(text) + 1


def _marks(check: DocumentCheck) -> list[tuple[int, int, str]]:
    """Where each side begins and ends, in order; none reaches into the next."""
    sides = sorted(side for one in check.checked for side in one.sides)
    starts = [a for a, _, _ in sides]
    return [
        (a, min(b, starts[k + 1]) if k + 1 < len(starts) and starts[k + 1] > a else b, v)
        for k, (a, b, v) in enumerate(sides)
    ]


def _pieces(text: str, start: int, marks: list[tuple[int, int, str]]) -> Iterator[Piece]:
    """A line cut at the marks that lie on it."""
    end, here = start + len(text), start
    for a, b, verdict in marks[max(0, bisect_right(marks, (start, 0, "")) - 1) :]:
        if a >= end:
            break
        a, b = max(a, here), min(b, end)
        if b <= a:
            continue
        if a > here:
            yield Piece(text[here - start : a - start], "")
        yield Piece(text[a - start : b - start], verdict)
        here = b
    if here < end or start == end:
        yield Piece(text[here - start :], "")
