"""MLPClassifier and MLPRegressor beside scikit-learn's own: a grid of fits, and every fitted attribute of each."""

import inspect
from itertools import product

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.exceptions import ConvergenceWarning

import clearprop

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# Both sum the same products in another order: 1e-13 after the epochs here. The line search of lbfgs and the
# divisions of adam enlarge that, to 5e-9 in the worst cell.
RTOL = 1e-6
SINGLE = 1e-4  # float32 keeps 6e-8 of each sum; adam and the line search enlarge it as above, to 6e-6 here

ROWS = 100
rng = np.random.default_rng(0)
X = rng.standard_normal((ROWS, 5))
NUMBERS = 2 * X[:, 0] + np.sin(X[:, 1])
TASKS = {
    "binary": (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int),
    "multiclass": np.array(["low", "mid", "top"])[np.digitize(X[:, 0] + X[:, 2], [-0.7, 0.7])],
    "multilabel": np.column_stack([X[:, 0] > 0, X[:, 1] + X[:, 2] > 0]).astype(int),
    "one": NUMBERS,
    "several": np.column_stack([NUMBERS, X[:, 2] ** 2, X[:, 3]]),
    "poisson": rng.poisson(np.exp(0.3 * X[:, 0] + 0.5)),
}
CLASSES = ("binary", "multiclass", "multilabel")
ACTIVATIONS = ("relu", "tanh", "logistic", "identity")
WEIGHTS = rng.uniform(0.2, 3, ROWS) * (rng.uniform(size=ROWS) > 0.1)
SUMMED = (
    "loss_",
    "loss_curve_",
    "best_loss_",
)  # of several outputs scikit-learn's are not those of its gradient


def cells(**axes):
    """Every combination of the axes, as keyword arguments."""
    found = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    return [pytest.param(cell, id="-".join(map(said, cell.items()))) for cell in found]


def said(item):
    name, value = item
    return value if name in ("solver", "task", "activation") else f"{name}={value}"


def pair(task, **options):
    """Both libraries' estimators, with the same parameters."""
    options = {
        "hidden_layer_sizes": (7, 4), "random_state": 3, "max_iter": 9, "learning_rate_init": 0.01,
        "n_iter_no_change": 3,
    } | options  # fmt: skip
    if task in CLASSES:
        return theirs.MLPClassifier(**options), clearprop.MLPClassifier(**options)
    options["loss"] = "poisson" if task == "poisson" else "squared_error"
    return theirs.MLPRegressor(**options), clearprop.MLPRegressor(**options)


def fitted(task, rows=X, weight=None, **options):
    """Both fitted to the rows of a task."""
    return [model.fit(rows, TASKS[task], sample_weight=weight) for model in pair(task, **options)]


def outputs(model, rows):
    """What a fitted estimator says of some rows."""
    names = ("predict", "predict_proba", "predict_log_proba")
    return {name: getattr(model, name)(rows) for name in names if hasattr(model, name)}


def attributes(model):
    """The public fitted attributes."""
    names = [name for name in dir(type(model)) + list(vars(model)) if name.endswith("_") and name[0] != "_"]
    return {name: getattr(model, name) for name in names}


def assert_same(want, got, what, rtol):
    """Equal in type and shape; numbers with a fraction within `rtol` of the largest."""
    if isinstance(want, list) and want and isinstance(want[0], np.ndarray):
        assert len(want) == len(got), what
        for l, (one, other) in enumerate(zip(want, got, strict=True), 1):
            assert_same(one, other, f"{what}[{l}]", rtol)
        return
    want, got = np.asarray(want), np.asarray(got)
    assert (want.shape, want.dtype) == (got.shape, got.dtype), what
    if want.dtype.kind == "f":
        scale = np.abs(want).max(initial=0, where=np.isfinite(want))
        np.testing.assert_allclose(got, want, rtol=0, atol=rtol * scale, err_msg=what)
    else:
        np.testing.assert_array_equal(got, want, err_msg=what)


def assert_alike(task, their, our, rows=X, rtol=RTOL):
    """All that scikit-learn's fitted estimator shows, ours shows too."""
    found = attributes(our)
    for name, want in attributes(their).items():
        if task != "several" or name not in SUMMED:
            assert_same(want, found[name], name, rtol)
    for name, want in outputs(their, rows).items():
        assert_same(want, outputs(our, rows)[name], name, rtol)


# ---- the grid --------------------------------------------------------------------------------------------

STOCHASTIC = cells(
    solver=("sgd", "adam"), activation=ACTIVATIONS, task=TASKS, alpha=(1e-4, 1.0), batch_size=("auto", 37),
    early_stopping=(False, True),
)  # fmt: skip


@pytest.mark.parametrize("cell", STOCHASTIC)
def test_stochastic_solvers(cell):
    assert_alike(cell["task"], *fitted(**cell))


@pytest.mark.parametrize(
    "cell", cells(activation=ACTIVATIONS, task=TASKS, alpha=(1e-4, 1.0), max_fun=(15000, 7))
)
def test_lbfgs(cell):
    assert_alike(cell["task"], *fitted(solver="lbfgs", **cell))


SCHEDULES = cells(
    task=("multiclass", "one", "several"), learning_rate=("constant", "invscaling", "adaptive"),
    nesterovs_momentum=(True, False), momentum=(0.0, 0.9), early_stopping=(False, True),
)  # fmt: skip


@pytest.mark.parametrize("cell", SCHEDULES)
def test_rates_and_momentum_of_sgd(cell):
    """With so large a `tol` that the adaptive rate is lowered three times, or the fit ends early."""
    their, our = fitted(solver="sgd", tol=0.1, n_iter_no_change=1, batch_size=16, **cell)
    assert_alike(cell["task"], their, our)
    assert our._optimizer.learning_rate == pytest.approx(their._optimizer.learning_rate, rel=1e-14)
    assert our._no_improvement_count == their._no_improvement_count


@pytest.mark.parametrize(
    "cell", cells(solver=("sgd", "adam", "lbfgs"), task=TASKS, early_stopping=(False, True))
)
def test_sample_weight(cell):
    assert_alike(cell["task"], *fitted(weight=WEIGHTS, batch_size=16, **cell))


@pytest.mark.parametrize("cell", cells(solver=("sgd", "adam"), task=TASKS))
def test_rows_in_their_order(cell):
    assert_alike(cell["task"], *fitted(shuffle=False, batch_size=30, **cell))


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array])
@pytest.mark.parametrize(
    "cell",
    cells(solver=("sgd", "adam", "lbfgs"), task=("multiclass", "several"), early_stopping=(False, True)),
)
def test_sparse_rows(cell, form):
    rows = form(np.where(np.abs(X) > 0.7, X, 0))
    assert_alike(cell["task"], *fitted(rows=rows, weight=WEIGHTS, batch_size=16, **cell), rows=rows)


@pytest.mark.parametrize("cell", cells(solver=("sgd", "adam", "lbfgs"), task=TASKS))
def test_float32(cell):
    """Beside scikit-learn's lbfgs of float64: of float32 rows it returns float64, with 3 digits of them right."""
    task, single = cell["task"], X.astype(np.float32)
    rows = single.astype(np.float64) if cell["solver"] == "lbfgs" else single
    their, our = pair(max_iter=5, **cell)
    their.fit(rows, TASKS[task])
    our.fit(single, TASKS[task])
    assert our.coefs_[0].dtype == our.intercepts_[0].dtype == np.float32
    their.coefs_, their.intercepts_ = (
        [w.astype(np.float32) for w in ws] for ws in (their.coefs_, their.intercepts_)
    )
    assert_alike(task, their, our, single, rtol=SINGLE)


OTHERS = [
    {"hidden_layer_sizes": ()}, {"hidden_layer_sizes": 9}, {"hidden_layer_sizes": [3, 3, 3]}, {"beta_1": 0.5},
    {"beta_2": 0.9}, {"epsilon": 1e-3}, {"n_iter_no_change": np.inf}, {"tol": 0.5}, {"alpha": 0.0},
    {"early_stopping": True, "validation_fraction": 0.4}, {"max_iter": 1}, {"random_state": 0},
    {"batch_size": 1, "max_iter": 2}, {"solver": "sgd", "power_t": 0.1, "learning_rate": "invscaling"},
    {"solver": "lbfgs", "tol": 1.0}, {"learning_rate": "adaptive"}, {"early_stopping": True, "tol": 0.3},
]  # fmt: skip


@pytest.mark.parametrize("options", OTHERS, ids=str)
@pytest.mark.parametrize("task", ["multiclass", "poisson"])
def test_every_other_parameter(task, options):
    assert_alike(task, *fitted(task, **options))


@pytest.mark.parametrize("task", ["binary", "several"])
def test_a_generator_is_drawn_from_alike(task):
    """Two fits from one stream: all draws are the same, in number and order."""
    streams = [np.random.RandomState(5), np.random.RandomState(5)]
    models = pair(task, early_stopping=True)
    for model, stream in zip(models, streams, strict=True):
        model.set_params(random_state=stream)
        model.fit(X, TASKS[task]).fit(X, TASKS[task])
    assert_alike(task, *models)
    assert streams[0].get_state()[2] == streams[1].get_state()[2]


# ---- going on ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", cells(solver=("sgd", "adam", "lbfgs"), task=TASKS))
def test_warm_start(cell):
    task = cell["task"]
    their, our = pair(warm_start=True, max_iter=4, **cell)
    for part in (slice(None), slice(0, 90), slice(None)):
        for model in (their, our):
            model.fit(X[part], TASKS[task][part])
        assert_alike(task, their, our)


@pytest.mark.parametrize("task", ["multiclass", "one"])
def test_warm_start_with_early_stopping_keeps_the_best(task):
    """Where a second fit finds nothing better, the best of the first stay; scikit-learn moves them all the same."""
    their, our = pair(task, warm_start=True, early_stopping=True, max_iter=30)
    first = [model.fit(X, TASKS[task]).coefs_[0].copy() for model in (their, our)]
    before = len(our.validation_scores_)
    for model in (their, our):  # to other targets, so that the scores are worse
        model.set_params(learning_rate_init=0.1).fit(X, TASKS[task][::-1])
    assert_same(their.validation_scores_, our.validation_scores_, "validation_scores_", RTOL)
    assert our.best_validation_score_ == max(our.validation_scores_[:before])
    np.testing.assert_array_equal(our.coefs_[0], first[1])
    assert np.abs(their.coefs_[0] - first[0]).max() > 0.05


@pytest.mark.parametrize(
    "cell", cells(solver=("sgd", "adam"), task=TASKS, learning_rate=("constant", "invscaling", "adaptive"))
)
def test_partial_fit(cell):
    """Six calls on parts of other lengths; the attributes are the same after each."""
    task = cell["task"]
    their, our = pair(batch_size=20, tol=0.1, n_iter_no_change=1, **cell)
    for call in range(6):
        part = slice(20 * (call % 3), 60 + 10 * call)
        first = {"classes": np.unique(TASKS[task])} if task in CLASSES and call == 0 else {}
        for model in (their, our):
            model.partial_fit(X[part], TASKS[task][part], sample_weight=WEIGHTS[part], **first)
        assert_alike(task, their, our)
    if (
        cell["solver"] == "sgd"
    ):  # under this name scikit-learn's adam keeps what the bias correction makes of it
        assert our._optimizer.learning_rate == pytest.approx(their._optimizer.learning_rate, rel=1e-14)


@pytest.mark.parametrize("task", ["binary", "one"])
def test_partial_fit_after_fit(task):
    models = fitted(task)
    for model in models:
        model.partial_fit(X[:50], TASKS[task][:50])
    assert_alike(task, *models)


# ---- what is printed ---------------------------------------------------------------------------------------

SPOKEN = [
    {}, {"early_stopping": True}, {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "max_iter": 40},
    {"tol": 0.2}, {"early_stopping": True, "solver": "sgd", "learning_rate": "adaptive"}, {"solver": "lbfgs"},
    {"early_stopping": True, "n_iter_no_change": 1, "tol": 0.3},
]  # fmt: skip


@pytest.mark.parametrize("options", SPOKEN, ids=str)
@pytest.mark.parametrize("task", ["binary", "multiclass", "one", "poisson"])
def test_verbose_prints_the_same_text(capfd, task, options):
    printed = []
    for model in pair(task, verbose=True, **options):
        model.fit(X, TASKS[task])
        printed.append(capfd.readouterr().out)
    assert printed[0] == printed[1]
    assert ("loss = " in printed[1]) == (options.get("solver") != "lbfgs")


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("options", [{}, {"solver": "lbfgs", "max_iter": 2}, {"batch_size": 1000}], ids=str)
def test_warnings_are_the_same(options):
    said = []
    for model in pair("binary", **options):
        with pytest.warns((ConvergenceWarning, UserWarning)) as caught:
            model.fit(X, TASKS["binary"])
        said.append([(w.category, str(w.message), w.filename) for w in caught])
    assert [kind for kind, _, _ in said[0]] == [kind for kind, _, _ in said[1]]
    for (_, want, _), (_, got, _) in zip(*said, strict=True):
        assert got.startswith(want)  # and the doctor says why
    if (
        options.get("solver") != "lbfgs"
    ):  # there scikit-learn's own function warns, of the line that called it
        assert said[1][0][2] == __file__


# ---- several outputs: the coefficients are the same, and the loss is the one whose gradient they follow -----


def closed_form(model, alpha):
    """Half the squared error summed over the outputs, a mean over the rows, and the penalty alpha / 2m |W|^2."""
    error = model.predict(X) - TASKS["several"]
    penalty = alpha / 2 / ROWS * sum((W**2).sum() for W in model.coefs_)
    return (error**2).sum(axis=1).mean() / 2, penalty


@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_loss_of_several_outputs_by_lbfgs(alpha):
    their, our = fitted("several", solver="lbfgs", alpha=alpha)
    data, penalty = closed_form(our, alpha)
    assert our.loss_ == pytest.approx(data + penalty, rel=1e-12)
    assert their.loss_ == pytest.approx(data / 3 + penalty, rel=RTOL)


@pytest.mark.parametrize("alpha", [0.0, 3.0])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_loss_of_several_outputs_by_steps(solver, alpha):
    """One more epoch of one batch reports the loss at the weights before it."""
    models = fitted("several", solver=solver, alpha=alpha, warm_start=True)
    data, penalty = closed_form(models[1], alpha)
    their, our = (model.set_params(max_iter=1).fit(X, TASKS["several"]) for model in models)
    assert our.loss_ == our.loss_curve_[-1] == pytest.approx(data + penalty, rel=1e-12)
    assert their.loss_ == pytest.approx(data / 3 + penalty, rel=RTOL)
    assert our.best_loss_ == min(our.loss_curve_)


@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["equal", "weighted"])
def test_stopping_of_several_outputs(weight):
    """scikit-learn's mean decides when to stop, so that the epochs are as many."""
    their, our = fitted("several", weight=weight, tol=0.01, max_iter=200)
    assert 5 < our.n_iter_ == their.n_iter_ < 200


# ---- the interface -------------------------------------------------------------------------------------------

PAIRS = [
    (theirs.MLPClassifier, clearprop.MLPClassifier),
    (theirs.MLPRegressor, clearprop.MLPRegressor),
]


@pytest.mark.parametrize(("their", "our"), PAIRS)
def test_parameters_and_defaults(their, our):
    """All of scikit-learn's, in its order, with its kind and default; ours come after."""
    want = [(p.name, p.kind, p.default) for p in inspect.signature(their).parameters.values()]
    got = [(p.name, p.kind, p.default) for p in inspect.signature(our).parameters.values()]
    assert got[: len(want)] == want
    assert all(kind is inspect.Parameter.KEYWORD_ONLY for _, kind, _ in got[len(want) :])
    assert our().get_params().keys() == {name for name, _, _ in got}


@pytest.mark.parametrize(("their", "our"), PAIRS)
@pytest.mark.parametrize(
    "method", ["fit", "partial_fit", "predict", "predict_proba", "predict_log_proba", "score"]
)
def test_methods_take_the_same_arguments(their, our, method):
    assert hasattr(our, method) == hasattr(their, method)
    if hasattr(their, method):
        want, got = (list(inspect.signature(getattr(c, method)).parameters) for c in (their, our))
        assert got[: len(want)] == want


@pytest.mark.parametrize("task", ["binary", "several"])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_the_packed_loss_and_gradient(task, solver):
    """`_loss_grad_lbfgs`, which scikit-learn's tests call: scikit-learn's, but its gradient's own loss."""
    their, our = fitted(task, solver="lbfgs")
    packed = np.concatenate([np.ravel(w) for w in (*our.coefs_, *our.intercepts_)])
    y = our._label_binarizer.transform(TASKS[task]) if task in CLASSES else TASKS[task]
    layers = [X, np.empty((ROWS, 7)), np.empty((ROWS, 4)), np.empty((ROWS, y.shape[1]))]
    scratch = [np.empty_like(w) for w in their.coefs_], [np.empty_like(b) for b in their.intercepts_]
    want = their._loss_grad_lbfgs(packed, X, y, WEIGHTS, layers, [None, None, None], *scratch)
    got = our._loss_grad_lbfgs(packed, X, y, WEIGHTS, layers, [None, None, None], *scratch)
    assert got[0] == pytest.approx(want[0], rel=1e-12)
    assert_same(want[1], got[1], "gradient", 1e-12)


def test_negative_weights_are_refused():
    """scikit-learn takes them, and lets the loss fall without end."""
    for task in ("binary", "one"):
        their, our = pair(task)
        their.fit(X, TASKS[task], sample_weight=-WEIGHTS)
        with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
            our.fit(X, TASKS[task], sample_weight=-WEIGHTS)
