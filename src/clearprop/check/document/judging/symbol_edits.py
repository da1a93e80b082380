"""Slips within a symbol, undone: another layer, another index, a sample's index added."""

from collections.abc import Iterator

from clearprop.check.document.judging.occurrences import Edit, Occurrence, made, occurrences
from clearprop.check.document.meaning.notation import LAYERED, ROWLIKE, Notation, Role
from clearprop.check.document.read.tokens import Token, written


class SymbolEdits:
    """All edits of the symbols of one side."""

    def __init__(self, tokens: list[Token], notation: Notation, letters: list[str]) -> None:
        self.tokens, self.notation, self.letters = tokens, notation, letters
        self.found = occurrences(tokens)

    def all(self) -> Iterator[Edit]:
        """Every edit of a symbol; of one that stands more than once, also all at once."""
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
                yield self.replaced([one], new, what)
                same = [o for o in self.found if written(self.tokens[o.start : o.end]) == old]
                if len(same) > 1 and (text, old) not in seen:
                    yield self.replaced(same, new, what)
                seen.add((text, old))
        yield from self._everywhere()

    def replaced(self, where: list[Occurrence], new: list[Token], what: str) -> Edit:
        """These occurrences of one symbol written anew."""
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
            for other in (*self.letters, *_other_pairs(self.tokens[k].text)):
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


def _other_layers(layer: str) -> list[str]:
    """The layers that may have been meant."""
    text = layer.replace(" ", "")
    if text.isdigit():
        n = int(text)
        return [str(k) for k in (n - 1, n + 1, n - 2, n + 2) if 0 <= k < 9] + ["L"]
    letter = next((c for c in text if c.isalpha()), "l")
    return [t for t in (letter, f"{letter}-1", f"{letter}+1", "L", "L-1", "1", "2") if t != text]


def _other_pairs(number: str) -> list[str]:
    """The entries that may have been meant by w_{12}: exchanged, or with one digit another."""
    if not (number.isdigit() and len(number) == 2):
        return []
    a, b = number
    return [b + a, *(a + other for other in "123"), *(other + b for other in "123")]


def _comma(tokens: list[Token], a: int, b: int) -> int:
    return next((k for k in range(a, b) if tokens[k].text == ","), b)


def _after_comma(tokens: list[Token], a: int, b: int) -> int:
    return next((k + 1 for k in range(a, b) if tokens[k].text == ","), a)
