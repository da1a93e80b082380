"""A worker's rows of a stream: of each pool some row groups, so that all workers together take the pools' steps."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from clearprop.tables.stream_pools import Arrays, PoolPlan, Reader


class Own(NamedTuple):
    """A worker's rows of a pool, in the order of the epoch: arrays, and the place of each row in the epoch."""

    arrays: Arrays
    at: np.ndarray


class Steps(NamedTuple):
    """Some steps: arrays, the order of their rows, and where in it each step begins and the last one ends."""

    arrays: Arrays
    order: np.ndarray
    ends: np.ndarray


class PoolShare:
    """The pools of a stream as worker `number` of `of` reads them: only its own row groups.

    Args:
        plan: which groups come together; the same for all workers.
        reader: reads them.
        number, of: which worker, of how many.
    """

    def __init__(self, plan: PoolPlan, reader: Reader, number: int, of: int) -> None:
        self.plan, self.reader, self.number, self.of = plan, reader, number, of
        self.thread: ThreadPoolExecutor | None = None
        self.ahead: tuple[tuple[int, int, int], Future[Own]] | None = None
        self.whole: tuple[int, Arrays] | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "thread": None, "ahead": None, "whole": None}

    def close(self) -> None:
        """End the reading thread, when what it reads is read."""
        if self.thread:
            self.thread.shutdown(cancel_futures=True)

    def pieces(self, epoch: int, step: int, size: int) -> Generator[Steps, None, None]:
        """The own rows of the steps of `size` rows of an epoch, from `step` on."""
        if self.plan.is_whole:
            yield self._of_whole(epoch, step, size)
            return
        pools = self.plan.pools(epoch)
        before = np.cumsum([0, *(int(self.plan.counts[pool].sum()) for pool in pools)])
        first, last = int(np.searchsorted(before[1:-1], step * size, side="right")), len(pools) - 1
        own = None
        for number in range(first, len(pools)):
            own = self._get(epoch, number, size, own)
            begin = max(int(before[number]) // size * size, step * size)
            end = self.plan.rows if number == last else int(before[number + 1]) // size * size
            self._read_ahead(epoch, number, last, size, Own(own.arrays, np.where(own.at < end, -1, own.at)))
            if begin < end:
                low, high = np.searchsorted(own.at, (begin, end))
                ends = step_ends(own.at[low:high] - begin, end - begin, size)
                yield Steps(own.arrays, np.arange(low, high), ends)
            own = Own(own.arrays, np.where(own.at < end, -1, own.at))

    def _of_whole(self, epoch: int, step: int, size: int) -> Steps:
        """The only pool: read once, gone over in the order of a table in memory."""
        groups = np.arange(len(self.plan.counts))
        mine = own_part(self.plan.counts, self.number, self.of)
        if self.whole is None:
            rows = int(self.plan.counts[mine].sum())
            arrays = self.reader.empty(rows)
            self.reader.fill(arrays, groups[mine], np.arange(rows))
            self.whole = int(self.plan.counts[: mine.start].sum()), arrays
        first, arrays = self.whole
        order = self.plan.order(epoch, 0, self.plan.rows)[step * size :]
        at = np.flatnonzero((order >= first) & (order < first + len(arrays.w)))
        return Steps(arrays, order[at] - first, step_ends(at, len(order), size))

    def _get(self, epoch: int, number: int, size: int, last: Own | None) -> Own:
        """The own rows of a pool: read ahead, or now."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            found = ahead[1].result()
            if ahead[0] == (epoch, number, size):
                return found
        return self._read(epoch, number, last)

    def _read_ahead(self, epoch: int, number: int, last: int, size: int, own: Own) -> None:
        """Begin to read the next pool, of the next epoch after the last."""
        self.thread = self.thread or ThreadPoolExecutor(1, "clearprop-reader")
        carried: Own | None = own
        epoch, number = (epoch, number + 1) if number < last else (epoch + 1, 0)
        if number == 0:
            carried = None
        self.ahead = (epoch, number, size), self.thread.submit(self._read, epoch, number, carried)

    def _read(self, epoch: int, number: int, last: Own | None) -> Own:
        """The own rows of a pool, after those of the last pool whose step it completes (their place is not -1)."""
        pools = self.plan.pools(epoch)
        groups, start = pools[number], sum(int(self.plan.counts[pool].sum()) for pool in pools[:number])
        counts = self.plan.counts[groups]
        mine = own_part(counts, self.number, self.of)
        low, rows = int(counts[: mine.start].sum()), int(counts[mine].sum())
        places = start + self.plan.order(epoch, number, int(counts.sum()))[low : low + rows]
        left = np.flatnonzero(last.at >= 0) if last else np.empty(0, int)
        arrays = self.reader.empty(len(left) + rows)
        if last:
            for ours, before in zip(arrays, last.arrays, strict=True):
                ours[: len(left)] = before[left]
        order = np.argsort(places)
        here = np.empty(rows, int)
        here[order] = len(left) + np.arange(rows)
        self.reader.fill(arrays, groups[mine], here)
        return Own(arrays, np.r_[last.at[left] if last else left, places[order]])


def own_part(counts: np.ndarray, number: int, of: int) -> slice:
    """Which groups, by their rows, are worker `number`'s: neighbours, and about as many rows as the others have.

    >>> [own_part(np.array([3, 3, 3, 3]), number, 3) for number in range(3)]
    [slice(0, 1, None), slice(1, 3, None), slice(3, 4, None)]
    """
    ends = np.cumsum(counts)
    middles = (ends - counts / 2) / max(int(ends[-1]), 1)
    owners = np.minimum((middles * of).astype(int), of - 1)
    first, last = np.searchsorted(owners, (number, number + 1))
    return slice(int(first), int(last))


def step_ends(places: np.ndarray, rows: int, size: int) -> np.ndarray:
    """Where the steps of `size` of `rows` rows begin and end among `places`, the ascending places of some of them.

    >>> step_ends(np.array([0, 1, 4]), rows=5, size=2).tolist()
    [0, 2, 2, 3]
    """
    return np.searchsorted(places, np.r_[np.arange(0, rows, size), rows])
