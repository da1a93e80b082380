"""A reading under which too much fails: the fault is likelier in the reading than in so many lines.

Slips are few among many lines that hold: the worst text that was met, with 24 slips, has 18 % of its lines wrong.
Where more fails, nothing is called wrong; each line is listed with what it came to, as one that could not be read.
"""

from dataclasses import replace

from clearprop.check.document.verdict import Checked, DocumentCheck, Finding, UnreadFormula

SHARE = 0.22  # of the lines that were compared
LEAST = 3  # as few lines as may be slips in any text
UNLIKE = (
    2  # findings that do not look like a slip: no sign, no factor, no change of one place that mends them
)


def weighed(check: DocumentCheck) -> DocumentCheck:
    """The same, or with its findings as unread lines, if too many lines fail."""
    wrong = sum(one.verdict == "wrong" for one in check.checked)
    if (
        wrong < LEAST
        or wrong <= SHARE * (wrong + check.verified)
        or sum(map(_is_unlike, check.findings)) < UNLIKE
    ):
        return check
    held = f"{check.verified} of the {wrong + check.verified} lines that could be compared"
    doubted = tuple(_doubted(one, held) for one in check.findings)
    unread = tuple(sorted((*check.unread, *doubted), key=lambda one: (one.line, one.at)))
    return replace(check, findings=(), unread=unread, checked=tuple(map(_open, check.checked)))


def _is_unlike(one: Finding) -> bool:
    return one.what not in ("sign", "factor", "reading") and (not one.fix or one.what == "symbol")


def _doubted(one: Finding, held: str) -> UnreadFormula:
    why = (
        f"the sides differ ({one.why}), but the best reading found for this text fits only {held}; "
        "say what its letters mean by --symbols, --sizes or --layout"
    )
    return UnreadFormula(one.file, one.line, one.formula, "", why, one.at)


def _open(one: Checked) -> Checked:
    if one.verdict != "wrong":
        return one
    sides = tuple((a, b, "unread" if own == "wrong" else own) for a, b, own in one.sides)
    return Checked(one.line, "unread", sides)
