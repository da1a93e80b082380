"""The working of an answer, by the account of the same step: symbol = symbols = numbers = result."""

from typing import Any

import numpy as np

from clearprop.network import Parameters
from clearprop.show.account.explain import explain
from clearprop.show.account.reading import Quantities
from clearprop.show.account.worked import worked_cell
from clearprop.show.exercise.chain import LN2, Cell
from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.problem import Problem
from clearprop.show.exercise.rules import cell_symbol
from clearprop.show.formula import latex

SIGNS = {"≈": r"\approx", "←": r"\leftarrow"}
DIGITS = 6  # that count, of numbers in the working: more than the answers have


class Workings:
    """The workings of all cells of a problem."""

    def __init__(self, problem: Problem) -> None:
        net = problem.net
        arrays = {
            key: np.array([[problem.given_value(key, i, j) for j in range(columns)] for i in range(rows)])
            for key, (rows, columns) in problem.plan.shapes.items()
            if key not in problem.plan.lines
        }
        W = [None, *(arrays[f"W[{l}]"] for l in range(1, net.L + 1))]
        b = [None, *(arrays[f"b[{l}]"][0] for l in range(1, net.L + 1))]
        account = explain(
            net, Parameters.from_layers(net, W, b), arrays["a[0]"], arrays["Y"], lr=float(problem.lr),
            l2=float(problem.l2), digits=DIGITS, numbers="exact" if problem.exact else "decimal", most=100,
        )  # fmt: skip
        self.found = Quantities(account.trace)

    def latex(self, cell: Cell) -> str:
        """One cell worked out, in LaTeX."""
        key, i, j = cell
        line = self.found.by_key[key]["lines"][-1]
        sides = worked_cell(self.found, key, line, (i, j))
        parts = [f"{SIGNS.get(side.sign, side.sign)} {latex(side.formula)}" for side in sides]
        return " ".join(parts).strip()


def working(exercise: Exercise, cell: Cell) -> str:
    """The working of a cell in LaTeX."""
    return exercise.workings.latex(cell)


def worked_answers(exercise: Exercise) -> dict[str, dict[str, Any]]:
    """For the key: each blank's symbol, right answer, value, and working in LaTeX."""
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
