"""Where in a matrix, or in cases, written over several lines two sides differ."""

import numpy as np

from clearprop.check.document.judging.compare import TOLERANCE, Failure
from clearprop.check.document.numbers.evaluate import plain
from clearprop.check.document.read.limits import Misfit, OutOfRange, Unread
from clearprop.check.document.read.splitting import split_list
from clearprop.check.document.read.statements import Part
from clearprop.check.document.read.tokens import Token
from clearprop.check.document.read.tree import Cases


def place(part: Part, failure: Failure) -> int:
    """The position of the first entry that differs, if a side is one matrix, of the case that does not hold, if it is
    cases; else of the side.
    """
    start = part.tokens[0].at
    left, right = failure.left.value, failure.right.value
    rows = _rows(part.tokens)
    if isinstance(part.node, Cases) and rows is not None and len(rows) == len(part.node.rows):
        row = rows[_case(part.node, failure)]
        return next((token.at for cell in row for token in cell), start)
    if (
        left is None
        or right is None
        or rows is None
        or np.shape(left) != np.shape(right)
        or np.ndim(left) != 2
    ):
        return start
    wrong = np.abs(np.asarray(left) - np.asarray(right)) > TOLERANCE * max(
        1e-3, float(np.nanmax(np.abs(left)))
    )
    if wrong.shape != (len(rows), len(rows[0])) or not wrong.any():
        return start
    r, c = (int(n) for n in np.argwhere(wrong)[0])
    return rows[r][c][0].at if c < len(rows[r]) and rows[r][c] else start


def _case(cases: Cases, failure: Failure) -> int:
    """The number of the case that two sides differ in; 0 if that cannot be told."""
    for number, (_, condition) in enumerate(cases.rows):
        try:
            if condition is None or (failure.env is not None and np.all(plain(condition, failure.env))):
                return number
        except (Unread, Misfit, OutOfRange):
            break
    return 0


def _rows(tokens: list[Token]) -> list[list[list[Token]]] | None:
    """The entries of a side that is one matrix and nothing else."""
    if not tokens[0].text.startswith(r"\begin ") or not tokens[-1].text.startswith(r"\end "):
        return None
    inside = tokens[1:-1]
    if any(t.text.startswith((r"\begin ", r"\end ")) or t.text == r"\dots" for t in inside):
        return None
    rows = [row for row in split_list(inside, lambda t: t.text == "\\\\") if row]
    return [split_list(row, lambda t: t.text == "&") for row in rows]
