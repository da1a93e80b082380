"""A committee: which of its networks an account is of, what each of them answers, and the mean of their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.maths import derivation
from clearprop.show.account.numerals import numeral
from clearprop.show.account.words import Words

STATEMENT = r"P_{{i,c}} = \frac{{1}}{{{K}}} \sum_{{k=1}}^{{{K}}} p_{{k,i,c}}"
WIDEST = 12  # columns of its table: the outputs of the first samples
FURTHER = 2  # digits of the members' numbers beyond those of their mean, so that it recomputes


@dataclass(frozen=True)
class Committee:
    """What the networks of a model answer.

    Parameters
    ----------
    answers : array of shape (members, m, n[L])
        p of each network.
    member : int
        Which of them the account is of, counted from 0.
    temperature : float
        By which the logarithm of the mean is divided before the model's own probabilities are made of it.
    """

    answers: np.ndarray
    member: int = 0
    temperature: float = 1.0


def chosen(member: Any, members: Sequence[Any]) -> Any:
    """One of the members, by its number from 0; SpecError if there is none."""
    if not isinstance(member, int | np.integer) or not 0 <= member < len(members):
        what = f"a committee of {len(members)} networks" if len(members) > 1 else "one network"
        msg = f"`member` must be a whole number from 0 to {len(members) - 1}: the model is {what}; got {member!r}."
        raise SpecError(msg)
    return members[int(member)]


def described(committee: Committee | None, held: Sequence[int], words: Words) -> dict[str, Any] | None:
    """The entry of the trace: the answers for the samples that are held, and their mean."""
    if committee is None or len(committee.answers) == 1:
        return None
    answers, K = committee.answers[:, held], len(committee.answers)
    said = [words.text("committee.mean", members=K, member=committee.member + 1)]
    if committee.temperature != 1.0:
        said.append(words.text("committee.temperature", T=numeral(committee.temperature).text))
    return {
        "members": K, "member": committee.member, "latex": STATEMENT.format(K=K), "said": said,
        "samples": list(held), "answers": answers.tolist(),
        "mean": np.asarray(derivation.agreed(answers.sum(axis=0), K)).tolist(),
        "temperature": committee.temperature,
    }  # fmt: skip


def table(trace: Mapping[str, Any], words: Words) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a table: a row for each network, and the last for their mean."""
    found, batch, digits = trace["committee"], trace["batch"], trace["options"]["digits"]
    places = [
        (row, c) for row in range(len(found["samples"])) for c in range(len(batch["outputs"]))
    ][:WIDEST]  # fmt: skip
    header = [words.text("committee.network")]
    header += [f"{batch['samples'][found['samples'][row]]}: {batch['outputs'][c]}" for row, c in places]
    rows = [
        [
            words.text("committee.this", k=k + 1) if k == found["member"] else str(k + 1),
            *(numeral(p[row][c], digits + FURTHER).text for row, c in places),
        ]
        for k, p in enumerate(found["answers"])
    ]
    mean = [numeral(found["mean"][row][c], digits).text for row, c in places]
    return header, [*rows, [words.text("committee.average"), *mean]]
