"""Learning from batches: all are learned from, the optimiser goes on, and a fitted model can be kept up to date."""

import pickle

import numpy as np
import pytest

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ClearpropError, SpecError


def batches(n=25, rows=400, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        a, town = rng.normal(size=rows), rng.choice(["A", "B"], rows)
        yield {"a": a, "town": town}, a * (town == "A") + 0.1 * rng.normal(size=rows)


def test_batches_are_learned_from():
    model = TabularRegressor("fast")
    for X, y in batches():
        model.partial_fit(X, y)
    X, y = next(batches(1, 1000, seed=9))
    assert model.score(X, y) > 0.9
    assert model.n_iter_ == model.best_epoch_ == 25
    assert model.loss_curve_[-1] < 0.2 * model.loss_curve_[0]


def test_classes_are_known_beforehand():
    model = TabularClassifier("fast", random_state=1)
    for X, y in batches():
        labels = np.where(y > 0, "up", "down")
        model.partial_fit(X, labels, classes=["up", "down", "sideways"])
    assert model.classes_.tolist() == ["down", "sideways", "up"]
    told = X["town"] == "A"  # of the others y is noise alone
    assert model.score({k: v[told] for k, v in X.items()}, labels[told]) > 0.9
    with pytest.raises(
        SpecError, match=r"`classes` must be those of the first call, \['down', 'sideways', 'up'\]"
    ):
        model.partial_fit(X, labels, classes=["up"])
    with pytest.raises(ClearpropError, match='holds the class "other"'):
        model.partial_fit({"a": [1.0], "town": ["A"]}, ["other"])


def test_the_optimiser_goes_on_also_from_a_pickle():
    one, two = TabularRegressor("fast"), TabularRegressor("fast")
    for X, y in batches(6):
        one.partial_fit(X, y)
        two = pickle.loads(pickle.dumps(two)).partial_fit(X, y)
    np.testing.assert_array_equal(one.model_.params.flat, two.model_.params.flat)
    X, y = next(batches(1))
    third = TabularRegressor("fast")
    third._take(one.model_)  # without its optimiser
    assert (third.partial_fit(X, y).model_.params.flat != one.partial_fit(X, y).model_.params.flat).any()


def test_a_fitted_model_is_kept_up_to_date(tmp_path):
    X, y = next(batches(1, 2000))
    model = TabularRegressor("fast", max_iter=15).fit(X, y)
    save(model, tmp_path / "m")
    for again in (model, load(tmp_path / "m")):
        again.partial_fit(X, y + 1)
        before = np.mean(y + 1 - again.predict(X))
        for _ in range(20):
            again.partial_fit(X, y + 1)
        assert abs(np.mean(y + 1 - again.predict(X))) < 0.2 * max(abs(before), 0.5)
    assert model.fit(X, y)._going is None


def test_weights_count_and_rows_of_weight_0_are_absent():
    X, y = next(batches(1, 300))
    w = np.r_[np.zeros(100), np.ones(200)]
    one = TabularRegressor("fast").partial_fit(X, y, w)
    two = TabularRegressor("fast").partial_fit({k: v[100:] for k, v in X.items()}, y[100:])
    np.testing.assert_array_equal(one.model_.params.flat, two.model_.params.flat)


def test_class_weights_are_weights():
    X, y = next(batches(1))
    labels, w = np.where(y > 0, "up", "down"), np.where(y > 0, 3.0, 0.5)
    plain = TabularClassifier("fast", members=1).partial_fit(X, labels, w)
    weighted = TabularClassifier("fast", members=1, class_weight={"up": 3.0, "down": 0.5}).partial_fit(
        X, labels
    )
    np.testing.assert_array_equal(weighted.coefs_[0], plain.coefs_[0])
    with pytest.raises(
        SpecError, match=r'^`class_weight="balanced"` needs all rows, but `partial_fit` has some\.'
    ):
        TabularClassifier("fast", class_weight="balanced").partial_fit(X, labels)


def test_a_logarithm_that_is_asked_for_is_learned():
    X, y = next(batches(1))
    model = TabularRegressor("fast", members=1, log_target=True).partial_fit(X, np.exp(y))
    assert model.model_.target.shift == 0.0
    assert TabularRegressor("fast", members=1).partial_fit(X, np.exp(y)).model_.target.shift is None
    with pytest.raises(SpecError, match="`log_target=True` needs a target without negative numbers"):
        TabularRegressor("fast", members=1, log_target=True).partial_fit(X, y)


def test_a_column_that_is_missing_later_is_an_error():
    X, y = next(batches(1))
    model = TabularRegressor("fast").partial_fit(X, y)
    with pytest.raises(ClearpropError, match="The model needs column `town`"):
        model.partial_fit({"a": X["a"]}, y)
