"""Names that carry the name of another quantity: g_w, v_B, delta_o. The letter below is no index, the two are one name."""

from clearprop.check.document.read.tokens import Token

BASES = {"g", "G", "v", "V", "m", "r", "s", "u", "d", "D", "e", "delta", "hat m", "hat v", "Delta"}
ABOVE = {"_", "^"}
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with g_w as one name, where w is a quantity of the text and never an index in it."""
    owners = _owners(formulas)
    bases = _bases(formulas, owners)
    return [_joined(tokens, bases, owners) for tokens in formulas] if bases else formulas


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
            named = (
                k > 0 and tokens[k - 1].text in BASES and len(_bare(inside)) == 1 and tokens[k].text == "_"
            )
            (below if named else indices).update(inside)
            k = end
    return (on_line & below) - indices


def _bases(formulas: Formulas, owners: set[str]) -> set[str]:
    """Names that have an owner below."""
    found: dict[str, set[bool]] = {}
    for tokens in formulas:
        for k, token in enumerate(tokens[:-2]):
            upright = token.text == "D" and token.raw != "D"  # the derivative by what stands below
            if token.text in BASES and tokens[k + 1].text == "_" and not upright:
                letters = _bare([t.text for t in tokens[k + 2 : _end(tokens, k + 2)]])
                found.setdefault(token.text, set()).add(len(letters) == 1 and letters[0] in owners)
    return {name for name, owned in found.items() if True in owned}


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


def _joined(tokens: list[Token], bases: set[str], owners: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        end = _end(tokens, k + 2) if k + 2 < len(tokens) and tokens[k + 1].text == "_" else k
        letters = _bare([t.text for t in tokens[k + 2 : end]])
        if tokens[k].text in bases and len(letters) == 1 and letters[0] in owners:
            if [t.text for t in tokens[end : end + 3]] == ["(", letters[0], ")"]:
                end += 3  # g_w(w)
            raw = "".join(t.raw for t in tokens[k:end])
            result.append(Token("letter", f"{tokens[k].text}_{letters[0]}", raw, tokens[k].at))
            k = end
        else:
            result.append(tokens[k])
            k += 1
    return result


__all__ = ["joined"]
