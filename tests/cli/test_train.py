"""`clearprop train`: what it writes, prints and refuses."""

import json

import pytest

from clearprop import load


def test_a_model_beats_the_baseline_and_says_so(run, table, tmp_path):
    ended = run(
        "train", table, "--target", "rich", "-o", tmp_path / "m.safetensors", "--preset", "fast", "--json"
    )
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found["task"] == "classification"
    assert found["scores"]["accuracy"] > 0.9 > found["baseline"]["accuracy"]
    assert found["rows"] + found["held_out_rows"] == 600
    assert found["peak_share"] > 0  # of a peak that is measured: on a busy machine it can pass 1
    assert {c["name"]: c["kind"] for c in found["encoding"]} == {
        "age": "number",
        "hours": "number",
        "town": "category",
    }
    assert "held-out scores, 120 rows" in ended.err
    assert f"model: {tmp_path / 'm.safetensors'}" in ended.err


def test_evaluate_on_the_held_out_table_gives_the_scores_of_training(run, table, fresh, model):
    again = table.parent / "again.safetensors"
    options = ("--target", "rich", "--valid", fresh, "--preset", "fast", "--force", "--json")
    trained = json.loads(run("train", table, "-o", again, *options).out)
    evaluated = json.loads(run("evaluate", again, fresh, "--json").out)
    assert evaluated["scores"] == trained["scores"]


def test_the_same_seed_gives_the_same_file(run, table, tmp_path):
    for name in ("a", "b"):
        run("train", table, "--target", "rich", "-o", tmp_path / name, "--preset", "fast", "--epochs", 3)
    a, b = load(tmp_path / "a"), load(tmp_path / "b")
    assert (a.model_.params.flat == b.model_.params.flat).all()
    run(
        "train",
        table,
        "--target",
        "rich",
        "-o",
        tmp_path / "c",
        "--preset",
        "fast",
        "--epochs",
        3,
        "--seed",
        1,
    )
    assert (load(tmp_path / "c").model_.params.flat[:20] != a.model_.params.flat[:20]).any()


def test_a_report_is_written(run, table, tmp_path):
    page = tmp_path / "report.html"
    run(
        "train",
        table,
        "--target",
        "rich",
        "-o",
        tmp_path / "m",
        "--report",
        page,
        "--preset",
        "fast",
        "--epochs",
        3,
    )
    written = page.read_text(encoding="utf-8")
    assert "people 人.csv" in written
    assert "Which columns matter" in written


def test_importances_are_told_and_kept_in_the_model(run, table, tmp_path):
    model = tmp_path / "m"
    ended = run("train", table, "--target", "rich", "-o", model, "--preset", "fast", "--epochs", 5, "--json")
    found = json.loads(ended.out)["importances"]
    assert found["metric"] == "log_loss"
    assert found["rows"] == 120  # those held out for the scores
    assert found["score"] == pytest.approx(json.loads(ended.out)["scores"]["log_loss"], rel=1e-12)
    first = max(found["columns"], key=lambda one: one["mean"])
    said = f"columns that matter most (log_loss becomes worse by, when shuffled): {first['name']} {first['mean']:.3g}"
    assert said in ended.err
    kept = load(model).feature_importances_
    assert kept.tolist() == [one["mean"] for one in found["columns"]]
    assert json.loads(ended.out)["timings"]["importances"] > 0


def test_regression_weights_drop_and_hidden(run, table, tmp_path):
    options = ("--weight", "age", "--drop", "town", "--hidden", "16,8", "--epochs", 3, "--json")
    ended = run("train", table, "--target", "hours", "--missing", "?", "-o", tmp_path / "m", *options)
    assert ended.code == 2  # the target has holes
    assert "hours" in ended.err
    ended = run("train", table, "--target", "age", "--task", "regression", *options[2:], "-o", tmp_path / "m")
    assert ended.code == 0, ended.err
    assert load(tmp_path / "m").model_.params.net.sizes[1:] == (16, 8, 1)
    assert {c["name"] for c in json.loads(ended.out)["encoding"]} == {"hours", "rich"}


def test_a_weight_column_is_no_input(run, table, tmp_path):
    run(
        "train",
        table,
        "--target",
        "rich",
        "--weight",
        "age",
        "-o",
        tmp_path / "m",
        "--preset",
        "fast",
        "--epochs",
        2,
    )
    assert "age" not in load(tmp_path / "m").feature_names_in_


def test_options_come_from_a_file_and_the_command_line_wins(run, table, tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text('target = "rich"\nhidden = "7"\nepochs = 2\nbatch-size = 64\ndrop = ["town"]\n')
    run("train", table, "--config", settings, "--epochs", "3", "-o", tmp_path / "m")
    model = load(tmp_path / "m").model_
    assert model.params.net.sizes[1:-1] == (7,)
    assert len(model.record.rows) == 3
    assert "town" not in {column.name for column in model.encoding.columns}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--target", "richh"), "There is no column `richh` in people 人.csv: the nearest name is `rich`."),
        (("--target", "rich", "--lr", "nan"), "`--lr` must be a finite number above 0; got nan."),
        (("--target", "rich", "--hidden", "8,,3"), "such as 256,256; got '8,,3'"),
        (("--target", "rich", "--preset", "quick"), "`--preset` must be one of plain, fast, accurate, best; got"),
        (("--target", "rich", "--valid", "1.5"), "`--valid` must be a fraction above 0 and below 1, or a table"),
        (("--target", "rich", "--epochs", "0"), "`--epochs` must be a whole number, 1 or more; got 0."),
        (("--target", "rich", "--epoch", "3"), "--epochs"),
        (("--target", "rich", "--metric", "rmse"), "`--metric` of a classification must be auto or one of"),
        (("--target", "town", "--task", "regression"), "town"),
        ((), "--target"),
        (("--target", "rich", "--seed", "-1"), "--seed"),
        (("--target", "rich", "--batch-size", "0"), "`--batch-size` must be"),
        (("--target", "rich", "--drop", "rich"), "Column `rich` is the target, so it cannot be named by `--drop` too."),
        (("--target", "rich", "--weight", "rich"), "cannot be named by `--weight` too"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_exit_2(run, table, tmp_path, options, said):
    ended = run("train", table, "-o", tmp_path / "m.safetensors", *options)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert ended.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--preset", "quick"), "`--preset` must be one of plain, fast, accurate, best; got 'quick'."),
        (("--epochs", 0), "`--epochs` must be a whole number, 1 or more; got 0."),
        (("--hidden", "90000,90000"), "90000-90000-2 make more than 2,147,483,648 parameters. Use smaller `--hidden`."),
        (("--hidden", "0"), "`--hidden` must be whole numbers from 1"),
        (("--activation", "rely"), "`--activation` must be one of"),
        (("--metric", "f1"), "`--metric` must be auto or one of accuracy"),
        (("--metric", "rmse", "--task", "classification"), "`--metric` of a classification must be"),
        (("--quantile", 2), "`--quantile` must be above 0 and below 1; got 2.0."),
        (("--class-weight", "balanced", "--task", "regression"), "is for a classification, but this is a regression."),
        (("--valid", 1), "`--valid` must be a fraction"),
        (("--valid", "nosuch.csv"), "There is no file nosuch.csv."),
        (("--memory", "much"), "`--memory` must be a size such as"),
        (("--threads", 0), "`--threads` must be"),
        (("--time-limit", 0), "`--time-limit` must be"),
        (("--resume",), "`--resume` needs a `--checkpoint` folder"),
    ],
)  # fmt: skip
def test_options_are_judged_before_the_table_is_read(run, tmp_path, options, said):
    ended = run("train", tmp_path / "nosuch-table.csv", "--target", "rich", "-o", tmp_path / "m", *options)
    assert (ended.code, ended.err.count("\n"), ended.out) == (2, 1, "")
    assert said in ended.err


def test_dates_in_no_form_that_is_read_are_told(run, tmp_path):
    rows = [
        f"{k % 2 + 1}/{k % 9 + 1}/2020,{1 + k % 28}/{1 + k // 28}/2020,{k % 5},{k % 3}" for k in range(90)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["week,sold,x,y", *rows]) + "\n")
    options = ("--target", "y", "--preset", "plain", "--epochs", 1, "--force", "-o", tmp_path / "m")
    said = run("train", tmp_path / "t.csv", *options).err
    form = "it looks like dates, but in no form that is read; write them like 2020-12-31"
    assert f"note: column `sold` is left out: {form}\n" in said
    assert f"note: column `week` is taken for categories: {form}\n" in said
    assert "column `week`" not in run("train", tmp_path / "t.csv", *options, "--categorical", "week").err


def test_names_as_they_must_be_typed(run, table, tmp_path):
    both = run("train", table, "--target", "rich", "-o", tmp_path / "m", "--drop", "age,town").err
    assert (
        "`--drop` names `age,town`, which is not a column of people 人.csv: name `age`, `town` one by one."
        in both
    )
    (tmp_path / "t.csv").write_text('my price,y\n"1,234",1\n"1,235",2\n')
    spaced = run("train", tmp_path / "t.csv", "--target", "y", "-o", tmp_path / "m").err
    assert "pass `--drop 'my price'`, or `--categorical 'my price'`" in spaced


def test_a_pattern_that_the_shell_has_expanded_is_told(run):
    ended = run("train", "big/0.parquet", "big/1.parquet", "--target", "y")
    assert ended.code == 2
    assert (
        "(big/1.parquet). A pattern such as 'big/*.parquet' stands in quotes. See clearprop --help."
        in ended.err
    )


def test_the_numbers_of_rows_add_up(run, table, fresh, tmp_path):
    options = ("--target", "rich", "--epochs", 2)
    alone = run("train", table, *options, "-o", tmp_path / "a", "--preset", "plain").err
    assert "432 rows to learn from, 48 others to choose the epoch; columns: 2 numbers, 1 category\n" in alone
    assert "held-out scores, 120 rows" in alone
    together = run("train", table, *options, "-o", tmp_path / "b", "--preset", "fast", "--valid", fresh).err
    assert "600 rows to learn from, of which each network sets a tenth aside to choose the epoch" in together


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs = ", "line 1"),
        ("epochz = 3", "`epochz`, which is no option: the nearest name"),
        (None, "There is no settings file"),
    ],
)  # fmt: skip
def test_a_broken_settings_file_is_told(run, table, tmp_path, text, said):
    path = tmp_path / "s.toml"
    if text is not None:
        path.write_text(text)
    ended = run("train", table, "--target", "rich", "--config", path)
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_outputs_that_exist_are_kept(run, table, tmp_path):
    kept = tmp_path / "m.safetensors"
    kept.write_text("mine")
    ended = run("train", table, "--target", "rich", "-o", kept)
    assert (ended.code, kept.read_text()) == (2, "mine")
    assert "Pass --force to replace it" in ended.err
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "no folder" / "m")
    assert (ended.code, "There is no folder" in ended.err) == (2, True)
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "x", "--report", tmp_path / "x")
    assert "Two outputs have the same name" in ended.err


def test_errors_are_json_too(run, tmp_path):
    ended = run("train", tmp_path / "absent.csv", "--target", "y", "--json")
    assert ended.code == 2
    assert "absent.csv" in json.loads(ended.out)["error"]


def test_divergence_is_told_with_its_cause(run, table, tmp_path):
    options = ("--lr", "1e30", "--preset", "plain", "--activation", "identity", "--epochs", "5")
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "m", *options)
    said = " ".join(ended.err.split())
    assert "The learning rate of 1e+30 is likely too large." in said


def test_an_interrupt_keeps_the_model(run, table, tmp_path, monkeypatch):
    from clearprop.train import loop

    def interrupted(self, done, loss):
        if done >= 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop._Run, "_tell", interrupted)
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "m", "--preset", "fast")
    assert ended.code == 130
    assert load(tmp_path / "m").model_.record.stopped == "interrupted"
    assert "Training was interrupted." in ended.err


def test_an_input_is_never_written_over(run, table):
    before = table.read_bytes()
    ended = run("train", table, "--target", "rich", "-o", table, "--force")
    assert (ended.code, table.read_bytes()) == (2, before)
    assert "is read here, so it cannot be written" in ended.err


def test_too_few_rows_to_hold_any_out(run, tmp_path):
    (tmp_path / "two.csv").write_text("x,y\n1,a\n2,b\n")
    ended = run("train", tmp_path / "two.csv", "--target", "y", "-o", tmp_path / "m")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert (
        "Classes need several rows each, but the values of the target `y` are all different in the 2 rows"
        in ended.err
    )


@pytest.mark.parametrize(
    ("task", "why"), [("classification", "all rows of a class"), ("regression", "all other rows")]
)
def test_groups_of_which_none_can_be_held_out(run, tmp_path, task, why):
    (tmp_path / "t.csv").write_text("x,y,g\n" + "".join(f"{n},{n % 2},one\n" for n in range(40)))
    options = "--groups", "g", "--task", task, "-o", tmp_path / "m"
    said = run("train", tmp_path / "t.csv", "--target", "y", *options).err
    assert said == (
        f"clearprop: No value of `g` in t.csv can be held out: {why} would go with it. Pass `--valid TABLE`.\n"
    )


@pytest.mark.parametrize(("value", "is_number"), [("id{}", False), ("{}", True)])
def test_classes_of_one_row_each_are_told(run, tmp_path, value, is_number):
    rows = [f"{n % 7},{value.format(n)}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    options = "--task", "classification", "-o", tmp_path / "m"
    said = run("train", tmp_path / "t.csv", "--target", "y", *options).err
    assert (
        "the target `y` are all different in the 60 rows of t.csv, so none can be held out. If it only names"
        in said
    )
    assert ("pass `--task regression`" in said) == is_number


def test_a_table_that_is_not_there_is_told_before_the_model_that_is(run, tmp_path):
    (tmp_path / "m").write_text("an older model")
    (tmp_path / "empty.csv").touch()
    for name, said in (("none.csv", "There is no file"), ("empty.csv", "empty.csv is empty")):
        ended = run("train", tmp_path / name, "--target", "y", "-o", tmp_path / "m")
        assert (ended.code, said in ended.err) == (2, True), ended.err
