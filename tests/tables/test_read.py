"""Whatever the bytes are, they are read or refused in one line."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearprop.errors import TableError
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table

quiet = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pieces = st.sampled_from(
    [
        b"a",
        b"b",
        b",",
        b";",
        b"\t",
        b"|",
        b"\n",
        b"\r",
        b"\r\n",
        b'"',
        b" ",
        b"1",
        b"2.5",
        b"-",
        b"\xff",
        b"\xc3\xa9",
    ]
)


def read_or_refused(path):
    try:
        table = read_table(path)
        Encoding.learn(table)
    except TableError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return None
    return table


@given(st.lists(pieces, max_size=40).map(b"".join))
@example(b'"a\na"\na')  # a name with a line break
@quiet
def test_any_bytes(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    read_or_refused(path)


fields = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=5).map(
    "x{}".format
)


@given(st.integers(2, 4), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.data())
@quiet
def test_what_the_csv_module_writes_is_read_back(tmp_path, width, delimiter, ends, data):
    rows = data.draw(st.lists(st.lists(fields, min_size=width, max_size=width), min_size=1, max_size=6))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ends).writerows(
        [[f"c{i}" for i in range(width)], *rows]
    )
    path = tmp_path / "t.csv"
    path.write_bytes(text.getvalue().encode())
    if all(text.getvalue().count(other) < 2 for other in ",;\t|" if other != delimiter):
        assert list(zip(*read_table(path).data.to_pydict().values(), strict=True)) == [
            tuple(row) for row in rows
        ]


@given(st.data())
@quiet
def test_parquet_with_damage_anywhere(tmp_path, data):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": np.arange(200) / 7, "t": ["x", "y"] * 100}), path, write_page_checksum=True)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    read_or_refused(path)


def test_strict_floating_point_and_read_only_arrays():
    x = np.array([[1e308, 1.0], [-1e308, np.nan], [0.0, 5e-324]])
    x.flags.writeable = False
    with np.errstate(all="raise"):
        table = read_table(x)
        X = Encoding.learn(table).encode(table)
    assert np.isfinite(X).all()
