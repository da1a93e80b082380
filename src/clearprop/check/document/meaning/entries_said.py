"""Entries that the prose names: let z_i be the i-th element of Z_2."""

import re

from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.meaning.steps import layer_said
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.tokens import lex
from clearprop.check.document.read.tree import Sym

SAID = re.compile(
    r"\$(?P<name>[A-Za-z])(?:_\{?|\^\{\()(?P<index>[a-z])(?:\)\}|\}?)\$\s*(?:"
    r"(?:表示|为|是)\s*\$(?P<zh>[^$]{1,20})\$\s*的第\s*\$(?P=index)\$\s*个?(?:元素|分量)|"
    r"(?:denotes?|is|be|for|as) the \$?(?P=index)\$?-?(?:th|st)?\$? (?:entry|element|component) of "
    r"\$(?P<en>[^$]{1,20})\$)"
)


def find_entries(prose: str, words: Words, notation: Notation) -> None:
    """Give the letter the kind and the layer of what it is an entry of."""
    for match in SAID.finditer(prose):
        whole = _symbol(match["zh"] or match["en"], words)
        role = notation.roles.get(whole.name) if whole is not None else None
        if whole is None or role is None or match["name"] == whole.name:
            continue
        layer = role.layer if role.layer is not None else layer_said(whole, notation)
        samples = match["index"] in notation.sample_letters
        if layer is not None:
            notation.roles[match["name"]] = Role(role.kind, layer, counts_samples=samples)


def _symbol(text: str, words: Words) -> Sym | None:
    try:
        node = parse(lex(text), words)
    except Unread:
        return None
    return node if isinstance(node, Sym) else None
