"""`dropout`, `input_dropout`, `l1` and `max_norm` through the estimators; the engine's own tests have the formulas."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone

from clearprop.engine.dropout import mask
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = numbers()


def test_the_engine_is_given_what_was_asked_for():
    model = regressor(
        dropout=(0.5, 0.2), input_dropout=0.1, hidden_layer_sizes=(6, 5), max_iter=2, shuffle=False
    )
    model.fit(X, Y)
    start = regressor(
        dropout=(0.5, 0.2),
        input_dropout=0.1,
        hidden_layer_sizes=(6, 5),
        max_iter=1,
        learning_rate_init=1e-300,
    ).fit(X, Y)
    engine = Engine(
        start._parameters(), Solver("adam", alpha=1e-4), 20, "float64", dropout=(0.1, 0.5, 0.2),
        seed=model._optimizer.engine.seed,
    )  # fmt: skip
    for _ in range(2):
        engine.epoch(Batch(X, Y[:, None], np.ones(90)), np.arange(90), np.full(5, 1e-3))
    np.testing.assert_allclose(flat(model), engine.params.flat, atol=1e-12)  # the start is off by 1e-300
    found = model._optimizer.engine.arrays(10, 1)["mask"]
    np.testing.assert_array_equal(
        found[1], mask(engine.seed, 9, 1, (10, 6), 0.5)
    )  # the last step is the tenth


@pytest.mark.parametrize("make", [classifier, regressor])
def test_the_same_seed_is_the_same_bits(make):
    data = three_classes() if make is classifier else (X, Y)
    one, other = make(dropout=0.3).fit(*data), make(dropout=0.3).fit(*data)
    assert_same_bits(one, other)
    assert one.loss_curve_ != make(dropout=0.3, random_state=1).fit(*data).loss_curve_
    assert one.loss_curve_ != make().fit(*data).loss_curve_


def test_predictions_are_the_same_each_time_and_use_all_units():
    model = regressor(dropout=0.5).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    hidden = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    want = (hidden @ model.coefs_[1] + model.intercepts_[1]).ravel()
    np.testing.assert_allclose(model.predict(X), want, rtol=1e-12, atol=1e-13)


def test_sparse_rows_drop_the_same():
    dense, sparse = (
        regressor(dropout=0.3, input_dropout=0.2).fit(form(X), Y) for form in (np.asarray, csr_array)
    )
    assert_same_bits(dense, sparse)


def test_l1_makes_zeros_and_is_in_the_loss():
    model = regressor(l1=0.05, alpha=0.0, max_iter=1, batch_size=90, learning_rate_init=1e-300, solver="sgd")
    model.fit(X, Y)
    J = 0.5 * ((model.predict(X) - Y) ** 2).mean()
    assert model.loss_ == pytest.approx(J + 0.05 * sum(abs(W).sum() for W in model.coefs_), rel=1e-13)
    zeros = regressor(l1=0.05, max_iter=200, learning_rate_init=0.01).fit(X, Y)
    assert 5 < sum((W == 0).sum() for W in zeros.coefs_) < 29
    assert all((b != 0).all() for b in zeros.intercepts_)


def test_max_norm_holds_at_the_end():
    model = regressor(max_norm=0.5, max_iter=50, learning_rate_init=0.01).fit(X, Y)
    norms = np.concatenate([np.linalg.norm(W, axis=0) for W in model.coefs_])
    assert norms.max() == pytest.approx(0.5, rel=1e-12)
    assert clone(model).get_params()["max_norm"] == 0.5


@pytest.mark.parametrize("wrong", [[0.5], [0.5, 1.0], [0.5, "x"], [0.1, 0.1, 0.1]])
def test_a_wrong_dropout_is_said(wrong):
    with pytest.raises(SpecError) as caught:
        regressor(dropout=wrong, hidden_layer_sizes=(3, 3)).fit(X, Y)
    assert str(caught.value) == (
        f"`dropout` must be a number from 0 to below 1, or one for each of the 2 hidden layers; got {wrong!r}."
    )


@pytest.mark.parametrize("wrong", [{"dropout": 1.0}, {"input_dropout": -0.1}, {"l1": -1}, {"max_norm": 0}])
def test_scikit_learn_checks_the_parameters(wrong):
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter of MLPRegressor must be"):
        regressor(**wrong).fit(X, Y)


@pytest.mark.parametrize(
    "option", [{"dropout": 0.1}, {"dropout": [0.1]}, {"input_dropout": 0.1}, {"l1": 0.1}, {"max_norm": 1.0}]
)
def test_lbfgs_takes_none_of_them(option):
    ((name, value),) = option.items()
    with pytest.raises(SpecError) as caught:
        regressor(solver="lbfgs", **option).fit(X, Y)
    assert str(caught.value) == (
        f"`{name}` needs a solver that takes steps; got {name}={value!r} with solver='lbfgs'. "
        "Use solver='adam', 'adamw' or 'sgd'."
    )
