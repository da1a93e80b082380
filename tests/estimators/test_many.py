"""`fit_many`: together, each as if alone; errors, warnings and interruptions in their places."""

import threading
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, fit_many
from clearprop.engine import team
from clearprop.errors import NotAllFittedError, ShapeError, SpecError
from clearprop.estimators import many

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(90, 5))
CLASSES = np.array(["a", "b", "c"])[np.argmax(X[:, :3] + 0.3 * RANDOM.normal(size=(90, 3)), axis=1)]
NUMBERS = X[:, 0] * X[:, 1] + 0.1 * RANDOM.normal(size=90)
W = RANDOM.uniform(0.5, 2, 90)
QUIET = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def classifiers():
    common = {"max_iter": 12, "batch_size": 16}
    return [
        MLPClassifier((8,), random_state=0, **common),
        MLPClassifier((30, 20), solver="sgd", learning_rate="adaptive", random_state=1, **common),
        MLPClassifier((8,), activation="tanh", solver="adamw", dropout=0.2, random_state=2, **common),
        MLPClassifier((9,), early_stopping=True, class_weight="balanced", random_state=3, **common),
        MLPClassifier((12,), solver="lbfgs", max_iter=15, random_state=4),
        MLPClassifier((8,), learning_rate="cosine", clip_norm=1.0, random_state=5, **common),
    ]


def regressors():
    return [
        MLPRegressor(hidden_layer_sizes=(8,), max_iter=10, random_state=0),
        MLPRegressor(hidden_layer_sizes=(8,), loss="huber", max_iter=10, random_state=1),
        MLPRegressor(
            hidden_layer_sizes=(8,), early_stopping=True, max_iter=10, random_state=2, validation_fraction=0.3
        ),
    ]


def assert_same(found, alone):
    for one, other in zip(found, alone, strict=True):
        for name in ("coefs_", "intercepts_"):
            for a, b in zip(getattr(one, name), getattr(other, name), strict=True):
                np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(getattr(one, "loss_curve_", []), getattr(other, "loss_curve_", []))


@QUIET
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("w", [None, W])
def test_each_as_if_alone(dtype, w):
    found = fit_many(classifiers(), X.astype(dtype), CLASSES, sample_weight=w)
    assert_same(found, [net.fit(X.astype(dtype), CLASSES, w) for net in classifiers()])


@QUIET
def test_what_is_shared_is_checked_once(monkeypatch):
    """For each kind of network and each target; what warns is checked, and warns, anew."""
    calls, check = [], MLPClassifier._validate_input
    monkeypatch.setattr(MLPClassifier, "_validate_input", lambda *a: calls.append(a[0]) or check(*a))
    nets, other = classifiers(), CLASSES[::-1].copy()
    fit_many([*nets, *classifiers()], X, [CLASSES] * len(nets) + [other] * len(nets), threads=1)
    assert len(calls) == 2
    assert [net.n_features_in_ for net in nets] == [5] * len(nets)
    alone = classifiers()[0].fit(X, CLASSES)
    np.testing.assert_array_equal(nets[-1].predict(X), classifiers()[-1].fit(X, CLASSES).predict(X))
    assert vars(nets[0]).keys() == vars(alone).keys()


def test_what_warns_is_checked_by_each():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fit_many([MLPRegressor(max_iter=1, random_state=seed) for seed in range(3)], X, NUMBERS[:, None])
    assert [w.category for w in heard] == [DataConversionWarning, ConvergenceWarning] * 3


@QUIET
def test_a_name_of_columns_of_before_is_forgotten():
    names = [f"c{j}" for j in range(5)]
    nets = [net.fit(pd.DataFrame(X, columns=names), NUMBERS) for net in regressors()]
    assert not any(hasattr(net, "feature_names_in_") for net in fit_many(nets, X, NUMBERS))


def test_the_longest_come_first():
    parts = [
        (MLPRegressor(hidden_layer_sizes=(50, 50), max_iter=1), X, NUMBERS, None, None),
        (MLPRegressor(hidden_layer_sizes=(8,), max_iter=300), X, NUMBERS, None, None),
        (MLPRegressor(hidden_layer_sizes=(8,), max_iter=300), X, NUMBERS, None, np.arange(10)),
        (MLPRegressor(hidden_layer_sizes="none"), X, NUMBERS, None, None),
    ]
    assert many._longest_first(parts) == [1, 0, 2, 3]


@QUIET
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads(threads):
    alone = [net.fit(X, NUMBERS) for net in regressors()]
    assert_same(fit_many(regressors(), X, NUMBERS, threads=threads), alone)


@QUIET
def test_rows_and_targets_of_their_own():
    nets, rows = regressors(), [np.arange(0, 60), RANDOM.integers(0, 90, 90), np.arange(90) % 3 != 0]
    targets = [NUMBERS, -NUMBERS, np.column_stack([NUMBERS, X[:, 2]])]
    found = fit_many(nets, X, targets, rows=rows)
    alone = [net.fit(X[r], t[r]) for net, r, t in zip(regressors(), rows, targets, strict=True)]
    assert_same(found, alone)


@QUIET
def test_sparse_rows():
    S = sp.csr_matrix(np.where(np.abs(X) > 1, X, 0))
    assert_same(fit_many(regressors(), S, NUMBERS), [net.fit(S, NUMBERS) for net in regressors()])


@QUIET
def test_tables():
    table = {"x": X[:, 0], "town": np.where(X[:, 1] > 0, "up", "down")}
    make = lambda: [TabularClassifier("fast", max_iter=3, random_state=seed) for seed in range(3)]  # noqa: E731
    assert_same(fit_many(make(), table, CLASSES), [one.fit(table, CLASSES) for one in make()])
    make = lambda: [TabularRegressor("plain", max_iter=3, random_state=seed) for seed in range(2)]  # noqa: E731
    assert_same(fit_many(make(), table, NUMBERS), [one.fit(table, NUMBERS) for one in make()])


@QUIET
def test_bagging_by_rows_is_scikit_learns_bagging():
    """The same rows and seeds as BaggingClassifier drew give its probabilities."""
    net = MLPClassifier((8,), max_iter=5)
    theirs = BaggingClassifier(net, n_estimators=4, random_state=0).fit(X, CLASSES)
    nets = [clone(net).set_params(random_state=one.random_state) for one in theirs.estimators_]
    ours = fit_many(nets, X, CLASSES, rows=theirs.estimators_samples_)
    mean = np.mean([one.predict_proba(X) for one in ours], axis=0)
    np.testing.assert_allclose(mean, theirs.predict_proba(X), rtol=1e-12)


@QUIET
def test_errors_name_the_estimator_and_the_others_are_fitted():
    nets = [
        MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0),
        MLPRegressor(hidden_layer_sizes=(0,)),
        MLPRegressor(hidden_layer_sizes=(4,), alpha=-1),
    ]
    with pytest.raises(NotAllFittedError) as caught:
        fit_many(nets, X, NUMBERS)
    assert list(caught.value.errors) == [1, 2]
    assert str(caught.value).startswith(
        "2 of 3 estimators were not fitted, the others are. number 1, MLPRegressor(hidden_layer_sizes=(0,)): "
        "hidden_layer_sizes must be > 0, got [0]."
    )
    assert nets[0].predict(X).shape == (90,)
    assert not hasattr(nets[1], "coefs_")


def test_warnings_come_in_order_one_each():
    nets = [MLPRegressor(hidden_layer_sizes=(4,), max_iter=n, random_state=0) for n in (5, 3, 4)]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fit_many(nets, X, NUMBERS, threads=2)
    assert [w.category for w in heard] == [ConvergenceWarning] * 3
    assert [f"({n})" in str(w.message) for n, w in zip((5, 3, 4), heard, strict=True)] == [True] * 3


def test_a_warning_that_is_an_error_comes_after_all_are_fitted():
    nets = [MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0) for _ in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConvergenceWarning):
            fit_many(nets, X, NUMBERS)
    assert all(hasattr(net, "coefs_") for net in nets)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"estimators": [MLPRegressor(), "net"]}, SpecError, "number 1 is a str"),
        ({"y": [NUMBERS] * 3}, ShapeError, "a list of 2 targets"),
        ({"rows": [None]}, ShapeError, "an entry for each of the 2 estimators; got 1"),
        ({"threads": 0}, SpecError, "`threads` must be a whole number, 1 or more; got 0"),
        ({"threads": "two"}, SpecError, "got 'two'"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_fit(change, error, said):
    given = {"estimators": [MLPRegressor(), MLPRegressor()], "X": X, "y": NUMBERS} | change
    with pytest.raises(error, match=said):
        fit_many(**given)
    assert not any(hasattr(net, "coefs_") for net in given["estimators"])


def test_one_estimator_or_generator_twice_is_refused():
    net, random = MLPRegressor(), np.random.RandomState(0)
    with pytest.raises(SpecError, match="Numbers 0 and 1 of `estimators` are one estimator"):
        fit_many([net, net], X, NUMBERS)
    with pytest.raises(SpecError, match="are one generator `random_state`"):
        fit_many([MLPRegressor(random_state=random), MLPRegressor(random_state=random)], X, NUMBERS)


def test_memory_is_estimated_first(monkeypatch):
    monkeypatch.setattr(many, "available_memory", lambda: 10_000)
    with pytest.raises(SpecError, match=r"2 networks need about [\d.]+ kB of memory; 10.0 kB are free"):
        fit_many([MLPRegressor(), MLPRegressor()], X, NUMBERS)


@QUIET
def test_an_interruption_keeps_what_is_fitted(monkeypatch):
    first, done = threading.Event(), many._fit_one

    def one(*given):
        if given[-1] == 0:
            done(*given)
            first.set()
        else:
            first.wait(10)
            raise KeyboardInterrupt

    monkeypatch.setattr(many, "_fit_one", one)
    nets = [MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0) for _ in range(2)]
    with pytest.raises(KeyboardInterrupt):
        fit_many(nets, X, NUMBERS, threads=2)
    assert hasattr(nets[0], "coefs_")
    assert team.crowded() is False


def test_nothing_to_fit():
    assert fit_many([], X, NUMBERS) == []
