"""Changes of one token, or of one symbol wherever it stands: what a slip of the pen does, undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from clearprop.check.document.meaning.notation import LAYERED, ROWLIKE, Notation, Role
from clearprop.check.document.read.cleaning import clean
from clearprop.check.document.read.tokens import Token, lex, written


@dataclass(frozen=True)
class Occurrence:
    """A symbol in a list of tokens: its letter at `start`; the contents of its scripts as (first, end)."""

    start: int
    end: int
    sup: tuple[int, int] | None
    sub: tuple[int, int] | None


@dataclass(frozen=True)
class Edit:
    """`tokens` after the change, of `what` kind; `old` and `new` for people; `at` where it begins."""

    tokens: list[Token]
    what: str
    old: str
    new: str
    at: int


def occurrences(tokens: list[Token]) -> list[Occurrence]:
    """Every symbol with its scripts."""
    found = []
    for k, token in enumerate(tokens):
        if token.kind == "letter":
            found.append(_occurrence(tokens, k))
    return found


def _occurrence(tokens: list[Token], start: int) -> Occurrence:
    scripts: dict[str, tuple[int, int]] = {}
    k = start + 1
    while k < len(tokens) and tokens[k].text in ("^", "_", "'"):
        if tokens[k].text == "'":
            k += 1
            continue
        if k + 1 < len(tokens) and tokens[k + 1].text == "{":
            end = _close(tokens, k + 1)
            scripts.setdefault(tokens[k].text, (k + 2, end))
            k = end + 1
        else:
            scripts.setdefault(tokens[k].text, (k + 1, k + 2))
            k += 2
    return Occurrence(start, min(k, len(tokens)), scripts.get("^"), scripts.get("_"))


def _close(tokens: list[Token], k: int) -> int:
    depth = 0
    for end in range(k, len(tokens)):
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        if depth == 0:
            return end
    return len(tokens) - 1


def made(text: str, at: int) -> list[Token]:
    """Tokens of a text that stand at one place."""
    return [Token(t.kind, t.text, t.raw, at) for t in clean(lex(text, at))]


class Editor:
    """All edits of one side."""

    def __init__(self, tokens: list[Token], notation: Notation, letters: list[str]) -> None:
        self.tokens, self.notation, self.letters = tokens, notation, letters
        self.found = occurrences(tokens)
        self.sizes = [name for name, size in notation.sizes.items() if "_" not in name and size is not None]

    def all(self) -> Iterator[Edit]:
        """Every edit, the likeliest first; of each symbol that stands more than once, also all at once."""
        for edits in (self._symbols, self._sums, self._signs, self._transposes, self._comparisons, self.names,
                      self._primes, self._swaps, self._numbers):  # fmt: skip
            yield from edits()

    # ---- symbols
    def _symbols(self) -> Iterator[Edit]:
        seen: set[tuple[str, str]] = set()
        for one in self.found:
            role = self.notation.roles.get(self.tokens[one.start].text)
            if role is None:
                continue
            old = written(self.tokens[one.start : one.end])
            for what, new in self._changed(one, role):
                text = written(new)
                if text == old:
                    continue
                yield self._replaced([one], new, what)
                same = [o for o in self.found if written(self.tokens[o.start : o.end]) == old]
                if len(same) > 1 and (text, old) not in seen:
                    yield self._replaced(same, new, what)
                seen.add((text, old))
        yield from self._everywhere()

    def _replaced(self, where: list[Occurrence], new: list[Token], what: str) -> Edit:
        tokens, last = [], 0
        for one in where:
            tokens += [*self.tokens[last : one.start], *new]
            last = one.end
        tokens += self.tokens[last:]
        first = where[0]
        old = written(self.tokens[first.start : first.end])
        return Edit(tokens, what, old, written(new), self.tokens[first.start].at)

    def _everywhere(self) -> Iterator[Edit]:
        """Another layer for a letter wherever it has a certain one: z^{(0)} as z^{(1)} in all entries."""
        groups: dict[tuple[str, str], list[tuple[Occurrence, tuple[int, int]]]] = {}
        for one in self.found:
            role = self.notation.roles.get(self.tokens[one.start].text)
            slot = self._layer_slot(one, role) if role else None
            if slot is not None:
                key = (self.tokens[one.start].text, written(self.tokens[slot[0] : slot[1]]))
                groups.setdefault(key, []).append((one, slot))
        for (_, layer), members in groups.items():
            if len(members) < 2:
                continue
            for other in _other_layers(layer):
                yield self._relayered(members, other)

    def _relayered(self, members: list[tuple[Occurrence, tuple[int, int]]], layer: str) -> Edit:
        tokens, last = [], 0
        for _, (a, b) in members:
            tokens += [*self.tokens[last:a], *made(layer, self.tokens[a].at)]
            last = b
        tokens += self.tokens[last:]
        one, (a, b) = members[0]
        start = self.tokens[one.start : a]
        rest = self.tokens[b : one.end]
        new = [*start, *made(layer, self.tokens[a].at), *rest]
        return Edit(
            tokens,
            "layer",
            written(self.tokens[one.start : one.end]),
            written(new),
            self.tokens[one.start].at,
        )

    def _changed(self, one: Occurrence, role: Role) -> Iterator[tuple[str, list[Token]]]:
        slot = self._layer_slot(one, role)
        if slot is not None:
            for other in _other_layers(written(self.tokens[slot[0] : slot[1]])):
                yield "layer", self._with(one, slot, other)
        yield from self._indexed(one, role, slot)
        if role.kind in ROWLIKE:
            yield from self._sampled(one)

    def _with(self, one: Occurrence, slot: tuple[int, int], text: str) -> list[Token]:
        a, b = slot
        new = made(text, self.tokens[a].at)
        if (
            len(new) == 1 < b - a
            and self.tokens[a - 1].text == "{"
            and b < one.end
            and self.tokens[b].text == "}"
        ):
            return [*self.tokens[one.start : a - 1], *new, *self.tokens[b + 1 : one.end]]  # z^l, not z^{l}
        return [*self.tokens[one.start : a], *new, *self.tokens[b : one.end]]

    def _layer_slot(self, one: Occurrence, role: Role | None) -> tuple[int, int] | None:
        """Where a symbol has its layer."""
        style = self.notation.style
        if role is None or role.kind not in LAYERED | {"gradient"} or style is None:
            return None
        if style == "sub":
            return None if one.sub is None else (one.sub[0], _comma(self.tokens, *one.sub))
        if one.sup is None:
            return None
        a, b = one.sup
        if style in ("paren", "bracket"):
            opener, closer = ("(", ")") if style == "paren" else ("[", "]")
            start = next((k for k in range(a, b) if self.tokens[k].text == opener), None)
            end = next((k for k in range(a, b) if self.tokens[k].text == closer), None)
            return None if start is None or end is None else (start + 1, end)
        a = _after_comma(self.tokens, a, b)
        if b > a and self.tokens[b - 1].text in ("T", r"\top"):
            b -= 1
        return (a, b) if b > a else None

    def _indexed(
        self, one: Occurrence, role: Role, layer: tuple[int, int] | None
    ) -> Iterator[tuple[str, list[Token]]]:
        """Another letter in a place, or two places exchanged."""
        places = self._places(one, layer)
        for k in places:
            for other in self.letters:
                if other != self.tokens[k].text:
                    yield self._index_word(k, other, one, role), self._with(one, (k, k + 1), other)
        in_sub = [k for k in places if one.sub is not None and one.sub[0] <= k < one.sub[1]]
        if len(in_sub) == 2:
            a, b = in_sub
            new = list(self.tokens[one.start : one.end])
            new[a - one.start], new[b - one.start] = self.tokens[b], self.tokens[a]
            yield "transposed" if role.kind in ("weight", "stack") else "index", new

    def _places(self, one: Occurrence, layer: tuple[int, int] | None) -> list[int]:
        found = []
        if one.sup is not None:
            found += [k for k in range(*one.sup) if self.tokens[k - 1].text == "("]
        if one.sub is not None:
            found += [k for k in range(*one.sub) if self.tokens[k].kind in ("letter", "number")]
        return [
            k
            for k in found
            if not (layer and layer[0] <= k < layer[1]) and k + 1 <= one.end and self._lone(k, one)
        ]

    def _lone(self, k: int, one: Occurrence) -> bool:
        around = (self.tokens[k - 1].text, self.tokens[k + 1].text if k + 1 < len(self.tokens) else "")
        return not set(around) & {"+", "-", "^", "_"} or (around[0] == "_" and k + 1 == one.end)

    def _index_word(self, k: int, other: str, one: Occurrence, role: Role) -> str:
        if role.kind == "loss" or (one.sup is not None and one.sup[0] <= k < one.sup[1]):
            return "sample index"
        letters = self.notation.sample_letters | {n for n, s in self.notation.sizes.items() if s == ("m",)}
        if role.kind in ROWLIKE and (self.tokens[k].text in letters or other in letters):
            return "sample index"
        return "index"

    def _sampled(self, one: Occurrence) -> Iterator[tuple[str, list[Token]]]:
        """A sample's index added."""
        at = self.tokens[one.start].at
        head = self.tokens[one.start : one.start + 1]
        for letter in sorted(self.notation.sample_letters):
            if self.notation.samples_above:
                mark = made(f"({letter})", at)
                if one.sup is None:
                    yield (
                        "sample index",
                        [*head, *made(f"^{{({letter})}}", at), *self.tokens[one.start + 1 : one.end]],
                    )
                else:
                    a, b = one.sup
                    inner = [*self.tokens[a:b], *mark]
                    yield "sample index", [*self.tokens[one.start : a], *inner, *self.tokens[b : one.end]]
            elif one.sub is None:
                yield "sample index", [*self.tokens[one.start : one.end], *made(f"_{letter}", at)]
            elif one.sub[1] - one.sub[0] <= 2:
                a, b = one.sub
                pair = (
                    [*made(f"{letter},", at), *self.tokens[a:b]]
                    if self.notation.rows
                    else [*self.tokens[a:b], *made(f",{letter}", at)]
                )
                opened = self.tokens[a - 1].text == "{"
                pair = pair if opened else [Token("sign", "{", "{", at), *pair, Token("sign", "}", "}", at)]
                yield "sample index", [*self.tokens[one.start : a], *pair, *self.tokens[b : one.end]]

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
        one = _occurrence(self.tokens, k)
        if one.sup is not None:
            yield one.sup, False
        if one.sub is not None:
            start = next((n + 1 for n in range(*one.sub) if self.tokens[n].text == "="), None)
            if start is not None:
                yield (start, one.sub[1]), True

    def _cut(self, a: int, b: int, text: str, what: str, show: int) -> Edit:
        """Tokens a to b replaced; `show` is where the part that is shown begins."""
        end = _occurrence(self.tokens, show).end
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
        yield Edit([*made("-", first.at), *self.tokens], "sign", first.raw, f"-{first.raw}", first.at)

    def _shown(self, k: int) -> int:
        return _occurrence(self.tokens, k).end if k < len(self.tokens) else k

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
            if r.kind in ROWLIKE | {"weight", "bias", "loss", "rate", "decay"}
        ]
        raws = {t.text: t.raw for t in self.tokens}
        for one in self.found:
            name = self.tokens[one.start].text
            role = self.notation.roles.get(name)
            if role is None and (name in self.notation.sizes or self._in_script(one.start)):
                continue
            for other, its in known:
                if other == name or (role is not None and (role.kind in ROWLIKE) != (its.kind in ROWLIKE)):
                    continue
                pair = {role.kind if role else "", its.kind}
                what = "undefined" if role is None else "activation" if pair == {"pre", "act"} else "symbol"
                raw = raws.get(other) or _raw(other)
                new = [
                    Token("letter", other, raw, self.tokens[one.start].at),
                    *self.tokens[one.start + 1 : one.end],
                ]
                yield self._replaced([one], new, what)

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
        top = [o for o in self.found if not self._in_script(o.start)]
        for one, other in pairwise(top):
            if one.end == other.start:
                left, right = self.tokens[one.start : one.end], self.tokens[other.start : other.end]
                tokens = [*self.tokens[: one.start], *right, *left, *self.tokens[other.end :]]
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


def _other_layers(layer: str) -> list[str]:
    """The layers that may have been meant."""
    text = layer.replace(" ", "")
    if text.isdigit():
        n = int(text)
        return [str(k) for k in (n - 1, n + 1, n - 2, n + 2) if 0 <= k < 9] + ["L"]
    letter = next((c for c in text if c.isalpha()), "l")
    return [t for t in (letter, f"{letter}-1", f"{letter}+1", "L", "L-1", "1", "2") if t != text]


def _comma(tokens: list[Token], a: int, b: int) -> int:
    return next((k for k in range(a, b) if tokens[k].text == ","), b)


def _after_comma(tokens: list[Token], a: int, b: int) -> int:
    return next((k + 1 for k in range(a, b) if tokens[k].text == ","), a)


def _raw(name: str) -> str:
    mark, _, letter = name.rpartition(" ")
    shown = letter if len(letter) == 1 else f"\\{letter}"
    return {
        "hat": rf"\hat{{{shown}}}",
        "tilde": rf"\tilde{{{shown}}}",
        "mathcal": rf"\mathcal{{{shown}}}",
    }.get(mark, shown)
