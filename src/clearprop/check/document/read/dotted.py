r"""Slopes with a dot, \dot f(n): written with a dash, f'(n), where f without the dot is a function of the text too."""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token

Formulas = list[list[Token]]
MARK = "dot "


def dashed(formulas: Formulas) -> Formulas:
    """The formulas with f' for a dotted f that is taken of something, in a text that takes f of something as well."""
    applied = {tokens[k].text for tokens in formulas for k in range(len(tokens)) if _is_applied(tokens, k)}
    dotted = {name for name in applied if name.startswith(MARK) and name.removeprefix(MARK) in applied}
    return [_dashed(tokens, dotted) for tokens in formulas] if dotted else formulas


def _is_applied(tokens: list[Token], k: int) -> bool:
    """Whether a bracket follows a name and its scripts."""
    if tokens[k].kind != "letter":
        return False
    k += 1
    while k + 1 < len(tokens) and tokens[k].text in ("^", "_"):
        k = _behind(tokens, k + 1)
    return k < len(tokens) and tokens[k].text == "("


def _behind(tokens: list[Token], k: int) -> int:
    """The place behind a script."""
    if tokens[k].text != "{":
        return k + 1
    return next((n for n in range(k, len(tokens)) if tokens[n].text == "}"), len(tokens)) + 1


def _dashed(tokens: list[Token], dotted: set[str]) -> list[Token]:
    result: list[Token] = []
    for token in tokens:
        if token.text in dotted:
            dash = Token("sign", "'", "", token.at)
            result += [replace(token, text=token.text.removeprefix(MARK)), dash]
        else:
            result.append(token)
    return result


__all__ = ["dashed"]
