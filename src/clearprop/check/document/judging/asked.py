"""What was computed under one reading, taken again under every other that answers all that was asked of it alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.numbers.env import Budget

T = TypeVar("T")
Answers = dict[tuple[str, str], str]


@dataclass
class Noted(Reading):
    """A reading that notes what it is asked, and its answers."""

    answers: Answers = field(default_factory=dict)

    def ask(self, what: str, name: str = "") -> str:
        return self.answers.setdefault((what, name), super().ask(what, name))

    def laid_out(self, jacobian: str, slopes: str) -> Reading:
        return Laid(self.losses, self.gradients, self.penalised, jacobian, slopes, self.answers)


class Laid(Noted):
    """The same with derivatives in another layout, which says nothing of the reading's own."""

    def ask(self, what: str, name: str = "") -> str:
        return Reading.ask(self, what, name) if what in ("jacobian", "slopes") else super().ask(what, name)


class Asked(Generic[T]):
    """What one computation comes to, under each of the readings that make a difference to it."""

    def __init__(self) -> None:
        self.found: list[tuple[Answers, int, T]] = []

    def under(self, reading: Reading, budget: Budget, compute: Callable[[Reading], T]) -> T:
        """What it comes to under a reading; it costs the same whether it is computed or was."""
        for answers, cost, value in self.found:
            if cost <= budget.left and all(reading.ask(*one) == said for one, said in answers.items()):
                budget.left -= cost
                return value
        noted, before = Noted(**vars(reading)), budget.left
        value = compute(noted)
        if budget.left >= 0:
            self.found.append((noted.answers, before - budget.left, value))
        return value
