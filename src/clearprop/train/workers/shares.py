"""Shares that were made for more workers than there are: some of them as one."""

from collections.abc import Sequence

import numpy as np

from clearprop.engine.engine import Batch
from clearprop.tables.stream_shares import PoolShare
from clearprop.train.source import ShareInMemory
from clearprop.train.stream_source import ShareOfStream


def joined(
    shares: Sequence[ShareInMemory | ShareOfStream], number: int, of: int
) -> ShareInMemory | ShareOfStream:
    """Neighbouring shares as the one of worker `number` of `of`; a share of a stream is made anew.

    Examples
    --------
    >>> from clearprop.train.source import InMemory
    >>> whole = InMemory(Batch(np.zeros((5, 1)), np.zeros((5, 1)), np.ones(5)), seed=0)
    >>> share = joined([whole.share(1, 3), whole.share(2, 3)], 1, 2)
    >>> share.first, len(share.sample.X)
    (1, 4)
    """
    first = shares[0]
    if isinstance(first, ShareOfStream):
        return ShareOfStream(PoolShare(first.pools.plan, first.pools.reader, number, of))
    if len(shares) == 1:
        return first
    parts = [share.sample for share in shares]
    batch = Batch(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return ShareInMemory(batch, first.first, first.rows, first.seed)
