"""How the steps of a run are taken, and what is decided between them: here, by one process."""

from collections.abc import Callable, Generator
from typing import Protocol

import numpy as np

from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.source import Piece, Source
from clearprop.train.state import RunState

Score = Callable[[Engine], float]


class Way(Protocol):
    """What differs between a run of one process and one of several.

    Attributes
    ----------
    at_once : int
        The most steps in one call of `epoch`.
    """

    at_once: int

    def begin(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Before the first step: take up a checkpoint, if there is one."""
        ...

    def pieces(self, source: Source, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """What `source` gives."""
        ...

    def epoch(
        self, engine: Engine, batch: Batch, rows: np.ndarray, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """Steps over some rows: see `Engine.epoch`."""
        ...

    def score(self, score: Score | None, engine: Engine) -> float | None:
        """The score after an epoch."""
        ...

    def agree(self, wish: bool) -> bool:
        """Whether to stop, if this process wishes so."""
        ...

    def look(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Between two steps: save a checkpoint if it is time, answer a signal if one came."""
        ...

    def blame(self, engine: Engine, piece: Piece, rows: np.ndarray, failed: int) -> tuple[int, str]:
        """Of a step that gave no finite J: the first layer that is not finite (0: the input), and where, in words."""
        ...


class Alone:
    """One process does and decides everything."""

    at_once = 2**31

    def begin(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """See `Way`."""
        if checkpoint:
            checkpoint.begin(engine, state)

    def pieces(self, source: Source, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """See `Way`."""
        return source.pieces(epoch, step, size)

    def epoch(
        self, engine: Engine, batch: Batch, rows: np.ndarray, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """See `Way`."""
        return engine.epoch(batch, rows, rates, so_far=so_far)

    def score(self, score: Score | None, engine: Engine) -> float | None:
        """See `Way`."""
        return score(engine) if score else None

    def agree(self, wish: bool) -> bool:
        """See `Way`."""
        return wish

    def look(self, engine: Engine, state: RunState, checkpoint: Checkpoint | None) -> None:
        """See `Way`."""
        if checkpoint:
            checkpoint.look(engine, state)

    def blame(self, engine: Engine, piece: Piece, rows: np.ndarray, failed: int) -> tuple[int, str]:
        """See `Way`."""
        size = engine.batch_size
        m = len(rows[failed * size : (failed + 1) * size])
        return engine.first_not_finite(m, piece.batch.y.shape[1]), ""
