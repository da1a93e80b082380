"""The letter of the number of samples, and the letters that run over them."""

from collections import Counter

from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.notation import PARAMETERS, ROWLIKE, Notation, is_letter
from clearprop.check.document.meaning.roles import nodes
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import (
    Big,
    Sym,
    symbols,
    walk,
)


def find_samples(document: Document, notation: Notation, prose: str, shapes: list) -> None:
    """The letter of the number of samples, and the letters that run over them."""
    votes: Counter[str] = Counter()
    _vote_by_words(document, notation, votes)
    _vote_by_shapes(shapes, notation, votes)
    bound: Counter[tuple[str, str]] = Counter()
    said = hints.sample_letters(prose) - notation.layer_letters
    for node in nodes(document):
        for one in walk(node):
            if (
                isinstance(one, Big)
                and one.index
                and (last := is_letter(one.last)) is not None
                and not _of_units(one, notation)
            ):
                bound[one.index, last] += 1
                votes[last] += 3 * (one.index in said)
                if last in ("m", "N", "M", "B", "n", "S"):
                    votes[last] += 2 if one.index in notation.sample_letters or one.index in ("i", "n") else 1
    usual = [name for name in votes if name in ("m", "N", "M", "B", "n", "S") or votes[name] >= 3]
    usual = [name for name in usual if notation.sizes.get(name) != ("n", -1) or votes[name] >= 3]
    best = max(usual, key=lambda name: votes[name], default=None)
    if best is None:
        used = {one.name for node in nodes(document) for one in symbols(node)}
        counting = {index for index, _ in bound} | _indices(document)
        known = {
            name for name, role in notation.roles.items() if role.kind in ("weight", "bias", "pre", "act")
        }
        free = used - set(notation.sizes) - counting - known - notation.layer_letters
        best = next((name for name in ("m", "N", "B") if name in free), None)
    for name in [name for name in votes if votes[name] >= 3 and name not in notation.roles] if best else []:
        notation.sizes.setdefault(name, ("m",))  # n examples, and m in a mini-batch
    if best is not None:
        notation.sizes[best] = ("m",)
        notation.sample_letters |= {index for (index, last) in bound if last == best}
    notation.sample_letters |= said
    notation.paired = hints.paired(prose)
    notation.sample_letters |= notation.paired - notation.layer_letters - _of_parameters(document, notation)
    notation.sample_letters |= {
        letter for node in nodes(document) for s in symbols(node) for letter in _of_label(s)
    }
    sums = {one.index for node in nodes(document) for one in walk(node) if isinstance(one, Big)}
    notation.sample_letters |= {
        str(name) for name in sums if name and notation.kind(name) == "input"
    }  # sum_x
    if not notation.samples_above:
        notation.sample_letters |= _nielsen(document, notation)
    notation.sample_letters -= set(notation.sizes)


def _vote_by_words(document: Document, notation: Notation, votes: Counter[str]) -> None:
    """By what the prose says of letters; it also tells what sizes other letters are."""
    for formula in document.formulas:
        if formula.display:
            continue
        hint = hints.letter_size(formula.text, formula.before, formula.after)
        if hint is not None:
            name = hint[0].lstrip("\\")
            if notation.kind(name.partition("_")[0]) in ROWLIKE and "_" in name:
                continue  # x_i is no size
            if hint[1] == ("m",):
                votes[name] += 3
            elif name not in notation.roles or notation.roles[name].kind not in (
                "weight",
                "bias",
                "loss",
                "target",
            ):
                notation.sizes.setdefault(name, hint[1])


def _of_parameters(document: Document, notation: Notation) -> set[str | None]:
    """The letters that weights and biases carry."""
    found = [s for node in nodes(document) for s in symbols(node) if notation.kind(s.name) in PARAMETERS]
    return {is_letter(item.node) for sym in found for item in (*sym.sub, *sym.sup)}


def _vote_by_shapes(shapes: list, notation: Notation, votes: Counter[str]) -> None:
    """X in R^{n x N}, Y in R^{m x N}: the letter that the data share; of one matrix alone, its first."""
    data = {
        sym.name: [is_letter(one) for one in dims]
        for sym, dims in shapes
        if len(dims) == 2 and notation.kind(sym.name) in ROWLIKE | {"augmented"}
    }
    shared = set.intersection(*map(set, data.values())) if len(data) > 1 else set()
    for dims in data.values():
        letters = shared & set(dims) or dims[:1]
        for letter in {"m", "N", "B"} & set(letters):
            votes[letter] += 1


def _of_label(sym: Sym) -> set[str]:
    """The i of p_{i, y_i}: the place of sample i's own class; none of delta_{iy}, which is 1 where unit i is that."""
    label = sym.sub[1].node if len(sym.sub) == 2 else None
    if not isinstance(label, Sym) or label.name not in ("y", "t") or (sym.name == "delta" and not label.sub):
        return set()
    letters = {is_letter(sym.sub[0].node), *(is_letter(s.node) for s in label.sub)}
    return {str(letter) for letter in letters if letter and len(letters) == 1}


def _indices(document: Document) -> set[str]:
    """The letters that stand below symbols."""
    return {
        letter
        for node in nodes(document)
        for one in symbols(node)
        for item in one.sub
        if (letter := is_letter(item.node))
    }


def _of_units(one: Big, notation: Notation) -> bool:
    """Whether a sum's index counts units: weights or biases carry it."""
    for sym in symbols(one.body):
        kind = notation.kind(sym.name)
        if kind in PARAMETERS and any(is_letter(s.node) == one.index for s in sym.sub):
            return True
    return one.index in notation.unit_layers


def _nielsen(document: Document, notation: Notation) -> set[str]:
    r"""\sum_x with x beside the layer: delta^{x,l}."""
    found = set()
    for node in nodes(document):
        for one in symbols(node):
            letters = [is_letter(item.node) for item in one.sup]
            if (
                len(one.sup) == 2
                and notation.style == "plain"
                and all(letters[:1])
                and letters[0] not in notation.layer_letters
            ):
                found.add(str(letters[0]))
    return found
