"""Files that are no table are named, whatever they are called and however they are read."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import tarfile
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pytest

from clearprop import MLPRegressor, save
from clearprop.cli import main
from clearprop.tables.formats import foreign
from clearprop.tables.prepare import prepare
from clearprop.tables.read import read_table

TABLE = pa.table({"a": list(range(50))})
TEXT = b"a,b\n1,2\n3,4\n"


def zipped(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, TEXT)
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        found = tarfile.TarInfo("t.csv")
        found.size = len(TEXT)
        archive.addfile(found, io.BytesIO(TEXT))
    return file.getvalue()


def by(writer, tmp_path):
    """What a library writes to a path."""
    writer(tmp_path / "made")
    return (tmp_path / "made").read_bytes()


def database(path):
    with sqlite3.connect(path) as opened:
        opened.execute("create table t (a)")
    opened.close()


def feather(path):
    pyarrow.feather.write_feather(TABLE, path)


def orc(path):
    pyarrow.orc.write_table(TABLE, path)


def array():
    file = io.BytesIO()
    np.save(file, np.eye(3))
    return file.getvalue()


def model(path):
    save(MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs").fit(np.eye(3), np.arange(3.0)), path)


MADE = [
    ("zip", lambda _: zipped("t.csv"), "is a ZIP or Excel file; save the table as CSV"),
    ("xlsx", lambda _: zipped("xl/workbook.xml"), "is a ZIP or Excel file; save the table as CSV"),
    ("xls", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an Excel file; save the table as CSV"),
    ("png", lambda _: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a PNG image"),
    ("jpg", lambda _: b"\xff\xd8\xff\xe0\0\x10JFIF", "is a JPEG image"),
    ("gz", lambda _: gzip.compress(gzip.compress(TEXT)), "is compressed by gzip twice; unpack it once"),
    ("tar.gz", lambda _: gzip.compress(tarred()), "is a tar archive; unpack it, and give the table in it"),
    ("tar", lambda _: tarred(), "is a tar archive; unpack it, and give the table in it"),
    ("bz2", lambda _: bz2.compress(TEXT), "is compressed by bzip2; unpack it or use gzip"),
    ("xz", lambda _: lzma.compress(TEXT), "is compressed by xz; unpack it or use gzip"),
    ("feather", lambda at: by(feather, at), "is an Arrow file; save the table as Parquet"),
    ("orc", lambda at: by(orc, at), "is an ORC file; save the table as Parquet"),
    ("npy", lambda _: array(), "is an array of NumPy; load it and pass the array, or save it as CSV"),
    ("pkl", lambda _: pickle.dumps({"a": [1]}), "is a pickle, which is never opened; save the table as CSV"),
    ("db", lambda at: by(database, at), "is an SQLite database; save the table as CSV"),
    ("json", lambda _: json.dumps([{"a": 1, "b": 2}], indent=1).encode(), "is JSON; save the table as CSV"),
    ("html", lambda _: b"<!DOCTYPE html>\n<table></table>\n", "is HTML or XML; save the table as CSV"),
    ("safetensors", lambda at: by(model, at), "is a model file or another of tensors; give the table it is to predict"),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "made", "what"), MADE, ids=[ending for ending, *_ in MADE])
@pytest.mark.parametrize("name", ["its own", "t.csv"])
def test_it_is_named(tmp_path, refusal, ending, made, what, name):
    content = made(tmp_path)
    path = tmp_path / (f"t.{ending}" if name == "its own" else name)
    path.write_bytes(content)
    message = f"{path.name} must be a CSV or Parquet file, but {what}."
    assert refusal(read_table, path) == message
    assert refusal(prepare, path, tmp_path / "out.parquet") == message
    assert not (tmp_path / "out.parquet").exists()


def test_the_command_says_it_in_one_line(tmp_path, capfd):
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped("xl/workbook.xml"))
    with pytest.raises(SystemExit) as ended:
        main(["train", str(path), "--target", "a"])
    assert ended.value.code == 2
    message = "clearprop: book.xlsx must be a CSV or Parquet file, but is a ZIP or Excel file; save the table as CSV.\n"
    assert capfd.readouterr() == ("", message)


@pytest.mark.parametrize(
    "header",
    [
        "ORC,b",
        "GIF8,b",
        "BZh,b",
        "MZ,b",
        "[x],b",
        "{x},b",
        "<b>,c",
        "Obj,b",
        "Rar!,b",
        "ARROW1,b",
        "ustar,b",
        "%,b",
        "PK,b",
    ],
)
def test_a_header_that_begins_alike_is_none(tmp_path, header):
    (tmp_path / "t.csv").write_text(f"{header}\n1,2\n")
    assert read_table(tmp_path / "t.csv").names == header.split(",")
    assert foreign((" " * 250 + "a,b,ustar\n").encode()) is None
