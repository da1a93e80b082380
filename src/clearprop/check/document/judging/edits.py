"""Changes of one token, or of one symbol wherever it stands: what a slip of the pen does, undone."""

import re
from collections.abc import Iterator

from clearprop.check.document.judging.occurrences import Edit, factor_end, made, occurrence
from clearprop.check.document.judging.symbol_edits import SymbolEdits
from clearprop.check.document.judging.term_edits import TermEdits
from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role
from clearprop.check.document.read.cleaning import GREEK
from clearprop.check.document.read.tokens import Token, written

VECTORS = ROWLIKE | {"augmented"}


class Editor:
    """All edits of one side."""

    def __init__(self, tokens: list[Token], notation: Notation, letters: list[str]) -> None:
        self.tokens, self.notation = tokens, notation
        self.symbols = SymbolEdits(tokens, notation, letters)
        self.terms = TermEdits(tokens, notation, letters)
        self.found = self.symbols.found
        self.sizes = [name for name, size in notation.sizes.items() if "_" not in name and size is not None]

    def all(self) -> Iterator[Edit]:
        """Every edit, the likeliest first; of each symbol that stands more than once, also all at once."""
        for edits in (self.symbols.all, self._sums, self._signs, self._transposes, self._comparisons, self.names,
                      self.terms.all, self._primes, self._swaps, self._numbers):  # fmt: skip
            yield from edits()

    # ---- sums
    def _sums(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.text not in (r"\sum", r"\prod"):
                continue
            for (a, b), below in self._bounds(k):
                old = written(self.tokens[a:b])
                for new in ["1", "0", "2"] if below else [*self.sizes, "1", "2", "3", "4"]:
                    if new != old:
                        raw = new if len(new) == 1 or new.isdigit() else f"\\{new}"
                        yield self._cut(a, b, raw, "sum range", k)

    def _bounds(self, k: int) -> Iterator[tuple[tuple[int, int], bool]]:
        one = occurrence(self.tokens, k)
        if one.sup is not None:
            yield one.sup, False
        if one.sub is not None:
            start = next((n + 1 for n in range(*one.sub) if self.tokens[n].text == "="), None)
            if start is not None:
                yield (start, one.sub[1]), True

    def _cut(self, a: int, b: int, text: str, what: str, show: int) -> Edit:
        """Tokens a to b replaced; `show` is where the part that is shown begins."""
        end = occurrence(self.tokens, show).end
        new = made(text, self.tokens[a].at) if text else []
        shown = [*self.tokens[show:a], *new, *self.tokens[b:end]]
        return Edit(
            [*self.tokens[:a], *new, *self.tokens[b:]],
            what,
            written(self.tokens[show:end]),
            written(shown),
            self.tokens[a].at,
        )

    # ---- signs, transposes, comparisons, dashes, order, numbers
    def _signs(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.text in ("+", "-") and not self._in_script(k):
                other = "-" if token.text == "+" else "+"
                tail = written(self.tokens[k + 1 : self._shown(k + 1)])
                yield Edit(
                    [*self.tokens[:k], *made(other, token.at), *self.tokens[k + 1 :]],
                    "sign",
                    token.raw + tail,
                    other + tail,
                    token.at,
                )
        first = self.tokens[0]
        head = written(self.tokens[: self._shown(0)])
        yield Edit([*made("-", first.at), *self.tokens], "sign", head, f"-{head}", first.at)

    def _shown(self, k: int) -> int:
        """Where what people are shown ends, if it begins at k."""
        if k >= len(self.tokens):
            return k
        return factor_end(self.tokens, k) or occurrence(self.tokens, k).end

    def _in_script(self, k: int) -> bool:
        return any(s is not None and s[0] <= k < s[1] for o in self.found for s in (o.sup, o.sub))

    def _transposes(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.text in (r"\top", "T") and k and self.tokens[k - 1].text in ("^", "{"):
                a, b = (k - 1, k + 1) if self.tokens[k - 1].text == "^" else (k - 2, k + 2)
                if a > 0 and self.tokens[a].text == "^" and b <= len(self.tokens):
                    old = written(self.tokens[max(0, a - 1) : b])
                    yield Edit(
                        [*self.tokens[:a], *self.tokens[b:]],
                        "transposed",
                        old,
                        written(self.tokens[max(0, a - 1) : a]),
                        token.at,
                    )
        for one in self.found:
            role = self.notation.roles.get(self.tokens[one.start].text)
            if role is None or role.kind in ("loss", "rate", "decay"):
                continue
            at = self.tokens[one.start].at
            shown = written(self.tokens[one.start : one.end])
            new = [
                Token("sign", "{", "{", at),
                *self.tokens[one.start : one.end],
                Token("sign", "}", "}", at),
                *made("^T", at),
            ]
            yield Edit(
                [*self.tokens[: one.start], *new, *self.tokens[one.end :]],
                "transposed",
                shown,
                f"{shown}^T",
                at,
            )

    def _comparisons(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.text in ("<", ">", r"\le", r"\ge", r"\ne"):
                for other in ("<", ">"):
                    if other != token.text:
                        yield Edit(
                            [*self.tokens[:k], *made(other, token.at), *self.tokens[k + 1 :]],
                            "value",
                            token.raw,
                            other,
                            token.at,
                        )

    def names(self) -> Iterator[Edit]:
        """Another quantity of the same form: z for a, y for p; or a known one for an unknown."""
        known = [
            (n, r)
            for n, r in self.notation.roles.items()
            if r.kind in VECTORS | {"weight", "stack", "bias", "loss", "rate", "decay"}
        ]
        raws = {t.text: t.raw for t in self.tokens}
        indices = {t.text for k, t in enumerate(self.tokens) if self._in_script(k)}
        for one in self.found:
            name = self.tokens[one.start].text
            role = self.notation.roles.get(name)
            if role is None and (name in self.notation.sizes or name in indices):
                continue
            for other, its in known:
                if other == name or (role is not None and (role.kind in VECTORS) != (its.kind in VECTORS)):
                    continue
                what = "undefined" if role is None else _mix({role.kind, its.kind})
                raw = raws.get(other) or _raw(other)
                new = [
                    Token("letter", other, raw, self.tokens[one.start].at),
                    *self.tokens[one.start + 1 : one.end],
                ]
                yield self.symbols.replaced([one], new, what)
        yield from self._everywhere(known, raws)

    def _everywhere(self, known: list[tuple[str, Role]], raws: dict[str, str]) -> Iterator[Edit]:
        """Another quantity wherever one stands: a (1 - a) for z (1 - z)."""
        texts = [self.tokens[one.start].text for one in self.found]
        for name in dict.fromkeys(text for text in texts if texts.count(text) > 1):
            if self.notation.kind(name) not in ROWLIKE:
                continue
            for other, its in known:
                if other != name and its.kind in ROWLIKE:
                    raw = raws.get(other) or _raw(other)
                    tokens = [
                        Token("letter", other, raw, t.at) if t.text == name and t.kind == "letter" else t
                        for t in self.tokens
                    ]
                    at = next(t.at for t in self.tokens if t.text == name)
                    shown = next(t.raw for t in self.tokens if t.text == name)
                    yield Edit(tokens, _mix({self.notation.kind(name), its.kind}), shown, raw, at)

    def _primes(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.text == "'":
                yield self._plain(k, k + 1, [], "value")
            if (
                token.kind in ("letter", "word")
                and k + 1 < len(self.tokens)
                and self.tokens[k + 1].text == "("
            ):
                yield self._plain(k + 1, k + 1, made("'", token.at), "value")

    def _plain(self, a: int, b: int, new: list[Token], what: str) -> Edit:
        shown = written(self.tokens[max(0, a - 1) : b])
        return Edit(
            [*self.tokens[:a], *new, *self.tokens[b:]],
            what,
            shown,
            written([*self.tokens[max(0, a - 1) : a], *new]),
            self.tokens[max(0, a - 1)].at,
        )

    def _swaps(self) -> Iterator[Edit]:
        """Two neighbouring factors exchanged."""
        for a in range(len(self.tokens)):
            b = factor_end(self.tokens, a)
            c = None if b is None or b >= len(self.tokens) else factor_end(self.tokens, b)
            if b is not None and c is not None and not self._in_script(a):
                left, right = self.tokens[a:b], self.tokens[b:c]
                tokens = [*self.tokens[:a], *right, *left, *self.tokens[c:]]
                yield Edit(
                    tokens, "transposed", written([*left, *right]), written([*right, *left]), left[0].at
                )

    def _numbers(self) -> Iterator[Edit]:
        for k, token in enumerate(self.tokens):
            if token.kind != "number" or self._in_script(k):
                continue
            value = float(token.text)
            for other in dict.fromkeys((value + 1, value - 1, 2 * value, value / 2)):
                if other >= 0 and other == int(other) and other != value:
                    yield Edit(
                        [*self.tokens[:k], *made(str(int(other)), token.at), *self.tokens[k + 1 :]],
                        "value",
                        token.raw,
                        str(int(other)),
                        token.at,
                    )


NUMBERED = re.compile(r"(\w+?)(\d|(?<=[WwbcVU])[a-z])")  # b1, delta2, Wa: one name of two tokens


def _mix(kinds: set[str]) -> str:
    """What it is to write a quantity of one of these kinds for one of the other."""
    return "activation" if kinds == {"pre", "act"} else "symbol"


def _raw(name: str) -> str:
    mark, _, letter = name.rpartition(" ")
    numbered = NUMBERED.fullmatch(letter)
    if numbered is not None and letter not in GREEK:
        return f"{_raw(numbered[1])}_{numbered[2]}"
    shown = letter if len(letter) == 1 else f"\\{letter}"
    return {
        "hat": rf"\hat{{{shown}}}",
        "tilde": rf"\tilde{{{shown}}}",
        "mathcal": rf"\mathcal{{{shown}}}",
    }.get(mark, shown)
