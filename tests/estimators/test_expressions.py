"""Activations and losses given to the estimators as expressions."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils._param_validation import InvalidParameterError

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ModelFileError, SpecError
from clearprop.train.files import read_model, write_model
from oracles import models

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
MISH = "x*tanh(softplus(x))"
SETTINGS = {"hidden_layer_sizes": (8, 6), "max_iter": 30, "random_state": 0}
RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 4))
Y = X[:, 0] ** 2 + X[:, 1]
LABELS = np.where(Y > 0.5, "b", "a")


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_the_expression_of_mish_fits_as_mish_does(solver):
    one, other = (
        MLPRegressor(activation=name, solver=solver, **SETTINGS).fit(X, Y) for name in ("mish", MISH)
    )
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_allclose(
            a, b, rtol=1e-9, atol=1e-12
        )  # rounding, in up to 30 steps that build on it
    np.testing.assert_allclose(one.loss_, other.loss_, rtol=1e-9)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(("loss", "text"), [("absolute", "abs(p-y)"), ("squared_error", "(p-y)**2/2")])
def test_the_expression_of_a_loss_fits_as_that_loss_does(loss, text, solver):
    one, other = (MLPRegressor(given, solver=solver, **SETTINGS).fit(X, Y) for given in (loss, text))
    np.testing.assert_allclose(one.predict(X), other.predict(X), rtol=1e-8, atol=1e-10)
    assert other.out_activation_ == "identity"
    np.testing.assert_allclose(one.loss_, other.loss_, rtol=1e-9)


def test_a_loss_of_several_outputs_is_their_sum():
    Y2 = np.column_stack([Y, -2 * Y])
    model = MLPRegressor("log(cosh(p-y))", **SETTINGS).fit(X, Y2)
    working = model.working(X, Y2)
    np.testing.assert_allclose(working.losses, np.log(np.cosh(working.p - Y2)).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(working.delta[3], np.tanh(working.p - Y2), rtol=1e-12)


def test_gradients_hold_and_weights_of_rows_count():
    w = RNG.uniform(0.1, 2, len(X))
    model = MLPRegressor("log(cosh(p-y))", activation=["x*sin(x)", MISH], **SETTINGS).fit(X, Y, w)
    verdict = model.check_gradients(X, Y, w)
    assert verdict.ok
    assert not np.allclose(model.coefs_[0], clone(model).fit(X, Y).coefs_[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_X_is_kept(dtype):
    model = MLPRegressor("log(cosh(p-y))", activation="where(x > 0, x, sin(x))", **SETTINGS)
    assert model.fit(X.astype(dtype), Y.astype(dtype)).predict(X.astype(dtype)).dtype == dtype


def test_a_classifier_and_partial_fit():
    model = MLPClassifier(activation=MISH, **SETTINGS).fit(X, LABELS)
    assert list(model.formulas_) == ["g(x)", "g'(x)"]
    one = MLPClassifier(activation=MISH, **SETTINGS)
    for _ in range(3):
        one.partial_fit(X, LABELS, classes=["a", "b"])
    assert one.t_ == 3 * len(X)


def test_formulas_of_a_fitted_estimator():
    model = MLPRegressor("log(cosh(p-y))", activation=("relu", "z*relu(z)"), **SETTINGS)
    assert not hasattr(model, "formulas_")  # it is not fitted
    found = model.fit(X, Y).formulas_
    assert {name: formula.text for name, formula in found.items()} == {
        "g[2](z)": "g[2](z) = z*relu(z)",
        "g[2]'(z)": "g[2]'(z) = relu(z) + z*where(z > 0, 1, 0)",
        "g[2]'(z) at kinks": "relu'(0) = 0",
        "J_i": "J_i = sum over j of log(cosh(p - y))",
        "dJ_i/dp": "dJ_i/dp = tanh(p - y)",
    }
    assert found["g[2](z)"].latex == r"g^{(2)}(z) = z \operatorname{relu}\left(z\right)"
    assert MLPRegressor(**SETTINGS).fit(X, Y).formulas_ == {}


def test_pickles_clones_and_searches():
    model = MLPRegressor("log(cosh(p-y))", activation=MISH, **SETTINGS).fit(X, Y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.formulas_ == model.formulas_
    assert clone(model).get_params() == model.get_params()
    search = GridSearchCV(
        model, {"activation": ["relu", "x*sin(x)"], "loss": ["abs(p-y)", "huber"]}, cv=2, n_jobs=2
    )
    assert search.fit(X, Y).best_params_["activation"] in ("relu", "x*sin(x)")


def test_a_model_file_holds_the_expressions_and_gives_the_same_bits(tmp_path):
    model = MLPRegressor("log(cosh(p-y))", activation=(MISH, "relu"), **SETTINGS).fit(X, Y)
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.formulas_ == model.formulas_


@pytest.mark.parametrize(
    ("estimator", "y"), [(TabularClassifier, models.classes()), (TabularRegressor, models.numbers())]
)
def test_estimators_on_tables_take_an_activation_too(estimator, y, tmp_path):
    model = estimator("fast", activation=MISH, max_iter=2).fit(models.table(), y)
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.predict(models.table()), model.predict(models.table()))
    assert again.formulas_["g(x)"].text == f"g(x) = {MISH}"


@pytest.mark.parametrize(
    "text", ["__import__('os').abort()", "x.__class__", "9**9**9**9*x", "(" * 10**5, "log(x)"]
)
def test_a_model_file_with_something_else_in_their_place_is_refused(text, tmp_path):
    model = (
        TabularRegressor("fast", activation=MISH, max_iter=1).fit(models.table(), models.numbers())._model()
    )
    object.__setattr__(model.params.net, "activations", (text,) * 2)
    write_model(model, tmp_path / "m.safetensors")
    with pytest.raises(ModelFileError, match="damaged") as error:
        read_model(tmp_path / "m.safetensors")
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("settings", "want"),
    [
        ({"activation": "x*tnah(x)"}, "The expression `x*tnah(x)` cannot be read at character 3, `tnah`: "),
        (
            {"activation": ["relu", "tanh(x"]},
            "The expression `tanh(x` cannot be read at character 7, its end: ",
        ),
        ({"activation": "log(x)"}, "at x = -10 it is nan."),
        ({"loss": "(p-q)**2"}, "The expression `(p-q)**2` cannot be read at character 4, `q`: "),
        ({"loss": "abs(p)"}, "A loss must be an expression of `p` and `y`; `abs(p)` has `p`."),
        (
            {"loss": "sqrt(y)*p"},
            "With the loss `sqrt(y)*p` `y` must hold numbers at which it is finite; got -",
        ),
    ],
)
def test_what_cannot_be_is_said_where(settings, want):
    with pytest.raises(SpecError) as error:
        MLPRegressor(**SETTINGS | settings).fit(X, Y)
    assert want in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["activation", "loss"])
@pytest.mark.parametrize("given", ["rleu", "leaky-relu", "not relu or tanh", "", 3, None])
def test_a_name_that_is_none_gets_scikit_learn_s_message(name, given):
    with pytest.raises(
        InvalidParameterError, match=f"The '{name}' parameter of MLPRegressor must be a str among"
    ):
        MLPRegressor(**{name: given}).fit(X, Y)
