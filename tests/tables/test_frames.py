"""Tables in memory, and columns of types that are refused."""

import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clearprop.tables.read import read_table


def test_an_array_has_columns_x0_x1():
    x = np.asfortranarray(np.array([[1.5, np.nan], [2.5, 3.5]], dtype=np.float32))
    table = read_table(x)
    assert table.data.to_pydict() == {"x0": [1.5, 2.5], "x1": [None, 3.5]}
    assert table.column("x0").values.type == pa.float32()


def test_a_structured_array_has_names():
    x = np.array([(1, "a"), (2, "b")], dtype=[("n", ">i4"), ("t", "U1")])
    assert read_table(x).data.to_pydict() == {"n": [1, 2], "t": ["a", "b"]}


def test_half_precision_and_big_endian():
    assert read_table(np.array([[1.5]], dtype=np.float16)).column("x0").values.type == pa.float32()
    assert read_table(np.array([[1.5]], dtype=">f8")).column("x0").values.to_pylist() == [1.5]


def test_lists_and_mappings():
    assert read_table([[1, "a"], [2, None]]).data.to_pydict() == {"x0": [1, 2], "x1": ["a", None]}
    assert read_table({"n": (1, 2), "t": pd.Series(["a", "b"])}).data.to_pydict() == {
        "n": [1, 2],
        "t": ["a", "b"],
    }


def test_frames():
    pandas = pd.DataFrame({"n": [1, 2], "t": ["a ", "?"]}, index=[7, 7])
    polars = pl.DataFrame({"n": [1, 2], "t": ["a ", "?"]})
    for frame in (pandas, polars, polars.lazy(), pa.table({"n": [1, 2], "t": ["a ", "?"]})):
        assert read_table(frame).data.to_pydict() == {"n": [1, 2], "t": ["a", None]}


def test_names_that_are_numbers():
    assert read_table(pd.DataFrame(np.eye(2))).names == ["0", "1"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (3, "A table must be a path, a data frame, an Arrow table, a NumPy array, a mapping of columns or a list of "
            "rows, but is int."),
        (np.zeros(3), "An array must have two dimensions (rows, columns), but has shape (3,). Reshape it."),
        (np.zeros((0, 3)), "The array has no rows; a table needs at least one row."),
        (np.zeros((3, 0)), "The array has no columns; a table needs at least one row."),
        ([], "The list has no columns; a table needs at least one row."),
        ({"a": [1], "b": [1, 2]}, "The columns of the mapping must be of one length, but `a` has 1 rows and `b` 2."),
        ([[1], [1, 2]], "The rows of the list must be of one length, but the first has 1 values, row 2 has 2."),
        (np.zeros((2, 2), complex), "Column `x0` of the array must hold values of one type: complex numbers are not "
            "supported. Correct it, or drop it."),
        (pd.DataFrame({"a": [1, 2, "n/a"]}), "Column `a` of the pandas DataFrame must hold values of one type: row 3 "
            "holds 'n/a', the rows before it int. Correct it, or drop it."),
        ([[1], ["x"]], "Column `x0` of the list must hold values of one type: row 2 holds 'x', the rows before it int. "
            "Correct it, or drop it."),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Column names must differ, but columns 1 and 2 of the table are "
            "both `a`. Rename one of them."),
    ],
)  # fmt: skip
def test_faults_say_what_came(refusal, source, message):
    assert refusal(read_table, source) == message


@pytest.mark.parametrize(
    ("value", "what", "advice"),
    [
        ([1, 2], "nested values (list<item: int64>)", "spread it over plain columns first."),
        ({"u": 1}, "nested values (struct<u: int64>)", "spread it over plain columns first."),
        (b"x", "neither numbers nor categories (binary)", "turn it into numbers or text first."),
    ],
)
def test_types_that_are_refused_by_name(refusal, value, what, advice):
    source = {"a": [1], "when": [value]}
    message = refusal(read_table, source)
    assert message.startswith(f"Column `when` of the mapping holds {what}. Pass `--drop when`, or {advice}")
    assert read_table(source, drop=["when"]).names == ["a"]
    assert read_table(source, only=["a"]).unread == ("when",)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetime.datetime(2020, 1, 1, 13), datetime.datetime(2020, 1, 1, 13)),
        (datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)),
        (datetime.time(0, 1, 30), 90.0),
        (datetime.timedelta(minutes=1), 60.0),
        (decimal.Decimal("1.5"), 1.5),
    ],
)
def test_dates_times_and_decimals_in_normal_form(value, plain):
    assert read_table({"when": [value, None]}).column("when").values.to_pylist() == [plain, None]


def test_whole_numbers_beyond_2_53(refusal):
    for big in (2**53 + 1, -(2**53) - 1):
        assert f"`id` holds {big} at row 2 of the mapping; numbers must stay within 2^53" in refusal(
            read_table, {"id": [1, big]}
        )
    assert read_table({"id": [1, 2**53 + 1]}, categorical=["id"]).n_rows == 2
    unsigned = {"id": np.array([1, 2**64 - 1], dtype=np.uint64)}
    assert "`id` holds 18446744073709551615 at row 2" in refusal(read_table, unsigned)


@pytest.mark.parametrize("setting", ["drop", "categorical"])
def test_mistyped_names(refusal, setting):
    source = {"income": [1], "age": [2]}
    assert refusal(read_table, source, **{setting: ["incone"]}) == (
        f"`{setting}` names `incone`, which is not a column of the mapping: the nearest name is `income`."
    )


def test_dictionaries_stay_categories():
    frame = pd.DataFrame({"n": pd.Categorical([3, 1]), "t": pd.Categorical(["b ", "a"])})
    table = read_table(frame)
    assert pa.types.is_dictionary(table.column("n").values.type)
    assert table.column("t").values.to_pylist() == ["b", "a"]


def test_taken_rows_keep_their_numbers():
    table = read_table({"a": list(range(2000))}).take(np.arange(1999, -1, -1)).take(np.array([5]))
    assert table.where(0) == "row 1,995 of the mapping"


def test_unsigned_categories_beyond_int64_are_texts():
    table = read_table({"id": np.array([1, 2**64 - 1], dtype=np.uint64)}, categorical=["id"])
    assert table.column("id").values.to_pylist() == ["1", "18446744073709551615"]


def test_arrow_tables_with_two_columns_of_one_name(refusal):
    table = pa.table([[1], [2]], names=["a", "a"])
    assert "columns 1 and 2 of the table are both `a`" in refusal(read_table, table)


def test_sparse_matrices(refusal):
    sparse = pytest.importorskip("scipy.sparse")
    assert refusal(read_table, sparse.eye(2)).endswith("Pass `.toarray()` of a sparse matrix.")
