"""The training loop: epochs in a seeded order, the best one kept, and every way that a run can end."""

from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.errors import DivergedError, SpecError
from clearprop.train.alone import Alone, Score, Way
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.clock import CLOCK, Clock
from clearprop.train.record import EpochRow, Record
from clearprop.train.schedule import rates
from clearprop.train.settings import Settings
from clearprop.train.source import InMemory, Piece, Source
from clearprop.train.state import RunState
from clearprop.train.threads import threads_to_train

SLICE_SECONDS = 0.1  # kernels come back this often, to show progress, keep time, and be interrupted
FIRST = 10  # steps that are taken whatever the time: the first rates of a schedule may be 0


class Progress(NamedTuple):
    """Where a run is: epochs done (a fraction within one), out of how many, and its last figures."""

    done: float
    epochs: int
    loss: float
    score: float | None
    rows_per_second: float


Watch = Callable[[Progress], None]


def train(
    engine: Engine | Committee,
    rows: Batch | Source,
    settings: Settings,
    score: Score | None = None,
    watch: Watch | None = None,
    checkpoint: Checkpoint | None = None,
    way: Way | None = None,
    clock: Clock = CLOCK,
) -> Record:
    """Train until the epochs, the patience or the time are used up; leave the best parameters in the engine.

    Parameters
    ----------
    engine : Engine
        Whose parameters move.
    rows : Batch or Source
        The training rows: all of them in memory, or what gives them piece by piece.
    settings : Settings
        Of the run.
    score : callable, optional
        Of the engine as it is after an epoch; higher is better. The best epoch's parameters are restored at
        the end. Without it the last epoch's are kept.
    watch : callable, optional
        Told the progress about ten times a second.
    checkpoint : Checkpoint, optional
        Shown the state between two steps; saves it, and may hold one to go on from.
    way : Way, optional
        How steps are taken: by this process alone, or by several together.
    clock : callable
        What tells the seconds.

    Raises
    ------
    DivergedError
        If J ceases to be finite before any epoch was scored. The parameters are those of the last epoch that
        ended, or the first ones. After a scored epoch the best is kept, and `Record.warning` says what happened.
    CheckpointError
        If the checkpoint is of another run, or has no room.
    """
    if isinstance(rows, Batch):
        if not rows.w.any():
            msg = "Training needs one row or more with a weight above 0; got none."
            raise SpecError(msg)
        rows = InMemory(rows, settings.seed)
    return _Run(engine, rows, settings, score, watch, checkpoint, way or Alone(), clock).go()


class _Run:
    def __init__(
        self,
        engine: Engine | Committee,
        source: Source,
        settings: Settings,
        score: Score | None,
        watch: Watch | None,
        checkpoint: Checkpoint | None,
        way: Way,
        clock: Clock,
    ) -> None:
        self.engine, self.source, self.settings = engine, source, settings
        self.score, self.watch, self.checkpoint, self.way, self.clock = score, watch, checkpoint, way, clock
        self.steps = -(-source.rows // engine.batch_size)
        threads = threads_to_train(engine, min(engine.batch_size, source.rows), settings.threads)
        self.state = RunState.begin(engine, threads)
        self.slice, self.scoring = 1, 0.0  # steps of the next call; seconds that the last score took

    @property
    def record(self) -> Record:
        return self.state.record

    def go(self) -> Record:
        self.start = self.clock()
        self.engine.prepare(self.source.sample)
        self.way.begin(self.engine, self.state, self.checkpoint)
        self.start -= self.state.seconds
        self.engine.threads = self.record.threads
        try:
            while not self._is_over():
                self._epoch()
        except KeyboardInterrupt:
            self.record.stopped, self.record.warning = "interrupted", self._interrupted()
        except _TimeUp:
            self.record.stopped = "time limit"
        except DivergedError as error:
            self._diverged(error)
        self._finish()
        return self.record

    def _is_over(self) -> bool:
        """Whether no further epoch is due: all are done, or the best score is too old (a plateau is no improvement)."""
        state, patience = self.state, self.settings.patience
        if patience is None or state.improved_at is None or state.epoch - 1 - state.improved_at < patience:
            return state.epoch > min(self.settings.epochs, self.settings.stop_after or self.settings.epochs)
        self.record.stopped = "patience"
        return True

    def _epoch(self) -> None:
        """What is left of the epoch under way."""
        state, size = self.state, self.engine.batch_size
        with closing(self.way.pieces(self.engine, self.source, state.epoch, state.step)) as pieces:
            for piece in pieces:
                done, steps = 0, piece.steps(size)
                while done < steps:
                    self._check_time()
                    more = min(self.slice, steps - done)
                    self._slice(piece, done, more)
                    done += more
                    self._tell(state.epoch - 1 + state.step / self.steps, state.so_far.loss)
                    self._look()
        self._close()
        self._look()

    def _slice(self, piece: Piece, at: int, steps: int) -> None:
        """Some steps of a piece, from `at` on, in one call; sets the next slice."""
        settings, state = self.settings, self.state
        first = (state.epoch - 1) * self.steps + state.step
        total = settings.epochs * self.steps
        lr = rates(settings.schedule, settings.lr, first, first + steps, total)
        began = self.clock()
        with np.errstate(all="ignore"):
            result = self.way.epoch(self.engine, piece, at, lr, state.so_far)
        took = self.clock() - began
        if result.failed_at is not None:
            raise self._divergence(piece, at, result.failed_at)
        size = self.engine.batch_size
        rows = min(steps * size, self.source.rows - state.step * size)
        state.so_far, state.lr, state.step = result, float(lr[-1]), state.step + steps
        state.busy, state.rows_done = state.busy + took, state.rows_done + rows
        most = min(max(2 * self.slice, 8), self.steps, self.way.at_once)
        seconds = min(SLICE_SECONDS, self._left())
        self.slice = int(np.clip(self.slice * seconds / max(took, 1e-6), 1, most))

    def _close(self) -> None:
        """The end of an epoch: scored, written down, kept if it is the best."""
        state, flat, epoch = self.state, self.engine.flat, self.state.epoch
        if not np.isfinite(flat).all():
            msg = f"The parameters became infinite at the end of epoch {epoch}. {self._cause()}"
            raise DivergedError(msg)
        state.last[:] = flat
        if self.record.rows and self.way.agree(self._left() < self.scoring):
            raise _TimeUp  # the score would end too late
        began = self.clock()
        found = self.way.score(self.score, self.engine)
        self.scoring = self.clock() - began
        score = None if found is None or not np.isfinite(found) else float(found)
        loss = state.so_far.loss
        self.record.rows.append(EpochRow(epoch, loss, score, state.lr, self._elapsed()))
        value = -np.inf if score is None else score
        if value > state.best_score:
            state.improved_at = epoch
        if value >= state.best_score:  # the last of equals, as it has seen more
            state.best[:], state.best_score = flat, value
            self.record.best_epoch = epoch
        state.next_epoch()
        self._tell(epoch, loss)

    def _elapsed(self) -> float:
        return self.clock() - self.start

    def _left(self) -> float:
        """Seconds until the limit."""
        limit = self.settings.time_limit
        return np.inf if limit is None else limit - self._elapsed()

    def _look(self) -> None:
        """Between two steps: the checkpoint's turn."""
        self.state.seconds = self._elapsed()
        self.way.look(self.engine, self.state, self.checkpoint)

    def _check_time(self) -> None:
        is_late = self.way.agree(self._left() <= 0)
        if is_late and (self.state.epoch > 1 or self.state.step >= min(FIRST, self.steps)):
            raise _TimeUp

    def _tell(self, done: float, loss: float) -> None:
        if self.watch:
            score = self.record.rows[-1].score if self.record.rows else None
            self.watch(Progress(done, self.settings.epochs, loss, score, self._speed()))

    def _speed(self) -> float:
        return self.state.rows_done / self.state.busy if self.state.busy else 0.0

    def _divergence(self, piece: Piece, at: int, failed: int) -> DivergedError:
        layer, place = self.way.blame(self.engine, piece, at + failed)
        where = f"in epoch {self.state.epoch}, batch {self.state.step + failed + 1}"
        if layer == 0:
            msg = f"`X` holds a number that is not finite, {where}{place}. Clean the table."
        else:
            msg = f"J became infinite {where}, at z[{layer}]{place}. {self._cause()}"
        return DivergedError(msg)

    def _cause(self) -> str:
        return f"The learning rate of {self.settings.lr:g} is likely too large."

    def _diverged(self, error: DivergedError) -> None:
        """Kept going if an epoch was scored; else the last finite parameters, and the error."""
        if not self.score or not self.record.rows:
            self.engine.flat[:] = self.state.last
            raise error
        self.record.stopped = "diverged"
        self.record.warning = f"{error} Epoch {self.record.best_epoch}, the best until then, is kept."

    def _interrupted(self) -> str:
        kept, rows = self.record.best_epoch, len(self.record.rows)
        what = f"epoch {kept}, the best of {rows}," if self.score else f"epoch {kept}"
        return (
            f"Training was interrupted. The weights of {what if kept else 'the first epoch so far'} are kept."
        )

    def _finish(self) -> None:
        state, record, flat = self.state, self.record, self.engine.flat
        state.seconds = self._elapsed()
        if self.checkpoint and record.stopped not in (
            "interrupted",
            "diverged",
        ):  # the latter have no whole state
            self.checkpoint.save(self.engine, state)
        if not record.rows:  # stopped within the first epoch: keep what was learned, if it is finite
            state.best[:] = flat if np.isfinite(flat).all() else state.last
        elif self.score and state.improved_at is None and not record.warning:
            record.warning = "No epoch had a score: it does not exist on these rows. The last epoch is kept."
        flat[:] = state.best
        record.seconds, record.rows_per_second = state.seconds, self._speed()


class _TimeUp(Exception):
    """The time limit has passed."""
