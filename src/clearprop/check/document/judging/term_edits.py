"""Slips of factors and terms, undone: a share 1/m, a power, a rate, a minus within a group, the letter of a sum."""

from collections.abc import Iterator

from clearprop.check.document.judging.occurrences import (
    Edit,
    Occurrence,
    factor_end,
    fraction,
    made,
    occurrence,
)
from clearprop.check.document.meaning.notation import Notation
from clearprop.check.document.read.tokens import Token, written

NUMBERS = ("rate", "decay", "constant")
OPENING = ("(", "[", "&", "\\\\")


class TermEdits:
    """All edits of one side's factors and terms."""

    def __init__(self, tokens: list[Token], notation: Notation, letters: list[str]) -> None:
        self.tokens, self.notation, self.letters = tokens, notation, letters
        self.scripts = {
            k
            for start, token in enumerate(tokens)
            for span in _scripts(tokens, start, token)
            for k in range(*span)
        }
        self.counts = [name for name, size in notation.sizes.items() if size == ("m",) and len(name) == 1]

    def all(self) -> Iterator[Edit]:
        """Every edit, the likeliest first."""
        for edits in (self._shares, self._powers, self._numbers, self._minuses, self._letters):
            yield from edits()

    def _put(self, a: int, b: int, text: str, what: str, shown: tuple[int, int]) -> Edit:
        """Tokens a to b written as `text`; people are shown what becomes of the tokens of `shown`."""
        first, last = shown
        new = made(text, self.tokens[min(a, len(self.tokens) - 1)].at) if text else []
        old = written(self.tokens[first:last])
        after = written([*self.tokens[first:a], *new, *self.tokens[b:last]])
        return Edit([*self.tokens[:a], *new, *self.tokens[b:]], what, old, after, self.tokens[first].at)

    def _shares(self) -> Iterator[Edit]:
        """1/m taken off, or put before the side or under a number."""
        for k, token in enumerate(self.tokens):
            if token.text != r"\frac":
                continue
            above, below, end = fraction(self.tokens, k)
            if any(one.text in self.counts for one in self.tokens[slice(*below)]):
                kept = written(self.tokens[slice(*above)])
                yield self._put(
                    k, end, "" if kept == "1" else kept, "factor", (k, min(end + 1, len(self.tokens)))
                )
        for count in self.counts:
            yield self._put(0, 0, rf"\frac{{1}}{{{count}}}", "factor", (0, self._end(0)))
            for one in self._of_kinds(("decay",)):
                name = self.tokens[one.start].raw
                yield self._put(
                    one.start, one.start + 1, rf"\frac{{{name}}}{{{count}}}", "factor", (one.start, one.end)
                )

    def _end(self, k: int) -> int:
        """Where what people are shown ends, if it begins at k."""
        return factor_end(self.tokens, k) or occurrence(self.tokens, k).end

    def _of_kinds(self, kinds: tuple[str, ...]) -> list[Occurrence]:
        found = [k for k, token in enumerate(self.tokens) if self.notation.kind(token.text) in kinds]
        return [occurrence(self.tokens, k) for k in found]

    def _powers(self) -> Iterator[Edit]:
        """A square taken off or put to a symbol."""
        for k, token in enumerate(self.tokens):
            if token.kind != "letter" or not self.notation.kind(token.text) or k in self.scripts:
                continue
            one = occurrence(self.tokens, k)
            if one.sup is None:
                yield self._put(one.end, one.end, "^2", "value", (k, one.end))
            elif written(self.tokens[slice(*one.sup)]) == "2":
                a, b = one.sup
                braces = self.tokens[a - 1].text == "{"
                yield self._put(a - 1 - braces, b + braces, "", "value", (k, one.end))

    def _numbers(self) -> Iterator[Edit]:
        """A rate or another number put before the side or a decay, or taken off."""
        names = {name for name, role in self.notation.roles.items() if role.kind in NUMBERS}
        raws = {token.text: token.raw for token in self.tokens}
        for name in sorted(names):
            raw = raws.get(name, name if len(name) == 1 else rf"\{name}") + " "
            yield self._put(0, 0, raw, "factor", (0, self._end(0)))
            for one in self._of_kinds(("decay",)):
                yield self._put(one.start, one.start, raw, "factor", (one.start, one.end))
        for one in self._of_kinds(NUMBERS):
            if one.end < len(self.tokens):
                yield self._put(one.start, one.end, "", "factor", (one.start, self._end(one.end)))

    def _minuses(self) -> Iterator[Edit]:
        """A minus at the start of a bracket, an exponent or a cell."""
        for k, token in enumerate(self.tokens[:-1]):
            starts = token.text in OPENING or (token.text == "{" and k and self.tokens[k - 1].text == "^")
            if starts and self.tokens[k + 1].text not in ("+", "-", "T", r"\top", "("):
                yield self._put(k + 1, k + 1, "-", "sign", (k + 1, self._end(k + 1)))

    def _letters(self) -> Iterator[Edit]:
        """A sum over another letter, as far as that runs."""
        for k, token in enumerate(self.tokens):
            one = occurrence(self.tokens, k) if token.text == r"\sum" else None
            if one is None or one.sub is None:
                continue
            for letter in self.letters:
                if letter != self.tokens[one.sub[0]].text and letter.isalpha():
                    yield self._put(k, one.end, rf"\sum_{{{letter}}}", "sum range", (k, one.end))


def _scripts(tokens: list[Token], start: int, token: Token) -> list[tuple[int, int]]:
    """What stands above and below a token."""
    if token.kind not in ("letter", "command"):
        return []
    one = occurrence(tokens, start)
    return [span for span in (one.sup, one.sub) if span is not None]
