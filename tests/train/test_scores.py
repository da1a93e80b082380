"""Scores against scikit-learn's, and where they do not exist."""

import numpy as np
import pytest
from sklearn import metrics

from clearprop.errors import SpecError
from clearprop.train.scores import (
    CLASSIFICATION,
    REGRESSION,
    better,
    checked_metric,
    names_for,
    score,
    scores,
)

ROUNDING = 1e-12  # the same sums in another order


def of_classes(n, rows=60, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, n, rows), rng.dirichlet(np.ones(n), rows), rng.uniform(0.1, 3, rows)


def theirs(name, y, p, w):
    labels, truth = np.arange(p.shape[1]), np.eye(p.shape[1])[y]
    if name == "accuracy":
        return metrics.accuracy_score(y, p.argmax(axis=1), sample_weight=w)
    if name == "balanced_accuracy":
        return metrics.balanced_accuracy_score(y, p.argmax(axis=1), sample_weight=w)
    if name == "log_loss":
        return metrics.log_loss(y, p, labels=labels, sample_weight=w)
    if name == "auc":
        if p.shape[1] == 2:
            return metrics.roc_auc_score(y, p[:, 1], sample_weight=w)
        return metrics.roc_auc_score(truth, p, average="macro", sample_weight=w)
    if p.shape[1] == 2:
        return metrics.brier_score_loss(y, p[:, 1], sample_weight=w)
    return metrics.brier_score_loss(y, p, labels=labels, sample_weight=w, scale_by_half=True)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_scores_of_classes_are_scikit_learns(name, classes, weighted):
    y, p, w = of_classes(classes)
    w = w if weighted else None
    assert score(name, y, p, w) == pytest.approx(theirs(name, y, p, w), rel=ROUNDING)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", REGRESSION)
def test_scores_of_numbers_are_scikit_learns(name, weighted):
    rng = np.random.default_rng(0)
    y, p, w = rng.standard_normal((3, 50))
    w = np.abs(w) if weighted else None
    f = {"r2": "r2_score", "rmse": "root_mean_squared_error", "mae": "mean_absolute_error"}[name]
    assert score(name, y, p, w) == pytest.approx(getattr(metrics, f)(y, p, sample_weight=w), rel=ROUNDING)


@pytest.mark.parametrize("name", CLASSIFICATION)
@pytest.mark.parametrize("classes", [2, 4])
def test_rows_without_weight_are_absent(name, classes):
    y, p, w = of_classes(classes)
    w[y == 1] = 0  # a class of which no row counts
    some = w > 0
    got, want = score(name, y, p, w), score(name, y[some], p[some], w[some])
    assert got == pytest.approx(want, rel=ROUNDING, nan_ok=True)
    assert np.isnan(got) == (name == "auc" and classes == 2)


def test_auc_is_the_mean_over_the_classes_that_are_present():
    y, p, _ = of_classes(4)
    y[y == 2] = 0
    want = np.mean([metrics.roc_auc_score(y == c, p[:, c]) for c in (0, 1, 3)])
    assert score("auc", y, p) == pytest.approx(want, rel=ROUNDING)


def test_balanced_accuracy_counts_classes_that_are_present():
    y, p, _ = of_classes(4)
    y[y == 2] = 0
    right = p.argmax(axis=1) == y
    want = np.mean([right[y == c].mean() for c in (0, 1, 3)])
    assert score("balanced_accuracy", y, p) == pytest.approx(want, rel=ROUNDING)


def test_a_certain_mistake_costs_a_finite_log_loss():
    p = np.array([[1.0, 0.0]])
    assert score("log_loss", np.array([1]), p) == pytest.approx(-np.log(1e-15))


def test_scores_that_do_not_exist_are_nan_and_the_worst():
    one_class = np.zeros(3, int), np.full((3, 2), 0.5)
    assert np.isnan(score("auc", *one_class))
    assert np.isnan(score("r2", np.ones(1), np.ones(1)))
    assert better("auc", float("nan")) == -np.inf


def test_higher_is_better_after_the_turn():
    assert better("log_loss", 0.3) == -0.3
    assert better("accuracy", 0.3) == 0.3


def test_all_scores_by_name():
    y, p, _ = of_classes(3)
    assert set(scores(names_for("classification"), y, p)) == set(CLASSIFICATION)


def test_metrics_by_name():
    assert checked_metric("auto", "classification") == "log_loss"
    assert checked_metric("auto", "regression") == "rmse"
    assert checked_metric("auc", "classification") == "auc"
    with pytest.raises(SpecError) as caught:
        checked_metric("r2", "classification")
    assert str(caught.value) == (
        f"`metric` of a classification must be auto or one of {', '.join(CLASSIFICATION)}; got 'r2'."
    )
