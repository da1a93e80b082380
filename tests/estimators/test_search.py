"""`GridSearch` gives what scikit-learn's GridSearchCV gives."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import GridSearch, MLPClassifier
from clearprop.engine import team

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = load_iris(return_X_y=True)
GRID = {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(5,), (10, 5)]}


def test_the_same_results():
    net = MLPClassifier(max_iter=20, random_state=0)
    ours, theirs = (
        kind(net, GRID, cv=3, return_train_score=True).fit(X, Y) for kind in (GridSearch, GridSearchCV)
    )
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    for name, values in ours.cv_results_.items():
        if not name.endswith("time"):
            np.testing.assert_array_equal(values, theirs.cv_results_[name])
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


def test_in_a_pipeline_scored_twice_and_cloned():
    pipe = make_pipeline(StandardScaler(), MLPClassifier(max_iter=10, random_state=0))
    search = GridSearch(
        pipe, {"mlpclassifier__alpha": [1e-4, 1e-2]}, cv=3, scoring=["accuracy", "neg_log_loss"],
        refit="accuracy", n_jobs=3,
    )  # fmt: skip
    search = clone(search).fit(X, Y)
    assert {"mean_test_accuracy", "rank_test_neg_log_loss"} <= set(search.cv_results_)
    assert search.best_estimator_.score(X, Y) == search.score(X, Y)
    assert not team.crowded()
