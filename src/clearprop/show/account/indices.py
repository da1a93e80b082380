r"""Formulas at given indices: letters become numbers, sums are written out."""

from collections.abc import Mapping
from typing import Any

from clearprop.show.account.formula import Formula, row

LONG = 8  # terms of a sum that are written out
LETTERS = ("i", "j", "k", "c", "s")


def at_indices(formula: Any, at: Mapping[str, int]) -> Any:
    """A formula with its index letters as numbers, from 1.

    Examples
    --------
    >>> at_indices(["sub", ["id", "J"], ["id", "i"]], {"i": 0})
    ['sub', ['id', 'J'], ['num', '1']]
    """
    if not isinstance(formula, list):
        return formula
    if len(formula) == 2 and formula[0] == "id" and formula[1] in at:
        return ["num", str(at[formula[1]] + 1)]
    return [at_indices(part, at) for part in formula]


def expanded(formula: Formula, at: Mapping[str, int], trace: Mapping[str, Any]) -> Formula | None:
    """A formula at given indices with its sums written out; None if a sum is too long."""
    rows = {"m": trace["batch"]["rows"]}
    try:
        return _expanded(at_indices(formula, at), rows)
    except OverflowError:
        return None


def _expanded(formula: Any, known: Mapping[str, int]) -> Any:
    if not isinstance(formula, list) or not formula or not isinstance(formula[0], str):
        return [_expanded(part, known) for part in formula] if isinstance(formula, list) else formula
    if formula[0] != "row":
        return [formula[0], *(_expanded(part, known) for part in formula[1:])]
    parts = formula[1:]
    at = next((n for n, part in enumerate(parts) if part[0] == "sum" and part[2] != ["row"]), None)
    if at is None:
        return row(*(_expanded(part, known) for part in parts))
    end = next((n for n in range(at + 1, len(parts)) if parts[n] in (["op", "+"], ["op", "-"])), len(parts))
    total = _terms(parts[at], row(*parts[at + 1 : end]), known)
    bare = at == 0 or parts[at - 1] == ["op", "+"]
    middle = total if bare and total[0] == "row" else ["paren", total] if total[0] == "row" else total
    return _expanded(row(*parts[:at], middle, *parts[end:]), known)


def _terms(sign: Formula, body: Formula, known: Mapping[str, int]) -> Formula:
    _, below, above = sign
    letter, first = below[1][1], int(below[3][1])
    last = int(above[1]) if above[0] == "num" else known.get(str(above[1]), first + LONG)
    if last - first + 1 > LONG:
        raise OverflowError
    parts: list[Formula] = []
    for n in range(first, last + 1):
        parts += [["op", "+"]] if parts else []
        parts.append(at_indices(body, {letter: n - 1}))
    return row(*parts)
