"""Layers named by letters, W_{ih} and O_h: written with the numbers that the letters stand for."""

from collections import Counter
from dataclasses import replace

from clearprop.check.document.read.tokens import Token

CHAINS = ("iho", "xhy", "xho", "ihy")  # input, hidden, output
Formulas = list[list[Token]]


def numbered(formulas: Formulas) -> Formulas:
    """The formulas with W_1 for W_{ih} or W_{hi}, and O_1 for O_h, where the weights are named so; else as they are."""
    chain = _chain(formulas)
    if chain is None:
        return formulas
    named = _names(formulas, chain)
    return [_renamed(tokens, chain, named) for tokens in formulas]


def _chain(formulas: Formulas) -> str | None:
    """The letters of the layers, if both matrices are named by them and no other pair of letters stands below W."""
    below: Counter[str] = Counter()
    for tokens in formulas:
        for k, token in enumerate(tokens):
            if token.text in ("W", "w", "b", "V", "U"):
                below["".join(_below(tokens, k))] += token.text != "b"
    for chain in CHAINS:
        first, second = ({chain[k : k + 2], chain[k : k + 2][::-1]} for k in (0, 1))
        if first & below.keys() and second & below.keys():
            return chain
    return None


def _below(tokens: list[Token], k: int) -> list[str]:
    """The letters below a name."""
    if k + 1 >= len(tokens) or tokens[k + 1].text != "_":
        return []
    if k + 2 < len(tokens) and tokens[k + 2].text != "{":
        return [tokens[k + 2].text]
    return [t.text for t in _group(tokens, k + 2)]


def _group(tokens: list[Token], k: int) -> list[Token]:
    end = next((n for n in range(k, len(tokens)) if tokens[n].text == "}"), len(tokens))
    return tokens[k + 1 : end]


def _names(formulas: Formulas, chain: str) -> set[str]:
    """Names that carry a layer's letter: those with the hidden or output letter below wherever they have letters."""
    found: dict[str, set[str]] = {}
    for tokens in formulas:
        for k, token in enumerate(tokens):
            letters = _below(tokens, k)
            if letters and token.kind in ("letter", "word"):
                found.setdefault(token.text, set()).add(letters[0])
    return {name for name, letters in found.items() if letters <= set(chain[1:])}


def _renamed(tokens: list[Token], chain: str, named: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        result.append(tokens[k])
        letters = _below(tokens, k)
        number, width = _number(tokens[k].text, letters, chain, named)
        k += 1
        if not number:
            continue
        braced = tokens[k + 1].text == "{"
        start = k + 1 + braced
        raw = "".join(token.raw for token in tokens[start : start + width])
        layer = replace(tokens[start], kind="number", text=str(number), raw=raw)
        result += [*tokens[k:start], layer]
        k = start + width
    return result


def _number(name: str, letters: list[str], chain: str, named: set[str]) -> tuple[int, int]:
    """The layer that letters below a name stand for, and how many letters say it; 0 if they are indices."""
    pair = "".join(letters[:2])
    for k in (0, 1):
        if len(letters) == 2 and pair in (chain[k : k + 2], chain[k : k + 2][::-1]):
            return k + 1, 2
    if name in named and letters and (len(letters) == 1 or letters[1] == ","):
        return chain.index(letters[0]), 1
    return 0, 0


__all__ = ["numbered"]
