"""H_{nj} = h_{nj}: a capital is the whole of what its small letter is an entry of."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter
from clearprop.check.document.meaning.roles import pairs
from clearprop.check.document.read.statements import Document
from clearprop.check.document.read.tree import Sym


def find_wholes(document: Document, notation: Notation) -> None:
    """Give a capital the role of the entry that it is made of, if it has none of its own that tells a layer."""
    for left, right, _ in pairs(document):
        if not (
            isinstance(left, Sym) and isinstance(right, Sym) and left.sub == right.sub and len(left.sub) == 2
        ):
            continue
        entry, own = notation.roles.get(right.name), notation.roles.get(left.name, Role(""))
        if entry is None or own.layer is not None or not left.name.isupper():
            continue
        if entry.kind == own.kind == "weight":
            notation.roles[left.name] = replace(entry, layer=entry.layer or _told(right, notation))
        elif entry.kind in ROWLIKE and (own.kind in ("", entry.kind) or left.name.lower() == right.name):
            notation.roles[left.name] = replace(entry, batch=True)


def _told(entry: Sym, notation: Notation) -> int | None:
    """The layer that the letters of a weight's units tell."""
    return (
        max((notation.unit_layers.get(is_letter(one.node) or "", 0) for one in entry.sub), default=0) or None
    )
