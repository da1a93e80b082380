"""A stream as the training loop takes it: pools of encoded rows, and the memory that they may have."""

from collections.abc import Generator

from clearprop.engine.engine import Batch
from clearprop.tables.stream_pools import Pools
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
