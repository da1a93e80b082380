"""Losses that a text gives beside its first, as the cross-entropy behind squared errors, of the same network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clearprop.check.document.meaning import patterns
from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.numbers.world import Plan
from clearprop.check.document.read.statements import Document, Statement
from clearprop.check.document.read.tree import Call, Sym, walk

HEADS = {"binary": "logistic", "cross-entropy": "softmax"}  # what the last layer must be


@dataclass(frozen=True)
class OtherLoss:
    """A loss of another kind: where it is given, by which name, and the plan of the network that has it."""

    at: int
    name: str
    plan: Plan

    def is_named_in(self, statement: Statement) -> bool:
        nodes = [part.node for part in statement.parts if part.node is not None]
        every = (one for node in nodes for one in walk(node))
        return any(isinstance(one, (Sym, Call)) and one.name == self.name for one in every)

    def readings(self, reading: Reading) -> Iterator[Reading]:
        """The same with this loss of one sample, of all as their sum, or as their mean."""
        yield reading
        for way in ("sample", "sum", "mean"):
            yield replace(reading, losses={**reading.losses, self.name: (way, way, way)})


def find_other_losses(document: Document, notation: Notation, plan: Plan) -> list[OtherLoss]:
    """Each line that gives a loss of another kind than the plan's, for the same output."""
    found = []
    for statement in document.statements:
        left, right = (*(part.node for part in statement.parts), None)[:2]
        if not isinstance(left, (Sym, Call)) or right is None or notation.kind(left.name) != "loss":
            continue
        family = patterns.loss_family(right)
        if family not in (None, plan.loss) and HEADS.get(str(family), plan.head) == plan.head:
            found.append(OtherLoss(statement.at, left.name, replace(plan, loss=str(family))))
    return found
