"""How the steps of a run are taken, and what is decided between them: here, by one process."""

from collections.abc import Callable, Generator
from typing import Any, Protocol

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine, Epoch
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.source import Piece, Source
from clearprop.train.state import RunState

Score = Callable[[Any], float]


class Way(Protocol):
    """What differs between a run of one process and one of several.

    Attributes
    ----------
    at_once : int
        The most steps in one call of `epoch`.
    """

    at_once: int

    def begin(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Before the first step: take up a checkpoint, if there is one."""
        ...

    def pieces(
        self, engine: Engine | Committee, source: Source, epoch: int, step: int
    ) -> Generator[Piece, None, None]:
        """What `source` gives of an epoch, from a step on."""
        ...

    def epoch(
        self, engine: Engine | Committee, piece: Piece, first: int, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """Steps of a piece from `first` on, one a rate: see `Engine.epoch`."""
        ...

    def score(self, score: Score | None, engine: Engine | Committee) -> float | None:
        """The score after an epoch."""
        ...

    def agree(self, wish: bool) -> bool:
        """Whether to stop, if this process wishes so."""
        ...

    def look(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """Between two steps: save a checkpoint if it is time, answer a signal if one came."""
        ...

    def blame(self, engine: Engine | Committee, piece: Piece, at: int) -> tuple[int, str]:
        """Of step `at` of a piece, whose J is not finite: the first such layer (0: the input), and where, in words."""
        ...


class Alone:
    """One process does and decides everything."""

    at_once = 2**31

    def begin(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """See `Way`."""
        if checkpoint:
            checkpoint.begin(engine, state)

    def pieces(
        self, engine: Engine | Committee, source: Source, epoch: int, step: int
    ) -> Generator[Piece, None, None]:
        """See `Way`."""
        return source.pieces(epoch, step, engine.batch_size)

    def epoch(
        self, engine: Engine | Committee, piece: Piece, first: int, rates: np.ndarray, so_far: Epoch
    ) -> Epoch:
        """See `Way`."""
        rows = piece.rows(first, first + len(rates), engine.batch_size)
        return engine.epoch(piece.batch, rows, rates, so_far=so_far)

    def score(self, score: Score | None, engine: Engine | Committee) -> float | None:
        """See `Way`."""
        return score(engine) if score else None

    def agree(self, wish: bool) -> bool:
        """See `Way`."""
        return wish

    def look(self, engine: Engine | Committee, state: RunState, checkpoint: Checkpoint | None) -> None:
        """See `Way`."""
        if checkpoint:
            checkpoint.look(engine, state)

    def blame(self, engine: Engine | Committee, piece: Piece, at: int) -> tuple[int, str]:
        """See `Way`."""
        m = len(piece.rows(at, at + 1, engine.batch_size))
        return engine.first_not_finite(m, piece.batch.y.shape[1]), ""
