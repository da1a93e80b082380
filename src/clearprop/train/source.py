"""Where the rows of a run come from: a table in memory, or anything that gives its rows piece by piece."""

from collections.abc import Generator
from typing import NamedTuple, Protocol

import numpy as np

from clearprop.engine.engine import Batch
from clearprop.tables.stream_shares import step_ends


class Piece(NamedTuple):
    """Some steps of an epoch: rows, and the order to step over them; full batches, but in an epoch's last piece.

    Of a share of the rows each step has some of the batch's: `ends` then holds where in the order each step begins,
    and where the last ends. `first` is the number of the first row of `batch`, where rows have numbers. `members` are
    the pieces of a committee's members, where they differ.
    """

    batch: Batch
    order: np.ndarray
    ends: np.ndarray | None = None
    first: int | None = None
    members: "tuple[Piece, ...]" = ()

    def steps(self, size: int) -> int:
        """How many there are, of `size` rows."""
        return -(-len(self.order) // size) if self.ends is None else len(self.ends) - 1

    def rows(self, first: int, last: int, size: int) -> np.ndarray:
        """The order of the steps from `first` to before `last`."""
        if self.ends is None:
            return self.order[first * size : last * size]
        return self.order[self.ends[first] : self.ends[last]]


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


class Divisible(Source, Protocol):
    """The rows to learn from, that workers can share."""

    def share(self, number: int, of: int) -> Source:
        """The rows of worker `number` (0, 1, ...) of so many; its pieces have some rows of each step, or none."""
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
        yield Piece(self.sample, order[step * size :], None, 0)

    def share(self, number: int, of: int) -> "ShareInMemory":
        """The rows of a worker: as many as the others', or one less; from `first` on."""
        first, last = self.rows * number // of, self.rows * (number + 1) // of
        mine = Batch(*(np.ascontiguousarray(part[first:last]) for part in self.sample))
        return ShareInMemory(mine, first, self.rows, self.seed)


class ShareInMemory:
    """A worker's own rows of a table in memory: those from `first` on, of `rows` in all.

    The order of an epoch is that of `InMemory`. Of each of its batches a share gives the rows that it has, so that
    all shares together take the very steps that one process would.

    Examples
    --------
    >>> batch = Batch(np.zeros((5, 1)), np.zeros((5, 1)), np.ones(5))
    >>> shares = [InMemory(batch, seed=0).share(number, 2) for number in (0, 1)]
    >>> [np.diff(next(share.pieces(1, 0, 2)).ends).tolist() for share in shares]
    [[1, 1, 0], [1, 1, 1]]
    """

    def __init__(self, batch: Batch, first: int, rows: int, seed: int) -> None:
        self.sample, self.first, self.rows, self.seed = batch, first, rows, seed

    def pieces(self, epoch: int, step: int, size: int, shift: int = 0) -> Generator[Piece, None, None]:
        """One piece: what is left of the epoch."""
        order = np.random.default_rng((self.seed, epoch)).permutation(self.rows)[step * size :]
        order = (order + shift) % self.rows if shift else order
        mine = np.flatnonzero((order >= self.first) & (order < self.first + len(self.sample.X)))
        yield Piece(self.sample, order[mine] - self.first, step_ends(mine, len(order), size), self.first)
