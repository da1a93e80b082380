"""The working of an answer: its rule with the numbers of the sheet put in."""

from typing import Any

from clearprop.show.exercise.chain import LN2, Cell
from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.rules import cell_symbol


def worked_answers(exercise: Exercise) -> dict[str, dict[str, Any]]:
    """For the key: each blank's place, right answer, value, and working in LaTeX."""
    problem = exercise.problem
    if exercise.slips:
        return {id: {"answer": text} for id, text in exercise.answers().items()}
    return {
        id: {
            "cell": cell_symbol(cell),
            "answer": problem.text(cell, exercise.chain),
            "unit": "ln 2" if problem.unit(cell[0]) == LN2 else "",
            "value": float(exercise.chain.value(*cell)),
            "working": working(exercise, cell),
        }
        for id, cell in exercise.blanks.items()
    }


def working(exercise: Exercise, cell: Cell) -> str:
    return cell_symbol(cell) + " = " + exercise.problem.text(cell, exercise.chain)
