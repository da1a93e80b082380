"""One letter for the hidden units, s_j, and bare for the only output, s = sum_j v_j h_j + c: two names, not a vector."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.check.document.read.tokens import Token

UNITS = {"s", "z", "a", "u", "v", "o", "net", "n", "h", "y"}
ERRORS = {"delta", "e", "d"}
ENDS = {"=", ":="}
SCRIPTS = ("_", "^")
MARK = "single "  # before the letter of the output
Formulas = list[list[Token]]


def marked(formulas: Formulas) -> Formulas:
    """The formulas with another name for the letter of the output, where the text sums up both by steps of their own."""
    units = {name for name in UNITS if _are_two_sums(name, formulas)}
    if not units:
        return formulas
    errors = {name for name in ERRORS if _are_two_slopes(name, formulas)}
    return [_marked(tokens, units | errors) for tokens in formulas]


def _are_two_sums(name: str, formulas: Formulas) -> bool:
    """Whether the letter is a sum of products both bare and with an index, of other letters, and bare no vector."""
    bare = [side for tokens in formulas for side in _sides(name, tokens, indexed=False)]
    indexed = [side for tokens in formulas for side in _sides(name, tokens, indexed=True)]
    alone, units = set().union(*map(_summed, bare)), set().union(*map(_summed, indexed))
    return bool(alone and units) and not alone & units and not any(map(_is_vector, bare))


def _are_two_slopes(name: str, formulas: Formulas) -> bool:
    """Whether the letter is set equal to a slope both bare and with an index."""
    return all(
        any(_is_slope(side) for tokens in formulas for side in _sides(name, tokens, indexed=indexed))
        for indexed in (True, False)
    )


def _sides(name: str, tokens: list[Token], *, indexed: bool) -> Iterator[list[Token]]:
    """What a letter is set equal to, where it stands before an equality with one index, or bare."""
    for k, token in enumerate(tokens):
        if token.text != name or (k and tokens[k - 1].text in (*SCRIPTS, r"\partial")):
            continue
        end = k + 1
        if indexed:
            if (
                end + 1 >= len(tokens)
                or tokens[end].text != "_"
                or tokens[end + 1].kind not in ("letter", "number")
            ):
                continue
            end += 2
        while end < len(tokens) and tokens[end].text == "&":
            end += 1
        if end < len(tokens) and tokens[end].text in ENDS:
            yield tokens[end + 1 :]


def _summed(side: list[Token]) -> set[str]:
    r"""The two letters of the products that it begins to add up: v_1 h_1 + ..., \sum_j v_j h_j; none if it does not."""
    summed = bool(side) and side[0].text == r"\sum"
    start = _behind_scripts(side, 1) if summed else 0
    first = _entry_end(side, start)
    if first is None:
        return set()
    first += side[first].text in (r"\cdot", r"\times") if first < len(side) else 0
    second = _entry_end(side, first)
    if second is None or not (summed or [t.text for t in side[second : second + 1]] == ["+"]):
        return set()
    return {side[start].text, side[first].text}


def _is_vector(side: list[Token]) -> bool:
    """Whether it begins with a product of whole letters: W x, w^T x."""
    begins = len(side) > 1 and side[0].kind == "letter"
    return begins and (side[1].kind == "letter" or side[1].text == "^")


def _entry_end(tokens: list[Token], k: int) -> int | None:
    """Behind a letter with an index below it; None if there is none."""
    if k + 2 >= len(tokens) or tokens[k].kind != "letter" or tokens[k + 1].text != "_":
        return None
    return _behind_scripts(tokens, k + 1)


def _behind_scripts(tokens: list[Token], k: int) -> int:
    while k + 1 < len(tokens) and tokens[k].text in SCRIPTS:
        k += 1
        if tokens[k].text == "{":
            depth = 0
            while k < len(tokens):
                depth += (tokens[k].text == "{") - (tokens[k].text == "}")
                k += 1
                if depth == 0:
                    break
        else:
            k += 1
    return k


def _is_slope(side: list[Token]) -> bool:
    """Whether it begins with a derivative."""
    texts = [t.text for t in side[:4]]
    return r"\partial" in texts or "d" in texts[2:3]


def _marked(tokens: list[Token], names: set[str]) -> list[Token]:
    return [
        replace(token, text=MARK + token.text) if token.text in names and _is_bare(tokens, k) else token
        for k, token in enumerate(tokens)
    ]


def _is_bare(tokens: list[Token], k: int) -> bool:
    """Whether a letter stands without an index, and is none."""
    return not (k + 1 < len(tokens) and tokens[k + 1].text == "_") and not (k and tokens[k - 1].text == "_")


__all__ = ["marked"]
