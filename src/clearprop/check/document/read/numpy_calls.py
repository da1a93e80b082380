"""Calls as NumPy has them in formulas, np.sum(dZ, axis=1, keepdims=True) and np.dot(W, X), written as mathematics."""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token

WORDS = {
    "maximum": "max",
    "max": "max",
    "exp": "exp",
    "log": "log",
    "tanh": "tanh",
    "sum": "sum",
    "sqrt": "sqrt",
}
PRODUCTS = {"dot": "", "matmul": "", "multiply": r"\odot"}
LONGEST = 8  # letters of a name


def written_out(tokens: list[Token]) -> list[Token]:
    """The tokens with sums over an axis as products with ones, and products as they are written."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        name, end = _name(tokens, k)
        arguments, after = _arguments(tokens, end) if name else ([], k)
        made = _made(name, arguments, tokens[k]) if arguments else []
        result += made or tokens[k : k + 1]
        k = after if made else k + 1
    return result


def _name(tokens: list[Token], k: int) -> tuple[str, int]:
    """The name behind np. that begins here, and where it ends; "" if none does."""
    if tokens[k].kind == "text" and tokens[k].text.startswith("np."):
        return tokens[k].text.removeprefix("np."), k + 1
    if [t.text for t in tokens[k : k + 3]] != ["n", "p", "."]:
        return "", k
    end = next((n for n in range(k + 3, min(k + 3 + LONGEST, len(tokens))) if tokens[n].text == "("), 0)
    return "".join(t.text for t in tokens[k + 3 : end]), end


def _arguments(tokens: list[Token], k: int) -> tuple[list[list[Token]], int]:
    """What stands between the commas of a bracket that opens here, and where it ends; none if it does not close."""
    found: list[list[Token]] = [[]]
    depth = 0
    for end in range(k, len(tokens)):
        token = tokens[end]
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0:
            return (found, end + 1) if end > k else ([], k)
        if depth == 1 and token.text == ",":
            found.append([])
        elif end > k:
            found[-1].append(token)
    return [], k


def _made(name: str, arguments: list[list[Token]], at: Token) -> list[Token]:
    """The call as mathematics; nothing for one that is not known."""
    plain = [one for one in arguments if not _is_option(one)]
    if name in PRODUCTS and len(plain) == 2:
        sign = [_sign(PRODUCTS[name], at)] if PRODUCTS[name] else []
        return [*_bracketed(plain[0], at), *sign, *_bracketed(plain[1], at)]
    axis = _axis(arguments)
    if name == "sum" and axis and len(plain) == 1:
        ones = [replace(at, kind="command", text=r"\one")]
        whole = _bracketed(plain[0], at)
        return [*whole, *ones] if axis == "1" else [*ones, _sign("^", at), _sign(r"\top", at), *whole]
    if name not in WORDS or len(plain) < len(arguments):
        return []
    inside = [token for one in plain for token in (_sign(",", at), *one)][1:]
    return [replace(at, kind="word", text=WORDS[name]), *_bracketed(inside, at)]


def _is_option(argument: list[Token]) -> bool:
    """Whether it is an axis=1 or keepdims=True."""
    return any(token.text == "=" for token in argument)


def _axis(arguments: list[list[Token]]) -> str:
    """The axis of a sum, "" if it has none."""
    for one in arguments:
        if "".join(token.text for token in one).replace(" ", "").startswith("axis="):
            return one[-1].text
    return ""


def _sign(text: str, at: Token) -> Token:
    return Token("sign", text, "", at.at)


def _bracketed(inside: list[Token], at: Token) -> list[Token]:
    return [_sign("(", at), *inside, _sign(")", at)]


__all__ = ["written_out"]
