"""Where the rows of a run come from: a table in memory, or anything that gives its rows piece by piece."""

from collections.abc import Generator
from typing import NamedTuple, Protocol

import numpy as np

from clearprop.engine.engine import Batch


class Piece(NamedTuple):
    """Some steps of an epoch: rows, and the order to step over them; full batches, but in an epoch's last piece."""

    batch: Batch
    order: np.ndarray


class Source(Protocol):
    """The rows to learn from.

    Attributes
    ----------
    rows : int
        In an epoch; each comes once.
    sample : Batch
        Of the shapes and types that `pieces` gives; any number of rows.
    """

    rows: int
    sample: Batch

    def pieces(self, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """The steps of `size` rows of an epoch (1, 2, ...), from `step` on; the same ones wherever it is entered."""
        ...


class InMemory:
    """A batch that holds all rows: epoch e goes over them in the order of ``default_rng((seed, e))``.

    Examples
    --------
    >>> batch = Batch(np.zeros((5, 1)), np.zeros((5, 1)), np.ones(5))
    >>> source = InMemory(batch, seed=0)
    >>> [len(piece.order) for piece in source.pieces(epoch=1, step=1, size=2)]
    [3]
    """

    def __init__(self, batch: Batch, seed: int) -> None:
        self.rows, self.sample, self.seed = len(batch.X), batch, seed

    def pieces(self, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """One piece: what is left of the epoch."""
        order = np.random.default_rng((self.seed, epoch)).permutation(self.rows)
        yield Piece(self.sample, order[step * size :])
