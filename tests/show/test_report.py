"""The report: whole, closed, escaped, and every figure in it."""

import dataclasses
import re

import numpy as np
import pytest

from clearprop.show.report import report
from clearprop.show.wording import number, percent
from clearprop.train.scores import CLASSIFICATION, REGRESSION
from html_reader import Page

SAID = {"title": "A title", "source": "rows.csv"}
HOSTILE = "<script>alert('x')</script>&\"</td>"


@pytest.fixture(params=["two classes", "five classes", "numbers"])
def made(request, make):
    if request.param == "numbers":
        return make.numbers()
    return make.classes(("no", "yes") if request.param == "two classes" else tuple("abcde"))


def check_whole(html):
    """Closed, alone, and without the marks of missing values."""
    page = Page(html)
    assert html.startswith("<!doctype html>")
    assert not {"script", "iframe", "object", "img", "form"} & {tag for tag, _ in page.tags}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "src"]
    assert "://" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert [a["href"] for _, a in page.tags if "href" in a] == ["data:,"]
    assert not re.search(r"\b(None|nan|NaN|inf|-inf|Undefined|True|False)\b", page.text)
    for tag, attrs in page.tags:
        assert not re.search(
            r"nan|inf\b|None", " ".join(attrs.get(k, "") for k in ("d", "x", "y", "cx", "cy"))
        ), tag
    return page


def test_page_is_whole(made):
    page = check_whole(report(*made, **SAID))
    assert page.all("html")[0]["lang"] == "en"
    assert [a["content"] for a in page.all("meta") if a.get("name") == "viewport"]
    assert len(page.all("h1")) == 1


def test_same_arguments_give_the_same_page(made):
    assert report(*made, **SAID) == report(*made, **SAID)


def test_sections_come_in_order(make):
    found = re.findall("<h2>(.*?)</h2>", report(*make.classes(), **SAID))
    assert found == [
        "Scores", "Training, epoch by epoch", "Answers against the truth", "Can the probabilities be believed?",
        "Where it is most wrong", "The table", "The network", "Time",
    ]  # fmt: skip
    found = re.findall("<h2>(.*?)</h2>", report(*make.numbers(), **SAID))
    assert found[2:4] == ["Predictions against the truth", "Where it is most wrong"]


def test_what_is_said_about_it_is_shown(make):
    page = make.page(
        make.classes(), title="Who?", source="people.csv", created="1 May", timings={"read": 1.25}
    )
    for text in ("Who?", "people.csv", "1 May", "reading the table 1.2 s"):
        assert text in page.text


def test_headline_of_classes(make):
    model, evaluation = make.classes()
    share = percent(evaluation.scores["accuracy"])
    plain = percent(evaluation.baseline["accuracy"])
    expected = f"Right on {share} of 200 held-out rows; always answering no is right on {plain}."
    assert expected.replace("\xa0", " ") in make.page((model, evaluation)).text.replace(" ;", ";")


def test_headline_of_numbers(make):
    model, evaluation = make.numbers()
    text = make.page((model, evaluation)).text
    assert f"Off by {number(evaluation.scores['mae'])} on average on 200 held-out rows" in text
    assert f"the mean, {number(model.baseline[0])}, is off by {number(evaluation.baseline['mae'])}" in text


@pytest.mark.parametrize(
    ("score", "says"), [(0.2, "worse than that"), (0.5, "no better than that"), (0.6, "")]
)
def test_model_no_better_than_the_baseline_is_said(make, score, says):
    model, evaluation = make.classes()
    scores = evaluation.scores | {"accuracy": score}
    evaluation = dataclasses.replace(
        evaluation, scores=scores, baseline=evaluation.baseline | {"accuracy": 0.5}
    )
    text = make.page((model, evaluation)).text
    assert ("By this score the model is" in text) == bool(says)
    assert says in text


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_every_score_is_shown_with_its_direction(make, kind):
    made = getattr(make, kind)()
    evaluation, rows = made[1], make.page(made).table("score")[1:]
    assert len(rows) == len(CLASSIFICATION if kind == "classes" else REGRESSION)
    for (name, value), row in zip(evaluation.scores.items(), rows, strict=True):
        shown = percent if name.endswith("accuracy") else lambda v: number(v, zeros=v != 0)
        assert row[1:3] == [shown(v).replace("\xa0", " ") for v in (value, evaluation.baseline[name])]
        assert "higher is better" in row[0] or "lower is better" in row[0]
    assert rows[-1][0].count("lower is better") == 1


def test_scores_that_do_not_exist_are_said_so(make):
    model, evaluation = make.classes()
    nothing = dict.fromkeys(evaluation.scores)
    html = report(model, dataclasses.replace(evaluation, scores=nothing, baseline=nothing), **SAID)
    assert check_whole(html).table("score")[1][1:] == ["not defined", "not defined", "cannot be compared"]


def test_weighted_scores_say_so(make):
    weights = np.linspace(0.5, 2, 200)
    made = make.classes(more={"w": weights}, weight="w")
    assert made[1].weight == "w"
    text = make.page(made).text
    assert "weighted by w" in text
    assert "95 % interval). " not in text.split("Training, epoch")[0]
    assert make.classes()[1].weight is None


def test_kept_epoch_is_marked(make):
    record = make.record([0.9, 0.5, 0.4], scores=[-1.0, -0.25, -0.75], best=2)
    page = make.page(make.classes(record=record))
    assert "epoch 2 kept: 0.5" in page.text
    assert "epoch 2 kept: 0.25" in page.text  # in the sign of a log loss
    assert "validation: log loss (lower is better)" in page.text
    assert len(page.all("circle", "ring")) == 2
    assert page.table("epoch")[2][:3] == ["2 (kept)", "0.5000", "0.2500"]


@pytest.mark.parametrize(
    "losses", [[], [0.5], [0.5, 0.5], [1e-9, 1e9], [float(k) for k in range(1, 1500)]], ids=len
)
def test_any_number_of_epochs(make, losses):
    page = check_whole(report(*make.classes(record=make.record(losses)), **SAID))
    assert ("there is no curve" in page.text) == (not losses)
    assert not losses or f"epoch {len(losses)} kept" in page.text
    assert all(len(table) < 250 for table in page.tables)


def test_without_validation_rows(make):
    record = make.record([0.9, 0.5], scores=[None, None])
    page = check_whole(report(*make.classes(record=record), **SAID))
    assert "No rows were set aside to choose the epoch" in page.text
    assert "validation" not in page.text


def test_scores_that_are_infinite_are_left_out_of_the_curve(make):
    record = make.record([0.9, 0.5, 0.4], scores=[-np.inf, -0.4, -0.3])
    page = check_whole(report(*make.classes(record=record), **SAID).replace("∞", "oo"))
    assert len(page.all("circle", "point")) == 5


@pytest.mark.parametrize(
    ("stopped", "words"),
    [
        ("epochs", "all epochs were run"),
        ("patience", "the validation score had not become better"),
        ("time limit", "the time limit was reached"),
        ("interrupted", "it was interrupted"),
        ("diverged", "J ceased to be finite"),
    ],
)
def test_why_it_stopped(make, stopped, words):
    record = make.record([0.5], stopped=stopped, warning="Look <here>.")
    text = make.page(make.classes(record=record)).text
    assert f"why it stopped {words}" in text
    assert "Warning. Look <here>." in text


def test_confusion_sums_to_the_rows(make):
    evaluation = (made := make.classes(tuple("abcde")))[1]
    rows = make.page(made).table("truth")
    assert rows[0] == ["truth ↓ answer →", *"abcde", "rows"]
    for name, counts, row in zip("abcde", evaluation.confusion, rows[1:-1], strict=True):
        assert row[0] == name
        assert [int(cell.split()[0]) for cell in row[1:-1]] == counts
        assert int(row[-1]) == sum(counts)
    assert int(rows[-1][-1]) == evaluation.rows == 200


@pytest.mark.parametrize("n", [2, 12, 13, 100])
def test_two_to_a_hundred_classes(make, n):
    made = make.classes(tuple(f"class {k:03d}" for k in range(n)), m=1000)
    page = check_whole(report(*made, **SAID))
    rows = page.table("truth")
    assert len(rows) == min(n, 12) + 2 + (n > 12)
    assert rows[-1][-1] == "1,000"
    assert (f"the other {n - 12} classes" in page.text) == (n > 12)
    assert len(page.table("class")) == n + 1


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_one_row(make, kind):
    many, _ = getattr(make, kind)()
    one = make.classes(m=2) if kind == "classes" else make.numbers(m=1)
    html = report(many, one[1], **SAID)
    page = check_whole(html)
    assert kind == "classes" or "1 held-out row" in page.text
    assert kind == "classes" or page.table("score")[1][1] == "not defined"


def test_one_class_present(make):
    model, evaluation = make.classes()
    counts = [[1, 0], [0, 0]]
    bins = [{"said": 0.3, "seen": 0.0, "rows": 1}]
    scores = evaluation.scores | {"auc": None, "accuracy": 1.0}
    one = dataclasses.replace(
        evaluation, rows=1, scores=scores, confusion=counts, calibration=bins, worst=evaluation.worst[:1]
    )
    page = check_whole(report(model, one, **SAID))
    assert "Right on 100 % of 1 held-out row;" in page.text.replace(" ;", ";")
    assert "No row was answered wrongly." in page.text
    assert ["yes", "0", "no rows", "0", "never answered"] in page.table("class")


def test_text_is_escaped_wherever_it_comes_from(make):
    classes = (HOSTILE, "</style>", "{{ 7 * 7 }}", "naïve 猫 🐈 עברית")
    made = make.classes(classes, name="<b>target", more={f"{HOSTILE} age": np.arange(200.0) ** 2})
    made[0].record.warning = made[0].record.stopped = HOSTILE
    said = {"title": HOSTILE, "source": HOSTILE, "created": HOSTILE, "timings": {HOSTILE: 1.0}}
    html = report(*made, **said)
    page = check_whole(html)
    assert html.count("<style>") == html.count("</style>") == 1
    for text in (*classes, f"{HOSTILE} age", "<b>target"):
        assert text in page.text
    assert "49" not in [cell for table in page.tables for row in table for cell in row]


def test_long_names_are_cut_and_kept_whole_in_a_title(make):
    long = "q" * 3000
    page = make.page(make.classes((long, "b"), name=long, more={long + "x": np.arange(200.0)}), title=long)
    assert max(len(word) for word in page.text.split()) <= 60
    assert long in {attrs.get("title") for attrs in page.all("bdi")}


def test_characters_that_no_page_may_hold_are_replaced(make):
    html = report(*make.classes(("a\x00b", "c\x1bd")), title="t\ud800", source="s\x08")
    assert html.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f]", html)
    assert "a\N{REPLACEMENT CHARACTER}b" in html


def test_numbers_far_from_one(make):
    for scale in (1e-9, 1e9, 1e150):
        check_whole(report(*make.numbers(scale=scale), **SAID))


def test_worst_rows(make):
    made = make.classes()
    rows = make.page(made).table("where")
    assert rows[1][:3] == [made[1].worst[0][key] for key in ("where", "truth", "answer")]
    assert rows[1][3:] == [
        percent(made[1].worst[0]["p"]).replace("\xa0", " "),
        number(made[1].worst[0]["loss"], zeros=True),
    ]
    made = make.numbers()
    row = made[1].worst[0]
    assert make.page(made).table("where")[1][3] == number(row["answer"] - row["truth"])
    assert "There is no row to show." in make.page((made[0], dataclasses.replace(made[1], worst=[]))).text


def test_every_column_is_described(make):
    names = ["all different " * 2 + str(k) for k in range(200)]
    made = make.classes(
        more={"id": names, "none": [None] * 200, "many": [f"level {k % 120}" for k in range(200)]}
    )
    rows = {row[0]: row[1:] for row in make.page(made).table("column")}
    assert rows["id"][0] == rows["none"][0] == rows["one"][0] == "left out"
    assert "almost every row has a value of its own" in rows["id"][3]
    assert rows["none"][1] == "200 (100 %)"
    assert rows["town"][3].startswith("3 levels: ")
    assert re.fullmatch(r"median \S+, middle half \S+ to \S+, range \S+ to \S+", rows["age"][3])
    assert rows["age"][4] == "2"
    assert "rarer ones together 10 %" in rows["many"][3]
    assert "and 96 more" in rows["many"][3]


def test_many_columns_are_folded_and_too_many_left_out(make):
    more = {f"c{k:03d}": np.arange(200.0) * (k + 1) for k in range(600)}
    page = make.page(make.classes(more=more))
    assert len(page.table("column")) == 501
    assert "103 further columns are not listed." in page.text
    assert "Every column" in page.text


def test_network_and_conventions(make):
    made = make.classes(hidden=(16, 4), activation="relu")
    page = make.page(made)
    n = made[0].params.net
    for text in (
        f"{n.n_parameters:,}, in float32",
        "16 – 4 – 2 outputs",
        "relu′(0) is taken as 0.",
        "mean of Jᵢ",
    ):
        assert text in page.text
    assert "no layer of this network is relu" in make.page(make.classes()).text
    assert "(target − " in make.page(make.numbers()).text


@pytest.mark.parametrize(("solver", "says"), [("adamw", "decoupled"), ("sgd", "dW + lambda W")])
def test_decay_is_said_by_solver(make, solver, says):
    model, evaluation = make.classes()
    resolved = {
        "solver": solver,
        "learning_rate_init": 0.004,
        "learning_rate": "cosine",
        "betas": [0.9, 0.95],
    }
    model.estimator = model.estimator | {"settings": resolved | {"n_iter_no_change": 8, "batch_size": 256}}
    text = make.page((model, evaluation)).text
    assert says in text
    assert ("decoupled" in text) != ("lambda is added" in text)
    for fact in ("learning rate 0.004, cosine", "betas 0.9, 0.95", "rows a step 256", "8 epochs without"):
        assert fact in text


def test_model_that_does_not_say_who_made_it(make):
    model, evaluation = make.classes()
    model.estimator = {}
    assert "decoupled" in check_whole(report(model, evaluation, **SAID)).text
