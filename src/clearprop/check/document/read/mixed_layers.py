"""Layers above parameters and below all else, z_2 = W^{(2)} a_1 + b^{(2)}: written above everywhere, z^{(2)} for z_2."""

from typing import NamedTuple

from clearprop.check.document.read.splitting import EQUAL
from clearprop.check.document.read.tokens import Token

WEIGHTS = ("W", "w", "Theta")
ENDS = ("x", "X", "y", "Y", "t", "T")  # whose numbers count entries or samples
LAYERS = ("l", "k", "L", "ell")  # the third is the last
BRACKETS = {"(": ")", "[": "]"}
FEWEST = 2  # steps of different layers
Formulas = list[list[Token]]


class Group(NamedTuple):
    """What stands above or below a name: the tokens inside its brackets, and where it ends."""

    inside: list[Token]
    end: int


def numbered(formulas: Formulas) -> Formulas:
    """The formulas with layers above all names, where they stand above weights and below what these give."""
    below = [name for tokens in formulas for name in _below(tokens)]
    steps = {layer for _, layer in below}
    if len(steps) < FEWEST and not steps & set(LAYERS):
        return formulas
    named = _always_below(formulas, steps & set(LAYERS))
    if not {name for name, _ in below} <= named or named & {*WEIGHTS}:
        return formulas
    brackets = next(
        b for tokens in formulas for k in range(len(tokens)) if (b := _brackets(tokens, k)) is not None
    )
    return [_raised(tokens, named, brackets) for tokens in formulas]


def _always_below(formulas: Formulas, letters: set[str]) -> set[str]:
    """Names that have layers below them wherever they stand, and none above: of several layers, by one of these letters,
    or what is applied to such a name.
    """
    found: dict[str, set[str]] = {}
    for tokens in formulas:
        for k, token in enumerate(tokens):
            if token.kind != "letter" or token.text in ENDS:
                continue
            own = _group(tokens, k + 1, "_")
            told = own is not None and _layer_below(own.inside) and _layer(tokens, own.end - 1) is None
            said = str(own.inside[0].text) if told and own is not None else ""
            found.setdefault(token.text, set()).add(said)
    several = {name for name, layers in found.items() if len(layers) >= FEWEST or layers & letters}
    applied = (_applied(tokens, k) for tokens in formulas for k in range(len(tokens)))
    several |= {one[0] for one in applied if one is not None and one[0] in found and one[1] in several}
    return {name for name in several if not {"", *LAYERS[:2], LAYERS[3]} & (found[name] - letters)}


def _applied(tokens: list[Token], k: int) -> tuple[str, str] | None:
    """The h and the s of h_1 = f(s_1)."""
    left = _group(tokens, k + 1, "_")
    if left is None or left.end >= len(tokens) or tokens[left.end].text not in EQUAL:
        return None
    for at in range(left.end + 1, min(len(tokens), left.end + 4)):
        inner = _group(tokens, at + 1, "_")
        if tokens[at - 1].text == "(" and inner is not None:
            same = [t.text for t in inner.inside] == [t.text for t in left.inside]
            return (tokens[k].text, tokens[at].text) if same else None
    return None


def _layer_below(inside: list[Token]) -> int:
    """How many tokens of what stands below a name are its layer: of 2, of l - 1, of 2, j; 0 if none are."""
    end = next((k for k, token in enumerate(inside) if token.text == ","), len(inside))
    return end if _is_layer(inside[:end]) else 0


def _brackets(tokens: list[Token], k: int) -> tuple[str, ...] | None:
    """The brackets around the layers of weights."""
    found = _group(tokens, k + 1, "^") if tokens[k].text in WEIGHTS and _layer(tokens, k) else None
    if found is None:
        return None
    return ("(", ")") if found.inside[0].text == "(" else ("[", "]") if found.inside[0].text == "[" else ()


def _below(tokens: list[Token]) -> list[tuple[str, str]]:
    """Names with a number or letter below them that are set equal to a product with the weights of this layer."""
    found = []
    for k, token in enumerate(tokens):
        own = _group(tokens, k + 1, "_") if token.kind == "letter" else None
        if own is None or len(own.inside) != 1 or not _is_layer(own.inside):
            continue
        end = own.end
        above = _group(tokens, end, "^")
        end = above.end if above is not None else end
        end += tokens[end : end + 1] != [] and tokens[end].text == "&"
        if (
            end < len(tokens)
            and tokens[end].text in EQUAL
            and _first_layer(tokens, end) == own.inside[0].text
        ):
            found.append((token.text, own.inside[0].text))
    return found


def _first_layer(tokens: list[Token], k: int) -> str | None:
    """The layer of the next weights, if they have no index."""
    for at in range(k, min(len(tokens), k + 12)):
        layer = _layer(tokens, at) if tokens[at].text in WEIGHTS else None
        if layer is not None:
            whole = len(layer.inside) == 1 and tokens[layer.end : layer.end + 1] != []
            return layer.inside[0].text if whole and tokens[layer.end].text != "_" else None
    return None


def _is_layer(inside: list[Token]) -> bool:
    """1, l, l - 1."""
    first = inside[0] if inside else None
    return first is not None and (first.text.isdigit() or first.text in LAYERS) and len(inside) in (1, 3)


def _layer(tokens: list[Token], k: int) -> Group | None:
    """The layer above a name."""
    found = _group(tokens, k + 1, "^")
    if found is None:
        return None
    inside = found.inside
    if inside and inside[-1].text == BRACKETS.get(inside[0].text):
        inside = inside[1:-1]
    return Group(inside, found.end) if _is_layer(inside) else None


def _group(tokens: list[Token], k: int, sign: str) -> Group | None:
    """What stands behind this sign, if it is there."""
    if k + 1 >= len(tokens) or tokens[k].text != sign:
        return None
    if tokens[k + 1].text != "{":
        return Group(tokens[k + 1 : k + 2], k + 2)
    end = next((n for n in range(k, len(tokens)) if tokens[n].text == "}"), len(tokens))
    return Group(tokens[k + 2 : end], end + 1)


def _raised(tokens: list[Token], named: set[str], brackets: tuple[str, ...]) -> list[Token]:
    """z^{(2)}_j for z_{2,j}; each token stays as it was written."""
    result: list[Token] = []
    k = 0
    while k < len(tokens):
        result.append(tokens[k])
        own = _group(tokens, k + 1, "_") if tokens[k].text in named else None
        k += 1
        if own is None:
            continue
        count, sign = _layer_below(own.inside), tokens[k]
        layer, rest = own.inside[:count], own.inside[count + 1 :]
        opened, closed = (brackets[:1], brackets[1:])
        result += [_as(sign, "^", sign.raw), _as(sign, "{"), *(_as(sign, one) for one in opened), *layer]
        result += [*(_as(sign, one) for one in closed), _as(sign, "}")]
        if rest:
            result += [_as(sign, "_", ","), _as(sign, "{"), *rest, _as(sign, "}")]
        k = own.end
    return result


def _as(token: Token, text: str, raw: str = "") -> Token:
    return Token("sign", text, raw, token.at)


__all__ = ["numbered"]
