"""A step of several processes: each adds up the gradient of its rows, all add theirs together, and all move alike.

Since dW = (1/m) sum over rows (G8, G9), the split is exact: the same J, the same step.
"""

import signal
import time
from collections.abc import Generator

import numpy as np

from clearprop import errors
from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.engine.passes import CLIP
from clearprop.engine.plan import GRAD
from clearprop.errors import ClearpropError
from clearprop.train.alone import Score
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.checkpoint_file import Saved, from_bytes, to_bytes
from clearprop.train.checkpoint_signals import Asked
from clearprop.train.source import Piece, ShareInMemory, Source
from clearprop.train.state import RunState
from clearprop.train.workers.group import Group, from_first
from clearprop.train.workers.worth import Worth

# What is added along with the gradient: the sums of w J_i and of w; how many processes failed, find that the time is
# up (process 0 decides), and heard a signal.
LOSS, MASS, FAILED, LATE, TERM, INT = range(6)
TAIL = 6


class Together:
    """The way of a process that is one of several: see `alone.Way`.

    Parameters
    ----------
    group : Group
        All of them.
    asked : Asked
        Which signal this process heard.
    """

    at_once = 1

    def __init__(self, group: Group, asked: Asked) -> None:
        self.group, self.asked, self.worth = group, asked, Worth(group.size)
        self.agreed = Asked()  # what all know of
        self.buffer = np.zeros((0, TAIL))  # a line for each network
        self.is_late = self.wish = False
        self.failed_here: list[int] = []

    def begin(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """All take the state of process 0, which may be that of a checkpoint."""

        def begun() -> bytes:
            if checkpoint:
                checkpoint.asked = self.agreed
                checkpoint.begin(engine, state)
            return to_bytes(Saved({}, state.numbers(), state.tensors(engine)))

        saved = from_bytes(from_first(self.group, begun))
        state.take(saved.tensors, saved.numbers, engine)
        self.buffer = np.zeros((len(networks(engine)), engine.net.n_parameters + TAIL), engine.dtype)

    def pieces(
        self, engine: Engine | Committee, source: Source, epoch: int, step: int
    ) -> Generator[Piece, None, None]:
        """This process's pieces. One that cannot read its rows says so in the next sum, and all stop."""
        try:
            if isinstance(engine, Committee) and engine.aside is not None:
                yield of_members(engine, engine.aside, source, epoch, step)
            else:
                yield from source.pieces(epoch, step, engine.batch_size)
        except ClearpropError as error:
            self.buffer[:] = 0
            self.buffer[0, FAILED - TAIL] = 1
            self.group.add(self.buffer)
            self._stop_all(error)

    def epoch(
        self, engine: Engine | Committee, piece: Piece, first: int, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """One step of each network."""
        began = time.perf_counter()
        self._add_up(engine, piece, first, rates)
        added = time.perf_counter()
        self.group.add(self.buffer)
        self.worth.note(added - began, time.perf_counter() - added)
        self._read_on(self.buffer[0, -TAIL:])
        sums = self.buffer[:, -TAIL:].astype(float)
        if not np.isfinite(sums[:, LOSS]).all():
            return so_far._replace(failed_at=0)
        for network, line, mass in zip(networks(engine), self.buffer, sums[:, MASS].tolist(), strict=True):
            if mass:
                np.divide(line[:-TAIL], mass, out=network.state[GRAD])  # G8 G9: the 1/m
                network.move(mass, float(rates[0]), piece.batch.y.shape[1])
        loss, mass = sums[:, (LOSS, MASS)].sum(axis=0).tolist()
        return so_far._replace(total=so_far.total + loss, weight=so_far.weight + mass)

    def score(self, score: Score | None, engine: Engine | Committee) -> float | None:
        """That of process 0, whose numbers all take: machines of different kinds may round differently."""
        self.group.share(engine.state)
        if score is None:
            return None
        found = np.array([score(engine) if self.group.rank == 0 else 0.0])
        self.group.share(found)
        return float(found[0])

    def agree(self, wish: bool) -> bool:
        """Whether process 0 wished so before the last step."""
        self.wish = wish and self.group.rank == 0
        return self.is_late

    def look(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Process 0 saves; all answer a signal that one of them heard, after the same step."""
        if checkpoint:
            checkpoint.look(engine, state)
        self.agreed.answer()

    def blame(self, engine: Engine | Committee, piece: Piece, at: int) -> tuple[int, str]:
        """What the first process that failed itself has to say."""
        found = ""
        if self.failed_here:
            j = self.failed_here[0]
            part = piece.members[j] if piece.members else piece
            rows = part.rows(at, at + 1, engine.batch_size)
            layer = networks(engine)[j].first_not_finite(len(rows), part.batch.y.shape[1])
            found = f"{layer} {self._place(part, rows, layer)}"
        found = next(filter(None, self.group.gather(found)), f"{engine.net.L} ")
        layer, _, place = found.partition(" ")
        return int(layer), place

    def _add_up(self, engine: Engine | Committee, piece: Piece, first: int, rates: np.ndarray) -> None:
        """The sums over this process's rows, and what it has to say, into the buffer."""
        self.buffer[:] = 0
        self.failed_here = []
        heard = self.asked.number
        self.buffer[0, -TAIL:][[LATE, TERM, INT]] = self.wish, heard == signal.SIGTERM, heard == signal.SIGINT
        for j, network in enumerate(networks(engine)):
            part, line = piece.members[j] if piece.members else piece, self.buffer[j]
            rows = part.rows(first, first + 1, engine.batch_size)
            if len(rows) and not add_sums(network, part.batch, rows, rates, line[:-TAIL], line[-TAIL:]):
                self.failed_here.append(j)

    def _read_on(self, tail: np.ndarray) -> None:
        """What came with the sums."""
        if tail[FAILED]:
            self._stop_all(None)
        self.is_late = bool(tail[LATE])
        if tail[TERM] or tail[INT]:
            self.agreed.number = signal.SIGTERM if tail[TERM] else signal.SIGINT

    def _place(self, piece: Piece, rows: np.ndarray, layer: int) -> str:
        """Which process, and in an input that is not finite which row, counted from 0."""
        who = f"worker {self.group.rank} of {self.group.size}"
        if layer or piece.first is None:
            return f", {who}"
        bad = ~np.isfinite(piece.batch.X[rows]).all(axis=1)
        return f", row {piece.first + int(rows[int(bad.argmax())]):,} ({who})"

    def _stop_all(self, error: ClearpropError | None) -> None:
        """All raise what one of them raised."""
        texts = self.group.gather("" if error is None else f"{type(error).__name__}\n{error}")
        kind, _, text = next(filter(None, texts)).partition("\n")
        raise getattr(errors, kind, ClearpropError)(text)


def networks(engine: Engine | Committee) -> list[Engine]:
    """The members of a committee, or the one engine."""
    return engine.members if isinstance(engine, Committee) else [engine]


def add_sums(
    engine: Engine, batch: Batch, rows: np.ndarray, rates: np.ndarray, gradient: np.ndarray, tail: np.ndarray
) -> bool:
    """The sums over some rows: of the gradient, of w J_i and of w. Whether they are finite; the loss says so too."""
    clip, engine.hyper[CLIP] = engine.hyper[CLIP], 0  # the norm is that of the whole gradient
    found = engine.epoch(batch, rows, rates, gradient_only=True)
    engine.hyper[CLIP] = clip
    if found.failed_at is not None:
        tail[LOSS] = np.nan
    elif found.weight:
        np.multiply(engine.state[GRAD], found.weight, out=gradient)
        tail[LOSS], tail[MASS] = found.total, found.weight
    return found.failed_at is None


def of_members(committee: Committee, aside: np.ndarray, source: Source, epoch: int, step: int) -> Piece:
    """A worker's piece of an epoch with that of each member, whose order is its own and who does not see some rows."""
    assert isinstance(source, ShareInMemory)
    first, pieces = source.first, []
    X, y, w = source.sample
    for j, hidden in enumerate(aside[:, first : first + len(w)]):
        shift = j * source.rows // len(aside)
        piece = next(source.pieces(epoch, step, committee.batch_size, shift))
        pieces.append(piece._replace(batch=Batch(X, y, np.where(hidden, w.dtype.type(0), w))))
    return pieces[0]._replace(members=tuple(pieces))
