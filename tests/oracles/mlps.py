"""Data and small estimators for the tests of options of `MLPClassifier` and `MLPRegressor`."""

from functools import cache
from typing import Any

import numpy as np

from clearprop import MLPClassifier, MLPRegressor


@cache
def three_classes(rows: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """X (rows, 4) and classes "a", "b", "c", of which "c" is rare."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, 4))
    score = X[:, 0] - X[:, 1] ** 2 + 0.3 * rng.standard_normal(rows)
    return X, np.array(["a", "b", "c"])[np.digitize(score, [-0.5, 1.0])]


@cache
def numbers(rows: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """X (rows, 4) and a number for each row, with noise that is not symmetric."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((rows, 4))
    return X, X[:, 0] + 0.5 * X[:, 1] * X[:, 2] + rng.exponential(0.5, rows)


def classifier(**options: Any) -> MLPClassifier:
    given = {"hidden_layer_sizes": (6,), "random_state": 0, "max_iter": 12, "batch_size": 20}
    return MLPClassifier(**(given | options))


def regressor(**options: Any) -> MLPRegressor:
    given = {"hidden_layer_sizes": (6,), "random_state": 0, "max_iter": 12, "batch_size": 20}
    return MLPRegressor(**(given | options))


def flat(model: Any) -> np.ndarray:
    """All coefficients and intercepts in one vector."""
    return np.concatenate([w.ravel() for w in (*model.coefs_, *model.intercepts_)])


def assert_same_bits(one: Any, other: Any) -> None:
    np.testing.assert_array_equal(flat(one), flat(other))
    assert one.loss_curve_ == other.loss_curve_
