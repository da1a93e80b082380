"""What there is time for: the pieces of a fit are measured, and make the members and epochs that fit into a limit."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.judging import Judge
from clearprop.train.clock import Clock
from clearprop.train.cost import TRIAL, a_round, seconds_a_step
from clearprop.train.settings import Settings
from clearprop.train.source import Source
from clearprop.train.threads import threads_to_train

SPARE = 0.95  # of the time is planned with: the machine is not as fast in each second
ENOUGH = 16  # epochs: below them members are dropped before epochs are
MUCH = 0.25  # of the limit: where compiling takes more, it is said how that is avoided
MEASURING = 0.05  # of the time, at most, goes into timing some steps


@dataclass(frozen=True)
class Pieces:
    """What a fit is made of.

    Attributes
    ----------
    step, score, reading : float
        Seconds, measured: of one step of a round of members, of the score by all members after an epoch, and of
        reading the rows of an epoch, which goes on beside the steps.
    steps : int
        Of an epoch.
    members, threads : int
        Members learn in rounds of `threads`.

    Examples
    --------
    >>> Pieces(step=0.01, score=0.5, steps=100, members=8, threads=2).epoch(8)
    4.5
    """

    step: float
    score: float
    steps: int
    members: int = 1
    threads: int = 1
    reading: float = 0.0

    def epoch(self, members: int) -> float:
        """Seconds of an epoch of so many members, its score included."""
        rounds = -(-members // self.threads)
        return max(self.steps * self.step * rounds, self.reading) + self.answer(members)

    def answer(self, members: int) -> float:
        """Seconds in which so many members answer for the rows that judge."""
        return self.score * members / self.members

    def epochs(self, members: int, left: float) -> int:
        """How many epochs fit into so many seconds; after the last the rows that judge are answered once more."""
        return int(max(left - self.answer(members), 0.0) / max(self.epoch(members), 1e-9))


def planned(pieces: Pieces, left: float, epochs: int) -> tuple[int, int]:
    """The members and the epochs that so many seconds are enough for.

    Epochs are cut first, down to `ENOUGH`; then members, by whole rounds, down to one round; then epochs again, down
    to one.

    Examples
    --------
    >>> pieces = Pieces(step=0.01, score=0.0, steps=100, members=8, threads=2)
    >>> [planned(pieces, left, 64) for left in (1000.0, 128.0, 40.0, 17.0, 3.0, 0.1)]
    [(8, 64), (8, 32), (4, 20), (2, 17), (2, 3), (2, 1)]
    """
    least = min(epochs, ENOUGH)
    one_round = min(pieces.threads, pieces.members)
    whole_rounds = range((pieces.members - 1) // pieces.threads * pieces.threads, 0, -pieces.threads)
    choices = (pieces.members, *whole_rounds)
    members = next((k for k in choices if pieces.epochs(k, left) >= least), one_round)
    return members, max(1, min(epochs, pieces.epochs(members, left)))


class InTime(NamedTuple):
    """What is to be trained within a limit; `cut` is a sentence on what was left out, or empty."""

    engine: Engine | Committee
    judge: Judge | None
    settings: Settings
    cut: str = ""


def in_time(
    whole: InTime, source: Source, deadline: Deadline, share: float = 1.0, reading: float = 0.0
) -> InTime:
    """As many members and epochs as there is time for, so that the schedule comes to its end.

    Training stops at the limit all the same; without a limit nothing is measured.

    Parameters
    ----------
    whole : InTime
        What is trained if there is time enough.
    source : Source
        The rows to learn from.
    deadline : Deadline
        When the whole fit must have ended.
    share : float
        Of the time left that this training may take.
    reading : float
        Seconds in which the rows of an epoch are read.
    """
    if deadline.limit is None:
        return whole
    engine, judge, settings, _ = whole
    before = deadline.spent
    engine.prepare(source.sample)  # compiling counts, too
    compiling = deadline.spent - before
    pieces = measured(whole, source, deadline, reading)
    left = deadline.left(share)
    assert left is not None
    members, epochs = planned(pieces, SPARE * left, settings.epochs)
    cut = sentence(deadline, (members, pieces.members), (epochs, settings.epochs), compiling)
    if isinstance(engine, Committee) and members < pieces.members:
        engine, judge = engine.first(members), judge and fewer(judge, engine, members)
    for_steps = max(left - pieces.answer(members), left / 2)
    return InTime(engine, judge, replace(settings, epochs=epochs, time_limit=for_steps), cut)


def measured(whole: InTime, source: Source, deadline: Deadline, reading: float = 0.0) -> Pieces:
    """The pieces of a fit, timed on this machine, as busy as it is; no parameter moves."""
    engine, judge, settings, _ = whole
    left = deadline.left()
    assert left is not None
    rows = min(engine.batch_size, source.rows)
    threads = threads_to_train(engine, rows, settings.threads)
    trial, members, side_by_side = a_round(engine, rows, threads), 1, 1
    if isinstance(engine, Committee):
        members, side_by_side = len(engine.members), threads
        judge = judge and fewer(judge, engine, threads)
    step = seconds_a_step(trial, source.sample, min(TRIAL, MEASURING * left), deadline.clock)
    score = _seconds_to_score(judge, trial, deadline.clock) if judge else 0.0
    steps = -(-source.rows // rows)
    return Pieces(step, score * members / side_by_side, steps, members, side_by_side, reading)


def _seconds_to_score(judge: Judge, engine: Engine | Committee, clock: Clock) -> float:
    """Of the second time; the first compiles."""
    judge.outputs(engine)
    began = clock()
    judge(engine)
    return clock() - began


def fewer(judge: Judge, committee: Committee, members: int) -> Judge | None:
    """What judges the first members of a committee: of the rows those that they set aside, if there are any."""
    if committee.aside is None:
        return judge
    judges = committee.aside[:, np.flatnonzero(committee.aside.any(axis=0))]
    theirs = judges[:members].any(axis=0)
    return judge.only(np.flatnonzero(theirs)) if theirs.any() else None


def sentence(
    deadline: Deadline, members: tuple[int, int], epochs: tuple[int, int], compiling: float = 0.0
) -> str:
    """What was left out, of how much; and where compiling took many of the seconds, how to have it done before.

    Examples
    --------
    >>> sentence(Deadline(5, clock=lambda: 0.0), (4, 8), (16, 64))
    '`time_limit=5` has room for 4 of 8 networks and 16 of 64 epochs, after 0 s of reading and compiling'
    >>> sentence(Deadline(5), (8, 8), (64, 64), compiling=4.0)
    ''
    """
    counts = ((members, "networks"), (epochs, "epochs"))
    cut = " and ".join(f"{kept:,} of {whole:,} {what}" for (kept, whole), what in counts if kept < whole)
    before = f"after {deadline.spent:.3g} s of reading and compiling"
    assert deadline.limit is not None
    once = "; `clearprop warmup` compiles beforehand" if compiling > MUCH * deadline.limit else ""
    return f"`time_limit={deadline.limit:g}` has room for {cut}, {before}{once}" if cut else ""
