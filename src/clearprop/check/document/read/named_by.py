"""Names that carry the name of another quantity: g_w, v_B, delta_o, delta^h. The letter is no index, the two are one name."""

from dataclasses import replace

from clearprop.check.document.read.tokens import Token, merged

BASES = {"g", "G", "v", "V", "m", "r", "s", "u", "d", "D", "e", "delta", "hat m", "hat v", "Delta"}
ERRORS = {"delta", "Delta"}  # which carry it above them, too
ABOVE = {"_", "^"}
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with g_w as one name, where w is a quantity of the text and never an index in it."""
    lowered = [_lowered(tokens) for tokens in formulas]
    owners = _owners(lowered)
    return [_joined(_lowered(tokens, owners), owners) for tokens in formulas] if owners else formulas


def _lowered(tokens: list[Token], owners: set[str] | None = None) -> list[Token]:
    """The same with delta_h_k for delta^h_k and delta_k^h, where it is one of these owners, if any are known."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        result.append(tokens[k])
        k += 1
        if result[-1].text not in ERRORS:
            continue
        scripts: dict[str, list[Token]] = {}
        end = k
        while end < len(tokens) and tokens[end].text in ABOVE and tokens[end].text not in scripts:
            start, end = end, end_of_script(tokens, end + 1)
            scripts[tokens[start].text] = tokens[start:end]
        above = [t for t in scripts.get("^", [])[1:] if t.text not in ("{", "}", "(", ")")]
        if len(above) == 1 and above[0].kind == "letter" and (owners is None or above[0].text in owners):
            sign = replace(scripts["^"][0], text="_")
            result += [sign, above[0], *scripts.get("_", [])]
            k = end
    return result


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
            end = end_of_script(tokens, k + 1)
            inside = [t.text for t in tokens[k + 1 : end]]
            named = _below(tokens, k - 1) if k > 0 and tokens[k - 1].text in BASES else ""
            (below if named else indices).update([named] if named else inside)
            k = end
    return (on_line & below) - indices


def end_of_script(tokens: list[Token], k: int) -> int:
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
            end = end_of_script(tokens, k + 2)
            scripts = _own_scripts(tokens, k, end)
            if [t.text for t in tokens[end : end + 3]] == ["(", below, ")"]:
                end += 3  # g_w(w)
            result += [merged(tokens[k:end], f"{tokens[k].text}_{below}"), *scripts]
        else:
            result.append(tokens[k])
        k = end
    return result


def _below(tokens: list[Token], k: int) -> str:
    """The one token below a name, or the first that has scripts of its own: W of v_{W_k}."""
    if k + 2 >= len(tokens) or tokens[k + 1].text != "_":
        return ""
    inside = _bare([t.text for t in tokens[k + 2 : end_of_script(tokens, k + 2)]])
    scripted = len(inside) > 2 and inside[1] in ABOVE
    return inside[0] if len(inside) == 1 or scripted else ""


def _own_scripts(tokens: list[Token], k: int, end: int) -> list[Token]:
    """The scripts of what is below: _k of v_{W_k}, which tell the layer."""
    inside = tokens[k + 2 : end]
    inside = inside[1:-1] if inside and inside[0].text == "{" else inside
    return [replace(token, raw="") for token in inside[1:]]  # written with the name


def _is_base(token: Token) -> bool:
    """Whether a name may carry another's; an upright D is the derivative by what stands below."""
    return token.text in BASES and (token.text != "D" or token.raw == "D")


__all__ = ["end_of_script", "joined"]
