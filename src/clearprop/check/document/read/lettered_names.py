"""Weights that a letter below tells apart, W_a, W_b, W_c beside b_a, b_b, b_c: the two letters are one name."""

from collections import defaultdict

from clearprop.check.document.read.tokens import Token, merged

WEIGHTS, BIASES = ("W", "w"), ("b", "c")
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with one token for each such name; as they are where the letters are indices anywhere."""
    below = _below(formulas)
    letters = {letter for name in WEIGHTS for letter in below[name]}
    biases = {letter for name in BIASES for letter in below[name]}
    names = {name for name in (*WEIGHTS, *BIASES) if below[name]}
    others = {letter for name, found in below.items() if name not in names for letter in found}
    if (
        len(letters) < 2
        or letters != biases
        or letters & others
        or "" in letters
        or _are_indices(letters, formulas)
    ):
        return formulas
    return [_joined(tokens, names, letters) for tokens in formulas]


def _below(formulas: Formulas) -> dict[str, set[str]]:
    """What stands below each name: one letter, or "" for anything else, nothing at all too."""
    found: dict[str, set[str]] = defaultdict(set)
    for tokens in formulas:
        for k, token in enumerate(tokens):
            if token.kind == "letter" and (k == 0 or tokens[k - 1].text not in ("_", "^")):
                found[token.text].add(_letter(tokens, k))
    return found


def _letter(tokens: list[Token], k: int) -> str:
    below = tokens[k + 1 : k + 3]
    alone = len(below) == 2 and below[0].text == "_" and below[1].kind == "letter"
    return below[1].text if alone else ""


def _are_indices(letters: set[str], formulas: Formulas) -> bool:
    """Whether a letter is counted: below a sum, or in i = 1."""
    for tokens in formulas:
        for k, token in enumerate(tokens):
            counted = [t.text for t in tokens[k + 1 : k + 5]]
            if token.text in (r"\sum", r"\prod") and letters & set(counted[:3]):
                return True
            if token.text in letters and k and tokens[k - 1].text == "{" and counted[:1] == ["="]:
                return True
    return False


def _joined(tokens: list[Token], names: set[str], letters: set[str]) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        wide = tokens[k].text in names and _letter(tokens, k) in letters
        result.append(merged(tokens[k : k + 3], tokens[k].text + tokens[k + 2].text) if wide else tokens[k])
        k += 3 if wide else 1
    return result


__all__ = ["joined"]
