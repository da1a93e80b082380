"""Differentials: where d of the loss is set equal to d of other things, every dX is how X moves, not a gradient."""

from collections.abc import Iterable

from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.read.tree import Node, Sym, symbols

MARK = "d "


def find_differentials(pairs: Iterable[tuple[Node, Node, str]], used: set[str], notation: Notation) -> None:
    """Make every name dX a differential, if the text takes the differential of a loss."""
    losses = {MARK + name for name, role in notation.roles.items() if role.kind == "loss"}
    if any(_moves_a_loss(left, right, losses) for left, right, _ in pairs):
        for name in used:
            if name.startswith(MARK):
                notation.roles[name] = Role("differential", of=name.removeprefix(MARK))


def _moves_a_loss(left: Node, right: Node, losses: set[str]) -> bool:
    """Whether one side is d of a loss, and d of something else stands in the other."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Sym) and one.name in losses:
            return any(s.name.startswith(MARK) and s.name not in losses for s in symbols(other))
    return False
