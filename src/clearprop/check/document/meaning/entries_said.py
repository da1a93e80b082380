"""Entries and lines that the prose names: let z_i be the i-th element of Z_2; a_i is the i-th column of A."""

import re
from dataclasses import replace

from clearprop.check.document.meaning.notation import ROWLIKE, Notation, Role, is_letter
from clearprop.check.document.meaning.steps import layer_said
from clearprop.check.document.read.cleaning import clean
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.tokens import lex
from clearprop.check.document.read.tree import Sym

NAMES, WHOLES = r"\$(?P<names>[A-Za-z][^$]{1,24})\$", r"\$(?P<wholes>[^$]{1,24})\$"
EN = r"the \$?(?P<index>[a-z])\$?-?(?:'?th|st)?\$? (?P<line>entr(?:y|ies)|elements?|components?|rows?|columns?)"
ZH = r"的第\s*\$(?P<index>[a-z])\$\s*个?(?P<line>元素|分量|行|列)"
NAME, ENTRY = r"\$(?P<name>[^$]{1,24})\$", r"\$(?P<entry>[^$]{1,24})\$"
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
MATRIX = [
    re.compile(
        rf"{NAME}(?:,| is| be| for)? (?:the|a) (?:\$[^$]{{1,24}}\$ )?matrix "
        rf"(?:of|with|with entries|whose entries are)(?: the)?(?: entries)? {ENTRY}"
    ),
    re.compile(
        rf"{NAME} and \$(?P<other>[^$]{{1,24}})\$(?:,| are| be| for)? (?:the )?matrices (?:of|with)(?: the)?"
        rf"(?: entries)? {ENTRY} and \$(?P<further>[^$]{{1,24}})\$"
    ),
    re.compile(rf"{NAME}\s?(?:是|为|表示)?由?\s?(?:所有|全部)?\s?{ENTRY}\s?(?:组成|构成|排成)的?矩阵"),
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


def find_matrices(prose: str, words: Words, notation: Notation) -> bool | None:
    """Give each matrix the kind and the layer of what its entries are said to be. Returns whether samples are rows in
    them; None if that is not said.
    """
    rows: bool | None = None
    for match in (match for pattern in MATRIX for match in pattern.finditer(prose)):
        named = match.groupdict()
        for whole, entry in (("name", "entry"), ("other", "further")):
            if named.get(whole):
                found = _note_matrix(_symbol(named[whole], words), _symbol(named[entry], words), notation)
                rows = found if rows is None else rows
    return rows


def _note_matrix(whole: Sym | None, entry: Sym | None, notation: Notation) -> bool | None:
    own = notation.roles.get(whole.name, Role("")) if whole is not None else Role("")
    role = notation.roles.get(entry.name) if entry is not None else None
    if whole is None or entry is None or role is None or role.layer is None:
        return None
    if len(entry.sub) != 2 or own.layer is not None or whole.sub or whole.sup:
        return None
    notation.roles[whole.name] = replace(role, batch=role.kind in ROWLIKE)
    first, second = (is_letter(item.node) in notation.sample_letters for item in entry.sub)
    return first if role.kind in ROWLIKE and first != second else None


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
        node = parse(clean(lex(text)), words)
    except Unread:
        return None
    return node if isinstance(node, Sym) else None
