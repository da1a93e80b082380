"""A worksheet as every format sees it: sections, quantities, and cells that hold a number or a blank."""

from collections.abc import Iterator
from typing import NamedTuple

from clearprop.show.exercise.chain import LN2, Cell
from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.rules import rule, symbol

SECTIONS = ("given", "forward", "loss", "backward", "update")
_SECTION_OF = {"z": "forward", "a": "forward", "p": "forward", "J": "loss", "W'": "update", "b'": "update"}


class Item(NamedTuple):
    """One cell: what it says, and the number of its blank, if it is one."""

    cell: Cell
    text: str
    blank: str | None


class Block(NamedTuple):
    """One quantity: its symbol and rule in LaTeX, whether it counts multiples of ln 2, and its cells."""

    key: str
    symbol: str
    rule: str | None
    in_ln2: bool
    exact: bool
    rows: list[list[Item]]

    @property
    def blanks(self) -> list[Item]:
        """The cells to fill in."""
        return [item for row in self.rows for item in row if item.blank]


def sections(exercise: Exercise) -> Iterator[tuple[str, list[Block]]]:
    """The sheet, section by section: the name of each and its quantities."""
    problem, chain = exercise.problem, exercise.chain
    numbers = {cell: id for id, cell in exercise.blanks.items()}
    blocks: dict[str, list[Block]] = {name: [] for name in SECTIONS}
    for key, (rows, columns) in problem.plan.shapes.items():
        items = [
            [
                Item((key, i, j), problem.text((key, i, j), chain), numbers.get((key, i, j)))
                for j in range(columns)
            ]
            for i in range(rows)
        ]
        given = key not in problem.plan.lines
        name = "given" if given else _SECTION_OF.get(key.partition("[")[0], "backward")
        exact = all(problem.is_exact(item.cell, chain) for row in items for item in row)
        said = rule(problem.net, problem.plan.lines[key]) if exercise.hints and not given else None
        blocks[name].append(Block(key, symbol(key), said, problem.unit(key) == LN2, exact, items))
    yield from blocks.items()
