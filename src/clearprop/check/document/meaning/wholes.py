"""H_{nj} = h_{nj}: a capital is the whole of what its small letter is an entry of."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter
from clearprop.check.document.meaning.roles import nodes, pairs
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Derivative, Node, Num, Sym, walk


def find_wholes(document: Document, notation: Notation) -> None:
    """Give a capital the role of the entry that it is made of, if it has none of its own that tells a layer."""
    for left, right, _ in pairs(document):
        if not (
            isinstance(left, Sym) and isinstance(right, Sym) and left.sub == right.sub and len(left.sub) == 2
        ):
            continue
        entry, own = notation.roles.get(right.name), notation.roles.get(left.name, Role(""))
        if entry is None or own.layer is not None or not left.name.split()[-1][0].isupper():
            continue
        if entry.kind == "weight" and own.kind in ("", "weight", "act"):
            notation.roles[left.name] = replace(entry, layer=entry.layer or _told(right, notation))
        elif entry.kind in ROWLIKE and (own.kind in ("", entry.kind) or left.name.lower() == right.name):
            notation.roles[left.name] = replace(entry, batch=True)
    _weights_of_entries(document, notation)


def _weights_of_entries(document: Document, notation: Notation) -> None:
    """The V of a text whose w_{11} and v_{11} are entries of steps with layers: the matrix of the v."""
    every = [one for node in nodes(document) for one in walk(node)]
    single = {
        one.name
        for one in every
        if isinstance(one, Sym)
        and not (len(one.sub) == 2 or (len(one.sub) == 1 and _has_digits(one.sub[0].node)))
    }
    by = {str(is_letter(one.by)) for one in every if isinstance(one, Derivative)}
    for name in by | {name for name, role in notation.roles.items() if role.kind in ("weight", "stack")}:
        own, entry = (notation.roles.get(one, Role("")) for one in (name, name.lower()))
        unknown = (
            name.isupper() and own.kind in ("", "weight") and own.layer is None and notation.style is None
        )
        if (
            own.kind == "stack"
            and entry.kind == "weight"
            and name != name.lower()
            and name.lower() not in single
        ):
            notation.roles[name.lower()] = replace(own, layer=own.layer or entry.layer)
        if unknown and entry.kind == "weight" and entry.layer is not None and name.lower() not in single:
            notation.roles[name] = replace(entry)


def _has_digits(node: Node | None) -> bool:
    """11, as in w_{11}."""
    return isinstance(node, Num) and node.value > 10


def _told(entry: Sym, notation: Notation) -> int | None:
    """The layer that the letters of a weight's units tell."""
    return (
        max((notation.unit_layers.get(is_letter(one.node) or "", 0) for one in entry.sub), default=0) or None
    )
