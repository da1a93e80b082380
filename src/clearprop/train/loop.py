"""The training loop: epochs in a seeded order, the best one kept, and every way that a run can end."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from clearprop.engine.engine import NOTHING, Batch, Engine, Epoch
from clearprop.errors import DivergedError, SpecError
from clearprop.train.record import EpochRow, Record
from clearprop.train.schedule import rates
from clearprop.train.settings import Settings
from clearprop.train.threads import threads_for

SLICE_SECONDS = 0.1  # kernels come back this often, to show progress, keep time, and be interrupted


class Progress(NamedTuple):
    """Where a run is: epochs done (a fraction within one), out of how many, and its last figures."""

    done: float
    epochs: int
    loss: float
    score: float | None
    rows_per_second: float


Watch = Callable[[Progress], None]


def train(
    engine: Engine,
    batch: Batch,
    settings: Settings,
    score: Callable[[Engine], float] | None = None,
    watch: Watch | None = None,
) -> Record:
    """Train until the epochs, the patience or the time are used up; leave the best parameters in the engine.

    Parameters
    ----------
    engine : Engine
        Whose parameters move.
    batch : Batch
        The training rows.
    settings : Settings
        Of the run.
    score : callable, optional
        Of the engine as it is after an epoch; higher is better. The best epoch's parameters are restored at
        the end. Without it the last epoch's are kept.
    watch : callable, optional
        Told the progress about ten times a second.

    Raises
    ------
    DivergedError
        If J ceases to be finite before any epoch was scored. The parameters are those of the last epoch that
        ended, or the first ones. After a scored epoch the best is kept, and `Record.warning` says what happened.
    """
    return _Run(engine, batch, settings, score, watch).go()


class _Run:
    def __init__(
        self,
        engine: Engine,
        batch: Batch,
        settings: Settings,
        score: Callable[[Engine], float] | None,
        watch: Watch | None,
    ) -> None:
        if not batch.w.any():
            msg = "Training needs one row or more with a weight above 0; got none."
            raise SpecError(msg)
        self.engine, self.batch, self.settings, self.score, self.watch = engine, batch, settings, score, watch
        self.steps = -(-len(batch.X) // engine.batch_size)
        self.threads = threads_for(engine.net, min(engine.batch_size, len(batch.X)), settings.threads)
        self.record = Record(threads=self.threads)
        self.best, self.best_score = engine.params.flat.copy(), -np.inf
        self.improved_at: int | None = None
        self.last = engine.params.flat.copy()
        self.rows_done, self.busy = 0, 0.0
        self.slice = 1

    def go(self) -> Record:
        self.start = time.perf_counter()
        self.engine.prepare(self.batch)
        self.engine.threads = self.threads
        try:
            for epoch in range(1, self.settings.epochs + 1):
                self._epoch(epoch)
                if self._out_of_patience(epoch):
                    self.record.stopped = "patience"
                    break
        except KeyboardInterrupt:
            self.record.stopped, self.record.warning = "interrupted", self._interrupted()
        except _TimeUp:
            self.record.stopped = "time limit"
        except DivergedError as error:
            self._diverged(error)
        self._finish()
        return self.record

    def _epoch(self, epoch: int) -> None:
        order = np.random.default_rng((self.settings.seed, epoch)).permutation(len(self.batch.X))
        lr, so_far, first = 0.0, NOTHING, 0
        while first < self.steps:
            self._check_time(epoch, first)
            last = min(first + self.slice, self.steps)
            so_far, lr = self._slice(epoch, order, first, last, so_far)
            first = last
            self._tell(epoch - 1 + first / self.steps, so_far.loss)
        self._close(epoch, so_far.loss, lr)

    def _slice(
        self, epoch: int, order: np.ndarray, first: int, last: int, so_far: Epoch
    ) -> tuple[Epoch, float]:
        """Some steps of an epoch in one call; returns the epoch so far and the last rate, and sets the next slice."""
        settings, size = self.settings, self.engine.batch_size
        at, total = (epoch - 1) * self.steps, settings.epochs * self.steps
        lr = rates(settings.schedule, settings.lr, at + first, at + last, total)
        rows = order[first * size : last * size]
        began = time.perf_counter()
        with np.errstate(all="ignore"):
            result = self.engine.epoch(self.batch, rows, lr, so_far=so_far)
        took = time.perf_counter() - began
        self.busy, self.rows_done = self.busy + took, self.rows_done + len(rows)
        most = min(max(2 * self.slice, 8), self.steps)
        self.slice = int(np.clip(self.slice * SLICE_SECONDS / max(took, 1e-6), 1, most))
        if result.failed_at is not None:
            raise self._divergence(epoch, first + result.failed_at, rows, result.failed_at)
        return result, float(lr[-1])

    def _close(self, epoch: int, loss: float, lr: float) -> None:
        """The end of an epoch: scored, written down, kept if it is the best."""
        flat = self.engine.params.flat
        if not np.isfinite(flat).all():
            msg = f"The parameters became infinite at the end of epoch {epoch}. {self._cause()}"
            raise DivergedError(msg)
        self.last[:] = flat
        found = self.score(self.engine) if self.score else None
        score = None if found is None or not np.isfinite(found) else float(found)
        seconds = time.perf_counter() - self.start
        self.record.rows.append(EpochRow(epoch, loss, score, lr, seconds))
        value = -np.inf if score is None else score
        if value > self.best_score:
            self.improved_at = epoch
        if value >= self.best_score:  # the last of equals, as it has seen more
            self.best[:], self.best_score = flat, value
            self.record.best_epoch = epoch
        self._tell(epoch, loss)

    def _out_of_patience(self, epoch: int) -> bool:
        """Whether the best score is too old; a plateau is not an improvement."""
        patience = self.settings.patience
        return patience is not None and self.improved_at is not None and epoch - self.improved_at >= patience

    def _check_time(self, epoch: int, first: int) -> None:
        limit = self.settings.time_limit
        if limit is not None and time.perf_counter() - self.start >= limit and (epoch, first) != (1, 0):
            raise _TimeUp

    def _tell(self, done: float, loss: float) -> None:
        if self.watch:
            score = self.record.rows[-1].score if self.record.rows else None
            speed = self.rows_done / self.busy if self.busy else 0.0
            self.watch(Progress(done, self.settings.epochs, loss, score, speed))

    def _divergence(self, epoch: int, batch: int, rows: np.ndarray, failed: int) -> DivergedError:
        size = self.engine.batch_size
        m = len(rows[failed * size : (failed + 1) * size])
        layer = self.engine.first_not_finite(m, self.batch.y.shape[1])
        if layer == 0:
            msg = f"`X` holds a number that is not finite, in epoch {epoch}, batch {batch + 1}. Clean the table."
        else:
            msg = f"J became infinite in epoch {epoch}, batch {batch + 1}, at z[{layer}]. {self._cause()}"
        return DivergedError(msg)

    def _cause(self) -> str:
        return f"The learning rate of {self.settings.lr:g} is likely too large."

    def _diverged(self, error: DivergedError) -> None:
        """Kept going if an epoch was scored; else the last finite parameters, and the error."""
        if not self.score or not self.record.rows:
            self.engine.params.flat[:] = self.last
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
        if not self.record.rows:  # stopped within the first epoch: keep what was learned, if it is finite
            flat = self.engine.params.flat
            self.best[:] = flat if np.isfinite(flat).all() else self.last
        elif self.score and self.improved_at is None and not self.record.warning:
            self.record.warning = (
                "No epoch had a score: it does not exist on these rows. The last epoch is kept."
            )
        self.engine.params.flat[:] = self.best
        self.record.seconds = time.perf_counter() - self.start
        self.record.rows_per_second = self.rows_done / self.busy if self.busy else 0.0


class _TimeUp(Exception):
    """The time limit has passed."""
