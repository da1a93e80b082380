"""Files, folders and globs."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop.tables.parquet import unreadable
from clearprop.tables.prepare import prepare
from clearprop.tables.read import read_table
from clearprop.tables.stream import Stream


def test_absent_file(write, refusal, tmp_path):
    write("a\n1\n", "adult.csv")
    path = tmp_path / "adlut.csv"
    assert refusal(read_table, path) == f"There is no file {path}; the nearest name is adult.csv."
    assert "nor a folder" in refusal(read_table, "/nowhere/t.csv")


def test_folder_and_glob_are_one_table(write, tmp_path):
    write("a,b\n1,x\n", "d/1.csv")
    write("b;a\ny;2.5\nz;3\n", "d/2.csv")
    write("notes", "d/README.md")
    for source in (tmp_path / "d", str(tmp_path / "d/*.csv")):
        table = read_table(source)
        assert table.data.to_pydict() == {"a": [1.0, 2.5, 3.0], "b": ["x", "y", "z"]}
        assert table.where(2) == "row 2 of 2.csv"


def test_types_are_decided_over_all_files(write, refusal, tmp_path):
    write("a,b\n1,x\n2,x\n", "d/1.csv")
    write("a,b\nold,x\n", "d/2.csv")
    assert 'Column `a` holds "old" at row 1 of 2.csv;' in refusal(read_table, tmp_path / "d")


def test_files_with_different_columns(write, refusal, tmp_path):
    write("age,b\n1,x\n", "d/1.csv")
    write("ages,b\n1,x\n", "d/2.csv")
    assert refusal(read_table, tmp_path / "d") == (
        "The files of a table must have the same columns, but `age` of 1.csv is not in 2.csv: "
        "the nearest name is `ages`. Correct one of the files."
    )


def test_files_with_different_types(tmp_path, refusal):
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [1.5], "b": ["x"]}), tmp_path / "2.parquet")
    assert refusal(read_table, tmp_path) == (
        "The files of a table must have the same types, but `a` is int64 in 1.parquet and double in 2.parquet. "
        "Correct one of the files."
    )


def test_a_folder_of_two_formats(write, tmp_path, refusal):
    write("a\n1\n", "1.csv")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "2.parquet")
    said = (
        f"The files of {tmp_path} must be of one format, but 2.parquet is Parquet and 1.csv is not. "
        "Take one of them out."
    )
    assert refusal(read_table, tmp_path) == said
    assert refusal(Stream(tmp_path, "a").open) == said
    assert refusal(prepare, tmp_path, tmp_path / "out") == said


def test_no_tables(tmp_path, refusal):
    assert refusal(read_table, tmp_path) == (
        f"The folder {tmp_path} holds no table; it must hold files that end in .csv, .csv.gz, .tsv or .parquet."
    )
    assert refusal(read_table, f"{tmp_path}/*.csv") == (
        f"No file matches {tmp_path}/*.csv. Check the pattern; `*` stands for any part of a name."
    )


def test_a_pipe_is_refused_and_not_waited_for(tmp_path, refusal):
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is not a regular file" in refusal(read_table, tmp_path / "pipe.csv")


def test_names_with_spaces_and_brackets(write):
    assert read_table(write("a\n1\n", "数据 [1] *.csv")).n_rows == 1


def test_parquet_is_known_by_its_bytes(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "data")
    assert read_table(tmp_path / "data").names == ["a"]


def test_an_index_that_pandas_stored_is_left_out(tmp_path):
    pd = pytest.importorskip("pandas")
    pd.DataFrame({"a": [1, 2]}, index=["x", "y"]).to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").names == ["a"]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-20], lambda b: b[:100], lambda b: b"", lambda b: b"\1\2\3\4\0\n"]
)
def test_damaged_parquet(tmp_path, refusal, damage):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(damage(path.read_bytes()))
    message = refusal(read_table, path)
    assert message.startswith("t.parquet is a damaged or cut Parquet file (")
    assert message.endswith("Make or download it again.")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"a,b\n1,2\n", "is text; name it .csv"), (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG image")],
)
def test_what_is_not_parquet_in_spite_of_its_name(tmp_path, refusal, content, what):
    path = tmp_path / "t.parquet"
    path.write_bytes(content)
    assert refusal(read_table, path) == f"t.parquet must be a Parquet file, as its name says, but {what}."


def test_flipped_bits_in_a_page(tmp_path, refusal):
    path = tmp_path / "t.parquet"
    data = pa.table({"a": [i * 0.37 for i in range(5000)]})
    pq.write_table(data, path, use_dictionary=False, compression="none", write_page_checksum=True)
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)
    assert "damaged or cut Parquet file" in refusal(read_table, path)


def test_parquet_without_rows(tmp_path, refusal):
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "t.parquet")
    assert (
        refusal(read_table, tmp_path / "t.parquet")
        == "t.parquet has no rows; a table needs at least one row."
    )


def test_a_file_that_is_gone_is_not_called_damaged(tmp_path):
    with pytest.raises(FileNotFoundError) as gone:
        pq.ParquetFile(tmp_path / "t.parquet")
    said = (
        f"{tmp_path / 't.parquet'} cannot be read: No such file or directory. Put it right, and start again."
    )
    assert str(unreadable(tmp_path / "t.parquet", gone.value)) == said


def test_a_file_without_rows_among_others(tmp_path):
    """Programs that write a table in parts leave such files."""
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), tmp_path / "1.parquet")
    pq.write_table(
        pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())}), tmp_path / "2.parquet"
    )
    pq.write_table(pa.table({"a": [3], "b": ["x"]}), tmp_path / "3.parquet")
    table = read_table(tmp_path)
    assert table.column("a").values.to_pylist() == [1, 2, 3]
    assert "3.parquet" in table.where(2)
    assert Stream(tmp_path, "a").open().n_rows == 3


def test_duplicate_columns_in_parquet(tmp_path, refusal):
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "t.parquet")
    assert "columns 1 and 2 of t.parquet are both `a`" in refusal(read_table, tmp_path / "t.parquet")
