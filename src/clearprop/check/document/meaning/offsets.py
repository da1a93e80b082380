"""How a text counts layers: the input as 0 or 1, weights by the layer that they start from or lead to."""

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, is_letter
from clearprop.check.document.meaning.steps import Pairs, layer_said, oriented
from clearprop.check.document.read.tree import Add, Node, Num, Sym, symbols


def shift(node: Node | None) -> float | None:
    """Of l the 0, of l + 1 the 1; of a number itself."""
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Add) and isinstance(node.right, Num) and isinstance(node.left, Sym):
        return node.sign * node.right.value
    return 0.0 if isinstance(node, Sym) else None


def find_offsets(pairs: Pairs, notation: Notation, written: set[str]) -> None:
    """Layers counted from the input as 1, and weights that carry the number of the layer they start from; `written`:
    names whose layers are still the numbers of the text.
    """
    starts: list[int] = []
    lifts: dict[str, list[float]] = {"weight": [], "bias": []}
    for left, right in oriented(pairs):
        starts += _start(left, right, notation)
        step = patterns.affine(right)
        if step is None or not isinstance(left, Sym) or _kind(left, notation) not in ("pre", "act"):
            continue
        above = _layer(left, notation)
        for one, kind in ((step.first, "weight"), (step.second, "weight"), (step.bias, "bias")):
            below = _layer(one, notation) if one is not None and _kind(one, notation) == kind else None
            if above is not None and below is not None:
                lifts[kind].append(above - below)
    shifted = _most(lifts["weight"]) == 1.0
    notation.numbers_doubtful = len(set(lifts["weight"])) > 1
    notation.first_act = starts[0] if starts else int(shifted and not _has_zero(pairs, notation))
    notation.first_weight = notation.first_act - int(shifted)
    notation.first_bias = notation.first_act - int(_most(lifts["bias"] or lifts["weight"]) == 1.0)
    for role in (notation.roles[name] for name in written):
        role.layer = (role.layer or 0) - notation.first_act


def entering(pairs: Pairs, prior: dict[str, str], notation: Notation) -> dict[str, str]:
    """The p of a^0 = p: what goes in."""
    both = [two for left, right, _ in pairs for two in ((left, right), (right, left))]
    return {
        other.name: "input"
        for one, other in both
        if isinstance(one, Sym)
        and isinstance(other, Sym)
        and prior.get(one.name) == "act"
        and layer_said(one, notation) == 0
        and is_letter(other)
        and other.name != one.name
    }


def _kind(sym: Sym, notation: Notation) -> str:
    return notation.kind(sym.name)


def _layer(sym: Sym, notation: Notation) -> float | None:
    items = sym.sub[:1] if notation.style == "sub" else tuple(i for i in sym.sup if i.kind == notation.style)
    return shift(items[0].node) if items else None


def _most(values: list[float]) -> float | None:
    return max(set(values), key=values.count) if values else None


def _start(left: Node, right: Node, notation: Notation) -> list[int]:
    """a^{(1)} = x: the number of the input layer."""
    for one, other in ((left, right), (right, left)):
        if (
            isinstance(one, Sym)
            and isinstance(other, Sym)
            and _kind(other, notation) == "input"
            and _kind(one, notation) == "act"
        ):
            said = layer_said(one, notation)
            if said in (0, 1):
                return [said]
    return []


def _has_zero(pairs: Pairs, notation: Notation) -> bool:
    """Whether a layer 0 is written anywhere."""
    for pair in pairs:
        for node in pair[:2]:
            if isinstance(node, Node) and any(layer_said(s, notation) == 0 for s in symbols(node)):
                return True
    return False
