"""Marking of sheets on which mistakes were to be found."""

from collections.abc import Iterator, Mapping

from clearprop.show.exercise.marking import Result, plain
from clearprop.show.exercise.problem import SAME, Problem


def find_marks(
    problem: Problem, slips: Mapping[str, str], letters: Mapping[str, str], answers: Mapping[str, str]
) -> Iterator[Result]:
    """The marks of a sheet on which mistakes were to be found: for each where it is, and what it is.

    Parameters
    ----------
    problem : Problem
        With the right numbers.
    slips : mapping
        Which slip was planted in which quantity.
    letters : mapping
        Which letter stands for which slip.
    answers : mapping
        ``"1 where"`` and ``"1 what"``, in any order of the mistakes.
    """
    numbers = [str(n + 1) for n in range(len(slips))]
    found = {n: _key(answers.get(f"{n} where", "")) for n in numbers}
    left, assigned = list(slips), {}
    for n in sorted(numbers, key=lambda n: found[n] not in slips):  # those that were found first
        assigned[n] = found[n] if found[n] in left else next(k for k in left if k not in found.values())
        left.remove(assigned[n])
    for n in numbers:
        key = assigned[n]
        where, what = (answers.get(f"{n} {part}", "").strip() for part in ("where", "what"))
        there = "empty" if not where else "right" if found[n] == key else "wrong"
        yield Result(f"{n} where", plain(key), where, plain(key), there)
        chosen = letters.get(what.strip("().").upper(), what)
        good = there == "right" and chosen in same_slips(problem, slips, key)
        letter = next(letter for letter, name in letters.items() if name == slips[key])
        said = "empty" if not what else "right" if good else "wrong"
        yield Result(f"{n} what", plain(key), what, letter, said, "" if good else slips[key])


def _key(text: str) -> str:
    """The key of a quantity that someone wrote: ``dW(2)``, ``dw[2]``, ``dW 2``."""
    return (
        text.strip().strip("`$").replace("(", "[").replace(")", "]").replace("\u2019", "'").replace(" ", "")
    )


def same_slips(problem: Problem, slips: Mapping[str, str], key: str) -> set[str]:
    """The slips that give the very numbers that stand in this quantity."""
    chain = problem.chain(slips=slips)
    line = problem.plan.lines[key]
    return {
        name
        for name, tree in line.slips.items()
        if all(
            abs(chain.computed(tree, i, j) - chain.value(key, i, j)) < SAME for _, i, j in problem.cells(key)
        )
    }
