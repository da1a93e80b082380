"""Columns of categories."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clearprop.tables.category import ALWAYS_KEPT, MAX_LEVELS, NUMBERS, SUPPORT, kept_levels
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.stream_columns import CategoryStream
from clearprop.tables.table import of_columns


def learn(values, **options):
    return Encoding.learn(read_table({"c": values}), **options)


def encode(encoding, values):
    return encoding.encode(read_table({"c": values})).tolist()


def test_two_levels_are_one_column_of_minus_one_and_one():
    encoding = learn(["m", "f", "m"])
    assert encode(encoding, ["f", "m", "x", None]) == [[-1], [1], [0], [0]]
    assert encode(learn(["m", "f", None]), ["f", "m", "x", None]) == [[-1], [1], [0], [0]]


def test_three_levels_are_one_hot_and_unknown_is_zeros():
    encoding = learn(["b", "a", "c"])
    assert encode(encoding, ["a", "c", "x", None]) == [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_missing_is_a_level_if_training_had_it():
    encoding = learn(["b", "a", "c", None])
    assert encoding.feature_names == ["c=a", "c=b", "c=c", "c is missing"]
    assert encode(encoding, [None, "x"]) == [[0, 0, 0, 1], [0, 0, 0, 0]]


def test_one_level_and_missing_leaves_the_indicator():
    encoding = learn(["a", None])
    assert encoding.feature_names == ["c is missing"]
    assert encode(encoding, ["a", None, "x"]) == [[0], [1], [0]]


def test_rare_levels_share_a_column():
    values = [f"l{i:03}" for i in range(150) for _ in range(2 if i >= 100 else 1)]
    encoding = learn(values)
    column = encoding.columns[0]
    assert len(column.levels) == ALWAYS_KEPT
    assert column.levels[0] == "l000"
    assert set(column.levels) >= {f"l{i:03}" for i in range(100, 150)}
    assert encoding.feature_names[-1] == "c is another"
    assert column.others == 50
    X = np.array(encode(encoding, ["l000", "l099", "never seen", None]))
    np.testing.assert_array_equal(X[:, -1], [0, 1, 1, 0])
    np.testing.assert_array_equal(X.sum(axis=1), [1, 1, 1, 0])


def test_more_levels_are_kept_where_enough_rows_have_them():
    values = [f"l{i:03}" for i in range(200) for _ in range(SUPPORT if i % 2 else SUPPORT - 1)] + [
        "l001"
    ] * 50
    column = learn(values).columns[0]
    odd = {f"l{i:03}" for i in range(1, 200, 2)}
    assert set(column.levels) == odd  # 100 of them: the rest is too rare
    values += [f"l{i:03}" for i in range(0, 60, 2)]
    encoding = learn(values)
    assert len(encoding.columns[0].levels) == 130
    assert encoding.columns[0].others == 70 * (SUPPORT - 1)
    X = np.array(encode(encoding, ["l000", "l198", "l199", None]))
    np.testing.assert_array_equal(X.sum(axis=1), [1, 1, 1, 0])
    np.testing.assert_array_equal(X[:, -1], [0, 1, 0, 0])


def test_kept_levels_are_bounded_by_their_number_and_by_the_memory():
    many = [SUPPORT + i for i in range(MAX_LEVELS + 50)]
    assert kept_levels(many, 1000) == list(range(50, MAX_LEVELS + 50))
    rows = NUMBERS // 300
    assert kept_levels(many, rows) == list(range(MAX_LEVELS - 250, MAX_LEVELS + 50))
    assert len(kept_levels(many, 100 * NUMBERS)) == ALWAYS_KEPT
    assert len(kept_levels([1] * 500, 500)) == ALWAYS_KEPT


def test_a_stream_keeps_the_same_levels():
    values = [f"l{i:03}" for i in range(200) for _ in range(1 + i % 4)]
    column = pa.chunked_array([values])
    stream = CategoryStream("c", pa.string(), 10_000, True)
    for start in range(0, len(values), 100):
        stream.add(of_columns({"c": column.slice(start, 100)}, "t").column("c"))
    assert stream.learned() == learn(values).columns[0]


def test_levels_keep_their_type_and_are_sorted_as_such():
    assert learn([10, 9, 2], categorical=["c"]).columns[0].levels == (2, 9, 10)
    assert learn([10.0, 9.0, None], categorical=["c"]).columns[0].levels == (9, 10)
    assert learn([1.5, 0.5], categorical=["c"]).columns[0].levels == (0.5, 1.5)
    assert learn([True, False]).columns[0].levels == (False, True)
    assert learn(pd.Categorical([3, 1, 2])).columns[0].levels == (1, 2, 3)


@pytest.mark.parametrize(
    ("train", "same"),
    [
        (["7", "8", "x"], [7, 8, None]),
        ([7, 8, 9], ["7", "8", None]),
        ([7, 8, 9], [7.0, 8.0, None]),
        ([True, False], ["true", "FALSE", None]),
        ([True, False], [1, 0, None]),
        ([0.5, 1.5, 2.5], ["0.5", "1.50", None]),
    ],
)
def test_levels_are_found_in_columns_of_another_type(train, same):
    encoding = learn(train, categorical=["c"])
    assert encode(encoding, same) == encode(encoding, [*train[:2], None])


def test_an_unknown_value_of_another_type_is_unknown():
    for train in ([7, 8, 9], [True, False], [0.5, 1.5, 2.5]):
        assert not np.any(encode(learn(train, categorical=["c"]), ["x", "07", None]))


def test_categories_of_whole_numbers_are_alike_in_text_and_memory(read):
    table = read("zip,z\n10,1\n9,2\n10,3\n", categorical=["zip"])
    memory = read_table({"zip": [10, 9, 10], "z": [1, 2, 3]})
    one, other = (Encoding.learn(source, categorical=["zip"]) for source in (table, memory))
    assert one == other


def test_infinite_categories_are_refused(refusal):
    assert refusal(learn, [1.0, np.inf], categorical=["c"]) == (
        "Categories must be finite, but column `c` holds infinity at row 2 of the mapping."
    )
