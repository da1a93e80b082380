"""`clearprop explain`: of whole numbers, of a batch in a file, of a model on rows of a table."""

import json

import numpy as np
import pytest

from clearprop import load


def test_without_arguments_it_is_testnet_in_whole_numbers(run):
    ended = run("explain", "--form", "batch")
    assert ended.code == 0
    assert ended.err == ""
    assert "Network 3-4-2, relu; head softmax; 26 parameters; 3 samples." in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\x1b" not in ended.out


def test_selections_count_from_one_as_what_is_printed_does(run):
    out = run("explain", "--quantity", "z", "--layer", 1, "--sample", 1, "--unit", 2, "--form", "scalar").out
    assert "z(1)[1,2] = " in out
    assert "z(1)[1,1] = " not in out
    assert run("explain", "--sample", 0).err == "clearprop: `--sample` counts from 1; got 0.\n"


def test_a_network_of_any_kind(run):
    ended = run("explain", "--sizes", "2,3,2,1", "--activation", "x*tanh(softplus(x))", "--head", "logistic",
                "--lr", 0.5, "--l2", 0.1, "--loss", "sum", "--digits", 6, "--format", "json")  # fmt: skip
    trace = json.loads(ended.out)
    assert trace["network"]["sizes"] == [2, 3, 2, 1]
    assert trace["options"] == {
        "form": "all", "numbers": "decimal", "digits": 6, "loss": "sum", "steps": 1, "lr": 0.5, "l2": 0.1,
    }  # fmt: skip
    assert trace["verified"]["ok"]
    values = np.array(trace["quantities"]["W[1]"]["values"])
    assert np.array_equal(values, values.round())


def test_exact_and_chinese(run):
    out = run(
        "explain", "--numbers", "exact", "--lang", "zh", "--quantity", "delta[2]", "--form", "batch"
    ).out
    assert "p[1,1] − 1" in out
    assert "反向传播" in out


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.tex", "a.json", "a.html"])
def test_the_format_is_that_of_the_name_and_files_are_kept(run, name, tmp_path):
    path = tmp_path / name
    ended = run("explain", "--form", "batch", "-o", path)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"Account(3-4-2 network, 3 samples, J = 0.4963, verified): {path}\n"
    starts = {
        "txt": "The working",
        "md": "# The working",
        "tex": r"\documentclass",
        "json": "{",
        "html": "<!doctype",
    }
    assert path.read_text(encoding="utf-8").lower().startswith(starts[path.suffix[1:]].lower())
    again = run("explain", "-o", path)
    assert again.code == 2
    assert "exists already" in again.err


def test_a_batch_in_a_file(run, tmp_path):
    path = tmp_path / "batch.json"
    batch = {"X": [[1, 2], [0, 1]], "y": [0, 1], "W": [[[1, 0], [0, 1]]], "b": [[0, 0.5]]}
    batch |= {"inputs": ["u", "v"], "outputs": ["no", "yes"]}
    path.write_text(json.dumps(batch), encoding="utf-8")
    trace = json.loads(run("explain", "--rows", path, "--format", "json").out)
    assert trace["network"]["sizes"] == [2, 2]
    assert trace["batch"]["inputs"] == ["u", "v"]
    assert trace["quantities"]["z[1]"]["values"] == [[1.0, 2.5], [0.0, 1.5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ('{"X": [[1, 2, 3]]}', "must be a JSON object with `X` and `y`"),
        ('{"X": [[1, 2, 3]], "y": [0], "z": 1}', "must be a JSON object with `X` and `y`"),
        ('{"X": [[1, 2, 3]], "y": [0], "W": []}', "`W` and `b`, or neither"),
        ('{"X": [[1, 2], [1]], "y": [0]}', "`X` must hold numbers"),
        ('{"X": [[1, 2]], "y": [0]}', "Layer 1 takes 3 inputs"),
        ('{"X": [[1, 2, 3]], "y": [0], "outputs": 3}', "must be a list of names"),
    ],
)
def test_a_batch_that_cannot_be(run, tmp_path, text, message):
    path = tmp_path / "batch.json"
    path.write_text(text, encoding="utf-8")
    ended = run("explain", "--rows", path)
    assert ended.code == 2
    assert message in ended.err
    assert ended.err.count("\n") == 1


def test_a_model_on_its_own_rows(run, model, fresh):
    """Columns, raw values beside encoded ones, classes by name."""
    ended = run("explain", model, "--rows", fresh, "--first", 3, "--format", "json")
    trace, found = json.loads(ended.out), load(model)
    assert trace["batch"]["inputs"] == found.input_names_
    assert trace["batch"]["outputs"] == ["no", "yes"]
    assert trace["batch"]["table"]["columns"] == ["age", "hours", "town", "rich"]
    first = fresh.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert trace["batch"]["table"]["rows"][0] == [first[0], "" if first[1] == "?" else first[1], *first[2:]]
    encoded = found.model_.encoding.encode(found.model_.read(fresh))[:3]
    assert trace["quantities"]["a[0]"]["values"] == encoded.astype(float).tolist()
    assert any("of u = (age - " in e["text"] for e in trace["batch"]["encoding"])
    assert trace["verified"]["ok"]
    text = run("explain", model, "--rows", fresh, "--form", "batch").out
    assert "outputs:\n  - 1 = no; 2 = yes" in text
    assert "How the columns were encoded:" in text


def test_a_network_of_a_committee_is_chosen(run, model, fresh):
    """They count from 1."""
    shown = [
        json.loads(run("explain", model, "--rows", fresh, "--member", n, "--format", "json").out)
        for n in (1, 3)
    ]
    assert [trace["committee"]["member"] for trace in shown] == [0, 2]
    assert shown[0]["committee"]["answers"] == shown[1]["committee"]["answers"]
    ended = run("explain", model, "--rows", fresh, "--member", 0)
    assert (ended.code, ended.err) == (
        2, f"clearprop: `--member` must be from 1 to 3, the networks of {model}; got 0.\n"
    )  # fmt: skip
    assert "`--member` is of a model that is a committee." in run("explain", "--member", 1).err


def test_a_model_needs_rows(run, model):
    ended = run("explain", model)
    assert ended.code == 2
    assert "has no rows of its own. Pass --rows TABLE" in ended.err


def test_what_does_not_go_together_is_refused(run, model, fresh):
    ended = run("explain", model, "--rows", fresh, "--sizes", "3,4,2", "--head", "softmax")
    assert ended.err.endswith("has a network of its own. Leave out --sizes, --head.\n")
    assert "For rows of a table name a model" in run("explain", "--rows", fresh).err


def test_messages_name_the_options(run):
    assert "`--digits` must be" in run("explain", "--digits", 99).err
    assert "`--format` must be one of" in run("explain", "--format", "pdf").err
    assert run("explain", "-o", "w.xyz").err == (
        "clearprop: `--output` must end in .txt, .md, .tex, .html, .htm, .json; got w.xyz. "
        "Choose another name, or pass --format text, md, latex, html or json.\n"
    )
    for sizes in ("0,4,2", "3"):
        ended = run("explain", "--sizes", sizes)
        assert ended.code == 2
        assert ended.err.startswith("clearprop: `--sizes` must ")
        assert ended.err.endswith(f"such as 3,4,2; got '{sizes}'.\n")
