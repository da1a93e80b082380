"""`clearprop predict` and `clearprop evaluate`."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from clearprop import load


@pytest.mark.parametrize("command", [["predict"], ["evaluate"], ["explain", "--rows"]])
def test_a_table_in_the_place_of_the_model_is_told(run, model, table, command):
    name, *option = command
    said = run(name, table, *option, model).err
    assert said == (
        f"clearprop: The model comes first, then the table, but {table} is a table by its name. "
        "Give a .safetensors file there.\n"
    )


def test_predictions_are_a_row_a_row_in_order(run, model, fresh):
    ended = run("predict", model, fresh)
    lines = ended.out.splitlines()
    assert lines[0] == "rich"
    assert lines[1:] == load(model).predict(fresh).tolist()


def test_probabilities_and_files(run, model, fresh, tmp_path):
    for name, read in (("p.csv", pd.read_csv), ("p.parquet", pd.read_parquet)):
        ended = run("predict", model, fresh, "--proba", "-o", tmp_path / name)
        found = read(tmp_path / name)
        assert ended.out == ""
        assert list(found) == ["rich", "P(no)", "P(yes)"]
        assert len(found) == 200
        np.testing.assert_allclose(
            found["P(yes)"], load(model).predict_proba(fresh)[:, 1], rtol=1e-12
        )  # CSV's digits


def test_columns_by_name_extra_ones_noted_missing_ones_refused(run, model, fresh, tmp_path):
    frame = pd.read_csv(fresh)
    frame[["rich", "town", "hours", "age"]].assign(shoe=40).to_csv(tmp_path / "t.csv", index=False)
    ended = run("predict", model, tmp_path / "t.csv")
    assert ended.out == run("predict", model, fresh).out
    assert ended.err == "note: columns that the model does not use: `shoe`\n"
    frame.drop(columns="hours").to_csv(tmp_path / "u.csv", index=False)
    ended = run("predict", model, tmp_path / "u.csv")
    assert (ended.code, "`hours`" in ended.err) == (2, True)
    frame.rename(columns={"hours": "hrs"}).to_csv(tmp_path / "v.csv", index=False)
    ended = run("predict", model, tmp_path / "v.csv")
    assert (ended.code, ended.err.count("\n"), "`hours`" in ended.err) == (2, 1, True)  # the error alone


def test_texts_for_a_missing_value_are_remembered(run, tmp_path):
    rows = "age,rich\n" + "".join(f"{age},{'yes' if age > 40 else 'no'}\n" for age in range(20, 60)) * 3
    (tmp_path / "t.csv").write_text(rows + "n.k.,no\nn.k.,yes\n")
    options = ("--missing", "n.k.", "--epochs", 1, "-o", tmp_path / "m")
    assert run("train", tmp_path / "t.csv", "--target", "rich", *options).code == 0
    (tmp_path / "new.csv").write_text("age\n30\nn.k.\nxx\n")
    refused = run("predict", tmp_path / "m", tmp_path / "new.csv")
    assert (refused.code, '"xx"' in refused.err, '"n.k."' in refused.err) == (2, True, False)
    assert run("predict", tmp_path / "m", tmp_path / "new.csv", "--missing", "xx").code == 0
    assert load(tmp_path / "m").predict({"age": ["30", "n.k."]}).shape == (2,)


def test_unknown_categories_are_fine(run, model, fresh, tmp_path):
    pd.read_csv(fresh).assign(town="Rome").to_csv(tmp_path / "t.csv", index=False)
    assert run("predict", model, tmp_path / "t.csv").code == 0


def test_evaluate_prints_scores_confusion_and_calibration(run, model, fresh):
    ended = run("evaluate", model, fresh)
    found = json.loads(run("evaluate", model, fresh, "--json").out)
    right = np.mean(load(model).predict(fresh) == pd.read_csv(fresh)["rich"])
    assert found["scores"]["accuracy"] == pytest.approx(right, rel=1e-12)
    assert sum(map(sum, found["confusion"])) == found["rows"] == 200
    for heading in ("scores, 200 rows", "confusion matrix", "calibration"):
        assert heading in ended.out


def test_evaluate_tells_importances_if_asked(run, model, fresh):
    assert json.loads(run("evaluate", model, fresh, "--json").out)["importances"] is None
    found = json.loads(run("evaluate", model, fresh, "--importances", "--json").out)["importances"]
    rows = pd.read_csv(fresh)
    by_hand = load(model).importances(fresh, rows["rich"], random_state=0)
    assert [one["name"] for one in found["columns"]] == list(by_hand.columns)
    assert found["score"] == pytest.approx(by_hand.score, rel=1e-12)
    printed = run("evaluate", model, fresh, "--importances").out
    assert "columns by importance, 200 rows" in printed
    assert printed.rstrip().splitlines()[-1].startswith("shuffled: how much worse log_loss becomes")


def test_evaluate_needs_the_target(run, model, fresh, tmp_path):
    pd.read_csv(fresh).drop(columns="rich").to_csv(tmp_path / "t.csv", index=False)
    ended = run("evaluate", model, tmp_path / "t.csv", "--json")
    assert ended.code == 2
    assert "`rich`" in json.loads(ended.out)["error"]


@pytest.mark.parametrize("damage", ["cut", "absent", "text"])
def test_a_bad_model_file_is_one_line(run, model, fresh, tmp_path, damage):
    bad = tmp_path / "bad.safetensors"
    if damage != "absent":
        bad.write_bytes(model.read_bytes()[:1000] if damage == "cut" else b"hello")
    ended = run("predict", bad, fresh)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "bad.safetensors" in ended.err


def test_a_reader_that_goes_away_is_no_fault(model, fresh):
    command = (
        f"'{sys.executable}' -m clearprop predict '{model}' '{fresh}' | head -n 0; exit ${{PIPESTATUS[0]}}"
    )
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in ended.stderr


def test_a_closed_standard_output_is_one_line(model, fresh):
    ended = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m clearprop predict '{model}' '{fresh}' >&-"],
        capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.endswith("Pass -o FILE.\n")
    assert ended.stderr.count("\n") == 1


def test_an_unknown_ending_or_an_input_is_no_output(run, model, fresh, tmp_path):
    assert ".csv or .parquet" in run("predict", model, fresh, "-o", tmp_path / "p.xlsx").err
    before = fresh.read_bytes()
    assert "is read here" in run("predict", model, fresh, "-o", fresh, "--force").err
    assert fresh.read_bytes() == before


def test_a_table_without_any_of_the_columns_names_those_it_has(run, model, tmp_path):
    (tmp_path / "t.csv").write_text("x,z\n1,2\n3,4\n")
    assert "the columns are `x`, `z`" in run("predict", model, tmp_path / "t.csv").err


def damaged(fresh, path, row, column, value):
    """`fresh` with one other value."""
    frame = pd.read_csv(fresh, dtype=str)
    frame.loc[row, column] = value
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("command", "column", "value", "said"),
    [
        ("predict", "age", "n/a", 'Column `age` must hold numbers, as it did in training, but holds "n/a" at row 8'),
        ("predict", "age", "1,234", 'but holds "1,234" at row 8 of t.csv. Correct it'),
        ("predict", "age", str(2**60), f"Column `age` holds {2**60} at row 8 of t.csv; numbers must stay within"),
        ("evaluate", "rich", "maybe", 'Column `rich` holds the class "maybe" at row 8'),
    ],
)  # fmt: skip
def test_advice_is_what_the_command_can_do(run, model, fresh, tmp_path, command, column, value, said):
    ended = run(command, model, damaged(fresh, tmp_path / "t.csv", 7, column, value))
    assert (ended.code, said in ended.err) == (2, True), ended.err
    assert "--categorical" not in ended.err
    assert "--drop" not in ended.err


@pytest.mark.parametrize(("task", "said"), [("regression", "must hold numbers, as it did in training, but holds"),
                                            ("classification", 'holds the class "n/a" at row 3')])  # fmt: skip
def test_a_text_among_the_numbers_of_the_target(run, tmp_path, task, said):
    ages = [f"{age},{age % 7 // (4 if task == 'classification' else 1)}" for age in range(80)]
    (tmp_path / "t.csv").write_text("\n".join(["age,y", *ages]) + "\n")
    (tmp_path / "u.csv").write_text("\n".join(["age,y", *ages[:2], "4,n/a", *ages[3:]]) + "\n")
    options = "--target", "y", "--task", task, "--preset", "fast", "--epochs", "2", "-o", tmp_path / "m.st"
    assert not run("train", tmp_path / "t.csv", *options).code
    assert said in run("evaluate", tmp_path / "m.st", tmp_path / "u.csv").err
    refused = run("train", tmp_path / "u.csv", *options, "--force").err
    assert refused.endswith("Correct it, remove the row, or pass `--categorical y`.\n")


def test_a_target_of_categories_that_look_like_numbers_is_scored(run, tmp_path):
    rows = [f"{age},{'other' if age % 40 == 0 else age % 2}" for age in range(200)]
    (tmp_path / "t.csv").write_text("\n".join(["age,y", *rows]) + "\n")
    options = "--preset", "fast", "--epochs", "2", "-o", tmp_path / "m.st"
    assert not run("train", tmp_path / "t.csv", "--target", "y", "--categorical", "y", *options).code
    ended = run("evaluate", tmp_path / "m.st", tmp_path / "t.csv", "--json")
    assert json.loads(ended.out)["rows"] == 200
