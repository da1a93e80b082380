"""Prepared tables: the rows and types of the table in memory, shuffled; and what is refused, with file and row."""

import gzip
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.errors import TableError
from clearprop.tables import prepare as room
from clearprop.tables import prepare_text
from clearprop.tables.prepare import prepare
from clearprop.tables.prepare_types import TypeFinder, as_kind
from clearprop.tables.read import read_table
from clearprop.tables.stream import Stream, prepared

SMALL = 1 << 20  # of memory: as many buckets as there may be


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that a small file has many parts, buckets and row groups."""
    monkeypatch.setattr(prepare_text, "BLOCK", 4096)
    monkeypatch.setattr(room, "MOST_ROWS", 1024)
    monkeypatch.setattr(room, "FIXED", 0)
    monkeypatch.setattr(room, "MOST_BUCKETS", 7)


def text_of(rows=5000, seed=0):
    rng = np.random.default_rng(seed)
    lines = ["id;whole;point;comma;flag;code;town;hole;empty"]
    for k in range(rows):
        town = rng.choice(["Oslo", '"a;\nb"', " Łódź "])
        point = f"{rng.normal():.3f}" if k > 3000 else k
        comma = f"{rng.integers(100)},{rng.integers(100):02d}"
        hole = "?" if rng.random() < 0.2 else f"{k % 7}"
        flag, code = rng.choice(["true", "False"]), f"{k % 100:03d}"
        lines.append(f"{k};{k - 9};{point};{comma};{flag};{code};{town};{hole};NA")
    return "\n".join(lines).encode()


def ordered(table):
    return table.data.take(pa.array(np.argsort(np.asarray(table.column("id").values), kind="stable")))


@pytest.mark.parametrize("form", ["csv", "gz", "crlf", "bom", "members"])
def test_a_text_table_keeps_its_rows_and_types(tmp_path, form):
    data = text_of()
    data = {"crlf": data.replace(b"\n", b"\r\n"), "bom": b"\xef\xbb\xbf" + data}.get(form, data)
    half = len(data) // 2
    packed = {"gz": gzip.compress(data), "members": gzip.compress(data[:half]) + gzip.compress(data[half:])}
    source = tmp_path / ("t.csv.gz" if form in packed else "t.csv")
    source.write_bytes(packed.get(form, data))
    assert prepare(source, tmp_path / "o.parquet", memory=SMALL) == 5000
    found, wanted = read_table(tmp_path / "o.parquet"), read_table(source)
    assert found.data.schema == wanted.data.schema
    assert ordered(found).equals(ordered(wanted))
    rows = np.asarray(found.column("id").values)
    assert abs(np.corrcoef(np.arange(5000), rows)[0, 1]) < 0.05
    file = pq.ParquetFile(tmp_path / "o.parquet")
    assert [file.metadata.row_group(k).num_rows for k in range(5)] == [1024] * 4 + [904]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([source.name, "o.parquet"])


def test_a_parquet_table_keeps_its_rows_types_and_categories(tmp_path):
    rng = np.random.default_rng(0)
    data = pa.table({
        "id": np.arange(4000, dtype=np.int16), "x": rng.normal(size=4000).astype(np.float32),
        "code": pa.array(rng.integers(0, 4, 4000)).dictionary_encode(),
        "town": pa.array(rng.choice(["a", "b"], 4000)).dictionary_encode(), "flag": rng.random(4000) < 0.5,
    })  # fmt: skip
    for part in range(3):
        pq.write_table(data.slice(part * 1500, 1500), tmp_path / f"p{part}.parquet", row_group_size=500)
    assert prepare(tmp_path / "p*.parquet", tmp_path / "o.parquet", memory=SMALL, drop=["x"]) == 4000
    found, wanted = read_table(tmp_path / "o.parquet"), read_table(tmp_path / "p*.parquet", drop=["x"])
    assert found.data.schema.names == wanted.data.schema.names
    for name in found.names:
        assert found.column(name).values.type == wanted.column(name).values.type
        assert ordered(found)[name].to_pylist() == ordered(wanted)[name].to_pylist()


def test_several_text_files_and_the_options(tmp_path):
    (tmp_path / "a.csv").write_text("id,n,c\n" + "".join(f"{k},-999,{k % 3}\n" for k in range(1000)))
    (tmp_path / "b.csv").write_text("c,id,n\n" + "".join(f"{k % 3},{k},{k}\n" for k in range(1000, 2000)))
    options = {"missing": ["-999"], "categorical": ["c"]}
    prepare(tmp_path / "*.csv", tmp_path / "o.parquet", memory=SMALL, **options)
    found = read_table(tmp_path / "o.parquet")
    wanted = read_table(tmp_path / "*.csv", **options)
    assert ordered(found).equals(ordered(wanted))
    assert found.column("n").values.null_count == 1000


def test_the_seed_decides_the_order(tmp_path):
    (tmp_path / "t.csv").write_bytes(text_of(2000))
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        prepare(tmp_path / "t.csv", tmp_path / name, memory=SMALL, seed=seed)
    a, b, c = (pq.read_table(tmp_path / name) for name in "abc")
    assert a.equals(b)
    assert not a.equals(c)


def test_the_share_that_is_done_rises_to_1(tmp_path):
    (tmp_path / "t.csv").write_bytes(text_of(3000))
    shares = []
    prepare(tmp_path / "t.csv", tmp_path / "o", memory=SMALL, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == 1.0


def spoil(line, text, rows=6000):
    lines = ["a,b", *(f"{k},{k}.5" for k in range(rows))]
    lines[line] = text
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (spoil(5001, "5000,n/a"), 'Column `b` holds "n/a" at row 5,001 of t.csv; the rows before it are numbers. '
                                  "Pass `--missing n/a`, or `--categorical b`."),
        (spoil(5001, "5000"), "Line 5,002 of t.csv has 1 field, but the header has 2."),
        (spoil(5001, '5000,"x'), "A quoted field must end with a quote; that of the row at line 5,002 of t.csv"),
        (spoil(5001, "x,y").replace(b"x,y", b"1,\xff"), "t.csv must be UTF-8, but byte "),
        (spoil(5001, "5000,9\0"), "t.csv must be text, but byte 57,790 (counted from 0) is a zero byte."),
        (spoil(5001, "90071992547409930,1"), "Column `a` holds 90071992547409930 at row 5,001 of t.csv; numbers must"),
        (b"a,b\n" + b"1;2,1\n" * 10 + b'"1,234",1\n' * 3000, None),
        (b"a;b\n" + b"1,234;1\n" * 3000, 'Column `a` holds "1,234" at row 1 of t.csv; numbers must be written with'),
        (b"a,a\n1,2\n", "Column names must differ"),
        (b"a,b\n", "t.csv has a header but no rows"),
        (b"", "t.csv is empty"),
        (gzip.compress(spoil(1, "1,2"))[:-9], "t.csv is a damaged or cut gzip file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(tmp_path, data, said):
    (tmp_path / "t.csv").write_bytes(data)
    if said is None:
        prepare(tmp_path / "t.csv", tmp_path / "o.parquet", memory=SMALL)
        return
    with pytest.raises(TableError) as error:
        prepare(tmp_path / "t.csv", tmp_path / "o.parquet", memory=SMALL)
    assert said in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_the_byte_and_line_that_are_not_utf8_are_those_of_a_table_in_memory(tmp_path):
    (tmp_path / "t.csv").write_bytes(spoil(5001, "x,y").replace(b"x,y", b"1,\xff"))
    said = []
    for read in (lambda: prepare(tmp_path / "t.csv", tmp_path / "o"), lambda: read_table(tmp_path / "t.csv")):
        with pytest.raises(TableError) as error:
            read()
        said.append(str(error.value))
    assert said[0] == said[1]


VALUES = st.sampled_from(
    ["1", "-7", "007", "0", "2.5", "1e3", ".5", "0,5", "3,14", "1,234", "true", "FALSE", "x", "2020-01-02", None,
     "nan", "inf", "9007199254740993", "99999999999999999999", "1.", "+4"]
)  # fmt: skip


@given(
    st.lists(VALUES, min_size=1, max_size=40), st.booleans(), st.integers(1, 7), st.sampled_from([1, 3, 30])
)
@settings(deadline=None, max_examples=400)
def test_types_are_those_of_a_table_in_memory(values, categorical, size, times):
    """Few kinds of values at a time, so that every rule is met; whole lists, so that the two can be compared."""
    values = values[:size] * times
    text = pa.chunked_array([pa.array(values, pa.string())])
    from clearprop.tables.infer import typed
    from clearprop.tables.table import of_columns

    finder = TypeFinder("c", categorical)
    for at in range(0, len(values), 4):
        finder.add(text.slice(at, 4))

    def outcome(find):
        try:
            return find()
        except TableError as error:
            return str(error)

    def in_memory():
        column = typed(of_columns({"c": text}, "t").column("c"), categorical)
        if not categorical and pa.types.is_integer(column.type):
            from clearprop.tables.normal import _check_whole
            from clearprop.tables.table import Column

            _check_whole(Column("c", column, of_columns({"c": column}, "t")), categorical)
        return column.type, str(column.to_pylist())

    def in_parts():
        found = as_kind(text, finder.kind("t", ()))
        return found.type, str(found.to_pylist())

    assert outcome(in_parts) == outcome(in_memory)


def test_a_text_table_is_prepared_once_beside_it(tmp_path):
    (tmp_path / "t.csv").write_bytes(text_of(1000))
    stream = Stream(tmp_path / "t.csv", target="flag")
    table = stream.open()
    file = table.paths[0]
    assert file.parent == tmp_path / ".clearprop"
    made = file.stat().st_mtime_ns
    assert stream.open().paths[0].stat().st_mtime_ns == made
    other = stream.open(missing=("Oslo",)).paths[0]
    assert other != file
    assert not file.exists()
    os.utime(tmp_path / "t.csv", ns=(1, 1))
    assert prepared(tmp_path / "t.csv", (), (), SMALL) != other
    assert len(list((tmp_path / ".clearprop").iterdir())) == 1


def test_what_a_killed_preparation_left_is_swept(tmp_path):
    (tmp_path / "t.csv").write_bytes(text_of(500))
    left = tmp_path / ".o.parquet.4194305.spill"  # a number that no process has
    left.mkdir()
    (left / "0.arrow").write_bytes(b"half")
    prepare(tmp_path / "t.csv", tmp_path / "o.parquet", memory=SMALL)
    assert not left.exists()


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    import resource

    (tmp_path / "t.csv").write_bytes(text_of(20_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(TableError, match=r"cannot be prepared: .*File too large"):
            prepare(tmp_path / "t.csv", tmp_path / "o.parquet", memory=SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("others", [False, True])
def test_an_interrupt_leaves_no_empty_folder(tmp_path, monkeypatch, others):
    from clearprop.tables import prepare as room

    def stopped(*about):
        raise KeyboardInterrupt

    (tmp_path / "t.csv").write_bytes(text_of(1000))
    if others:
        (tmp_path / ".clearprop").mkdir()
        (tmp_path / ".clearprop" / "of another table").touch()
    monkeypatch.setattr(room, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        Stream(tmp_path / "t.csv", target="flag").open()
    left = [path.name for path in tmp_path.rglob("*") if path.name != "t.csv"]
    assert sorted(left) == ([".clearprop", "of another table"] if others else [])
