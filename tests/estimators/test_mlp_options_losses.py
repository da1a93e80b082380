"""The other losses of `MLPRegressor`, label smoothing, and an activation for each layer."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.metrics import d2_pinball_score, mean_pinball_loss

from clearprop import MLPClassifier, MLPRegressor, Network, Parameters, check_gradients, step
from clearprop.errors import SpecError
from clearprop.maths import languages
from oracles.close import assert_close
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = numbers()
ONE = np.ones((len(Y), 1))


H = 1e-30


def size(x):
    """|x|, for the complex step."""
    return np.where(x.real < 0, -x, x)


def written_out(loss, net, params, X, y):
    """J of a formula of (z, y) that is written here, and its gradient by the complex step, flat."""
    page = languages.in_complex()

    def J(flat):
        at, a = Parameters(net, flat), X
        for l in range(1, net.L + 1):
            z = a @ at.W[l] + at.b[l]
            a = page.ACTIVATIONS[net.activations[l - 1]][0](z) if l < net.L else z
        return loss(a, y).sum(axis=1).mean()

    steps = params.flat + 1j * H * np.eye(params.flat.size)
    return J(params.flat.astype(complex)).real, np.array([J(flat).imag / H for flat in steps])


def huber(delta):
    def term(z, y):
        return np.where(size(z - y).real < delta, (z - y) ** 2 / 2, delta * (size(z - y) - delta / 2))

    return term


def pinball(q):
    q = np.array(q)
    return lambda z, y: np.where((y - z).real > 0, q * (y - z), (q - 1) * (y - z))


CASES = [
    ("absolute", {}, lambda: lambda z, y: size(z - y)),
    ("huber", {"delta": 0.7}, lambda: huber(0.7)),
    ("quantile", {"quantile": 0.8}, lambda: pinball(0.8)),
    ("quantile", {"quantile": (0.1, 0.5, 0.9)}, lambda: pinball((0.1, 0.5, 0.9))),
]


@pytest.mark.parametrize(("loss", "options", "formula"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_loss_and_gradients_are_those_of_the_formula(loss, options, formula):
    model = regressor(loss=loss, activation="tanh", max_iter=2, **options).fit(X, Y)
    net, params = model._network(), model._parameters()
    y = np.tile(Y[:, None], net.sizes[-1])
    working = step(net, params, X, y)
    J, gradient = written_out(formula(), net, params, X, y)
    assert pytest.approx(J, rel=1e-13) == working.J
    assert_close(np.concatenate([d.ravel() for d in (*working.dW[1:], *working.db[1:])]), gradient)
    assert check_gradients(net, params, X, y).ok


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize(("loss", "options", "formula"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_loss_is_J_with_its_penalty(loss, options, formula, solver):
    """One step on all rows at a rate of nearly nothing: J of the weights that are there."""
    given = {"max_iter": 1, "batch_size": 90, "learning_rate_init": 1e-300, "momentum": 0.0, "alpha": 0.5}
    model = regressor(loss=loss, solver=solver, **options, **given).fit(X, Y)
    net, params = model._network(), model._parameters()
    J, _ = written_out(formula(), net, params, X, np.tile(Y[:, None], net.sizes[-1]))
    penalty = 0.5 * 0.5 / 90 * sum((W**2).sum() for W in params.W[1:])
    assert model.loss_ == pytest.approx(J + penalty, rel=1e-12)


def constant_that_is_least(loss, **options):
    """A network without inputs that matter: its prediction is the constant with the least loss."""
    model = regressor(
        loss=loss, hidden_layer_sizes=(), alpha=0.0, max_iter=1500, learning_rate="cosine", batch_size=90,
        learning_rate_init=0.02, tol=0, n_iter_no_change=np.inf, **options,
    )  # fmt: skip
    return model.fit(0 * ONE, Y).predict(0 * ONE[:1])


def test_quantiles_are_those_of_the_rows():
    found = constant_that_is_least("quantile", quantile=(0.1, 0.5, 0.9)).ravel()
    for q, z in zip((0.1, 0.5, 0.9), found, strict=True):
        assert mean_pinball_loss(Y, np.full(90, z), alpha=q) == pytest.approx(
            mean_pinball_loss(Y, np.full(90, np.quantile(Y, q)), alpha=q), rel=1e-3
        )
    assert constant_that_is_least("absolute")[0] == pytest.approx(
        np.median(Y), abs=0.02
    )  # steps of the last rates


def test_hubers_loss_lies_between_mean_and_median():
    found = constant_that_is_least("huber", delta=0.5)[0]
    want = minimize(
        lambda z: np.where(abs(z - Y) < 0.5, (z - Y) ** 2 / 2, 0.5 * (abs(z - Y) - 0.25)).sum(), 0.0
    ).x[0]
    assert found == pytest.approx(want, abs=1e-3)
    large = regressor(loss="huber", delta=1e6).fit(X, Y)  # never a line: the squared error
    assert_close(flat(large), flat(regressor().fit(X, Y)), 1e-12)  # some steps of adam


def test_several_quantiles_are_columns():
    model = regressor(loss="quantile", quantile=(0.1, 0.9), max_iter=40).fit(X, Y)
    assert model.predict(X).shape == (90, 2)
    assert (model.n_outputs_, model.out_activation_) == (2, "identity")
    p = model.predict(X)
    want = np.mean([d2_pinball_score(Y, p[:, k], alpha=q) for k, q in enumerate((0.1, 0.9))])
    assert model.score(X, Y) == want
    assert model.check_gradients(X, Y).ok
    one = regressor(loss="quantile", quantile=0.3).fit(X, Y)
    assert one.predict(X).shape == (90,)
    assert one.score(X, Y) == d2_pinball_score(Y, one.predict(X), alpha=0.3)


def test_quantiles_with_early_stopping_and_a_validation_set():
    model = regressor(loss="quantile", quantile=(0.1, 0.9), early_stopping=True)
    model.fit(X[:60], Y[:60], X_val=X[60:], y_val=Y[60:])
    assert model.best_validation_score_ == model.score(X[60:], Y[60:])
    p, want = model.predict(X[60:]), 0.0
    for k, q in enumerate((0.1, 0.9)):
        want += mean_pinball_loss(Y[60:], p[:, k], alpha=q)
    assert model.validation_loss_curve_[model.best_epoch_ - 1] == pytest.approx(want, rel=1e-13)
    assert regressor(loss="quantile", early_stopping=True).fit(X, Y).validation_scores_


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_absolute_error_of_several_outputs(dtype):
    y = np.column_stack([Y, -2 * Y])
    model = regressor(loss="absolute", max_iter=300, learning_rate_init=0.01).fit(X.astype(dtype), y)
    assert model.coefs_[0].dtype == dtype
    assert model.score(X.astype(dtype), y) > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"quantile": (0.1, 1.0)},
            "`quantile` must be a number between 0 and 1, or several; got (0.1, 1.0).",
        ),
        ({"quantile": []}, "`quantile` must be a number between 0 and 1, or several; got []."),
        (
            {"quantile": (0.1, 0.5)},
            "Several quantiles need one output; `y` has 2. Fit one estimator for each.",
        ),
    ],
)
def test_wrong_quantiles_are_said(options, message):
    with pytest.raises(SpecError) as caught:
        regressor(loss="quantile", **options).fit(X, np.column_stack([Y, Y]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("head", "constants", "message"),
    [
        ("huber", -1.0, "'huber' must be finite and above 0, one for each of 2 outputs; got -1.0."),
        ("quantile", 1.0, "'quantile' must be above 0 and below 1, one for each of 2 outputs; got 1.0."),
        ("huber", (1, 2, 3), "'huber' must be finite and above 0, one for each of 2 outputs; got (1, 2, 3)."),
        ("softmax", 1.0, "'softmax' must be none, one for each of 2 outputs; got 1.0."),
    ],
)  # fmt: skip
def test_wrong_constants_of_a_head_are_said(head, constants, message):
    with pytest.raises(SpecError) as caught:
        Network((3, 2), (), head, head_constants=constants)
    assert str(caught.value) == f"`head_constants` of {message}"


# ---- label smoothing
def assert_follows(model, X, targets):
    """`model`, fitted to labels, has the numbers of plain steps on the given targets."""
    start = type(model)(**(model.get_params() | {"learning_rate_init": 1e-300, "max_iter": 1})).fit(
        X, model.labels
    )
    params, lr = start._parameters().copy(), model.learning_rate_init
    for _ in range(model.max_iter):
        working = step(start._network(), params, X, targets)
        l2 = model.alpha / len(X)
        for l in range(1, params.net.L + 1):
            params.W[l][...] -= lr * (working.dW[l] + l2 * params.W[l])
            params.b[l][...] -= lr * working.db[l]
    assert_close(flat(model), params.flat, 1e-13)  # a few steps


SMOOTH = {
    "label_smoothing": 0.2, "solver": "sgd", "momentum": 0.0, "batch_size": 90, "shuffle": False, "max_iter": 4,
    "learning_rate_init": 0.5, "random_state": 0, "hidden_layer_sizes": (5,),
}  # fmt: skip


def test_label_smoothing_spreads_a_share_over_the_classes():
    X, y = three_classes()
    model = MLPClassifier(**SMOOTH).fit(X, y)
    model.labels = y
    assert_follows(model, X, 0.8 * (y[:, None] == model.classes_) + 0.2 / 3)


def test_label_smoothing_of_two_classes_and_of_labels():
    X, y = three_classes()
    two, several = (y == "a").astype(int), np.column_stack([y == "a", y == "b"]).astype(int)
    for labels in (two, several):
        model = MLPClassifier(**SMOOTH).fit(X, labels)
        model.labels = labels
        assert_follows(model, X, 0.8 * labels.reshape(len(X), -1) + 0.1)


def test_without_smoothing_nothing_changes():
    X, y = three_classes()
    assert_same_bits(classifier(label_smoothing=0.0).fit(X, y), classifier().fit(X, y))
    smooth, sharp = (
        classifier(label_smoothing=s, solver="lbfgs", max_iter=300).fit(X, y) for s in (0.3, 0.0)
    )
    surest = [m.predict_proba(X).max(axis=1).mean() for m in (smooth, sharp)]
    assert surest[0] < 0.85 < 0.93 < surest[1]  # a target of 1 is one of 0.8


# ---- an activation for each layer
def test_a_list_of_activations():
    many = {"hidden_layer_sizes": (6, 5)}
    same = classifier(activation=["tanh", "tanh"], **many).fit(*three_classes())
    assert_same_bits(same, classifier(activation="tanh", **many).fit(*three_classes()))
    logistic = classifier(activation=("logistic", "logistic"), **many).fit(*three_classes())
    assert_same_bits(logistic, classifier(activation="logistic", **many).fit(*three_classes()))


def test_each_layer_has_its_own():
    X, y = three_classes()
    model = classifier(activation=["gelu", "relu"], hidden_layer_sizes=(6, 5)).fit(X, y)
    page = languages.derivation
    a = page.gelu(X @ model.coefs_[0] + model.intercepts_[0])
    a = page.relu(a @ model.coefs_[1] + model.intercepts_[1])
    assert_close(model.predict_proba(X), page.softmax(a @ model.coefs_[2] + model.intercepts_[2]))
    assert model.check_gradients(X, y).ok


def test_wrong_names_and_lengths():
    with pytest.raises(ValueError, match="The 'activation' parameter of MLPRegressor must be a str among"):
        MLPRegressor(activation="rleu").fit(X, Y)
    with pytest.raises(SpecError) as caught:
        MLPRegressor(activation=["tanh", "rleu"], hidden_layer_sizes=(3, 3)).fit(X, Y)
    assert str(caught.value).startswith("`activation` must be one of identity, relu,")
    with pytest.raises(SpecError) as caught:
        MLPRegressor(activation=["tanh"], hidden_layer_sizes=(3, 3)).fit(X, Y)
    assert (
        str(caught.value) == "`activation` must be one name, or one for each of the 2 hidden layers; got 1."
    )
