"""One pass over a stream: encoding, target, weights, the rows of each group, rows to choose the epoch, checksums."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike

from clearprop.errors import TableError
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import MOST_PLACED, Encoding
from clearprop.tables.fingerprint import factors, value_sum
from clearprop.tables.scale import Scale
from clearprop.tables.stream_columns import CategoryStream, NumberStream, stream_of
from clearprop.tables.stream_files import GroupedTable, Part
from clearprop.tables.stream_target import target_stream
from clearprop.tables.table import Table
from clearprop.tables.weights import weights_of

CELL = 8 * 12  # bytes of a value in a sketch of a dozen levels
LEVEL = 300  # bytes of a level that is counted, its text included
MOST_VALUES, FEWEST_VALUES = 1 << 16, 1 << 10
MOST_LEVELS, FEWEST_LEVELS = 100_000, 1000


@dataclass(frozen=True)
class Roles:
    """What the columns are for: the target, the weights (or None), the inputs; and the task."""

    target: str
    weight: str | None
    inputs: tuple[str, ...]
    task: str

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*self.inputs, self.target, *([self.weight] if self.weight else []))


@dataclass(frozen=True)
class Facts:
    """What the pass found.

    Args:
        encoding, target, baseline: as of a table in memory.
        most: the largest weight.
        counts: of each group, the rows to learn from, which have a weight above 0.
        aside: the rows that choose the epoch, raw; None where there are none.
        sums: a checksum a column, of the rows to learn from.
    """

    encoding: Encoding
    target: Classes | Scale
    baseline: list[float]
    most: float
    counts: np.ndarray
    aside: Table | None
    sums: dict[str, int]


def learn_stream(
    table: GroupedTable, aside: Part, roles: Roles, *, dtype: DTypeLike, budget: int, places: bool = False
) -> Facts:
    """Learn from a stream in one pass.

    Args:
        table: the rows, those that choose the epoch included.
        aside: which rows choose the epoch; few enough to be kept.
        roles: of the columns.
        dtype: of X.
        budget: bytes for sketches and counts.
        places: whether the place of a number among the others is encoded.

    Raises:
        TableError: a value cannot be: the message names file, row and column.
    """
    learning, kept, counts = _Learning(table, roles, budget, places), [], []
    for group in table.groups:
        counts.append(0)
        for part in table.tables(group):
            assert part.origin is not None
            inside = aside.holds(part.origin)
            counts[-1] += learning.add(part.take(np.flatnonzero(~inside)))
            if inside.any():
                kept.append(part.take(np.flatnonzero(inside)))
    together = stacked(kept)
    if together is not None:
        learning.see(together)
    return learning.facts(dtype, np.array(counts), together)


def stacked(parts: Sequence[Table]) -> Table | None:
    """Tables one above the other; a column that is empty in one of them takes the type of the others."""
    if not parts:
        return None
    data = pa.concat_tables([part.data for part in parts], promote_options="permissive")
    return replace(parts[0], data=data, origin=np.concatenate([np.asarray(part.origin) for part in parts]))


class _Learning:
    """What is known after some rows."""

    def __init__(self, table: GroupedTable, roles: Roles, budget: int, places: bool) -> None:
        self.roles, self.source = roles, table.source
        n = len(roles.inputs)
        capacity = int(np.clip(budget // (CELL * n), FEWEST_VALUES, MOST_VALUES))
        limit = int(np.clip(budget // (LEVEL * n), FEWEST_LEVELS, MOST_LEVELS))
        self.columns: dict[str, NumberStream | CategoryStream] = {
            name: stream_of(
                name, table.schema.field(name).type, categorical=name in table.categorical, capacity=capacity,
                limit=limit, places=places and n <= MOST_PLACED,
            )
            for name in roles.inputs
        }  # fmt: skip
        self.target = target_stream(roles.task, roles.target, table.source)
        self.rows, self.most = 0, 0.0
        self.sums = dict.fromkeys(roles.names, 0)

    def add(self, part: Table) -> int:
        """Take in some rows; how many of them are to be learned from."""
        if not part.n_rows:
            return 0
        w = weights_in(part, self.roles.weight)
        self.target.add(part.column(self.roles.target), w)
        part, w = (part, w) if w.all() else (part.take(np.flatnonzero(w)), w[w > 0])
        if not part.n_rows:
            return 0
        for name, stream in self.columns.items():
            stream.add(part.column(name))
        numbers = factors(self.rows, part.n_rows)
        for name in self.sums:
            self.sums[name] = (self.sums[name] + value_sum(part.column(name), numbers)) % 2**64
        self.rows, self.most = self.rows + part.n_rows, max(self.most, float(w.max()))
        return part.n_rows

    def see(self, part: Table) -> None:
        """Rows that are not learned from: their classes are known all the same."""
        self.target.add(part.column(self.roles.target), np.zeros(part.n_rows))

    def facts(self, dtype: DTypeLike, counts: np.ndarray, aside: Table | None) -> Facts:
        if self.rows < 2:
            msg = f"Training needs two rows or more with a weight above 0; {self.source} has {self.rows}."
            raise TableError(msg)
        columns = tuple(stream.learned() for stream in self.columns.values())
        encoding = Encoding.of(columns, dtype, self.rows, self.source)
        target = self.target
        return Facts(encoding, target.target(), target.baseline(), self.most, counts, aside, self.sums)


def weights_in(part: Table, weight: str | None) -> np.ndarray:
    """The weights of some rows, (m,) float64; 1 without a column of them."""
    return np.ones(part.n_rows) if weight is None else weights_of(part.column(weight))
