"""Marking: every answer, with early errors carried forward, and a guess at what went wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from clearprop.show.exercise.answers import Number, number
from clearprop.show.exercise.chain import LN2, Cell, Chain
from clearprop.show.exercise.problem import SAME, Problem
from clearprop.show.exercise.wording import Words

GOOD = ("right", "carried")
MOST = 10  # unknown blanks that are named


@dataclass(frozen=True)
class Result:
    """The mark of one blank.

    Attributes
    ----------
    id : str
        The number of the blank.
    place : str
        What it is: ``z(1)[1,2]``.
    answer, expected : str
        What came, and what is right.
    status : {"right", "carried", "wrong", "empty", "unread"}
        carried: computed rightly from an earlier wrong answer, and as good as right.
    diagnosis : str
        What may have gone wrong: the name of a slip, "sign", "transposed", "rounding", "another cell"; or empty.
    """

    id: str
    place: str
    answer: str
    expected: str
    status: str
    diagnosis: str = ""


@dataclass(frozen=True, repr=False)
class Marking:
    """The marks of a whole sheet.

    Attributes
    ----------
    results : tuple of Result
        One for each blank, in order.
    lang : {"en", "zh"}
        In which language `str` tells them.
    unknown : tuple of str
        Answers to blanks that the sheet does not have: most often typing errors, or the answers of another sheet.
    """

    results: tuple[Result, ...]
    lang: str = "en"
    unknown: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """How many answers are right, or carried forward."""
        return sum(result.status in GOOD for result in self.results)

    @property
    def total(self) -> int:
        """How many blanks there are."""
        return len(self.results)

    @property
    def ok(self) -> bool:
        """Whether every answer is right, and none only carried forward."""
        return all(result.status == "right" for result in self.results)

    def _ids(self) -> list[str]:
        return [result.id for result in self.results]

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain types."""
        return {
            "score": self.score,
            "total": self.total,
            "ok": self.ok,
            "results": [vars(r) for r in self.results],
            "unknown": list(self.unknown),
        }

    def __repr__(self) -> str:
        more = f", {len(self.unknown)} not on the sheet" if self.unknown else ""
        return f"Marking({self.score} of {self.total} right{more})"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        words = Words(self.lang)
        wide, id_wide = (
            max(len(text) for text in texts) for texts in ([r.place for r in self.results], self._ids())
        )
        lines = []
        for r in self.results:
            said = words.status(r.status) + (f": {words.slip(r.diagnosis)}" if r.diagnosis else "")
            shown = "" if r.status == "right" else f"  ({words['expected']} {r.expected})"
            lines.append(
                f"{'(' + r.id + ')':>{id_wide + 2}} {r.place:<{wide}}  {r.answer or '-':>12}  {said}{shown}"
            )
        if self.unknown:
            ids = ", ".join(map(repr, self.unknown[:MOST])) + (", ..." if len(self.unknown) > MOST else "")
            lines.append(words.say("unknown", ids=ids))
        return "\n".join([*lines, words.score(self.score, self.total)])


# ---- Blanks -------------------------------------------------------------------------------------------------
class Marker:
    """Marks the blanks of a sheet.

    Parameters
    ----------
    problem : Problem
        With the right numbers.
    blanks : mapping of str to Cell
        In the order in which they are computed.
    answers : mapping of str to str
        By the number of the blank.
    """

    def __init__(self, problem: Problem, blanks: Mapping[str, Cell], answers: Mapping[str, str]) -> None:
        self.problem, self.blanks, self.answers = problem, blanks, answers
        self.right, self.written = problem.chain(), problem.chain(rounded=True)
        shown = [cell for key in problem.plan.lines for cell in problem.cells(key)]
        self.held = {
            cell: float(self.written.value(*cell)) for cell in shown
        }  # theirs, once they have answered
        self.theirs = problem.chain(rounded=True, held=self.held)

    def results(self) -> Iterator[Result]:
        """One by one; a wrong answer is what the later ones are computed from."""
        for id, cell in self.blanks.items():
            answer = self.answers.get(id, "").strip()
            expected = self.problem.text(cell, self.right)
            status, said, value = self._marked(cell, answer)
            if value is not None:
                self.held[cell] = value
            yield Result(id, place(cell), answer, expected, status, said)

    def _marked(self, cell: Cell, answer: str) -> tuple[str, str, float | None]:
        if not answer:
            return "empty", "", None
        read = number(answer)
        if read is None:
            return "unread", "", None
        right, forward = float(self.right.value(*cell)), float(self.theirs.by_line(cell))
        room = self._room(read, cell)
        near = abs(right - float(self.written.by_line(cell)))  # what rounding on the way may do
        for value in self._meant(read, cell):
            if abs(value - right) <= room + near:
                return "right", "", value
            if abs(value - forward) <= room + (near if abs(forward - right) > room else 0.0):
                return "carried", "", value
        value = next(self._meant(read, cell))
        return "wrong", self._diagnosed(cell, read, value, room), value

    def _meant(self, read: Number, cell: Cell) -> Iterator[float]:
        """The values that an answer may mean: a multiple of ln 2 may be written as such, or as a decimal."""
        value, unit = float(read.value), self.problem.unit(cell[0])
        yield value * (LN2 if read.of_ln2 else unit)
        if unit != 1.0 and not read.of_ln2 and read.decimals:
            yield value

    def _room(self, read: Number, cell: Cell) -> float:
        """How far an answer may be off: one in its last stated digit; nothing, if it is a fraction."""
        if read.fraction and self.problem.exact:
            return SAME
        return 1.000001 * 10.0**-self.problem.digits * self.problem.unit(cell[0])

    # ---- What went wrong ------------------------------------------------------------------------------------
    def _diagnosed(self, cell: Cell, read: Number, value: float, room: float) -> str:
        for chain in (self.theirs, self.right):
            said = self._slip(chain, cell, value, room)
            if said:
                return said
        right, m = float(self.right.value(*cell)), self.problem.rows
        unit = self.problem.unit(cell[0])
        if unit != 1.0 and abs(value * unit - right) <= room:
            return "ln 2 lost"
        coarse = 0.5000001 * 10.0**-read.decimals * unit
        if read.decimals < self.problem.digits and abs(value - right) <= coarse and not read.fraction:
            return "rounding"
        divided = [("1/m too early", right / m)] if cell[0].partition("[")[0] in ("delta", "dW", "db") else []
        for said, wrong in (("sign", -right), *divided):
            if abs(value - wrong) <= room < abs(wrong - right):
                return said
        return self._elsewhere(cell, value, room)

    def _slip(self, chain: Chain, cell: Cell, value: float, room: float) -> str:
        key, i, j = cell
        right = float(chain.by_line(cell))
        for name, tree in self.problem.plan.lines[key].slips.items():
            wrong = float(chain.computed(tree, i, j))
            if abs(value - wrong) <= room < abs(wrong - right):
                return name
        return ""

    def _elsewhere(self, cell: Cell, value: float, room: float) -> str:
        """Whether it is the right number of another cell."""
        key, i, j = cell
        rows, columns = self.problem.shape(key)
        others = [(key, j, i)] if j < rows and i < columns and i != j else []
        found = [c for c in others if abs(value - float(self.right.value(*c))) <= room]
        if found:
            return "transposed"
        found = [c for c in self.problem.cells(key) if abs(value - float(self.right.value(*c))) <= room]
        told = len(found) == 1 and abs(value / self.problem.unit(key) % 1.0) > room  # whole numbers are many
        return f"another cell {place(found[0])}" if told else ""


def place(cell: Cell) -> str:
    """A cell as plain text, counted from 1: ``z(1)[1,2]``.

    Examples
    --------
    >>> place(("db[1]", 0, 2)), place(("J", 0, 0))
    ('db(1)[3]', 'J')
    """
    key, i, j = cell
    name = plain(key)
    if key == "J":
        return name
    return f"{name}[{j + 1}]" if key.partition("[")[0] in ("b", "db", "b'") else f"{name}[{i + 1},{j + 1}]"


def plain(key: str) -> str:
    """The name of a quantity as plain text: ``W'(1)``."""
    return key.replace("[", "(").replace("]", ")")
