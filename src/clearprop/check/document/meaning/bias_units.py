"""A unit of value 1 in every layer, and the biases inside the weights of every layer.

a^{(l)} = [1; g(z^{(l)})] and z^{(l+1)} = Theta^{(l)} a^{(l)}, or a_0^{(l)} = 1 and sums that start at 0. Sizes of
layers leave the 1 out, and the weights may have another name for what is left without the biases.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.augmented import place_of_one, rest_beside_one, units_beside_one
from clearprop.check.document.meaning.notation import Notation, Role, holds_biases
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.meaning.steps import carries_layer
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.scripts import is_rest
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Add,
    Call,
    Derivative,
    Node,
    Num,
    Ones,
    Script,
    Sym,
    Transpose,
    bases,
    symbols,
    walk,
)

UNITS = ("act", "input", "augmented")
ZEROED = re.compile(
    r"(?:set|replaced?|filled|put|overwritten|gesetzt|ersetzt|mises?|remplac\w+)\b[^.。]{0,25}?(?:to|by|with|auf|durch|à|par)\s+"
    r"\$?(?:0\b|zeros?\b|Null|zéro)|(?:is|are|with|ist)\s+(?:all\s+)?(?:zeros?\b|\$?0\b|Null)|"
    r"[列行][^。]{0,12}?(?:换成|换为|置为?|替换[成为]|设为|变为)\s*(?:全)?\s*\$?(?:0|零)",
    re.IGNORECASE,
)
ONE_AT_ZERO = re.compile(
    r"\b([A-Za-z])\s*(?:_\{?0\}?\s*(?:\^(?:\{[^{}]*\}|\w)\s*)?|\^(?:\{[^{}]*\}|\w)\s*_\{?0\}?\s*):?(?:=|\\equiv)\s*1(?![\d.])"
)
NAME = r"\$(?P<{}>\\?[A-Za-z]+)(?:[_^]\{{?[^$]{{0,12}})?\$"
BIASES = [
    re.compile(
        NAME.format("name")
        + r" (?:is|are|be|denotes?|for|as|contains) the (?:first|last|zeroth|bias) (?:row|column) of "
        + NAME.format("of")
    ),
    re.compile(
        NAME.format("name")
        + r"\s*(?:表示|为|是|记为)\s*"
        + NAME.format("of")
        + r"\s*的(?:最后一|最后|第\s*\$?[01零一]\$?\s*)[行列]"
    ),
]
NEAR = 160  # characters around a name


def find_bias_units(document: Document, notation: Notation, shapes: list) -> None:
    """Note which layers have a 1 before or behind their units, and which weights hold the biases."""
    stacks = {name for name, role in notation.roles.items() if role.kind == "stack"}
    _cut_weights(document, stacks, notation)
    if notation.style is None:
        return
    ones = _layers_with_one(document, notation) or _by_numbers(document, notation, shapes)
    if not ones:
        return
    beside = _named_apart(document, notation)
    for name, where in ones.items():
        known = notation.roles.get(name, Role("act"))
        if name in beside:
            notation.roles[name] = Role("augmented", known.layer, known.batch, of=where)
        elif known.kind != "augmented":
            notation.roles[name] = replace(known, ones=where)
    where = next(iter(ones.values()))
    ones |= dict.fromkeys(_marked_alike(document, ones, where, notation), where)
    weights = _weights_beside(document, set(ones), notation)
    for name in weights:
        notation.roles[name] = replace(notation.roles[name], ones=where)
    notation.ones_above = notation.from_zero = False
    _cut_weights(document, weights, notation)


def _layers_with_one(document: Document, notation: Notation) -> dict[str, str]:
    """Names with layers that are set equal to their units and a 1, and where the 1 stands."""
    used = {one.name for node in nodes(document) for one in bases(node)}
    biases = any(notation.kind(name) == "bias" for name in used)
    found = {n: role.of for n, role in notation.roles.items() if role.kind == "augmented" and not biases}
    for left, right, _ in pairs(document):
        where = place_of_one(right)
        told = where and rest_beside_one(right) is not None
        if isinstance(left, Sym) and told and carries_layer(left, notation):
            known = notation.kind(left.name) in ("", "act") and not left.name.startswith("d ")
            found |= {left.name: where} if known else {}
    return found


def _named_apart(document: Document, notation: Notation) -> set[str]:
    """The names of layers with a 1 whose units alone have a name, too: A' of A'^{(l)} = [A^{(l)}, 1]."""
    found = set()
    for left, right, _ in pairs(document):
        units = {one.name for one in units_beside_one(right) if isinstance(one, Sym)}
        if isinstance(left, Sym) and any(notation.kind(name) == "act" for name in units - {left.name}):
            found.add(left.name)
    return found


def _marked_alike(document: Document, ones: dict[str, str], where: str, notation: Notation) -> set[str]:
    """Give names that nothing defines a 1, too, where they have the accent of one that has it: X' beside A'^{(l)}."""
    accents = {name.split()[0] for name in ones if " " in name}
    used = {one.name for node in nodes(document) for one in bases(node)}
    defined = {left.name for left, _, _ in pairs(document) if isinstance(left, Sym)}
    found = set()
    for name in used - defined - ones.keys():
        units = notation.roles.get(name.split()[-1], Role(""))
        if " " in name and name.split()[0] in accents and units.kind in ("act", "input") and not units.ones:
            notation.roles[name] = Role("augmented", units.layer, units.batch, of=where)
            found.add(name)
    return found


def _by_numbers(document: Document, notation: Notation, shapes: list) -> dict[str, str]:
    """Units that are counted from 0 where unit 0 is 1, or that weights with one column more than units multiply."""
    if any(notation.kind(one.name) == "bias" for node in nodes(document) for one in bases(node)):
        return {}
    ones = {match[1] for match in ONE_AT_ZERO.finditer(prose(document.source))}
    layered = {one.name for node in nodes(document) for one in symbols(node) if carries_layer(one, notation)}
    wider = any(notation.kind(sym.name) == "weight" and any(map(_is_one_more, dims)) for sym, dims in shapes)
    acts = {name for name in layered if notation.kind(name) == "act"}
    if not (acts & ones or wider) or not acts & _multiplied(document, notation):
        return {}
    inputs = {name for name in ones if notation.kind(name) == "input"}
    return dict.fromkeys(sorted(acts | inputs), "first")


def _is_one_more(dim: Node) -> bool:
    """n + 1, or 1 + n."""
    return isinstance(dim, Add) and dim.sign == 1 and Num(1.0) in (dim.left, dim.right) and any(symbols(dim))


def _steps(document: Document) -> Iterator[patterns.Affine]:
    """The sums that lead from one layer to the next."""
    for left, right, _ in pairs(document):
        inner = [one.args[0] for one in walk(right) if isinstance(one, Call) and len(one.args) == 1]
        for side in (right, *inner):
            step = patterns.affine(side)
            if step is not None and isinstance(left, (Sym, Call)):
                yield step


def _multiplied(document: Document, notation: Notation) -> set[str]:
    """The layers that weights multiply, where no bias is added."""
    found = [(step.first, step.second) for step in _steps(document) if step.bias is None]
    return {
        one.name
        for pair in found
        for one, other in (pair, pair[::-1])
        if notation.kind(other.name) == "weight" and notation.kind(one.name) in UNITS
    }


def _weights_beside(document: Document, ones: set[str], notation: Notation) -> set[str]:
    """The weights with layers that multiply layers with a 1."""
    found = set()
    for step in _steps(document):
        for one, other in ((step.first, step.second), (step.second, step.first)):
            known = notation.roles.get(other.name, Role(""))
            told = known.layer is not None or carries_layer(other, notation)
            if one.name in ones and known.kind == "weight" and told:
                found.add(other.name)
    return found


def _cut_weights(document: Document, weights: set[str], notation: Notation) -> None:
    """Names with an accent for weights without their biases, or with zeros in their place, as the text says."""
    every = (*nodes(document), *document.lone.values())
    used = {one.name for node in every for one in symbols(node)}
    for name in sorted(used):
        base = name.split()[-1]
        if base in weights and name != base and notation.kind(name) in ("", "weight"):
            zeroed = _is_zeroed(lambda one, name=name: one.name == name, document)
            whole = notation.roles[base]
            cut = replace(whole, zeroed=True) if zeroed else replace(whole, kind="weight", ones="")
            notation.roles[name] = cut
            notation.cut_weights = True
    for match in (match for pattern in BIASES for match in pattern.finditer(prose(document.source))):
        name, of = (match[part].removeprefix("\\") for part in ("name", "of"))
        if of in weights and notation.kind(name) in ("", "constant"):
            notation.roles[name] = Role("bias", notation.roles[of].layer)
    notation.zero_index = _is_zeroed(lambda one: _has_zero(one, weights), document)


def _is_zeroed(names: Callable[[Sym], bool], document: Document) -> bool:
    """Whether the words around the first place of such names say that biases are set to 0 in them."""
    said = [(s.formula, part.node) for s in document.statements for part in s.parts if part.node is not None]
    places = [k for k, node in (*said, *document.lone.items()) if any(map(names, symbols(node)))]
    if not places:
        return False
    one, text = document.formulas[min(places)], document.source.text
    return ZEROED.search(text[max(0, one.start - NEAR) : one.start + NEAR]) is not None


def _has_zero(sym: Sym, weights: set[str]) -> bool:
    """W_0^{(l)}: weights with the index 0 alone."""
    return sym.name in weights and [one.node for one in sym.sub] == [Num(0.0)]


def leaves_out(sides: list[Node], notation: Notation) -> bool:
    """Whether a line is of layers without their 1: one that gives errors of units, or that has no weights in it."""
    if not any(role.ones for role in notation.roles.values()):
        return False
    every = [one for side in sides for one in walk(side)]
    if any(isinstance(one, Script) and is_rest(one) for one in every):
        return False
    if any(map(_is_error, sides, repeat(notation))):
        return True
    written = any(isinstance(one, Ones) for one in every) or any(map(place_of_one, every))
    return not written and not any(isinstance(one, Sym) and _holds_biases(one, notation) for one in every)


def _is_error(side: Node, notation: Notation) -> bool:
    """Whether a side is the slope by a pre-activation, by a name or written out."""
    side = side.of if isinstance(side, Transpose) else side
    if isinstance(side, Derivative):
        return isinstance(side.by, Sym) and notation.kind(side.by.name) == "pre"
    return isinstance(side, Sym) and notation.kind(side.name) == "delta"


def _holds_biases(sym: Sym, notation: Notation) -> bool:
    """Whether it is of weights that hold biases, or their gradient."""
    role = notation.roles.get(sym.name, Role(""))
    return holds_biases(notation.roles.get(role.of, Role("")) if role.kind == "gradient" else role)
