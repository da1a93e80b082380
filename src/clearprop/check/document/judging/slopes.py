"""Numerator or denominator layout: how derivatives by vectors lie, by which most lines hold.

A derivative of a vector by a vector is (outputs, inputs) or turned; that of the loss has the shape of what it is by,
or is turned, as a row for a column. The second is rarer, and one line whose transpose is a slip must not bring it
about: two more pairs of sides must hold by it, or one where the prose says that derivatives are rows.
"""

from collections.abc import Callable
from dataclasses import replace

from clearprop.check.document.meaning import hints
from clearprop.check.document.meaning.build import Setting
from clearprop.check.document.meaning.notation import ALL, UNITS, VECTORS, Notation, Reading, Role
from clearprop.check.document.read.formulas import prose
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Derivative, Node, bases, walk

GAIN = 2  # pairs of sides that must hold more by the rarer layout

Beats = Callable[[float, Reading, list[int]], float | None]  # how many pairs hold, if more than so many


def laid(reading: Reading, statements: list[Statement], setting: Setting, beats: Beats) -> Reading:
    """The same reading with the layout of derivatives that fits most lines."""
    notation = setting.notation
    found = _best(reading, [replace(reading, jacobian="denominator")], 1, statements, notation, beats)
    others = [replace(found, slopes=way) for way in (VECTORS, ALL, UNITS)]
    others += [replace(one, jacobian="numerator") for one in others if found.jacobian != "numerator"]
    gain = 1 if hints.says(hints.NUMERATOR, prose(setting.document.source)) else GAIN
    return _best(found, others, gain, statements, notation, beats)


def _best(
    usual: Reading,
    others: list[Reading],
    gain: int,
    statements: list[Statement],
    notation: Notation,
    beats: Beats,
) -> Reading:
    """The usual reading, or the first of the others by which most pairs hold, if at least `gain` more do."""
    slopes = usual.slopes != others[0].slopes
    of = [k for k, s in enumerate(statements) if _has_slope(s, notation, loss=slopes)]
    best, most = usual, (beats(-1.0, usual, of) or 0.0) + gain - 1.0
    for other in others:
        held = beats(most, other, of)
        if held is not None:
            best, most = other, held
    return best


def _has_slope(statement: Statement, notation: Notation, *, loss: bool) -> bool:
    """Whether a derivative of the loss stands in it as partials write it, or one of something else."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    return any(_is_slope(one, notation, loss) for node in nodes for one in walk(node)) or (
        loss and any(notation.roles.get(s.name, Role("")).slope for node in nodes for s in bases(node))
    )


def _is_slope(node: Node, notation: Notation, loss: bool) -> bool:
    if not isinstance(node, Derivative) or node.of is None:
        return False
    if loss:
        return not node.nabla
    return notation.kind(getattr(node.of, "name", "")) != "loss"
