"""Scores, confusion, calibration, residuals and worst rows of a model, against scikit-learn and by hand."""

import json

import numpy as np
import pytest
from sklearn import metrics

from clearprop.tables.read import read_table
from clearprop.train.evaluation import evaluate
from oracles.models import classes, classifier, numbers, regressor, table

ROWS = 90
ROUNDING = 1e-10  # the same sums in another order


def with_target(weight=False):
    """A table with the target of both tasks, and weights."""
    columns = table(ROWS, 1)
    w = np.random.default_rng(0).uniform(0.1, 3, ROWS)
    return columns, read_table(columns | {"y": classes(ROWS, 1)} | ({"w": w} if weight else {})), w


@pytest.mark.parametrize("weighted", [False, True])
def test_scores_of_classes(weighted):
    columns, rows, w = with_target(weight=True)
    found = evaluate(classifier().model_, rows, "w" if weighted else None)
    y, p = classes(ROWS, 1), classifier().predict_proba(columns)
    answer, w = classifier().classes_[p.argmax(axis=1)], w if weighted else None
    assert found.scores["accuracy"] == pytest.approx(metrics.accuracy_score(y, answer, sample_weight=w))
    assert found.scores["log_loss"] == pytest.approx(metrics.log_loss(y, p, sample_weight=w), rel=ROUNDING)
    balanced = metrics.balanced_accuracy_score(y, answer, sample_weight=w)
    assert found.scores["balanced_accuracy"] == pytest.approx(balanced, rel=ROUNDING)
    shares = np.array([(classes() == c).mean() for c in found.classes])
    y_rows = np.searchsorted(found.classes, y)
    want = -np.average(np.log(np.array(classifier().model_.baseline))[y_rows], weights=w)
    assert found.baseline["log_loss"] == pytest.approx(want, rel=ROUNDING)
    np.testing.assert_allclose(
        classifier().model_.baseline, shares, atol=0.02
    )  # of the rows kept in the split
    assert (found.task, found.rows, found.classes) == ("classification", ROWS, ["low", "mid", "top"])


def test_confusion_is_by_truth_and_answer():
    columns, rows, _ = with_target()
    found = evaluate(classifier().model_, rows)
    want = metrics.confusion_matrix(classes(ROWS, 1), classifier().predict(columns))
    np.testing.assert_array_equal(found.confusion, want)


def test_calibration_by_hand():
    columns, rows, _ = with_target()
    found = evaluate(classifier().model_, rows).calibration
    p = classifier().predict_proba(columns)
    said, right = p.max(axis=1), classifier().predict(columns) == classes(ROWS, 1)
    assert sum(b["rows"] for b in found) == ROWS
    assert sum(b["rows"] * b["seen"] for b in found) == pytest.approx(right.sum())
    assert sum(b["rows"] * b["said"] for b in found) == pytest.approx(said.sum())
    assert [b["said"] for b in found] == sorted(b["said"] for b in found)
    first = [i for i in range(ROWS) if int(said[i] * 10) == int(found[0]["said"] * 10)]
    assert found[0]["rows"] == len(first)


def test_the_worst_rows_by_their_place():
    columns, rows, _ = with_target()
    found = evaluate(classifier().model_, rows).worst
    y = np.searchsorted(classifier().classes_.astype(str), classes(ROWS, 1).astype(str))
    losses = -np.log(classifier().predict_proba(columns)[np.arange(ROWS), y])
    order = np.argsort(-losses, kind="stable")[:10]
    assert [row["where"] for row in found] == [f"row {i + 1} of the mapping" for i in order]
    np.testing.assert_allclose([row["loss"] for row in found], losses[order], rtol=ROUNDING)
    np.testing.assert_allclose([row["p"] for row in found], np.exp(-losses[order]), rtol=ROUNDING)
    assert found[0]["truth"] == classes(ROWS, 1)[order[0]]
    assert found[0]["answer"] == classifier().predict(columns)[order[0]]


@pytest.mark.parametrize("weighted", [False, True])
def test_scores_of_numbers(weighted):
    columns, w = table(ROWS, 1), np.random.default_rng(0).uniform(0.1, 3, ROWS)
    y, p = numbers(ROWS, 1), regressor().predict(table(ROWS, 1))
    found = evaluate(regressor().model_, read_table(columns | {"y": y, "w": w}), "w" if weighted else None)
    w = w if weighted else None
    assert found.scores["r2"] == pytest.approx(metrics.r2_score(y, p, sample_weight=w), rel=ROUNDING)
    rmse = metrics.root_mean_squared_error(y, p, sample_weight=w)
    assert found.scores["rmse"] == pytest.approx(rmse, rel=ROUNDING)
    assert found.scores["mae"] == pytest.approx(
        metrics.mean_absolute_error(y, p, sample_weight=w), rel=ROUNDING
    )
    constant = np.full(ROWS, regressor().model_.baseline[0])
    assert found.baseline["mae"] == pytest.approx(metrics.mean_absolute_error(y, constant, sample_weight=w))
    assert (found.task, found.classes, found.confusion) == ("regression", [], [])


def test_residuals_and_worst_numbers():
    y, p = numbers(ROWS, 1), regressor().predict(table(ROWS, 1))
    found = evaluate(regressor().model_, read_table(table(ROWS, 1) | {"y": y}))
    np.testing.assert_allclose(found.residuals["true"], y, rtol=ROUNDING)
    np.testing.assert_allclose(found.residuals["predicted"], p, rtol=ROUNDING)
    assert sum(found.residuals["counts"]) == ROWS
    low, high = found.residuals["edges"][0], found.residuals["edges"][-1]
    assert (p - y).min() <= low < high <= (p - y).max()
    worst = int(np.argmax(np.abs(p - y)))
    assert found.worst[0]["where"] == f"row {worst + 1} of the mapping"
    assert found.worst[0]["loss"] == pytest.approx(0.5 * (p[worst] - y[worst]) ** 2)


def test_a_score_that_does_not_exist_is_null_in_json():
    rows = read_table(
        {name: column[:1] for name, column in (table(ROWS, 1) | {"y": numbers(ROWS, 1)}).items()}
    )
    found = evaluate(regressor().model_, rows)
    assert found.scores["r2"] is None
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["scores"]["r2"] is None


def test_one_class_in_the_rows():
    columns = table(ROWS, 1) | {"y": np.array(["mid"] * ROWS, object)}
    found = evaluate(classifier().model_, read_table(columns))
    assert found.scores["auc"] is None
    assert found.scores["balanced_accuracy"] == found.scores["accuracy"]
