"""Layers told by dashes, w' and x'' beside an input x: written with the numbers that the dashes stand for."""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token

Formulas = list[list[Token]]
FEWEST = 2  # names with one dash and with two: a single one may be a second slope


def numbered(formulas: Formulas) -> Formulas:
    """The formulas with w^{[1]} for w' and x^{[2]} for x'', where several names have one dash and two; else as is."""
    once, twice = (_named(formulas, dashes) for dashes in (1, 2))
    if len(once & twice) < FEWEST:
        return formulas
    return [_numbered(tokens, once | twice) for tokens in formulas]


def _named(formulas: Formulas, dashes: int) -> set[str]:
    """The names that stand somewhere with so many dashes, and are no functions there."""
    return {
        token.text
        for tokens in formulas
        for k, token in enumerate(tokens)
        if token.kind == "letter" and _dashes(tokens, k) == dashes and not _is_applied(tokens, k + dashes + 1)
    }


def _dashes(tokens: list[Token], k: int) -> int:
    """How many dashes stand behind a name."""
    end = k + 1
    while end < len(tokens) and tokens[end].text == "'":
        end += 1
    return end - k - 1


def _is_applied(tokens: list[Token], k: int) -> bool:
    return k < len(tokens) and tokens[k].text == "("


def _numbered(tokens: list[Token], names: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        dashes = _dashes(tokens, k) if tokens[k].text in names else 0
        result.append(tokens[k])
        k += 1
        if dashes and not _is_applied(tokens, k + dashes):
            result += _layer(tokens[k], dashes)
            k += dashes
    return result


def _layer(dash: Token, number: int) -> list[Token]:
    """^{[2]}, written as two dashes."""
    inside = (
        ("sign", "^"),
        ("sign", "{"),
        ("sign", "["),
        ("number", str(number)),
        ("sign", "]"),
        ("sign", "}"),
    )
    found = [replace(dash, kind=kind, text=text, raw="") for kind, text in inside]
    found[3] = replace(found[3], raw="'" * number)
    return found


__all__ = ["numbered"]
