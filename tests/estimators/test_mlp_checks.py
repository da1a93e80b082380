"""scikit-learn's public checks of estimators, on MLPClassifier and MLPRegressor; and what its own tests read."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import estimator_checks

from clearprop import MLPClassifier, MLPRegressor

SHORT = {"max_iter": 100}  # as scikit-learn runs them on its own
# Steps see a row of weight 2 once and a row that is there twice twice: equal for a solver of all rows alone.
WEIGHED = {
    "check_sample_weight_equivalence_on_dense_data": {"solver": "lbfgs"},
    "check_sample_weight_equivalence_on_sparse_data": {"solver": "lbfgs"},
}


def name_of(check):
    return getattr(check, "func", check).__name__


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@estimator_checks.parametrize_with_checks([MLPClassifier(**SHORT), MLPRegressor(**SHORT)])
def test_scikit_learns_checks(estimator, check):
    check(clone(estimator).set_params(**WEIGHED.get(name_of(check), {})))


@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor()], ids=lambda m: type(m).__name__)
def test_every_parameter_is_checked(model):
    """A wrong type or value gives scikit-learn's message, before anything else is looked at."""
    estimator_checks.check_param_validation(type(model).__name__, model)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_names_of_columns(kind, early):
    model = kind(max_iter=3, early_stopping=early, n_iter_no_change=1)
    estimator_checks.check_dataframe_column_names_consistency(kind.__name__, model)


def test_tags():
    """What scikit-learn's tools are told."""
    classifier, regressor = MLPClassifier().__sklearn_tags__(), MLPRegressor().__sklearn_tags__()
    assert classifier.input_tags.sparse
    assert regressor.input_tags.sparse
    assert classifier.classifier_tags.multi_label
    assert classifier.target_tags.required
    assert (classifier.estimator_type, regressor.estimator_type) == ("classifier", "regressor")


# ---- the attributes that scikit-learn's own tests of its networks read --------------------------------------

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 4))
y = (X[:, 0] > 0).astype(int)


def test_the_rate_of_the_optimizer():
    model = MLPClassifier(solver="sgd", learning_rate="invscaling", max_iter=3, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, y)
    assert model._optimizer.learning_rate == pytest.approx(0.001 / (3 * 60 + 1) ** 0.5, rel=1e-15)
    model = MLPClassifier(solver="sgd", learning_rate="adaptive", tol=1.0, max_iter=300, random_state=0).fit(
        X, y
    )
    assert model._optimizer.learning_rate < 1e-6


def test_the_count_of_epochs_without_improvement():
    model = MLPClassifier(tol=10.0, n_iter_no_change=4, random_state=0).fit(X, y)
    assert model._no_improvement_count == 5
    with pytest.warns(ConvergenceWarning):
        model = MLPClassifier(max_iter=6, tol=0.0, random_state=0).fit(X, y)
    assert model._no_improvement_count == 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_binarizer_and_the_stream():
    model = MLPClassifier(max_iter=2, random_state=5).fit(X, y)
    assert isinstance(model._label_binarizer, LabelBinarizer)
    assert model._label_binarizer.classes_.tolist() == [0, 1]
    assert isinstance(model._random_state, np.random.RandomState)
    wanted = np.random.RandomState(5)
    for shape in ((4, 100), (100,), (100, 1), (1,)):  # weights and biases, then the order of each epoch
        wanted.uniform(size=shape)
    for _ in range(2):
        wanted.shuffle(np.arange(60))
    assert model._random_state.randint(2**31) == wanted.randint(2**31)


def test_the_packed_gradient_is_that_of_the_packed_loss():
    """Central differences of `_loss_grad_lbfgs` along a direction: 1e-10 of the loss over a step of 1e-5."""
    with pytest.warns(ConvergenceWarning):
        model = MLPRegressor(
            hidden_layer_sizes=(5,), solver="lbfgs", max_iter=3, alpha=0.5, random_state=0
        ).fit(X, X[:, 0])
    packed = np.concatenate([w.ravel() for w in (*model.coefs_, *model.intercepts_)])
    direction = rng.standard_normal(packed.size)
    loss = [model._loss_grad_lbfgs(packed + h * direction, X, X[:, :1], None)[0] for h in (1e-5, -1e-5)]
    _, gradient = model._loss_grad_lbfgs(packed, X, X[:, :1], None)
    assert (loss[0] - loss[1]) / 2e-5 == pytest.approx(gradient @ direction, rel=1e-8)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_partial_fit_is_there_for_solvers_that_take_steps(kind):
    assert hasattr(kind(), "partial_fit")
    assert hasattr(kind(solver="sgd"), "partial_fit")
    assert not hasattr(kind(solver="lbfgs"), "partial_fit")
