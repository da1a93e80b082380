"""How a fitted MLPClassifier or MLPRegressor behaves: copied, pickled, edited, shared, and gone on with."""

import copy
import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
both = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])

rng = np.random.default_rng(0)
X = rng.standard_normal((80, 4))
Y = (X[:, 0] > 0).astype(int)


def new(kind, **options):
    return kind(**{"hidden_layer_sizes": (6, 5), "max_iter": 5, "random_state": 0} | options)


def by_joblib(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    buffer.seek(0)
    return joblib.load(buffer)


COPIES = {"pickle": lambda m: pickle.loads(pickle.dumps(m)), "joblib": by_joblib, "deepcopy": copy.deepcopy}


@both
@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_a_copy_is_the_same_and_its_own(kind, how, solver):
    model = new(kind, solver=solver).fit(X, Y)
    other = COPIES[how](model)
    assert other.get_params() == model.get_params()
    before = model.predict(X).copy()
    np.testing.assert_array_equal(other.predict(X), before)
    for W in other.coefs_:
        W[:] = 0
    np.testing.assert_array_equal(model.predict(X), before)


@both
@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_copy_goes_on_like_the_original(kind, how, solver):
    """The moments, the counters and the rate travel along."""
    first = {"classes": [0, 1]} if kind is MLPClassifier else {}
    model = new(kind, solver=solver, learning_rate="invscaling").partial_fit(X, Y, **first)
    other = COPIES[how](model)
    for _ in range(3):
        model.partial_fit(X, Y)
        other.partial_fit(X, Y)
    np.testing.assert_array_equal(other.coefs_[0], model.coefs_[0])
    assert other.loss_curve_ == model.loss_curve_


@both
def test_a_clone_is_not_fitted(kind):
    model = clone(new(kind).fit(X, Y))
    for method in ("predict", *(["predict_proba", "predict_log_proba"] if kind is MLPClassifier else [])):
        with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fitted yet"):
            getattr(model, method)(X)


@both
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_edited_weights_are_the_ones_that_predict(kind, solver):
    """In place, and replaced by other arrays: by hand, the forward pass."""
    model = new(kind, solver=solver).fit(X, Y)
    model.coefs_[1][:, 0] = 0.5
    model.intercepts_[0][1] = -1.0
    model.coefs_[2] = 2 * model.coefs_[2]
    a = X
    for l, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        a = a @ W + b
        a = np.maximum(a, 0) if l < 2 else a
    if kind is MLPClassifier:
        np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-a[:, 0])), rtol=1e-12)
    else:
        np.testing.assert_allclose(model.predict(X), a[:, 0], rtol=1e-12)


@both
def test_a_second_fit_forgets_the_first(kind):
    model = new(kind).fit(X[:, :3], 1 - Y)
    model.fit(X, Y)
    want = new(kind).fit(X, Y)
    np.testing.assert_array_equal(model.coefs_[0], want.coefs_[0])
    assert model.loss_curve_ == want.loss_curve_
    assert (model.n_features_in_, model.t_) == (4, 400)


@both
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_the_same_seed_gives_the_same_bits(kind, solver):
    one, two, other = (new(kind, solver=solver, random_state=seed).fit(X, Y) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.coefs_[0], two.coefs_[0])
    assert not np.array_equal(one.coefs_[0], other.coefs_[0])


@both
def test_a_failed_fit_leaves_what_was_fitted(kind):
    model = new(kind).fit(X, Y)
    before = model.predict(X).copy()
    for options in ({"max_iter": 0}, {"solver": "newton"}, {"hidden_layer_sizes": (0,)}):
        with pytest.raises(ValueError, match=next(iter(options))):
            clone(model).set_params(**options).fit(X, Y)
        old = model.get_params()
        with pytest.raises(ValueError, match=next(iter(options))):
            model.set_params(**options).fit(X, Y)
        model.set_params(**old)
        np.testing.assert_array_equal(model.predict(X), before)


@both
def test_columns_of_a_data_frame(kind):
    table = pd.DataFrame(X, columns=["age", "height", "weight", "size"])
    model = new(kind).fit(table, Y)
    assert model.feature_names_in_.tolist() == list(table.columns)
    np.testing.assert_array_equal(model.predict(table), new(kind).fit(X, Y).predict(X))
    with pytest.raises(ValueError, match="The feature names should match those that were passed during fit"):
        model.predict(table[["size", "age", "height", "weight"]])


@both
def test_predictions_of_one_row_are_those_among_many(kind):
    """A product of one row may sum in another order: a few bits of 1e-16."""
    model = new(kind).fit(X, Y)
    method = "predict_proba" if kind is MLPClassifier else "predict"
    many = getattr(model, method)(np.tile(X, (10, 1)))
    one = np.concatenate([getattr(model, method)(row[None]) for row in X])
    np.testing.assert_allclose(many, np.concatenate([one] * 10), rtol=1e-13)


def test_probabilities_are_what_they_say():
    for targets in (Y, np.digitize(X[:, 1], [-0.5, 0.5]), np.column_stack([Y, 1 - Y, Y])):
        model = new(MLPClassifier, max_iter=50).fit(X, targets)
        p = model.predict_proba(X)
        assert ((p >= 0) & (p <= 1)).all()
        np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-14)
        if targets.ndim == 1:
            np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-15)
            np.testing.assert_array_equal(model.predict(X), model.classes_[p.argmax(axis=1)])
        else:
            np.testing.assert_array_equal(model.predict(X), (p > 0.5).astype(int))


def test_cross_validated_scores_of_real_tables_are_scikit_learns():
    """Of 569 and 442 rows; R2 of a few dozen iterations of lbfgs to 4 digits, as they enlarge the last bits."""
    X, y = load_breast_cancer(return_X_y=True)
    options = {"hidden_layer_sizes": (30,), "max_iter": 40, "random_state": 0}
    models = [
        make_pipeline(StandardScaler(), kind(**options)) for kind in (theirs.MLPClassifier, MLPClassifier)
    ]
    want, got = (cross_val_score(model, X, y, cv=3) for model in models)
    np.testing.assert_array_equal(got, want)
    X, y = load_diabetes(return_X_y=True)
    options |= {"solver": "lbfgs", "alpha": 50.0}
    models = [
        make_pipeline(StandardScaler(), kind(**options)) for kind in (theirs.MLPRegressor, MLPRegressor)
    ]
    want, got = (cross_val_score(model, X, y, cv=3) for model in models)
    np.testing.assert_allclose(got, want, rtol=1e-4)
    assert want.min() > 0.3
