"""Names as in code, whose number is not set below them: W1, dZ2 and A2^T, written W_1, dZ_2 and A_2^T."""

from collections.abc import Iterator

from clearprop.check.document.read.tokens import Token

Formulas = list[list[Token]]
FEWEST = 2  # names that carry two numbers each so; a single one may be a slip of the pen
LONGEST = 2  # digits


def lowered(formulas: Formulas) -> Formulas:
    """The formulas with such numbers below their names, where several names carry several; else as they are."""
    numbers: dict[str, set[str]] = {}
    for tokens in formulas:
        for k in _places(tokens):
            numbers.setdefault(tokens[k - 1].text, set()).add(tokens[k].text)
    if sum(len(found) > 1 for found in numbers.values()) < FEWEST:
        return formulas
    return [_lowered(tokens) for tokens in formulas]


def _places(tokens: list[Token]) -> Iterator[int]:
    """The numbers that stand right behind a letter: none below another, as in net_{h1}."""
    scripts = [False]  # of each brace that is open, whether it stands below
    for k, token in enumerate(tokens):
        if token.text == "{":
            scripts.append(scripts[-1] or (k > 0 and tokens[k - 1].text == "_"))
        elif token.text == "}" and len(scripts) > 1:
            scripts.pop()
        elif not scripts[-1] and _runs_on(tokens, k):
            yield k


def _runs_on(tokens: list[Token], k: int) -> bool:
    if k == 0 or (tokens[k - 1].kind, tokens[k].kind) != ("letter", "number"):
        return False
    name, number = tokens[k - 1], tokens[k]
    adjacent = number.at == name.at + len(name.raw)
    scripted = k > 1 and tokens[k - 2].text in ("^", "_")
    return adjacent and not scripted and number.text.isdecimal() and len(number.text) <= LONGEST


def _lowered(tokens: list[Token]) -> list[Token]:
    places = set(_places(tokens))
    result: list[Token] = []
    for k, token in enumerate(tokens):
        if k in places:
            brace = [Token("sign", mark, mark, token.at) for mark in "_{}"]
            result += [brace[0], brace[1], token, brace[2]]
        else:
            result.append(token)
    return result


__all__ = ["lowered"]
