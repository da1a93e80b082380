"""Quantiles and counts in bounded memory: exact while small, within their bound when large."""

import numpy as np
import pyarrow as pa
import pytest

from clearprop.tables.sketch import Quantiles
from clearprop.tables.sketch_levels import SMALLEST, Levels, settled_levels

SHARES = (0.25, 0.5, 0.75)
STREAMS = {
    "shuffled": lambda n: np.random.default_rng(0).permutation(np.arange(float(n))),
    "rising": lambda n: np.arange(float(n)),
    "falling": lambda n: np.arange(float(n))[::-1],
    "two in turn": lambda n: np.tile([0.0, 1.0], n // 2),
    "normal": lambda n: np.random.default_rng(1).normal(size=n),
}


def sketched(values, capacity, parts=37):
    sketch = Quantiles(capacity)
    for part in np.array_split(values, parts):
        sketch.add(part)
    return sketch


@pytest.mark.parametrize("n", [1, 2, 5, 999, 1000])
def test_few_values_give_the_quantiles_of_numpy_to_the_bit(n):
    values = np.random.default_rng(n).normal(size=n)
    sketch = sketched(values, capacity=1000)
    assert sketch.is_exact
    assert sketch.at(SHARES).tolist() == np.quantile(values, SHARES).tolist()


@pytest.mark.parametrize("capacity", [64, 1000])
@pytest.mark.parametrize("stream", STREAMS)
def test_no_rank_is_off_by_more_than_the_bound(stream, capacity):
    values = STREAMS[stream](100_000)
    sketch, ordered = sketched(values, capacity), np.sort(values)
    assert not sketch.is_exact
    levels = len(sketch.levels)
    assert sketch.error <= levels * len(values) / capacity
    for share, found in zip(SHARES, sketch.at(SHARES), strict=True):
        rank = share * (len(values) - 1)
        low, high = np.searchsorted(ordered, found, "left"), np.searchsorted(ordered, found, "right")
        assert low - 1 - sketch.error <= rank <= high + 1 + sketch.error
    _, each = sketch.values()
    assert each.sum() == sketch.n == len(values)  # what is kept stands for all


def test_the_memory_is_bounded():
    sketch = sketched(np.random.default_rng(0).normal(size=1_000_000), capacity=256, parts=500)
    assert sum(len(part) for level in sketch.levels for part in level) <= 256 * len(sketch.levels)
    assert len(sketch.levels) < 14


def test_levels_are_counted_exactly_while_they_are_few():
    values = np.random.default_rng(0).choice(list("abcde"), 5000).tolist()
    levels = Levels(limit=5)
    for at in range(0, 5000, 700):
        levels.add(pa.chunked_array([[*values[at : at + 700], None]]))
    assert levels.counts == {level: values.count(level) for level in "abcde"}
    assert (levels.n, levels.distinct) == (5000, 5)


def test_frequent_levels_survive_many_rare_ones_and_these_are_estimated():
    rng = np.random.default_rng(0)
    levels, rows = Levels(limit=1000), 0
    for part in range(100):
        often = rng.choice(["x", "y"], 300).tolist()
        levels.add(pa.chunked_array([often + [f"r{part}-{k}" for k in range(700)]]))
        rows += 1000
    assert levels.n == rows
    assert len(levels.counts) <= 1000
    two = sorted(levels.counts, key=levels.counts.get)[-2:]
    assert sorted(two) == ["x", "y"]
    assert levels.counts["x"] + levels.counts["y"] == 30_000
    assert abs(levels.distinct / 70_002 - 1) < 4 / np.sqrt(SMALLEST)  # four standard errors


def test_whole_floats_become_whole_numbers_only_if_all_are():
    assert settled_levels({2.0: 1, 1.0: 3}) == ([1, 2], [3, 1])
    assert settled_levels({2.0: 1, 1.5: 3}) == ([1.5, 2.0], [3, 1])
    assert settled_levels({}) == ([], [])
