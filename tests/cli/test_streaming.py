"""`clearprop train` on tables that are too large, with checkpoints, and `clearprop prepare`."""

import json

import pyarrow.parquet as pq
import pytest

from clearprop.cli import streaming
from clearprop.tables.read import read_table
from clearprop.train.files import read_model
from oracles.bits import bits_in

OPTIONS = ("--target", "rich", "--preset", "fast", "--epochs", 3)


@pytest.fixture
def no_room(monkeypatch):
    monkeypatch.setattr(streaming, "available_memory", lambda: 0)


def test_prepare_writes_typed_rows(run, table, tmp_path):
    ended = run("prepare", table, tmp_path / "o.parquet")
    assert (ended.code, ended.out) == (0, "")
    assert f"600 rows: {tmp_path / 'o.parquet'}" in ended.err
    assert pq.read_table(tmp_path / "o.parquet").schema.equals(read_table(table).data.schema)
    again = run("prepare", table, tmp_path / "o.parquet")
    assert again.code == 2
    assert "exists already. Pass --force" in again.err
    assert run("prepare", table, table, "--force").code == 2
    ended = run("prepare", table, tmp_path / "o.csv")
    assert "A prepared table is written as .parquet; got" in ended.err
    assert not (tmp_path / "o.csv").exists()


def test_the_choice_is_made_and_said(run, table, tmp_path, no_room):
    ended = run("train", table, *OPTIONS, "-o", tmp_path / "m", "--json")
    assert ended.code == 0
    assert "in memory: it is streamed from the disk, within 1GiB." in ended.err
    assert "preparing the table once" in ended.err
    found = json.loads(ended.out)
    assert found["rows"] + found["held_out_rows"] == 600
    assert found["scores"]["accuracy"] > 0.8
    again = run("train", table, *OPTIONS, "-o", tmp_path / "again")
    assert "preparing" not in again.err
    assert bits_in(tmp_path / "m") == bits_in(tmp_path / "again")


def test_a_table_that_fits_is_read_into_memory(run, table, tmp_path):
    with_memory = run("train", table, *OPTIONS, "-o", tmp_path / "m", "--memory", "2GiB")
    assert "is read into memory: it takes about" in with_memory.err
    run("train", table, *OPTIONS, "-o", tmp_path / "n")
    assert bits_in(tmp_path / "m") == bits_in(tmp_path / "n")


def test_held_out_rows_of_a_stream_may_be_a_table(run, table, fresh, tmp_path, no_room):
    trained = run("train", table, *OPTIONS, "-o", tmp_path / "m", "--valid", fresh, "--json")
    evaluated = run("evaluate", tmp_path / "m", fresh, "--json")
    assert json.loads(trained.out)["scores"] == pytest.approx(json.loads(evaluated.out)["scores"])
    assert json.loads(trained.out)["rows"] == 600


def test_a_finished_run_resumes_to_the_same_model(run, table, tmp_path):
    how = ("train", table, *OPTIONS, "--checkpoint", tmp_path / "c")
    assert run(*how, "-o", tmp_path / "m").code == 0
    refused = run(*how, "-o", tmp_path / "n")
    assert refused.code == 2
    assert "Pass `--resume` to go on with it" in refused.err
    ended = run(*how, "-o", tmp_path / "n", "--resume")
    assert "Going on in epoch 4" in ended.err
    assert bits_in(tmp_path / "m") == bits_in(tmp_path / "n")
    run(*how, "-o", tmp_path / "n", "--force")
    assert bits_in(tmp_path / "m") == bits_in(tmp_path / "n")


def test_a_changed_option_is_named_as_it_was_typed(run, table, tmp_path):
    how = ("train", table, *OPTIONS, "--checkpoint", tmp_path / "c", "--resume")
    first = run(*how, "-o", tmp_path / "m")
    assert "There is no checkpoint in" in first.err
    ended = run(*how, "-o", tmp_path / "n", "--batch-size", 64)
    assert ended.code == 2
    assert '`--batch-size` was "auto" and is 64' in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--resume",), "`--resume` needs a `--checkpoint` folder"),
        (("--memory", "much"), "`--memory` must be a size such as 1GiB or 500MB"),
        (("--checkpoint", "c", "--checkpoint-every", "-1"), "checkpoint-every"),
    ],
)
def test_options_that_cannot_be_are_refused(run, table, tmp_path, options, said):
    ended = run("train", table, *OPTIONS, "-o", tmp_path / "m", *options)
    assert ended.code == 2
    assert said in ended.err
    assert not (tmp_path / "m").exists()


def test_a_report_is_written_of_a_stream(run, table, tmp_path, no_room):
    page = tmp_path / "r.html"
    assert run("train", table, *OPTIONS, "-o", tmp_path / "m", "--report", page).code == 0
    assert "rich" in page.read_text()
    assert read_model(tmp_path / "m").record.best_epoch > 0
