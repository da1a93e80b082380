r"""Parts of a loss told apart by what stands below: E = E_D + \lambda E_W. The one that only squares parameters is a name
of its own, the others are the loss without it.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from clearprop.check.document.read.cleaning import LOSSES
from clearprop.check.document.read.tokens import Token, merged

BASES = {
    "J",
    "L",
    "E",
    "C",
    "R",
    "ell",
    "mathcal L",
    "mathcal J",
    "mathcal E",
    "mathcal C",
    "mathcal R",
    *LOSSES,
}
LOGARITHMS = {"log", "ln", r"\log", r"\ln"}
SIZES = {r"\|", "|", "||", r"\Vert", r"\lVert", r"\vert", r"\lvert"}
ENDS = {"=", ":=", ",", "&", r"\\", r"\quad", r"\qquad", r"\Rightarrow"}
Formulas = list[list[Token]]


def joined(formulas: Formulas) -> Formulas:
    """The formulas with E_W as one name, where it is given as a penalty and added to another E."""
    wholes = {part for tokens in formulas for part in _penalties(tokens)}
    parts = {part for tokens in formulas for part in _added(tokens)}
    penalties = wholes & parts
    data = {
        (base, label) for base, label in parts - penalties if any(base == other for other, _ in penalties)
    }
    return [_joined(tokens, penalties, data) for tokens in formulas] if penalties else formulas


def _label(tokens: list[Token], k: int) -> tuple[str, int]:
    """What stands below a loss here, letters or a word, and where it ends; "" for nothing of the kind."""
    if k + 2 >= len(tokens) or tokens[k].text not in BASES or tokens[k + 1].text != "_":
        return "", k + 1
    end = k + 3
    inside = tokens[k + 2 : end]
    if inside[0].text == "{":
        end = next((n + 1 for n in range(k, len(tokens)) if tokens[n].text == "}"), len(tokens))
        inside = tokens[k + 3 : end - 1]
    if not inside or any(one.kind not in ("letter", "text", "word") for one in inside):
        return "", k + 1
    return "".join(one.text for one in inside), end


def _penalties(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """What is set equal to squares or norms, without a difference, a logarithm or another loss in it."""
    for k, token in enumerate(tokens):
        label, end = _label(tokens, k)
        if not label or (k and tokens[k - 1].text not in ENDS):
            continue
        end = _behind_arguments(tokens, end)
        while end < len(tokens) and tokens[end].text == "&":
            end += 1
        if end >= len(tokens) or tokens[end].text not in ("=", ":="):
            continue
        right = [t.text for t in _side(tokens[end + 1 :])]
        squared = any(a == "^" and b == "2" for a, b in itertools.pairwise(right))
        if (squared or SIZES & set(right)) and not {"-", *LOGARITHMS, *BASES} & set(right):
            yield token.text, label


def _behind_arguments(tokens: list[Token], k: int) -> int:
    if k >= len(tokens) or tokens[k].text != "(":
        return k
    return next((n + 1 for n in range(k, len(tokens)) if tokens[n].text == ")"), len(tokens))


def _side(tokens: list[Token]) -> list[Token]:
    """The tokens up to the next relation, line or column; what stands below a sum is no relation."""
    depth = 0
    for k, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth <= 0 and token.text in ENDS:
            return tokens[:k]
    return tokens


def _added(tokens: list[Token]) -> set[tuple[str, str]]:
    """The labelled losses of a sum of several."""
    found: set[tuple[str, str]] = set()
    k = 0
    while k < len(tokens):
        side = _side(tokens[k:])
        labels = [(side[n].text, _label(side, n)[0]) for n in range(len(side))]
        named = {one for one in labels if one[1]}
        if any(t.text == "+" for t in side) and len([t for t in side if t.text in BASES]) > 1:
            found |= named
        k += len(side) + 1
    return found


def _joined(tokens: list[Token], penalties: set, data: set) -> list[Token]:
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        label, end = _label(tokens, k)
        part = (tokens[k].text, label)
        if part in penalties:
            result.append(merged(tokens[k:end], f"{tokens[k].text}_{label}"))
        elif part in data:
            below = replace(
                tokens[k + 2], kind="text", text=label, raw="".join(t.raw for t in tokens[k + 2 : end])
            )
            result += [tokens[k], tokens[k + 1], below]
        else:
            end = k + 1
            result.append(tokens[k])
        k = end
    return result


__all__ = ["joined"]
