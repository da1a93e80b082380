"""Types of columns of text: decided on the whole column."""

import datetime

import pyarrow as pa
import pytest


def column(values, name="age"):
    return f"{name},z\n" + "".join(f"{value},1\n" for value in values)


def test_text_in_a_number_column_at_row_400_000(fault):
    values = ["39"] * 450_000
    values[399_999] = "n/a"
    assert fault(column(values), "adult.csv") == (
        'Column `age` holds "n/a" at row 400,000 of adult.csv; the rows before it are numbers. '
        "Pass `--missing n/a`, or `--categorical age`."
    )


def test_text_before_numbers(fault):
    assert fault(column(["old man", "1", "2.5"])) == (
        'Column `age` holds "old man" at row 1 of t.csv; most rows after it are numbers. '
        'Pass `--missing "old man"`, or `--categorical age`.'
    )


def test_what_the_message_advises_works(read):
    text = column(["1", "2", "n/a"])
    assert read(text, missing=["n/a"]).column("age").values.to_pylist() == [1, 2, None]
    assert read(text, categorical=["age"]).column("age").values.to_pylist() == ["1", "2", "n/a"]
    assert read(text, drop=["age"]).names == ["z"]


def test_texts_of_which_some_look_like_numbers_are_categories(read):
    assert read(column(["1", "12A", "B7"])).column("age").values.type == pa.string()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2"], pa.int64()),
        (["1", "2.5"], pa.float64()),
        (["1e3", ".5", "+2"], pa.float64()),
        (["007", "10"], pa.string()),
        (["0", "0.5", "-0.5"], pa.float64()),
        (["0x1F", "2"], pa.string()),
        (["true", "False", "TRUE"], pa.bool_()),
        (["", "?", "NA"], pa.null()),
        (["", "3"], pa.int64()),
    ],
)
def test_types(read, values, kind):
    assert read(column(values)).column("age").values.type == kind


def test_numbers_keep_every_bit(read):
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 123456.789]
    assert read(column(map(repr, values))).column("age").values.to_pylist() == values


@pytest.mark.parametrize("large", ["9007199254740993", "-9007199254740993", "99999999999999999999"])
def test_whole_numbers_beyond_2_53(fault, read, large):
    assert fault(column(["1", large])) == (
        f"Column `age` holds {large} at row 2 of t.csv; numbers must stay within 2^53 to be exact. "
        "Pass `--drop age`, or `--categorical age`."
    )
    assert [
        str(v) for v in read(column(["1", large]), categorical="age").column("age").values.to_pylist()
    ] == [
        "1",
        large,
    ]


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["3", "3,14"], [3.0, 3.14]),
        (["1,234", "0,5"], [1.234, 0.5]),
        (["0,125", "", "2"], [0.125, None, 2.0]),
        (["-1,5e3", "7"], [-1500.0, 7.0]),
    ],
)
def test_decimal_commas_that_cannot_separate_thousands(read, values, numbers):
    assert (
        read(column(values).replace(",1\n", ";1\n").replace(",z", ";z")).column("age").values.to_pylist()
        == numbers
    )


def test_commas_that_may_separate_thousands(fault):
    assert fault("a;b\n3;1\n1,234;2\n") == (
        'Column `a` holds "1,234" at row 2 of t.csv; numbers must be written with a decimal point, without '
        "thousands separators. Write 1234, or 1.234 throughout, or pass `--drop a`, or `--categorical a` if these "
        "are no amounts."
    )
    assert "Write 1234.5 throughout, or" in fault('a,b\n"1,234.5",1\n')
    assert "Write 2.5 throughout, or" in fault("a;b\n2.5;1\n2,5;1\n")
    for text in ('a,b\n"1,234.5",1\n', 'a,b\n"1,234,567",1\n"2,5",1\n', "a;b\n2.5;1\n2,5;1\n"):
        assert "numbers must be written with a decimal point" in fault(text)


def test_dates_in_text(read):
    text = column(["2020-01-31", "", "2020-02-01T10:00:00"], "day")
    found = read(text).column("day").values.to_pylist()
    assert found == [datetime.datetime(2020, 1, 31), None, datetime.datetime(2020, 2, 1, 10)]
    assert read(text, categorical=["day"]).column("day").values.to_pylist()[0] == "2020-01-31"


def test_missing_texts_are_few_and_grow_by_the_users(read):
    table = read(column(["", " ? ", "NA", "NaN", "nan", "null", "NULL", "None", "N/A"]), missing=["N/A"])
    assert table.column("age").values.to_pylist() == [None] * 7 + ["None", None]


def test_missing_numbers(read):
    assert read(column(["-999", "1.5", "-999.0"]), missing="-999").column("age").values.to_pylist() == [
        None,
        1.5,
        None,
    ]
