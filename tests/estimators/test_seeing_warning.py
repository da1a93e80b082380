"""The ConvergenceWarning says why, after scikit-learn's sentence."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
X = scale(X)


def said(model, X=X, y=Y):
    """What follows scikit-learn's sentence."""
    with pytest.warns(ConvergenceWarning) as caught:
        model.set_params(random_state=0).fit(X, y)
    [message] = [str(w.message) for w in caught]
    theirs = (
        f"Stochastic Optimizer: Maximum iterations ({model.max_iter}) reached and the optimization hasn't converged "
        "yet. "
    )
    assert message.startswith(theirs)
    assert "\n" not in message
    return message.removeprefix(theirs)


def test_j_still_fell():
    digits, y = load_digits(return_X_y=True)
    why = said(MLPClassifier(max_iter=20), digits / 16, y)
    assert why == (
        "J still fell by 7.1 % an epoch at the end: raise `max_iter` to about 82, or `learning_rate_init`."
    )


def test_j_rose():
    why = said(MLPClassifier(solver="sgd", learning_rate_init=3.0, max_iter=12, n_iter_no_change=50))
    assert why.startswith("J rose in ")
    assert why.endswith(" % of the epochs: lower `learning_rate_init`.")


def test_the_rate_is_too_low():
    why = said(MLPClassifier(learning_rate_init=1e-6, n_iter_no_change=500))
    assert why.endswith("an epoch at the end: raise `learning_rate_init`.")


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
def test_the_inputs_are_unscaled(kind):
    why = said(MLPClassifier(max_iter=12), kind(X * [0.5, 1, 1, 12e3]))
    assert why == "The inputs are unscaled: column 3 has sd 1.2e4 against 0.5 for column 0; scale X."


def test_columns_are_called_by_their_names():
    frame = pd.DataFrame(X * [0.5, 1, 1, 12e3], columns=["a", "b", "c", "pay"])
    assert "column `pay` has sd 1.2e4 against 0.5 for column `a`" in said(MLPClassifier(max_iter=12), frame)


@pytest.mark.parametrize(("epochs", "words"), [(1, "1 epoch is"), (4, "4 epochs are")])
def test_too_few_epochs(epochs, words):
    assert said(MLPRegressor(max_iter=epochs)) == f"{words} too few to say why: raise `max_iter`."


def test_only_the_epochs_of_the_last_fit_count():
    model = MLPClassifier(max_iter=30, warm_start=True)
    said(model)
    assert len(model.loss_curve_) == 30
    assert said(model.set_params(max_iter=3)) == "3 epochs are too few to say why: raise `max_iter`."


def test_a_run_that_converged_is_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier((20,), max_iter=2000, random_state=0).fit(X, Y)
