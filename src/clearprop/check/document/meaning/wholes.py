"""H_{nj} = h_{nj}: a capital is the whole of what its small letter is an entry of."""

from dataclasses import replace

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role
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
        entry, own = notation.roles.get(right.name), notation.roles.get(left.name, Role("", None))
        if entry is None or entry.kind not in ROWLIKE or own.layer is not None or not left.name.isupper():
            continue
        if own.kind in ("", entry.kind) or left.name.lower() == right.name:
            notation.roles[left.name] = replace(entry, batch=True)
