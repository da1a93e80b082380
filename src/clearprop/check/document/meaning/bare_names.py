"""Names without a layer where the text writes layers: the a of L = -y log a is the output, the x of x^0 = x input."""

from collections.abc import Iterator

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, is_letter, place
from clearprop.check.document.meaning.steps import carries_layer, layer_said
from clearprop.check.document.read.tree import Call, Derivative, Div, Node, Sym, symbols, walk

Pairs = list[tuple[Node, Node, str]]


def find_bare(pairs: Pairs, notation: Notation) -> None:
    """Note the layers of such names."""
    if notation.style is None:
        return
    for left, right, _ in pairs:
        if isinstance(left, (Sym, Call)) and notation.kind(left.name) == "loss":
            for one in symbols(right):
                if _is_bare(one, "act", notation):
                    notation.bare_layers[one.name] = -1
        for one, other in ((left, right), (right, left)):
            if isinstance(other, Sym) and _is_bare(other, "act", notation):
                layer = _end(one, other, notation)
                if layer is not None:
                    notation.bare_layers[other.name] = layer
        notation.bare_layers.update(dict.fromkeys(_entering(right, notation), 0))
        if isinstance(left, Sym) and isinstance(right, Div) and notation.kind(left.name) == "prediction":
            bare = {one.name for one in symbols(right) if _is_bare(one, "pre", notation)}  # e^{z_k} / ...
            notation.bare_layers.update(dict.fromkeys(bare, -1))
    for of, by in _beneath(pairs):
        layer = _output_layer(of, notation)
        if layer is not None and isinstance(by, Sym) and _is_bare(by, "pre", notation):
            notation.bare_layers[by.name] = layer


def _entering(right: Node, notation: Notation) -> set[str]:
    """The x of w' x, where x' is the hidden layer: what stands bare beside the first weights."""
    step = patterns.affine(right)
    both = (step.first, step.second) if step is not None else ()
    first = any(notation.kind(one.name) == "weight" and layer_said(one, notation) == 1 for one in both)
    return {one.name for one in both if first and _is_bare(one, "act", notation)}


def _beneath(pairs: Pairs) -> Iterator[tuple[Node, Node]]:
    """An activation and what it is of: a = sigma(z), da/dz."""
    for left, right, _ in pairs:
        step = patterns.applied(right)
        if step is not None:
            yield left, step[1]
        for one in (*walk(left), *walk(right)):
            if isinstance(one, Derivative) and one.of is not None:
                yield one.of, one.by


def _output_layer(left: Node, notation: Notation) -> int | None:
    """The layer of a name that is an activation, and is written without one, or the output."""
    kind = notation.kind(left.name) if isinstance(left, Sym) else ""
    if kind == "prediction":
        return -1
    if kind == "loss" and -1 in notation.bare_layers.values():  # dL/dz, where L = -y log a
        return -1
    if not isinstance(left, Sym) or kind != "act" or carries_layer(left, notation):
        return None
    own = notation.roles[left.name].layer
    return notation.bare_layers.get(left.name) if own is None else own


def _is_bare(sym: Node, kind: str, notation: Notation) -> bool:
    role = notation.roles.get(sym.name) if isinstance(sym, Sym) else None
    return (
        isinstance(sym, Sym)
        and role is not None
        and role.kind == kind
        and role.layer is None
        and not carries_layer(sym, notation)
    )


def _end(one: Node, bare: Sym, notation: Notation) -> int | None:
    """The layer that x^0 = x, a = a^3 and a = a^L say a bare name to be of."""
    if not isinstance(one, Sym) or one.name != bare.name or one == bare:
        return None
    said = layer_said(one, notation)
    if said is not None:
        return said - notation.first_act
    layer = place(one, notation.roles[one.name], notation).layer
    letter = is_letter(layer) if isinstance(layer, Node) else None
    return -1 if notation.sizes.get(letter or "") == ("L",) else None


__all__ = ["find_bare"]
