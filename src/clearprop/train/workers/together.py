"""A step of several processes: each adds up the gradient of its rows, all add theirs together, and all move alike.

Since dW = (1/m) sum over rows (G8, G9), the split is exact: the same J, the same step.
"""

import signal
import time
from collections.abc import Generator

import numpy as np

from clearprop import errors
from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.engine.kernels import GRAD
from clearprop.engine.passes import CLIP
from clearprop.errors import ClearpropError
from clearprop.train.alone import Score
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.checkpoint_file import Saved, from_bytes, to_bytes
from clearprop.train.checkpoint_signals import Asked
from clearprop.train.source import Piece, Source
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
        self.buffer = np.zeros(0)
        self.is_late = self.wish = self.failed_here = False

    def begin(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """All take the state of process 0, which may be that of a checkpoint."""

        def begun() -> bytes:
            if checkpoint:
                checkpoint.asked = self.agreed
                checkpoint.begin(engine, state)
            return to_bytes(Saved({}, state.numbers(), state.tensors(engine)))

        saved = from_bytes(from_first(self.group, begun))
        state.take(saved.tensors, saved.numbers, engine)
        self.buffer = np.zeros(engine.params.flat.size + TAIL, engine.dtype)

    def pieces(self, source: Source, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """This process's pieces. One that cannot read its rows says so in the next sum, and all stop."""
        try:
            yield from source.pieces(epoch, step, size)
        except ClearpropError as error:
            self.buffer[:] = 0
            self.buffer[-TAIL + FAILED] = 1
            self.group.add(self.buffer)
            self._stop_all(error)

    def epoch(
        self, engine: Engine, batch: Batch, rows: np.ndarray, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """One step."""
        tail, began = self.buffer[-TAIL:], time.perf_counter()
        self._add_up(engine, batch, rows, rates)
        added = time.perf_counter()
        self.group.add(self.buffer)
        self.worth.note(added - began, time.perf_counter() - added)
        if tail[FAILED]:
            self._stop_all(None)
        self.is_late = bool(tail[LATE])
        if tail[TERM] or tail[INT]:
            self.agreed.number = signal.SIGTERM if tail[TERM] else signal.SIGINT
        loss, mass = float(tail[LOSS]), float(tail[MASS])
        if not np.isfinite(loss):
            return so_far._replace(failed_at=0)
        if mass:
            np.divide(self.buffer[:-TAIL], mass, out=engine.state[GRAD])  # G8 G9: the 1/m
            engine.move(mass, float(rates[0]), batch.y.shape[1])
        return so_far._replace(total=so_far.total + loss, weight=so_far.weight + mass)

    def score(self, score: Score | None, engine: Engine) -> float | None:
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

    def look(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Process 0 saves; all answer a signal that one of them heard, after the same step."""
        if checkpoint:
            checkpoint.look(engine, state)
        self.agreed.answer()

    def blame(self, engine: Engine, piece: Piece, rows: np.ndarray, failed: int) -> tuple[int, str]:
        """What the first process that failed itself has to say."""
        found = ""
        if self.failed_here:
            layer = engine.first_not_finite(len(rows), piece.batch.y.shape[1])
            found = f"{layer} {self._place(piece, rows, layer)}"
        found = next(filter(None, self.group.gather(found)), f"{engine.net.L} ")
        layer, _, place = found.partition(" ")
        return int(layer), place

    def _add_up(self, engine: Engine, batch: Batch, rows: np.ndarray, rates: np.ndarray) -> None:
        """The sums over this process's rows, and what it has to say, into the buffer."""
        self.buffer[:] = 0
        tail = self.buffer[-TAIL:]
        tail[LATE] = self.wish
        tail[TERM], tail[INT] = self.asked.number == signal.SIGTERM, self.asked.number == signal.SIGINT
        if not len(rows):
            return
        clip, engine.hyper[CLIP] = engine.hyper[CLIP], 0  # the norm is that of the whole gradient
        found = engine.epoch(batch, rows, rates, gradient_only=True)
        engine.hyper[CLIP] = clip
        self.failed_here = found.failed_at is not None
        if self.failed_here:
            tail[LOSS] = np.nan
        elif found.weight:
            np.multiply(engine.state[GRAD], found.weight, out=self.buffer[:-TAIL])
            tail[LOSS], tail[MASS] = found.total, found.weight

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
