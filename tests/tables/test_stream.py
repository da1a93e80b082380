"""Streams: what they learn, every row once an epoch, where they are entered, and what they refuse."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop.errors import SpecError, TableError
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.size import size_of
from clearprop.tables.stream import Stream, sample
from clearprop.tables.stream_files import Part, open_groups
from clearprop.tables.stream_learn import Roles, learn_stream
from clearprop.tables.stream_pools import PoolPlan, Pools, Reader
from clearprop.tables.stream_target import EXACT, ScaleStream, task_of_stream
from clearprop.tables.target import learn_target

NOBODY = Part(0, 0.0, 0.0)


def columns(rows=4000, seed=0):
    rng = np.random.default_rng(seed)
    holes = lambda values: pa.array(values, mask=rng.random(rows) < 0.1)  # noqa: E731
    return {
        "id": [f"row {k}" for k in range(rows)],
        "age": rng.integers(18, 80, rows),
        "pay": holes(rng.lognormal(size=rows)),
        "town": holes(rng.choice(["Oslo", "Łódź", "東京"], rows)),
        "code": pa.array(rng.integers(0, 5, rows)),
        "size": pa.array(rng.choice(["s", "m", "l"], rows)).dictionary_encode(),
        "flag": rng.random(rows) < 0.5,
        "one": np.ones(rows),
        "none": pa.nulls(rows, pa.float64()),
        "many": rng.choice([f"v{k}" for k in range(300)], rows),
        "w": rng.integers(0, 3, rows).astype(float),
        "row": np.arange(float(rows)),
        "y": np.where(rng.random(rows) < 0.4, "yes", "no"),
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """4,000 rows in two files, in groups of 300 and 170."""
    folder = tmp_path_factory.mktemp("stream")
    table = pa.table(columns())
    pq.write_table(table.slice(0, 2500), folder / "a.parquet", row_group_size=300)
    pq.write_table(table.slice(2500), folder / "b.parquet", row_group_size=170)
    return folder


def roles_of(table, target="y", weight=None, task="classification"):
    return Roles(target, weight, tuple(n for n in table.columns if n not in (target, weight)), task)


@pytest.mark.parametrize(("target", "task"), [("y", "classification"), ("pay2", "regression")])
def test_what_is_learned_is_what_is_learned_in_memory(tmp_path, target, task):
    data = columns() | {"pay2": np.random.default_rng(5).normal(3, 2, 4000).astype(np.float32)}
    pq.write_table(pa.table(data), tmp_path / "t.parquet", row_group_size=111)
    table = open_groups(tmp_path / "t.parquet", categorical=["code"])
    facts = learn_stream(table, NOBODY, roles_of(table, target, task=task), dtype="float32", budget=1 << 27)
    whole = read_table(tmp_path / "t.parquet", categorical=["code"])
    assert facts.encoding == Encoding.learn(whole, exclude=[target], categorical=["code"])
    assert facts.target == learn_target(whole.column(target), task)
    assert facts.counts.sum() == 4000
    assert {c["name"]: c["kind"] for c in facts.encoding.summary()}["id"] == "identifier"


def test_rows_of_weight_0_are_absent(path):
    table = open_groups(path)
    facts = learn_stream(table, NOBODY, roles_of(table, weight="w"), dtype="float32", budget=1 << 27)
    whole = read_table(path)
    w = np.asarray(whole.column("w").values)
    assert facts.encoding == Encoding.learn(whole, exclude=["y", "w"], weight=w)
    assert facts.counts.sum() == (w > 0).sum()
    assert facts.most == 2.0


def test_a_small_budget_keeps_the_quartiles_within_their_bound(path):
    table = open_groups(path)
    facts = learn_stream(table, NOBODY, roles_of(table), dtype="float32", budget=1)
    exact = {c.name: c for c in Encoding.learn(read_table(path), exclude=["y"]).columns}
    for column in facts.encoding.columns:
        assert (column.kind, column.missing) == (exact[column.name].kind, exact[column.name].missing)
    row = next(c for c in facts.encoding.columns if c.name == "row")
    assert abs(row.median - exact["row"].median) < 4000 * 3 / 1024
    assert (row.least, row.most) == (0.0, 3999.0)


def test_rows_set_aside_are_learned_from_by_nobody(path):
    table, aside = open_groups(path), Part(7, 0.0, 0.2)
    facts = learn_stream(table, aside, roles_of(table), dtype="float32", budget=1 << 27)
    chosen = np.asarray(facts.aside.column("row").values)
    assert 650 < len(chosen) < 950
    np.testing.assert_array_equal(chosen, np.flatnonzero(aside.holds(np.arange(4000))))
    assert facts.counts.sum() + len(chosen) == 4000
    assert facts.aside.where(len(chosen) - 1).endswith("of b.parquet")


def test_a_changed_value_changes_the_checksum_of_its_column(path, tmp_path):
    table = open_groups(path)
    before = learn_stream(table, NOBODY, roles_of(table), dtype="float32", budget=1 << 27).sums
    data = columns()
    data["many"][3999] = "v0" if data["many"][3999] != "v0" else "v1"
    data["flag"][17] = not data["flag"][17]
    data["row"][5], data["row"][6] = 6.0, 5.0
    pq.write_table(pa.table(data), tmp_path / "t.parquet", row_group_size=300)
    table = open_groups(tmp_path / "t.parquet")
    after = learn_stream(table, NOBODY, roles_of(table), dtype="float32", budget=1 << 27).sums
    assert {"many", "flag", "row"} <= {name for name in before if before[name] != after[name]}


def pools_of(path, capacity, part=None, weight=None, seed=0):
    table = open_groups(path)
    roles = roles_of(table, weight=weight)
    facts = learn_stream(table, part or NOBODY, roles, dtype="float64", budget=1 << 27)
    table = table.part(Part(part.seed, part.high, 1.0)) if part else table
    return Pools(
        PoolPlan(facts.counts, capacity, seed), Reader(table, roles, facts.encoding, facts.target, facts.most)
    ), facts


def seen(pools, facts, epoch, step, size):
    """The numbers of the rows, decoded from the encoded column `row`, in order."""
    at = facts.encoding.feature_names.index("row")
    got = [arrays.X[order, at].copy() for arrays, order in pools.pieces(epoch, step, size)]
    return np.concatenate([*got, np.empty(0)])


@pytest.mark.parametrize("size", [1, 32, 64, 301, 5000])
@pytest.mark.parametrize("capacity", [1, 400, 1000, 10**9])
def test_every_row_comes_once_an_epoch_and_any_step_is_an_entrance(path, capacity, size):
    pools, facts = pools_of(path, capacity)
    whole = {}
    for epoch in (1, 2):
        whole[epoch] = seen(pools, facts, epoch, 0, size)
        assert len(whole[epoch]) == 4000
        assert len(np.unique(whole[epoch])) == 4000
    assert (whole[1] != whole[2]).any()
    steps = -(-4000 // size)
    for step in sorted({0, 1, steps // 3, steps // 2, steps - 1, steps}):
        fresh, _ = pools_of(path, capacity)
        np.testing.assert_array_equal(seen(fresh, facts, 2, step, size), whole[2][step * size :])
        fresh.close()
    pools.close()


def test_pieces_are_full_batches_but_for_the_last(path):
    pools, _ = pools_of(path, 700)
    sizes = [len(order) for _, order in pools.pieces(1, 0, 64)]
    assert all(n % 64 == 0 for n in sizes[:-1])
    assert len(sizes) > 4
    pools.close()


def test_the_order_is_shuffled_across_the_groups_of_a_pool(path):
    pools, facts = pools_of(path, 1500)
    rows = np.argsort(np.argsort(seen(pools, facts, 1, 0, 32)))
    first = rows[:1200]
    assert len(np.unique(first // 300)) >= 4
    assert abs(np.corrcoef(np.arange(1200), first)[0, 1]) < 0.2
    pools.close()


def test_weights_and_parts_reach_the_arrays(path):
    pools, facts = pools_of(path, 1000, part=Part(3, 0.0, 0.25), weight="w")
    w, total = [], 0
    for arrays, order in pools.pieces(1, 0, 50):
        w.append(arrays.w[order].copy())
        total += len(order)
    whole = read_table(path)
    kept = ~Part(3, 0.0, 0.25).holds(np.arange(4000))
    raw = np.asarray(whole.column("w").values)[kept]
    np.testing.assert_array_equal(np.sort(np.concatenate(w)), np.sort(raw[raw > 0] / 2))
    assert total == facts.counts.sum() == (raw > 0).sum()
    pools.close()


def test_the_next_pool_is_read_while_one_is_learned_from(path):
    pools, _ = pools_of(path, 700)
    read = []
    pools.watch = lambda epoch, number: read.append((epoch, number))
    pieces = pools.pieces(1, 0, 32)
    next(pieces)
    pools.ahead[1].result(10)
    assert read == [(1, 0), (1, 1)]
    list(pieces)
    pools.ahead[1].result(10)
    assert read[-1] == (2, 0)
    pools.close()


def test_a_single_pool_is_read_once(path):
    pools, facts = pools_of(path, 10**9)
    read = []
    pools.watch = lambda epoch, number: read.append((epoch, number))
    for epoch in (1, 2, 3):
        seen(pools, facts, epoch, 0, 32)
    assert len(read) == 1
    np.testing.assert_array_equal(
        pools.plan.order(2, 0, 4000), np.random.default_rng((0, 2)).permutation(4000)
    )
    pools.close()


def test_an_error_in_the_reading_thread_reaches_the_user(path, tmp_path):
    data = (path / "a.parquet").read_bytes()
    for file in ("a.parquet", "b.parquet"):
        (tmp_path / file).write_bytes((path / file).read_bytes())
    pools, _ = pools_of(tmp_path, 600)
    middle, before = len(data) // 2, (tmp_path / "a.parquet").stat()
    (tmp_path / "a.parquet").write_bytes(data[:middle] + b"\0" * 2000 + data[middle + 2000 :])
    os.utime(tmp_path / "a.parquet", ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(TableError, match=r"a\.parquet is (damaged in row group|a damaged)"):
        for _ in pools.pieces(1, 0, 32):
            pass
    pools.close()


def test_a_file_that_is_written_anew_meanwhile_is_refused_and_one_that_is_gone_is_read_on(tmp_path):
    pq.write_table(pa.table({"x": np.arange(40.0)}), tmp_path / "t.parquet", row_group_size=10)
    table = open_groups(tmp_path / "t.parquet")
    first, second, third, _ = table.groups
    assert sum(part.n_rows for part in table.tables(first)) == 10
    (tmp_path / "t.parquet").rename(tmp_path / "away")
    assert sum(part.n_rows for part in table.tables(second)) == 10
    pq.write_table(pa.table({"x": np.arange(44.0)}), tmp_path / "t.parquet", row_group_size=10)
    with pytest.raises(
        TableError, match=r"t\.parquet was changed while it was being read. Start again, and leave"
    ):
        list(table.tables(third))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[1], [2]], "Column `bad` of t.parquet holds nested values"),
        ([b"x", b"y"], "Column `bad` of t.parquet holds neither numbers nor categories"),
    ],
)
def test_columns_that_are_neither_numbers_nor_categories_are_refused_by_name(tmp_path, values, said):
    pq.write_table(pa.table({"bad": values, "y": [0, 1]}), tmp_path / "t.parquet")
    with pytest.raises(TableError, match=said):
        open_groups(tmp_path / "t.parquet")
    assert open_groups(tmp_path / "t.parquet", drop=["bad"]).columns == ("y",)


def test_files_that_differ_are_refused(tmp_path):
    pq.write_table(pa.table({"a": [1], "y": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"a": ["x"], "y": [1]}), tmp_path / "b.parquet")
    with pytest.raises(TableError, match=r"`a` is int64 in a.parquet and string in b.parquet"):
        open_groups(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("x", np.inf, "column `x` holds inf at row 900 of t.parquet"),
        ("y", np.nan, r"The target `y` must be known in every row, but row 900 of t.parquet has none"),
        ("w", -1.0, "column `w` holds -1.0 at row 900 of t.parquet"),
        ("y", 1.5, "column `y` holds 1.5 at row 900 of t.parquet"),
    ],
)
def test_a_bad_value_is_named_with_its_row(tmp_path, column, value, said):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=1000), "y": rng.integers(0, 2, 1000).astype(float), "w": np.ones(1000)}
    data[column][899] = value
    pq.write_table(pa.table(data), tmp_path / "t.parquet", row_group_size=100)
    table = open_groups(tmp_path / "t.parquet")
    with pytest.raises(TableError, match=said):
        learn_stream(table, NOBODY, roles_of(table, weight="w"), dtype="float32", budget=1 << 27)


def test_the_task_is_found_as_in_memory(tmp_path):
    rng = np.random.default_rng(0)
    data = {
        "text": rng.choice(["a", "b"], 500), "few": rng.integers(0, 5, 500), "many": rng.integers(0, 100, 500),
        "late": np.r_[np.ones(499), 1.5], "whole": rng.integers(0, 2, 500).astype(float),
    }  # fmt: skip
    pq.write_table(pa.table(data), tmp_path / "t.parquet", row_group_size=60)
    table, whole = open_groups(tmp_path / "t.parquet"), read_table(tmp_path / "t.parquet")
    for name in data:
        assert task_of_stream(table, name) == learn_target(whole.column(name)).task


def test_mean_and_spread_of_very_many_numbers(monkeypatch):
    monkeypatch.setattr("clearprop.tables.stream_target.EXACT", 1000)
    values = np.random.default_rng(0).normal(1e6, 3.0, 50_000)
    scale = ScaleStream("y", "t")
    for part in np.split(values, 100):
        scale.add(read_table({"y": part}).column("y"), np.ones(500))
    assert EXACT > 1000
    assert scale.kept is None
    found = scale.target()
    assert found.mean == pytest.approx(values.mean(), rel=1e-14)
    assert found.sd == pytest.approx(values.std(), rel=1e-9)  # 1e6 / 3 times the rounding of a sum
    assert scale.baseline() == [pytest.approx(values.mean(), rel=1e-14)]


def test_a_sample_is_bounded_and_spread_over_all_rows(path):
    table = open_groups(path)
    few = sample(table, 500, 1 << 30)
    assert 400 < few.n_rows < 600
    assert np.ptp(np.asarray(few.column("row").values)) > 3900
    assert sample(table, 10**6, 1 << 30).n_rows == 4000


def test_names_of_columns_are_checked(path):
    with pytest.raises(TableError, match=r"There is no column `yy` in .*: the nearest name is `y`"):
        Stream(path, target="yy").open()
    with pytest.raises(TableError, match="`drop` names `ide`"):
        Stream(path, target="y", drop=("ide",)).open()


@pytest.mark.parametrize("given", ["", "GiB", "-1", "1XB", "0"])
def test_sizes_are_checked(given):
    with pytest.raises(SpecError, match="`memory` must be a size such as 1GiB"):
        size_of(given)
