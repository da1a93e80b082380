"""A stream as the training loop takes it: pools of encoded rows, and the memory that they may have."""

from collections.abc import Generator

from clearprop.engine.engine import Batch
from clearprop.tables.stream_pools import Pools
from clearprop.tables.stream_shares import PoolShare
from clearprop.train.source import Piece


class StreamSource:
    """The rows of a stream, pool by pool: a `Source`.

    Parameters
    ----------
    pools : Pools
        What reads them; closed by `close`.
    """

    def __init__(self, pools: Pools) -> None:
        self.pools, self.rows = pools, pools.plan.rows
        self.sample = Batch(*pools.reader.empty(1))

    def pieces(self, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """The steps of an epoch from `step` on."""
        for arrays, order in self.pools.pieces(epoch, step, size):
            yield Piece(Batch(*arrays), order)

    def share(self, number: int, of: int) -> "ShareOfStream":
        """The row groups of a worker."""
        return ShareOfStream(PoolShare(self.pools.plan, self.pools.reader, number, of))


class ShareOfStream:
    """A worker's own row groups of a stream: a `Source`, which can be sent to another machine.

    Parameters
    ----------
    share : PoolShare
        What reads them.
    """

    def __init__(self, share: PoolShare) -> None:
        self.pools, self.rows = share, share.plan.rows
        self.sample = Batch(*share.reader.empty(1))

    def pieces(self, epoch: int, step: int, size: int) -> Generator[Piece, None, None]:
        """The own rows of the steps of an epoch from `step` on."""
        for arrays, order, ends in self.pools.pieces(epoch, step, size):
            yield Piece(Batch(*arrays), order, ends)
