"""Errors that are minus slopes without a word, delta_k = t_k - y_k: told by what most lines say."""

from collections.abc import Callable

from clearprop.check.document.meaning.notation import Notation
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Derivative, Sym

GAIN = 2  # sides that must hold more: one line that fails by its sign is a slip


def fit(
    notation: Notation,
    statements: list[Statement],
    sides: int,
    held: Callable[[float], float | None],
    turned: Callable[[], None],
) -> None:
    """Turn the sign of each delta that the text sets equal to no slope, where more sides hold so.

    `held` tells how many of all `sides` do, if more than a number; `turned` is told that the notation has changed.
    """
    deltas = {name: role for name, role in notation.roles.items() if role.kind == "delta"}
    for name in sorted(deltas.keys() - _said(statements)):
        before = held(-1.0) or 0.0
        if before + GAIN > sides:
            return
        deltas[name].sign = -deltas[name].sign
        turned()
        if held(before + GAIN - 1) is None:
            deltas[name].sign = -deltas[name].sign
            turned()


def _said(statements: list[Statement]) -> set[str]:
    """The names that the text sets equal to slopes."""
    found = set()
    for statement in statements:
        first, *others = (part.node for part in statement.parts)
        if isinstance(first, Sym) and any(isinstance(one, Derivative) for one in others):
            found.add(first.name)
    return found


__all__ = ["fit"]
