"""`clearprop exercise` and `clearprop mark`: sheets, keys, marks and exit codes."""

import json

import pytest


def test_a_sheet_is_made_filled_in_and_marked(run, tmp_path):
    sheet, key, solution = tmp_path / "sheet.md", tmp_path / "key.json", tmp_path / "solution.md"
    made = run("exercise", "--seed", 7, "-o", sheet, "--key", key, "--solution", solution)
    assert made.code == 0
    answers = {id: found["answer"] for id, found in json.loads(key.read_text("utf-8"))["answers"].items()}
    assert run("mark", key, sheet).code == 1
    given = tmp_path / "answers.json"
    given.write_text(json.dumps(answers), "utf-8")
    marked = run("mark", key, given)
    assert (marked.code, marked.out.splitlines()[-1]) == (0, "60 of 60 right.")
    given.write_text(json.dumps(answers | {"1": "99"}), "utf-8")
    marked = run("mark", key, given, "--json")
    assert marked.code == 1
    told = json.loads(marked.out)
    assert told["results"][0]["status"] == "wrong"
    assert (told["score"], told["total"]) == (59, 60)
    assert "\\frac" in solution.read_text("utf-8")


@pytest.mark.parametrize("name", ["a.html", "a.tex", "a.xml", "a.md"])
@pytest.mark.parametrize("options", [[], ["--mistakes", 2, "--lang", "zh"], ["--exact"]])
def test_every_format_is_written(run, tmp_path, name, options):
    made = run("exercise", "--seed", 7, *options, "-o", tmp_path / name, "--json")
    assert made.code == 0
    assert json.loads(made.out)["sheet"] == str(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 1000
    again = run("exercise", "-o", tmp_path / name)
    assert again.code == 2
    assert "exists already. Pass --force" in again.err


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            ["--sizes", "3,x", "-o", "a.md"],
            "`--sizes` must be whole numbers with commas between, such as 3,4,2; got '3,x'.",
        ),
        (["-o", "a.doc"], "a.doc does not say what to write. Pass --format md, html, latex or moodle."),
        (["--mistakes", 1, "--blanks", 0.5, "-o", "a.md"], "Choose one."),
    ],
)
def test_what_cannot_be_is_one_line(run, tmp_path, monkeypatch, options, text):
    monkeypatch.chdir(tmp_path)
    ended = run("exercise", *options)
    assert ended.code == 2
    assert text in ended.err
    assert ended.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_key_that_is_none(run, tmp_path):
    (tmp_path / "key.json").write_text("{}", "utf-8")
    ended = run("mark", tmp_path / "key.json", tmp_path / "key.json")
    assert ended.code == 2
    assert "This is no key of an exercise" in ended.err
    assert run("mark", tmp_path / "none.json", tmp_path / "key.json").code == 2
