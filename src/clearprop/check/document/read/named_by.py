"""Names that carry the name of another quantity: g_w, v_B, delta_o. The letter below is no index, the two are one name."""

from clearprop.check.document.read.tokens import Token, merged

BASES = {"g", "G", "v", "V", "m", "r", "s", "u", "d", "D", "e", "delta", "hat m", "hat v", "Delta"}
ABOVE = {"_", "^"}
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with g_w as one name, where w is a quantity of the text and never an index in it."""
    owners = _owners(formulas)
    return [_joined(tokens, owners) for tokens in formulas] if owners else formulas


def _owners(formulas: Formulas) -> set[str]:
    """Letters that stand on the line somewhere, below one of these names elsewhere, and nowhere as an index."""
    on_line, below, indices = set(), set(), set()
    for tokens in formulas:
        k = 0
        while k < len(tokens):
            if tokens[k].text not in ABOVE:
                if len(tokens) > 1 and tokens[k].kind in ("letter", "word"):
                    on_line.add(tokens[k].text)
                k += 1
                continue
            end = _end(tokens, k + 1)
            inside = [t.text for t in tokens[k + 1 : end]]
            named = k > 0 and tokens[k - 1].text in BASES and _below(tokens, k - 1)
            (below if named else indices).update(inside)
            k = end
    return (on_line & below) - indices


def _end(tokens: list[Token], k: int) -> int:
    """Behind the script that starts here."""
    if k >= len(tokens) or tokens[k].text != "{":
        return min(k + 1, len(tokens))
    depth = 0
    for end in range(k, len(tokens)):
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        if depth == 0:
            return end + 1
    return len(tokens)


def _bare(inside: list[str]) -> list[str]:
    return inside[1:-1] if inside[:1] == ["{"] else inside


def _joined(tokens: list[Token], owners: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        below = _below(tokens, k)
        end = k + 1
        if below in owners and _is_base(tokens[k]):
            end = _end(tokens, k + 2)
            if [t.text for t in tokens[end : end + 3]] == ["(", below, ")"]:
                end += 3  # g_w(w)
            result.append(merged(tokens[k:end], f"{tokens[k].text}_{below}"))
        else:
            result.append(tokens[k])
        k = end
    return result


def _below(tokens: list[Token], k: int) -> str:
    """The one token below a name."""
    if k + 2 >= len(tokens) or tokens[k + 1].text != "_":
        return ""
    inside = _bare([t.text for t in tokens[k + 2 : _end(tokens, k + 2)]])
    return inside[0] if len(inside) == 1 else ""


def _is_base(token: Token) -> bool:
    """Whether a name may carry another's; an upright D is the derivative by what stands below."""
    return token.text in BASES and (token.text != "D" or token.raw == "D")


__all__ = ["joined"]
