"""`diagnose` on fitted estimators: an illness each, and healthy networks without a finding."""

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from oracles.models import classes, numbers, table

LOADERS = {
    "digits": load_digits,
    "iris": load_iris,
    "diabetes": load_diabetes,
    "cancer": load_breast_cancer,
    "wine": load_wine,
}


@cache
def data(name):
    """Inputs scaled; the target of diabetes too."""
    X, y = LOADERS[name](return_X_y=True)
    X = X / 16 if name == "digits" else scale(X)
    return X, scale(y) if name == "diabetes" else y


def fitted(model, X, y, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **more)


def names(model, X, y=None, w=None):
    return [finding.name for finding in model.diagnose(X, y, w)]


HEALTHY = {
    "digits": ("digits", MLPClassifier(max_iter=300)),
    "digits, sgd": (
        "digits",
        MLPClassifier((64,), solver="sgd", learning_rate_init=0.05, max_iter=400),
    ),
    "digits, two tanh layers, early stopping": (
        "digits",
        MLPClassifier((64, 64), activation="tanh", early_stopping=True),
    ),
    "iris": ("iris", MLPClassifier((20,), max_iter=2000)),
    "cancer": ("cancer", MLPClassifier(max_iter=1000)),
    "wine, early stopping": ("wine", MLPClassifier(max_iter=1000, early_stopping=True)),
    "diabetes": ("diabetes", MLPRegressor(max_iter=3000)),
    "diabetes, lbfgs": (
        "diabetes",
        MLPRegressor(hidden_layer_sizes=(5,), alpha=1.0, solver="lbfgs", max_iter=3000),
    ),
    "digits as a table": ("digits", TabularClassifier("fast")),
    "iris as a table": ("iris", TabularClassifier("fast")),
    "diabetes as a table": ("diabetes", TabularRegressor("fast")),
    "digits as a table, plain": ("digits", TabularClassifier("plain")),
}


@pytest.mark.parametrize("name", HEALTHY)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_healthy_have_no_finding(name, seed):
    source, model = HEALTHY[name]
    X, y = data(source)
    found = fitted(model.set_params(random_state=seed), X, y).diagnose(X, y)
    assert found.ok, str(found)
    assert len(found.looked_at) >= 11


def ill(name, model, change=lambda X, y: (X, y)):
    X, y = change(*data(name))
    return fitted(model.set_params(random_state=0), X, y), X, y


RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(600, 40)), RNG.integers(0, 2, 600)
RARE = RNG.normal(size=(400, 3)), (RNG.random(400) < 0.05).astype(int)

ILLNESSES = {
    "dead units": ("digits", MLPClassifier(learning_rate_init=0.1, max_iter=30)),
    "learning rate too high": ("iris", MLPClassifier(solver="sgd", learning_rate_init=3.0)),
    "learning rate too low": ("digits", MLPClassifier(learning_rate_init=1e-6, max_iter=60)),
    "not converged": ("digits", MLPClassifier(max_iter=20)),
    "vanishing gradients": ("iris", MLPClassifier((20,) * 8, activation="logistic", max_iter=30)),
    "unscaled inputs": ("iris", MLPClassifier(), lambda X, y: (X * [1, 1, 1, 12e3], y)),
    "nearly linear units": ("iris", MLPClassifier(), lambda X, y: (np.add(X, [0, 500, 0, 0]), y)),
    "saturated units": ("iris", MLPClassifier((20,), activation="tanh"), lambda X, y: (X * 300, y)),
    "saturated outputs": ("iris", MLPClassifier(max_iter=20), lambda X, y: (X * 12e3, y)),
    "unscaled target": ("diabetes", MLPRegressor(), lambda X, y: (X, y * 1e5)),
    "constant inputs": ("iris", MLPClassifier(), lambda X, y: (np.c_[X, np.ones(len(X))], y)),
    "repeated inputs": ("iris", MLPClassifier(), lambda X, y: (np.c_[X, 1 - X[:, 2]], y)),
    "one class predicted": ("iris", MLPClassifier(), lambda X, y: RARE),
    "overfitting": (
        "iris",
        MLPClassifier((200,), early_stopping=True, n_iter_no_change=60, learning_rate_init=0.01),
        lambda X, y: NOISE,
    ),
}


@pytest.mark.parametrize("name", ILLNESSES)
def test_each_illness_is_found(name):
    model, X, y = ill(*ILLNESSES[name])
    found = model.diagnose(X, y)
    assert found.named(name), str(found)
    for finding in found:
        assert finding.sentence.endswith(".")
        assert finding.advice.endswith(".")


def test_lbfgs_that_was_cut():
    X, y = data("iris")
    assert names(fitted(MLPClassifier(solver="lbfgs", max_iter=3, random_state=0), X, y), X, y) == [
        "not converged"
    ]


def test_exploding_gradients():
    X, y = data("iris")
    model = fitted(MLPClassifier((6,) * 6, activation="identity", random_state=0, max_iter=2), X, y)
    for W in model.coefs_[1:]:
        W *= 20.0
    assert "exploding gradients" in names(model, X, y)


def test_columns_and_classes_are_called_by_their_names():
    X, _ = data("iris")
    frame = pd.DataFrame(X * [1, 1, 1, 12e3], columns=["a", "b", "c", "pay"])
    rare = np.where(np.arange(150) < 4, "yes", "no")
    model = fitted(MLPClassifier((5,), alpha=1000.0, random_state=0), frame, rare)
    said = str(model.diagnose(frame, rare))
    assert "column `pay` has sd 1.2e4" in said
    assert "gets class no, but only 97 % of them have it" in said


def test_a_table_in_other_units_is_healthy_too():
    X, y = data("wine")
    frame = pd.DataFrame(X * 10.0 ** np.arange(13), columns=[f"c{j}" for j in range(13)])
    assert names(TabularClassifier("fast").fit(frame, y), frame, y) == []


def test_a_table_s_training_is_judged():
    X, y = data("digits")
    slow = TabularClassifier("plain", learning_rate_init=1e-6, max_iter=40, early_stopping=False)
    assert "learning rate too low" in names(slow.fit(X, y), X, y)
    cut = TabularClassifier("plain", max_iter=12, early_stopping=False)
    assert names(cut.fit(X, y), X, y) == ["not converged"]


def test_a_table_that_is_learned_by_heart():
    X, y = NOISE
    model = TabularClassifier("fast", metric="accuracy", max_iter=40).fit(X, y)
    assert model.best_epoch_ > 3, "an early best epoch has learned nothing by heart"
    finding = model.diagnose(X, y).named("overfitting")[0]
    assert finding.figures["train"] == pytest.approx(model.score(X, y))
    assert finding.figures["validation"] == max(model.validation_scores_)


def test_rows_without_weight_are_left_out():
    X, y = data("iris")
    model = fitted(MLPClassifier((20,), max_iter=300, random_state=0), X, y)
    w = np.r_[np.ones(60), np.zeros(90)]
    assert model.diagnose(X, y, w).rows == 60
    outlier = X.copy()
    outlier[149, 0] = 1e9
    assert "unscaled inputs" in names(model, outlier, y)
    assert "unscaled inputs" not in names(model, outlier, y, w)
    assert TabularClassifier("fast", max_iter=2).fit(X, y).diagnose(X, y, w).rows == 60


def test_sparse_rows_are_looked_at_as_dense_ones():
    X, y = data("iris")
    model = fitted(MLPClassifier((20,), max_iter=20, random_state=0), X, y)
    for kind in (sparse.csr_matrix, sparse.csc_matrix):
        assert model.diagnose(kind(X), y) == model.diagnose(X, y)


def test_many_rows_are_sampled():
    X, y = np.tile(data("iris")[0], (100, 1)), np.tile(data("iris")[1], 100)
    model = fitted(MLPClassifier((20,), max_iter=20, random_state=0), X, y)
    assert model.diagnose(X, y).rows == 10_000


def test_without_y():
    X, y = data("iris")
    model = fitted(MLPClassifier((20,), max_iter=20, random_state=0), X, y)
    assert "one class predicted" not in model.diagnose(X).looked_at
    assert "unscaled inputs" in names(model, X * [1, 1, 1, 12e3])


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_tables_with_holes_and_categories(kind):
    y = classes() if kind is TabularClassifier else numbers()
    found = kind("fast", max_iter=20).fit(table(), y).diagnose(table(), y)
    assert found.rows == 120
    assert "overfitting" in found.looked_at


def test_a_diagnosis_changes_nothing():
    X, y = data("iris")
    model = fitted(MLPClassifier((20,), max_iter=20, random_state=0), X, y)
    before = [W.copy() for W in model.coefs_], model.predict_proba(X)
    model.diagnose(X, y)
    for W, kept in zip(model.coefs_, before[0], strict=True):
        np.testing.assert_array_equal(W, kept)
    np.testing.assert_array_equal(model.predict_proba(X), before[1])
