"""The working, the gradient check and the gradients of the inputs, of all four estimators."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, step
from clearprop.batch import activation_pairs, head_of, output_gradients
from clearprop.errors import ShapeError, SpecError
from clearprop.maths import languages
from clearprop.network import Network
from oracles.close import assert_close
from oracles.models import classes, numbers, table

H = 1e-30
RNG = np.random.default_rng(0)
X = RNG.normal(size=(25, 4))
THREE = np.array(["a", "b", "c"])[np.argsort(X[:, :3], axis=1)[:, 0]]
SEVERAL = (X[:, :3] > 0.3).astype(int)


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def mlp(kind, y, **params):
    settings = {"hidden_layer_sizes": (6, 5), "max_iter": 4, "random_state": 0, "activation": "tanh"}
    return fitted(kind(**(settings | params)), X, y)


CASES = {
    "softmax": (MLPClassifier, THREE, {}),
    "two classes": (MLPClassifier, THREE == "a", {}),
    "several labels": (MLPClassifier, SEVERAL, {}),
    "numbers": (MLPRegressor, X[:, 0], {}),
    "several numbers": (MLPRegressor, X[:, :2] ** 2, {"activation": "silu"}),
    "counts": (MLPRegressor, np.abs(X[:, 0]).round(), {"loss": "poisson"}),
    "huber": (MLPRegressor, X[:, 0] * 3, {"loss": "huber"}),
    "two quantiles": (MLPRegressor, X[:, 0], {"loss": "quantile", "quantile": [0.1, 0.9]}),
    "a loss of one's own": (MLPRegressor, X[:, 0], {"loss": "log(cosh(p-y))", "activation": "x*tanh(x)"}),
    "no hidden layer but relu": (MLPClassifier, THREE, {"hidden_layer_sizes": (3,), "activation": "relu"}),
}
each = pytest.mark.parametrize("name", CASES)


def model_of(name):
    kind, y, params = CASES[name]
    return mlp(kind, y, **params), y


def in_complex(net, params, X, function):
    """The derivative of a function of (losses, z, p) by each input, by the complex step: rows do not meet."""
    page = languages.in_complex()
    pairs, head = activation_pairs(net, page), head_of(net, page=page)
    losses = page.head_lines(head)[1]

    def at(moved):
        z, a = page.forward(params.W, params.b, moved, pairs, head)
        return function(losses, z[-1], a[-1])

    return np.stack([at(X + 1j * H * row).imag / H for row in np.eye(X.shape[1])], axis=-1)


# ---- input_gradients -----------------------------------------------------------------------------------
@each
def test_G7_input_gradients_of_the_loss(name):
    model, y = model_of(name)
    net, params = model._seen()
    _, Y = model._seen_rows(X, y)
    found = model.input_gradients(X, y)
    assert found.shape == (25, 4)
    assert_close(found, in_complex(net, params, X, lambda losses, z, p: losses(z, Y)))
    working = model.working(X, y)
    assert_close(found, working.delta[1] @ params.W[1].T)


@each
def test_output_gradients(name):
    model, _ = model_of(name)
    net, params = model._seen()
    found = model.input_gradients(X)
    assert found.shape == (25, net.sizes[-1], 4)
    assert_close(found, in_complex(net, params, X, lambda losses, z, p: p))


@each
def test_the_gradients_are_those_of_jax(name):
    model, y = model_of(name)
    net, params = model._seen()
    _, Y = model._seen_rows(X, y)
    page = languages.in_jax()
    pairs, head = activation_pairs(net, page), head_of(net, page=page)
    with jax.enable_x64():
        W, b = ([None, *map(jnp.asarray, arrays[1:])] for arrays in (params.W, params.b))

        def losses(row, target):
            z, _ = page.forward(W, b, row[None], pairs, head)
            return page.head_lines(head)[1](z[-1], target[None])[0]

        def outputs(row):
            return page.forward(W, b, row[None], pairs, head)[1][-1][0]

        assert_close(model.input_gradients(X, y), jax.vmap(jax.grad(losses))(X, Y))
        assert_close(model.input_gradients(X), jax.vmap(jax.jacobian(outputs))(X))


def test_probabilities_are_the_outputs():
    model, _ = model_of("softmax")
    step_ = 1e-6
    moved = X + step_ * np.eye(4)[2]
    slope = (model.predict_proba(moved) - model.predict_proba(X - step_ * np.eye(4)[2])) / (2 * step_)
    # central differences: an error of step^2 and of rounding / step
    np.testing.assert_allclose(model.input_gradients(X)[:, :, 2], slope, atol=1e-9)
    assert_close(model.input_gradients(X).sum(axis=1), np.zeros((25, 4)))


def test_sparse_rows_and_float32():
    model, _ = model_of("softmax")
    assert_close(model.input_gradients(sparse.csr_matrix(X), THREE), model.input_gradients(X, THREE))
    assert_close(model.working(sparse.csc_matrix(X), THREE).J, model.working(X, THREE).J)
    small = fitted(MLPClassifier((6,), max_iter=3), X.astype(np.float32), THREE)
    assert small.input_gradients(X.astype(np.float32)).dtype == np.float32
    assert small.input_gradients(X.astype(np.float32), THREE).dtype == np.float32


def test_output_gradients_through_relu_at_zero():
    net = Network((2, 1), head="exp")
    params = net.initialize(seed=0)
    p = np.exp(params.b[1] + params.W[1].sum())
    assert_close(output_gradients(net, params, np.ones((1, 2))), p * params.W[1].T[None])
    with pytest.raises(ShapeError, match="Layer 1 takes 2 inputs"):
        output_gradients(net, params, np.ones((1, 3)))


# ---- working and check_gradients -----------------------------------------------------------------------
@each
def test_working_is_a_step_of_the_page(name):
    model, y = model_of(name)
    net, params = model._seen()
    w = RNG.uniform(0.5, 2.0, 25)
    working = model.working(X, y, w)
    want = step(net, params, X, model._seen_rows(X, y)[1], w)
    assert_close(working.J, want.J)
    assert_close(working.dW[1], want.dW[1])
    assert model.check_gradients(X, y, w).ok


@pytest.mark.parametrize("y", [["a", "b", "d"], ["a", "b", "c"]])
def test_classes_that_training_did_not_have(y):
    model, _ = model_of("softmax")
    if "d" not in y:
        assert model.working(X[:3], y).J > 0
        return
    with pytest.raises(SpecError) as error:
        model.working(X[:3], y)
    assert str(error.value) == "`y` must hold classes of training, ['a', 'b', 'c']; it also has ['d']."


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor])
def test_an_estimator_that_is_not_fitted_says_so(kind):
    model = kind()
    for ask in (model.working, model.check_gradients, model.input_gradients, model.diagnose):
        with pytest.raises(NotFittedError):
            ask(X, X[:, 0])
    with pytest.raises(NotFittedError):
        model.plot_loss_curve()
    assert not hasattr(model, "input_names_")


# ---- Tables --------------------------------------------------------------------------------------------
def tabular(kind, y, **params):
    settings = {"hidden_layer_sizes": (5,), "max_iter": 3, "dtype": "float64", "activation": "tanh"}
    return kind("fast", **(settings | params)).fit(table(), y)


TABLES = {"classes": (TabularClassifier, classes()), "numbers": (TabularRegressor, numbers())}
tables = pytest.mark.parametrize("name", TABLES)


def encoded(model, y):
    """The rows as the network sees them, by the parts of the model."""
    parts = model.model_
    source = parts.read(table())
    target = parts.read(table() | {"y": y}, also=("y",)).column("y")
    return parts.params.net, parts.params, parts.encoding.encode(source), parts.target.encode(target)


@tables
def test_working_of_a_table_is_a_step_on_its_encoding(name):
    kind, y = TABLES[name]
    model = tabular(kind, y)
    w = RNG.uniform(0.5, 2.0, len(y))
    working = model.working(table(), y, w)
    want = step(*encoded(model, y), w)
    for field in ("z", "a", "delta", "da", "dW", "db"):
        for got, wanted in zip(getattr(working, field), getattr(want, field), strict=True):
            assert (got is None) == (wanted is None)
            if got is not None:
                np.testing.assert_array_equal(got, wanted)
    assert working.J == want.J
    assert model.check_gradients(table(), y, w).ok


@tables
def test_gradients_of_the_encoded_columns(name):
    kind, y = TABLES[name]
    model = tabular(kind, y)
    net, params, E, target = encoded(model, y)
    Y = np.eye(net.sizes[-1])[target] if name == "classes" else target[:, None]
    losses = in_complex(net, params, E, lambda losses, z, p: losses(z, Y))
    outputs = in_complex(net, params, E, lambda losses, z, p: p)
    unit = 1.0 if name == "classes" else model.model_.target.sd
    assert_close(model.input_gradients(table(), y), losses)
    assert_close(model.input_gradients(table()), unit * outputs)
    assert model.input_names_ == model.model_.encoding.feature_names
    assert len(model.input_names_) == model.input_gradients(table(), y).shape[1]
    assert model.input_names_[:2] == ["age", "place of age"]


def test_gradients_of_a_regression_are_in_the_units_of_its_target():
    """Metres for millimetres: a thousandth of the derivative."""
    small, large = (tabular(TabularRegressor, numbers() * unit) for unit in (1.0, 1000.0))
    # 1e-9: the standardised targets differ in their last digits, and training carries that on
    assert_close(large.input_gradients(table()) / 1000, small.input_gradients(table()), 1e-9)


def test_frames_and_float32_tables():
    model = TabularClassifier("fast", members=1, max_iter=2, calibrate=False).fit(
        pd.DataFrame(table()), classes()
    )
    working = model.working(pd.DataFrame(table()), pd.Series(classes()))
    assert working.a[0].dtype == np.float32
    assert working.p.shape == (120, 3)
    # 1e-6: float32 sums over 128 units
    np.testing.assert_allclose(working.p, model.predict_proba(table()), atol=1e-6)


@tables
def test_rows_must_match(name):
    kind, y = TABLES[name]
    model = tabular(kind, y)
    with pytest.raises(ShapeError) as error:
        model.working(table(), y[:100])
    assert str(error.value) == "`y` must have one entry a row of `X`: `X` has 120 rows, `y` has 100."
    with pytest.raises(ShapeError) as error:
        model.diagnose(table(), y, np.ones(7))
    assert str(error.value).startswith("`sample_weight` must have one entry a row of `X`: `X` has 120 rows")
