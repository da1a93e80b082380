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
            "`--sizes` must be whole numbers from 1, with commas between, such as 3,4,2; got '3,x'.",
        ),
        (["--sizes", "0,4,2", "-o", "a.md"], "`--sizes` must be whole numbers from 1, with commas between"),
        (
            ["--sizes", "3", "-o", "a.md"],
            "`--sizes` must name two layers or more, the inputs first, such as 3,4,2; got '3'.",
        ),
        (
            ["-o", "a.doc"],
            "The name of the sheet must end in .md, .html, .htm, .tex, .xml; got a.doc. "
            "Choose another, or pass --format md, html, latex or moodle.",
        ),
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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "it has no 'format'"),
        ('{"a', "it is no JSON: Unterminated string starting at: line 1 column 2 (char 1)"),
        (
            '{"format": "clearprop.account/1"}',
            "its format is 'clearprop.account/1', not 'clearprop.exercise/1'",
        ),
        ('{"format": "clearprop.exercise/1", "network": 3}', "what it holds does not fit together"),
    ],
)
def test_a_key_that_is_none(run, tmp_path, text, why):
    key = tmp_path / "key.json"
    key.write_text(text, "utf-8")
    ended = run("mark", key, key)
    assert ended.code == 2
    assert (
        ended.err
        == f"clearprop: {key}: This is no key of an exercise ({why}). Give the file that `--key` wrote.\n"
    )
    assert run("mark", tmp_path / "none.json", key).code == 2


def test_answers_to_blanks_that_are_not_there_are_named(run, tmp_path):
    sheet, key, answers = tmp_path / "sheet.md", tmp_path / "key.json", tmp_path / "answers.csv"
    run("exercise", "--sizes", "2,2", "--rows", 2, "--seed", 7, "-o", sheet, "--key", key)
    answers.write_text("blank,answer\n1,5\n999,3\n1 where,dW\n", "utf-8")
    marked = run("mark", key, answers)
    assert "Not on this sheet, so not marked: '999', '1 where'. Check the numbers" in marked.out
    assert json.loads(run("mark", key, answers, "--json").out)["unknown"] == ["999", "1 where"]


def test_a_table_that_holds_no_answers_is_not_marked(run, tmp_path):
    key, table = tmp_path / "key.json", tmp_path / "other.csv"
    run("exercise", "--seed", 7, "-o", tmp_path / "sheet.md", "--key", key)
    table.write_text("id,age\n1,36.2\n2,22.5\n", "utf-8")
    refused = run("mark", key, table)
    assert refused.code == 2
    assert "other.csv holds no answers. Give" in refused.err
    for head in ("blank,answer\n", "Number,Answer\n", ""):
        table.write_text(f"{head}1,36.2\n", "utf-8")
        assert run("mark", key, table).code == 1


def test_a_file_that_is_not_there_is_named_with_advice(run, tmp_path):
    refused = run("mark", "nosuch.json", "nosuch.md")
    assert (refused.code, refused.err) == (
        2,
        "clearprop: nosuch.json: No such file or directory. Check the name.\n",
    )


@pytest.mark.parametrize(
    ("option", "value", "must"),
    [
        ("--seed", "x", "a whole number"),
        ("--rows", "2.5", "a whole number"),
        ("--blanks", "half", "a number"),
        ("--format", "doc", "one of md, html, latex, moodle"),
    ],
)
def test_the_parser_says_what_must_hold_and_what_came(run, tmp_path, option, value, must):
    refused = run("exercise", "-o", tmp_path / "sheet.md", option, value)
    said = f"clearprop: `{option}` must be {must}; got {value!r}. See clearprop --help.\n"
    assert (refused.code, refused.err) == (2, said)
