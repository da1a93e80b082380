"""The Tabular estimators among scikit-learn's tools, and its own checks."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_backend
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from clearprop import TabularClassifier, TabularRegressor
from oracles.models import classes, numbers, table

# What a table estimator deliberately does otherwise, with the reason.
DEPARTURES = {
    "check_sample_weight_equivalence_on_dense_data": "a row twice is in two batches, a row of weight 2 in one",
    "check_classifiers_regression_target": "the message names the first row with a fraction instead",
}


def departures(estimator):
    return DEPARTURES


@parametrize_with_checks(
    [
        TabularClassifier("fast", max_iter=2, dtype="float64"),
        TabularRegressor("fast", max_iter=8, dtype="float64"),
    ],
    expected_failed_checks=departures,
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_parameters_and_clones():
    model = TabularClassifier("plain", max_iter=7, hidden_layer_sizes=(3,))
    params = model.get_params()
    assert (params["preset"], params["max_iter"], params["hidden_layer_sizes"]) == ("plain", 7, (3,))
    copy = clone(model)
    assert copy.get_params() == params
    assert not hasattr(copy, "model_")
    assert model.set_params(max_iter=9, activation="tanh").get_params()["activation"] == "tanh"
    with pytest.raises(ValueError, match="Invalid parameter 'layers'"):
        model.set_params(layers=3)


def test_cross_validation():
    model, X = TabularClassifier("fast", max_iter=8), pd.DataFrame(table())
    found = cross_val_score(model, X, classes(), cv=3)
    assert found.shape == (3,)
    assert found.mean() > 0.6
    assert cross_val_score(TabularRegressor("fast", max_iter=20), X, numbers(), cv=3).mean() > 0.5


def searched(n_jobs):
    grid = {"hidden_layer_sizes": [(8,), (16, 16)], "max_iter": np.array([2, 4])}  # NumPy's whole numbers
    search = GridSearchCV(TabularClassifier("fast"), grid, cv=2, n_jobs=n_jobs, scoring="neg_log_loss")
    return search.fit(pd.DataFrame(table()), classes())


def test_grid_search_in_threads_gives_what_it_gives_alone():
    alone = searched(1).cv_results_["mean_test_score"]
    with parallel_backend("threading"):
        together = searched(2).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(together, alone)


def test_pipeline():
    model = make_pipeline(
        FunctionTransformer(lambda X: X.assign(size=X["height"] ** 2)), TabularClassifier("fast")
    )
    X = pd.DataFrame(table())
    assert model.fit(X, classes()).predict(X).shape == (120,)
    assert model[-1].feature_names_in_.tolist() == ["age", "height", "town", "size"]


def test_html_representation():
    model = TabularClassifier("fast", max_iter=1)
    assert "TabularClassifier" in model._repr_html_()
    assert "max_iter" in model.fit(table(), classes())._repr_html_()


def split_of(load):
    data = load()
    return train_test_split(data.data, data.target, test_size=0.3, random_state=0)


@pytest.mark.parametrize(
    ("load", "floor"), [(load_iris, 0.93), (load_breast_cancer, 0.95), (load_digits, 0.97)]
)
def test_accuracy_is_what_such_tables_allow(load, floor):
    """Floors a point or two below what a good network reaches on this split."""
    X, X_test, y, y_test = split_of(load)
    assert TabularClassifier("fast").fit(X, y).score(X_test, y_test) >= floor


def test_r2_on_diabetes():
    """A linear regression reaches 0.47 in these folds."""
    X, y = load_diabetes(return_X_y=True)
    folds = KFold(5, shuffle=True, random_state=0)
    assert cross_val_score(TabularRegressor("fast"), X, y, cv=folds).mean() >= 0.4
