"""A stream divided among workers: together they take the very steps of one process, and each reads only its own."""

import pickle
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop.tables.stream_files import Part, open_groups
from clearprop.tables.stream_learn import Roles, learn_stream
from clearprop.tables.stream_pools import PoolPlan, Pools, Reader
from clearprop.tables.stream_shares import PoolShare, own_part

ROWS = 1000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The counts of a stream of 1,000 rows in groups of 70, and what reads it."""
    path = tmp_path_factory.mktemp("shares") / "t.parquet"
    data = pa.table({"row": np.arange(float(ROWS)), "y": np.arange(ROWS) % 2})
    pq.write_table(data, path, row_group_size=70)
    table, roles = open_groups(path), Roles("y", None, ("row",), "classification")
    facts = learn_stream(table, Part(0, 0.0, 0.0), roles, dtype="float64", budget=1 << 24)
    return facts.counts, Reader(table, roles, facts.encoding, facts.target, facts.most)


def of_one(plan, reader, epoch, step, size):
    """The rows of each step, as one process takes them."""
    pools = Pools(plan, reader)
    got = [arrays.X[order, 0].copy() for arrays, order in pools.pieces(epoch, step, size)]
    pools.close()
    rows = np.concatenate([*got, np.empty(0)])
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def of_share(share, epoch, step, size):
    """The rows of each step that are a worker's."""
    found = []
    for arrays, order, ends in share.pieces(epoch, step, size):
        found += [arrays.X[order[a:b], 0].copy() for a, b in pairwise(ends)]
    return found


@pytest.mark.parametrize("workers", [1, 3, 20])
@pytest.mark.parametrize("capacity", [70, 300, 10**6])
@pytest.mark.parametrize("size", [32, 301])
def test_shares_together_take_the_steps_of_one_process(made, workers, capacity, size):
    counts, reader = made
    plan = PoolPlan(counts, capacity, seed=4)
    shares = [pickle.loads(pickle.dumps(PoolShare(plan, reader, k, workers))) for k in range(workers)]
    for epoch, step in ((1, 0), (2, 0), (2, 5), (3, 2)):
        whole = of_one(plan, reader, epoch, step, size)
        parts = [of_share(share, epoch, step, size) for share in shares]
        assert {len(steps) for steps in parts} == {len(whole)}
        for number, rows in enumerate(whole):
            together = np.concatenate([steps[number] for steps in parts])
            np.testing.assert_array_equal(np.sort(together), np.sort(rows))
    for share in shares:
        share.close()


def test_a_worker_reads_only_its_own_groups(made, monkeypatch):
    counts, reader = made
    read, fill = [], Reader.fill
    monkeypatch.setattr(
        Reader, "fill", lambda self, a, groups, p: (read.extend(groups.tolist()), fill(self, a, groups, p))
    )
    for number in range(3):
        list(PoolShare(PoolPlan(counts, 10**6, seed=4), reader, number, 3).pieces(1, 0, 32))
    assert sorted(read) == list(range(len(counts)))


def test_groups_are_divided_evenly_whole_and_in_order():
    rng = np.random.default_rng(0)
    for _ in range(100):
        counts, of = rng.integers(0, 100, rng.integers(1, 30)), int(rng.integers(1, 12))
        if not counts.sum():
            continue
        parts = [own_part(counts, number, of) for number in range(of)]
        assert [j for part in parts for j in range(part.start, part.stop)] == list(range(len(counts)))
        rows = [int(counts[part].sum()) for part in parts]
        assert max(rows) - counts.sum() / of <= counts.max()
