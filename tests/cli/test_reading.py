"""Tables for `predict` and `evaluate` that do not fit into the memory: refused before they are read."""

import pandas as pd
import pytest

from clearprop.cli import reading
from clearprop.train import memory
from clearprop.train.files import read_model


@pytest.fixture(params=["predict", "evaluate"])
def command(request):
    return request.param


def refused(ended):
    return ended.code == 2 and ended.out == "" and ended.err.count("\n") == 1


def test_too_little_memory_for_any_table(run, model, fresh, monkeypatch, command):
    monkeypatch.setattr(memory, "available_memory", lambda: 255 * 10**6)
    ended = run(command, model, fresh)
    assert refused(ended)
    assert "Prediction needs 256.0 MB of free memory at least; 255.0 MB are free." in ended.err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_larger_than_the_memory(run, model, fresh, tmp_path, monkeypatch, command, ending):
    """Refused with one byte less than its columns and their encoding take, or the file of a text table."""
    table, frame, encoding = tmp_path / f"t.{ending}", pd.read_csv(fresh), read_model(model).encoding
    frame.to_csv(table, index=False) if ending == "csv" else frame.to_parquet(table, index=False)
    row = 8 * len(encoding.needed) + 4 * encoding.n_outputs
    needed = table.stat().st_size if ending == "csv" else row * len(frame)
    monkeypatch.setattr(reading, "check_least", lambda what: None)
    monkeypatch.setattr(reading, "available_memory", lambda: needed)
    assert run(command, model, table).code == 0
    monkeypatch.setattr(reading, "available_memory", lambda: needed - 1)
    ended = run(command, model, table)
    assert refused(ended)
    assert f"t.{ending} takes {memory.readable(needed)} in memory at least" in ended.err


def test_a_system_that_does_not_tell_refuses_nothing(run, model, fresh, monkeypatch, command):
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    monkeypatch.setattr(reading, "available_memory", lambda: None)
    assert run(command, model, fresh).code == 0
