"""Where in a matrix written over several lines two sides differ."""

import numpy as np

from clearprop.check.document.judging.compare import TOLERANCE, Failure
from clearprop.check.document.read.splitting import split_list
from clearprop.check.document.read.tokens import Token


def place(tokens: list[Token], failure: Failure) -> int:
    """The position of the first entry that differs, if a side is one matrix; else of the side."""
    start = tokens[0].at
    left, right = failure.left.value, failure.right.value
    rows = _rows(tokens)
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


def _rows(tokens: list[Token]) -> list[list[list[Token]]] | None:
    """The entries of a side that is one matrix and nothing else."""
    if not tokens[0].text.startswith(r"\begin ") or not tokens[-1].text.startswith(r"\end "):
        return None
    inside = tokens[1:-1]
    if any(t.text.startswith((r"\begin ", r"\end ")) or t.text == r"\dots" for t in inside):
        return None
    rows = [row for row in split_list(inside, lambda t: t.text == "\\\\") if row]
    return [split_list(row, lambda t: t.text == "&") for row in rows]
