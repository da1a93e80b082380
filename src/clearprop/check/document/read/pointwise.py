"""Equations between functions, as sigma' = sigma (1 - sigma): each name is its value at one place."""

from dataclasses import replace
from itertools import takewhile

from clearprop.check.document.read.splitting import Chain
from clearprop.check.document.read.tokens import Token

PLACE = "·"  # no letter of any text


def at_a_place(chain: Chain, functions: frozenset[str]) -> None:
    """Give every name of the function an argument, where a side is its slope without one."""
    first = chain.sides[0].tokens
    name = dashed(first)
    if name in functions or (name and first[0].kind == "word"):
        for side in chain.sides:
            side.tokens = _applied(side.tokens, name)


def dashed(tokens: list[Token]) -> str:
    """The name of sigma', if a side, or what stands before the first equals sign, is that and nothing else."""
    side = list(takewhile(lambda token: token.text != "=", tokens))
    only = len(side) > 1 and all(token.text in ("'", "^", "{", "}") for token in side[1:])
    return side[0].text if only and any(token.text == "'" for token in side) else ""


def _applied(tokens: list[Token], name: str) -> list[Token]:
    found, k = [], 0
    while k < len(tokens):
        end = _end(tokens, k) if tokens[k].text == name else k + 1
        found += tokens[k:end]
        if tokens[k].text == name:
            found += [replace(tokens[k], kind=kind, text=text, raw="") for kind, text in ARGUMENT]
        k = end
    return found


ARGUMENT = (("sign", "("), ("letter", PLACE), ("sign", ")"))


def _end(tokens: list[Token], k: int) -> int:
    """Behind the dashes of a name; a power stays behind its argument."""
    k += 1
    while k < len(tokens) and tokens[k].text == "'":
        k += 1
    dashes = [token.text for token in tokens[k : k + 4]]
    return k + 4 if dashes == ["^", "{", "'", "}"] else k


__all__ = ["at_a_place", "dashed"]
