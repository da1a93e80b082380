"""Formulas at given indices: letters become numbers, sums are written out."""

from collections.abc import Mapping
from typing import Any

from clearprop.show.account.parts import MINUS, PLUS, in_brackets, letter, mapped, parts_of
from clearprop.show.formula import Big, Formula, Name, Number, Row, Sign, row

LONG = 8  # terms of a sum that are written out


class TooLong(Exception):
    """A sum has too many terms to be written out."""


def at_indices(formula: Formula, at: Mapping[str, int]) -> Formula:
    """A formula with its index letters as numbers, from 1.

    Examples
    --------
    >>> from clearprop.show.formula import latex, read
    >>> latex(at_indices(read("J_{i}"), {"i": 0}))
    'J_{1}'
    """
    if letter(formula) in at:
        return Number(str(at[letter(formula)] + 1))
    return mapped(formula, lambda part: at_indices(part, at))


def expanded(formula: Formula, at: Mapping[str, int], rows: int) -> Formula | None:
    """A formula at given indices with its sums written out, over `rows` samples; None if a sum is too long."""
    try:
        return _expanded(at_indices(formula, at), rows)
    except TooLong:
        return None


def _expanded(formula: Formula, rows: int) -> Formula:
    if not isinstance(formula, Row):
        return mapped(formula, lambda part: _expanded(part, rows))
    parts = formula.parts
    at = next((n for n, part in enumerate(parts) if isinstance(part, Big) and part.above is not None), None)
    if at is None:
        return mapped(formula, lambda part: _expanded(part, rows))
    end = next((n for n in range(at + 1, len(parts)) if parts[n] in (PLUS, MINUS)), len(parts))
    total = _terms(parts[at], row(*parts[at + 1 : end]), rows)
    first = at == 0 or parts[at - 1] == PLUS
    middle = total if first or not isinstance(total, Row) else in_brackets(total)
    return _expanded(row(*parts[:at], middle, *parts[end:]), rows)


def _terms(sign: Any, body: Formula, rows: int) -> Formula:
    name, _, first = (part.text for part in parts_of(sign.below) if isinstance(part, Name | Sign | Number))
    last = (
        int(sign.above.text)
        if isinstance(sign.above, Number)
        else rows
        if letter(sign.above) == "m"
        else LONG + 2
    )
    if last - int(first) + 1 > LONG:
        raise TooLong
    parts: list[Formula] = []
    for n in range(int(first), last + 1):
        parts += [PLUS] if parts else []
        parts.append(at_indices(body, {name: n - 1}))
    return row(*parts)
