"""Tables that cannot be read are refused in one line; those that are only written otherwise give the same bits."""

import gzip
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oracles.bits import bits_in

pytestmark = pytest.mark.slow
HEAD, TRIALS = "age,hours,town,rich\n", 60
LINES = [
    f"{20 + k % 50},{30 + k % 7}.5,{'Oslo' if k % 3 else 'Łódź'},{'yes' if k % 5 < 2 else 'no'}\n"
    for k in range(400)
]
GOOD = HEAD + "".join(LINES)
HOW = ("--target", "rich", "--preset", "plain", "--epochs", "2", "--force")
SAME = {
    "CRLF": GOOD.replace("\n", "\r\n").encode(),
    "no final newline": GOOD.rstrip("\n").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "tabs": GOOD.replace(",", "\t").encode(),
    "semicolons": GOOD.replace(",", ";").encode(),
    "quotes": GOOD.replace("Oslo", '"Oslo"').encode(),
}
REFUSED = {
    "an empty file": b"",
    "a header only": HEAD.encode(),
    "a ragged row": (GOOD + "1,2,3\n").encode(),
    "a quotation mark that is not closed": (GOOD + '1,2,"x,no\n').encode(),
    "invalid UTF-8": GOOD.encode() + b"1,2,\xff\xfe,no\n",
    "columns of one name": GOOD.replace("hours", "age", 1).encode(),
    "an absent target": GOOD.replace("rich", "rihc", 1).encode(),
    "text among numbers": (GOOD + "old,2,Oslo,no\n").encode(),
    "one class": GOOD.replace("yes", "no").encode(),
    "a target that is not known in a row": (GOOD + "30,31.5,Oslo,\n").encode(),
    "bytes that are no text": bytes(range(256)) * 40,
}


def refused(ended, model):
    """Whether a command said in one line that it cannot, and left nothing."""
    said = [line for line in ended.err.splitlines() if line.startswith("clearprop: ")]
    return ended.code == 2 and len(said) == 1 and "Traceback" not in ended.err and not model.exists()


@pytest.mark.parametrize("name", SAME)
def test_another_way_of_writing_gives_the_same_bits(run, tally, tmp_path, name):
    (tmp_path / "t.csv").write_bytes(GOOD.encode())
    assert run("train", tmp_path / "t.csv", *HOW, "-o", tmp_path / "m").code == 0
    (tmp_path / "t.csv").write_bytes(SAME[name])
    assert run("train", tmp_path / "t.csv", *HOW, "-o", tmp_path / "n").code == 0
    tally(
        "text tables written otherwise: the same bits",
        lost=bits_in(tmp_path / "m") != bits_in(tmp_path / "n"),
    )


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_cannot_be_is_refused(run, tally, tmp_path, name):
    (tmp_path / "t.csv").write_bytes(REFUSED[name])
    ended = run("train", tmp_path / "t.csv", *HOW, "-o", tmp_path / "m")
    tally("text tables that cannot be: one line, nothing written", lost=not refused(ended, tmp_path / "m"))


def test_damaged_tables_are_refused_or_read(run, tally, tmp_path):
    """Cut, and with bytes changed, at random places: of a Parquet file and a gzipped one."""
    at = random.Random(0)
    table = pa.table({"x": [float(k % 17) for k in range(400)], "rich": ["yes", "no"] * 200})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=100, write_page_checksum=True)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(GOOD.encode(), mtime=0))
    for number in range(TRIALS):
        name = ("t.parquet", "t.csv.gz")[number % 2]
        data = bytearray((tmp_path / name).read_bytes())
        where = at.randrange(len(data))
        if number % 4 < 2:
            del data[where:]
        else:
            data[where] ^= 1 << at.randrange(8)
        (tmp_path / f"bad-{name}").write_bytes(data)
        ended = run("train", tmp_path / f"bad-{name}", *HOW, "-o", tmp_path / "m")
        lost = ended.code != 0 and not refused(ended, tmp_path / "m")
        tally("Parquet and gzip, cut or changed at random: read, or one line", lost=lost)
        (tmp_path / "m").unlink(missing_ok=True)


def test_what_a_model_is_given_to_predict(run, tally, tmp_path):
    (tmp_path / "t.csv").write_text(GOOD, encoding="utf-8")
    assert run("train", tmp_path / "t.csv", *HOW, "-o", tmp_path / "m").code == 0
    wanted = run("predict", tmp_path / "m", tmp_path / "t.csv").out
    lines = [line.rstrip("\n").split(",") for line in GOOD.splitlines()]
    moved = "\n".join(",".join([row[2], "0", row[0], row[1]]) for row in lines) + "\n"
    (tmp_path / "t.csv").write_text(moved.replace(",0,age", ",more,age", 1), encoding="utf-8")
    tally(
        "predict: columns in another order, and one more",
        lost=run("predict", tmp_path / "m", tmp_path / "t.csv").out != wanted,
    )
    (tmp_path / "t.csv").write_text("\n".join(",".join(row[1:]) for row in lines), encoding="utf-8")
    ended = run("predict", tmp_path / "m", tmp_path / "t.csv")
    tally("predict: a column is absent", lost=not (ended.code == 2 and "`age`" in ended.err))
    (tmp_path / "t.csv").write_text(HEAD + "30,31.5,Paris,no\n", encoding="utf-8")
    tally("predict: an unknown category", lost=run("predict", tmp_path / "m", tmp_path / "t.csv").code != 0)
