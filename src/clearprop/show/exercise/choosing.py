"""Which cells are left blank, and which mistakes are planted."""

from collections.abc import Mapping, Sequence

import numpy as np

from clearprop.errors import SpecError
from clearprop.show.exercise.chain import Cell
from clearprop.show.exercise.problem import Problem


def choose_blanks(
    problem: Problem, allowed: Sequence[str], share: float, rng: np.random.Generator
) -> list[Cell]:
    """A share of the cells of each quantity, one at least, in the order of computing.

    Every quantity is computed from what is given and from those before it, so any cell can be worked out, whichever
    others are blank; what is given is never blank.
    """
    found = []
    for key in allowed:
        cells = problem.cells(key)
        count = max(1, round(share * len(cells)))
        found += [cells[n] for n in sorted(rng.permutation(len(cells))[:count])]
    return found


def plant(problem: Problem, allowed: Sequence[str], count: int, rng: np.random.Generator) -> dict[str, str]:
    """So many slips, each in another quantity, and each shown: some number there is written otherwise.

    Raises SpecError if there are not so many.
    """
    found: dict[str, str] = {}
    options = [(key, name) for key in allowed for name in problem.plan.lines[key].slips]
    order = [options[n] for n in rng.permutation(len(options))]
    for fresh in (True, False):  # slips of different kinds first
        for key, name in order:
            new = key not in found and not (fresh and name in found.values())
            if len(found) < count and new and all_show(problem, found | {key: name}):
                found[key] = name
    if len(found) < count:
        msg = (
            f"Only {len(found)} mistakes that show can be planted in this sheet; `mistakes` is {count}. "
            "Ask for fewer."
        )
        raise SpecError(msg)
    return {key: found[key] for key in problem.plan.lines if key in found}


def all_show(problem: Problem, slips: Mapping[str, str]) -> bool:
    """Whether each slip changes a number as it is written, on a sheet with all of them."""
    chain = problem.chain(slips=slips)
    for key in slips:
        room = 2.0 * 10.0**-problem.digits * problem.unit(key)
        if not any(
            abs(float(chain.value(*cell)) - float(chain.by_line(cell))) > room for cell in problem.cells(key)
        ):
            return False
    return True
