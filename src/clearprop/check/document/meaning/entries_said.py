"""Entries and lines that the prose names: let z_i be the i-th element of Z_2; a_i is the i-th column of A."""

import re

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role
from clearprop.check.document.meaning.steps import layer_said
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.tokens import lex
from clearprop.check.document.read.tree import Sym

NAMES, WHOLES = r"\$(?P<names>[A-Za-z][^$]{1,24})\$", r"\$(?P<wholes>[^$]{1,24})\$"
EN = r"the \$?(?P<index>[a-z])\$?-?(?:'?th|st)?\$? (?P<line>entr(?:y|ies)|elements?|components?|rows?|columns?)"
ZH = r"的第\s*\$(?P<index>[a-z])\$\s*个?(?P<line>元素|分量|行|列)"
SAID = [
    re.compile(rf"{NAMES}\s*(?:表示|为|是|分别为|分别是)\s*{WHOLES}\s*{ZH}"),
    re.compile(rf"{WHOLES}\s*{ZH}\s*(?:记为|记作|为|是|写作|用)?\s*{NAMES}"),
    re.compile(rf"{NAMES} (?:denotes?|is|are|be|for|as|being) {EN} of {WHOLES}", re.IGNORECASE),
    re.compile(
        rf"{EN} of {WHOLES}(?: is| as| by|,)?(?: (?:denoted|written|called))?(?: (?:by|as|with))? {NAMES}",
        re.IGNORECASE,
    ),
    re.compile(rf"{EN} {NAMES} of {WHOLES}", re.IGNORECASE),
]
INDEXED = re.compile(r"(?P<name>[A-Za-z])(?:_\{?|\^\{?\()(?P<index>[a-z])(?:\)\}?|\}?)")
LINES = ("row", "column", "行", "列")


def find_entries(prose: str, words: Words, notation: Notation) -> None:
    """Give each letter the kind and the layer of what it is an entry, a row or a column of."""
    for match in (match for pattern in SAID for match in pattern.finditer(prose)):
        names, wholes = match["names"].split(","), match["wholes"].split(",")
        if len(names) == len(wholes) and (len(names) > 1 or not match["line"].endswith("s")):
            for name, whole in zip(names, wholes, strict=True):
                own = INDEXED.fullmatch(name.strip())
                if own is not None and own["index"] == match["index"]:
                    _note(own, _symbol(whole, words), match["line"].startswith(LINES), notation)


def _note(own: re.Match[str], whole: Sym | None, line: bool, notation: Notation) -> None:
    role = notation.roles.get(whole.name) if whole is not None else None
    if whole is None or role is None or own["name"] == whole.name:
        return
    layer = role.layer if role.layer is not None else layer_said(whole, notation)
    other = own["name"].upper() in notation.roles.keys() - {whole.name, own["name"]}
    if layer is None or (line and (role.kind not in ROWLIKE or own["name"] in notation.numbered or other)):
        return
    samples = line or own["index"] in notation.sample_letters
    notation.roles[own["name"]] = Role(role.kind, layer, counts_samples=samples)


def _symbol(text: str, words: Words) -> Sym | None:
    try:
        node = parse(lex(text), words)
    except Unread:
        return None
    return node if isinstance(node, Sym) else None
