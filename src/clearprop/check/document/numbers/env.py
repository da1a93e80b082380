"""Where a formula is evaluated: the network, the values of its indices, and what bound names stand for."""

from dataclasses import dataclass, field
from typing import Any

from clearprop.check.document.meaning.notation import Notation, Reading
from clearprop.check.document.numbers.world import State, World
from clearprop.check.document.read.limits import MOST_EVALUATIONS, Misfit, OutOfRange, Unread


class Budget:
    """How many nodes may still be visited for one statement."""

    def __init__(self, left: int = MOST_EVALUATIONS) -> None:
        self.left = left

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            msg = "it asks for too many steps: its sums and indices have too many values together"
            raise Unread(msg)


@dataclass(frozen=True)
class Env:
    world: World
    notation: Notation
    reading: Reading
    state: State
    letters: dict[str, int] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    sample: int = 0  # the sample that a line about one sample speaks of, from 0
    budget: Budget = field(default_factory=Budget)
    depth: int = 0
    together: bool = False  # the line speaks of whole batches: small letters too are all samples
    decays: bool = False  # the line has the lambda of a penalty
    moves: frozenset[tuple[str, int]] = frozenset()  # in a line of differentials: kinds and layers
    view: Any = None  # the values of the text's own quantities, where some are moved
    inner: bool = False  # the line leaves out the 1 that layers have elsewhere
    entrywise: bool = False  # a dot between vectors of one shape multiplies their entries

    def at(self, **changes: Any) -> "Env":
        """The same place but for some fields: `dataclasses.replace`, which calls `__init__`, takes thrice the time."""
        changed = object.__new__(Env)
        changed.__dict__.update(self.__dict__, **changes)
        return changed

    def with_letter(self, letter: str, value: int) -> "Env":
        return self.at(letters={**self.letters, letter: value})

    def with_params(self, **values: Any) -> "Env":
        if self.depth > 12:
            msg = "its functions call each other without end"
            raise Unread(msg)
        return self.at(params={**self.params, **values}, depth=self.depth + 1)


__all__ = ["Budget", "Env", "Misfit", "OutOfRange"]
