"""A reading under which too much fails: the fault is likelier in the reading than in so many lines.

Slips are few among many lines that hold: the worst text that was met, with 24 slips, has 18 % of its lines wrong.
Where more fails, nothing is called wrong; each line is listed with what it came to, as one that could not be read.
"""

from dataclasses import replace

from clearprop.check.document.verdict import Checked, DocumentCheck, Finding, UnreadFormula

LIKE = ("sign", "factor", "reading")  # what slips are like
SHARE = 0.22  # of the lines that were compared
LEAST = 3  # as few lines as may be slips in any text
UNLIKE = (
    2  # findings that do not look like a slip: no sign, no factor, no change of one place that mends them
)


def weighed(check: DocumentCheck, numbers: set[int]) -> DocumentCheck:
    """The same, or with findings as unread lines: all if too many lines fail, else those that nothing mends.

    `numbers`: the lines that differ by the text's own numbers, where no change is tried.
    """
    wrong = sum(one.verdict == "wrong" for one in check.checked)
    few = wrong < LEAST or wrong <= SHARE * (wrong + check.verified)
    if few or sum(map(_is_unlike, check.findings)) < UNLIKE:
        return _spared(check, numbers)
    held = f"{check.verified} of the {wrong + check.verified} lines that could be compared"
    why = f"the best reading found for this text fits only {held}"
    return _opened(check, {one.line for one in check.findings}, why)


def _spared(check: DocumentCheck, numbers: set[int]) -> DocumentCheck:
    """The same without the findings that nothing mends, where they are several and more than those of slips.

    A slip is a small change, and undone by one; a letter that is misread makes lines fail that no change mends.
    """
    slips = numbers | {one.line for one in check.findings if one.fix or one.what in LIKE}
    strange = {one.line for one in check.findings} - slips
    if len(strange) < UNLIKE or len(strange) <= len(slips):
        return check
    return _opened(check, strange, f"no small change mends this line or {len(strange) - 1} more")


def _is_unlike(one: Finding) -> bool:
    return one.what not in LIKE and (not one.fix or one.what == "symbol")


def _opened(check: DocumentCheck, lines: set[int], why: str) -> DocumentCheck:
    """The same with what was found in these lines as what could not be read."""
    doubted = tuple(_doubted(one, why) for one in check.findings if one.line in lines)
    kept = tuple(one for one in check.findings if one.line not in lines)
    unread = tuple(sorted((*check.unread, *doubted), key=lambda one: (one.line, one.at)))
    checked = tuple(_open(one) if one.line in lines else one for one in check.checked)
    return replace(check, findings=kept, unread=unread, checked=checked)


def _doubted(one: Finding, doubt: str) -> UnreadFormula:
    why = (
        f"the sides differ ({one.why}), but {doubt}; "
        "say what its letters mean by --symbols, --sizes or --layout"
    )
    return UnreadFormula(one.file, one.line, one.formula, "", why, one.at)


def _open(one: Checked) -> Checked:
    if one.verdict != "wrong":
        return one
    sides = tuple((a, b, "unread" if own == "wrong" else own) for a, b, own in one.sides)
    return Checked(one.line, "unread", sides)
