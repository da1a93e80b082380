"""The rows of a stream in a seeded order: row groups shuffled, several of them in a pool, and that shuffled.

What is read when depends on the seed, the epoch and the plan alone, so that a run can be taken up at any step.
"""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.tables.stream_files import GroupedTable
from clearprop.tables.stream_learn import Roles, weights_in
from clearprop.tables.table import Table


class Arrays(NamedTuple):
    """Encoded rows: X (m, n[0]), y (m, 1), w (m,)."""

    X: np.ndarray
    y: np.ndarray
    w: np.ndarray


@dataclass(frozen=True)
class PoolPlan:
    """Which row groups come together, epoch by epoch.

    Args:
        counts: the rows of each group.
        capacity: rows that a pool may have; a group that has more is a pool alone.
        seed: of the order.

    >>> plan = PoolPlan(np.array([3, 3, 3, 3]), capacity=6, seed=0)
    >>> [len(pool) for pool in plan.pools(epoch=1)]
    [2, 2]
    """

    counts: np.ndarray
    capacity: int
    seed: int

    @property
    def rows(self) -> int:
        """In an epoch."""
        return int(self.counts.sum())

    @property
    def is_whole(self) -> bool:
        """Whether one pool holds all rows: the order is then that of a table in memory."""
        return self.rows <= self.capacity

    @property
    def largest(self) -> int:
        """The most rows that a pool can have."""
        return self.rows if self.is_whole else max(self.capacity, int(self.counts.max()))

    def pools(self, epoch: int) -> list[np.ndarray]:
        """The groups of each pool."""
        if self.is_whole:
            return [np.arange(len(self.counts))]
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.counts))
        cuts, rows = [], 0
        for at, n in enumerate(self.counts[order].tolist()):
            if rows and rows + n > self.capacity:
                cuts.append(at)
                rows = 0
            rows += n
        return np.split(order, cuts)

    def order(self, epoch: int, pool: int, rows: int) -> np.ndarray:
        """A random order of the rows of a pool."""
        key = (self.seed, epoch) if self.is_whole else (self.seed, epoch, pool + 1)
        return np.random.default_rng(key).permutation(rows)


class Reader:
    """Fills arrays with the encoded rows of row groups."""

    def __init__(
        self, table: GroupedTable, roles: Roles, encoding: Encoding, target: Classes | Scale, most: float
    ) -> None:
        self.table, self.roles, self.encoding, self.target, self.most = table, roles, encoding, target, most

    def empty(self, rows: int) -> Arrays:
        """Room for some rows."""
        dtype = np.dtype(self.encoding.dtype)
        X = np.empty((rows, self.encoding.n_outputs), dtype)
        return Arrays(X, np.empty((rows, 1), dtype), np.empty(rows, dtype))

    def fill(self, arrays: Arrays, groups: np.ndarray, places: np.ndarray) -> None:
        """Write the rows of some groups, each to its place."""
        at = 0
        for group in groups.tolist():
            for part in self.table.tables(self.table.groups[group]):
                at += self._write(arrays, places[at:], part)

    def _write(self, arrays: Arrays, places: np.ndarray, part: Table) -> int:
        w = weights_in(part, self.roles.weight)
        if not w.all():
            part, w = part.take(np.flatnonzero(w)), w[w > 0]
        here = places[: part.n_rows]
        arrays.X[here] = self.encoding.encode(part)
        arrays.y[here, 0] = self.target.encode(part.column(self.roles.target))
        arrays.w[here] = w / self.most
        return part.n_rows


class Filled(NamedTuple):
    """A pool that was read: its arrays, and the order of their rows; those left over from the pool before come first.

    Rows are written to their places in the order, so that steps read memory straight on; but not where the only pool
    is gone over in many orders.
    """

    epoch: int
    number: int
    arrays: Arrays
    order: np.ndarray


class Pools:
    """The pools of a stream, one read ahead on a thread of its own while another is learned from.

    Args:
        plan: which groups come together.
        reader: reads them.
        watch: told of each pool that is to be read: (epoch, number); for tests.
    """

    def __init__(
        self, plan: PoolPlan, reader: Reader, watch: Callable[[int, int], None] | None = None
    ) -> None:
        self.plan, self.reader, self.watch = plan, reader, watch
        self.thread = ThreadPoolExecutor(1, "clearprop-reader")
        self.buffers: list[Arrays] = []
        self.ahead: tuple[tuple[int, int, int], Future[Filled]] | None = None
        self.whole: Filled | None = None

    def close(self) -> None:
        """End the reading thread, when what it reads is read."""
        self.thread.shutdown(cancel_futures=True)

    def pieces(self, epoch: int, step: int, size: int) -> Generator[tuple[Arrays, np.ndarray], None, None]:
        """The rows of an epoch from a step on, in steps of `size`: arrays, and the order to go over their rows."""
        pools = self.plan.pools(epoch)
        before = np.cumsum([0, *(int(self.plan.counts[pool].sum()) for pool in pools)])
        first = int(np.searchsorted(before[1:-1] // size, step, side="right"))
        filled = self._before(epoch, first, pools, before, size)
        for number in range(first, len(pools)):
            filled = self._get(epoch, number, pools, filled, size)
            self._read_ahead(epoch, number, pools, filled, size)
            left_over = 0 if number == len(pools) - 1 else int(before[number + 1]) % size
            skipped = max(step * size - int(before[number]) // size * size, 0)
            order = filled.order[skipped : len(filled.order) - left_over]
            if len(order):
                yield filled.arrays, order

    def _before(
        self, epoch: int, first: int, pools: list[np.ndarray], before: np.ndarray, size: int
    ) -> Filled | None:
        """The pool before the first, read for the rows that it leaves over; None where it leaves none."""
        if int(before[first]) % size == 0:
            return None
        start = first - 1
        while start and before[start + 1] - before[start] < size:
            start -= 1
        filled = None
        for number in range(start, first):
            held = int(before[number]) % size if number == start else None  # its own rows are enough
            filled = self._read(epoch, number, pools, filled, size, held)
        return filled

    def _get(
        self, epoch: int, number: int, pools: list[np.ndarray], last: Filled | None, size: int
    ) -> Filled:
        """A pool: read ahead, or now."""
        if self.plan.is_whole:
            return self._get_whole(epoch, pools, size)
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            filled = ahead[1].result()
            if ahead[0] == (epoch, number, size):
                return filled
        return self.thread.submit(self._read, epoch, number, pools, last, size).result()

    def _get_whole(self, epoch: int, pools: list[np.ndarray], size: int) -> Filled:
        """The only pool: read once."""
        if self.whole is None:
            self.whole = self.thread.submit(self._read, epoch, 0, pools, None, size).result()
        return self.whole._replace(epoch=epoch, order=self.plan.order(epoch, 0, self.plan.rows))

    def _read_ahead(
        self, epoch: int, number: int, pools: list[np.ndarray], filled: Filled, size: int
    ) -> None:
        """Begin to read the next pool, of the next epoch after the last."""
        if self.plan.is_whole:
            return
        last: Filled | None = filled
        epoch, number = (epoch, number + 1) if number + 1 < len(pools) else (epoch + 1, 0)
        if number == 0:
            pools, last = self.plan.pools(epoch), None
        key = epoch, number, size
        self.ahead = (
            key,
            self.thread.submit(self._read, epoch, number, pools, last, size, avoid=filled.arrays),
        )

    def _read(
        self, epoch: int, number: int, pools: list[np.ndarray], last: Filled | None, size: int,
        held: int | None = None, avoid: Arrays | None = None,
    ) -> Filled:  # fmt: skip
        """A pool, after the rows that the last left over, into arrays that nobody uses.

        `held` is how many rows were left over where they themselves are not needed.
        """
        if self.watch:
            self.watch(epoch, number)
        arrays = self._buffer((last.arrays if last else None, avoid), size)
        if held is None:
            held = self._carry(
                arrays, last, sum(int(self.plan.counts[pool].sum()) for pool in pools[:number]) % size
            )
        rows = int(self.plan.counts[pools[number]].sum())
        places = np.arange(rows) if self.plan.is_whole else self.plan.order(epoch, number, rows)
        self.reader.fill(arrays, pools[number], held + places)
        order = self.plan.order(epoch, 0, rows) if self.plan.is_whole else np.arange(held + rows)
        return Filled(epoch, number, arrays, order)

    def _carry(self, arrays: Arrays, last: Filled | None, rows: int) -> int:
        if last is not None and rows:
            left = last.order[len(last.order) - rows :]
            for mine, others in zip(arrays, last.arrays, strict=True):
                mine[:rows] = others[left]
        return rows if last is not None else 0

    def _buffer(self, used: tuple[Arrays | None, ...], size: int) -> Arrays:
        """Arrays that are not in use; two sets are enough."""
        for arrays in self.buffers:
            if all(arrays is not other for other in used):
                return arrays
        self.buffers.append(self.reader.empty(self.plan.largest + size - 1))
        return self.buffers[-1]
