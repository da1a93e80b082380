"""Trainings of MLPClassifier and MLPRegressor that go wrong: divergence, Ctrl-C, networks larger than memory."""

import re
import signal
import sys
import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, TabularRegressor
from clearprop.errors import DivergedError, SpecError
from clearprop.estimators import epochs, lbfgs
from clearprop.train import memory

SHORT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
both = pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])

rng = np.random.default_rng(0)
X = rng.standard_normal((100, 4))
Y = (X[:, 0] > 0).astype(int)
NUMBERS = 3 * X[:, 0] + X[:, 1] ** 2
WILD = {
    "solver": "sgd", "learning_rate_init": 0.8, "hidden_layer_sizes": (20, 20), "batch_size": 10,
    "activation": "identity",  # units that relu has silenced would stop it
}  # fmt: skip


def new(kind, **options):
    return kind(**{"hidden_layer_sizes": (5,), "max_iter": 6, "random_state": 0} | options)


def weights(model):
    return np.concatenate([w.ravel() for w in (*model.coefs_, *model.intercepts_)])


# ---- divergence ----------------------------------------------------------------------------------------------

MESSAGE = (
    r"^Solver produced non-finite parameter weights\. The input data may contain large values and need to be "
    r"preprocessed\. J became infinite in epoch (\d+), batch (\d+), at z\[(\d)\]; "
    r"learning_rate_init=(\S+) is likely too large\.$"
)


def diverged(rows=X, numbers=NUMBERS, **options):
    """A model whose fit diverged, and what was said."""
    model = new(MLPRegressor, **WILD | options)
    with pytest.raises(DivergedError, match=MESSAGE) as raised:
        model.fit(rows, numbers)
    return model, str(raised.value)


def where(message):
    """Epoch, batch, layer."""
    return tuple(map(int, re.findall(MESSAGE, message)[0][:3]))


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_divergence_is_noticed_within_the_epoch(momentum):
    """By hand: the page's own steps, from the same first weights, cease to be finite in this batch and layer."""
    _, message = diverged(momentum=momentum, nesterovs_momentum=False, shuffle=False, alpha=0.0)
    assert where(message) == by_hand(momentum)
    assert "learning_rate_init=0.8 is likely too large." in message


def by_hand(momentum):
    """Epoch, batch and layer; the weights start where those of a fit of one tiny step are."""
    start = new(MLPRegressor, **WILD | {"max_iter": 1, "learning_rate_init": 1e-300})
    with pytest.warns(ConvergenceWarning):
        start.fit(X, NUMBERS)
    W, b = [w.copy() for w in start.coefs_], [v.copy() for v in start.intercepts_]
    v = [np.zeros_like(p) for p in (*W, *b)]
    with np.errstate(all="ignore"):
        for epoch in range(1, 100):
            for batch in range(10):
                rows, t = X[10 * batch : 10 * batch + 10], NUMBERS[10 * batch : 10 * batch + 10, None]
                z, a = [], [rows]
                for l in range(3):
                    z.append(a[-1] @ W[l] + b[l])
                    a.append(z[-1])
                if not np.isfinite(((a[-1] - t) ** 2).sum()):
                    bad = [l for l in range(3) if not np.isfinite(z[l]).all()]
                    return epoch, batch + 1, (bad or [2])[0] + 1
                delta, gW, gb = a[-1] - t, [None] * 3, [None] * 3
                for l in (2, 1, 0):
                    gW[l], gb[l] = a[l].T @ delta / 10, delta.mean(axis=0)
                    delta = delta @ W[l].T
                for k, (p, g) in enumerate(zip((*W, *b), (*gW, *gb), strict=True)):
                    v[k] = momentum * v[k] - 0.8 * g
                    p += v[k]
    return None


@SHORT
def test_the_last_finite_weights_are_kept():
    """Those of the last epoch that ended, to the bit."""
    slow = {"learning_rate_init": 0.1, "momentum": 0.99, "batch_size": 50, "max_iter": 20}
    model, message = diverged(**slow)
    epochs = where(message)[0] - 1
    assert epochs == model.n_iter_ == len(model.loss_curve_) > 0
    want = new(MLPRegressor, **WILD | slow | {"max_iter": epochs}).fit(X, NUMBERS)
    np.testing.assert_array_equal(weights(model), weights(want))
    np.testing.assert_array_equal(model.predict(X), want.predict(X))


def test_divergence_in_the_first_epoch_keeps_the_first_weights():
    model, message = diverged()
    assert where(message)[0] == 1
    stream = np.random.RandomState(0)
    bound = np.sqrt(6 / 24)
    np.testing.assert_array_equal(model.coefs_[0], stream.uniform(-bound, bound, (4, 20)))


@SHORT
def test_divergence_in_partial_fit_keeps_what_was_learned():
    model = new(MLPRegressor, solver="sgd").partial_fit(X, NUMBERS)
    before = weights(model)
    with pytest.raises(DivergedError, match="J became infinite in epoch 1, batch 1, at z"):
        model.partial_fit(X * 1e200, NUMBERS)
    np.testing.assert_array_equal(weights(model), before)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_the_batch_is_that_of_the_epoch(monkeypatch, form):
    """Also where the epoch is cut into parts."""
    _, message = diverged(form(X))
    monkeypatch.setattr(epochs, "MOST_STEPS", 1)
    monkeypatch.setattr(epochs.sparse, "ROWS", 10)
    assert diverged(form(X))[1] == message
    assert where(message)[1] > 1


def test_weights_that_become_infinite_with_the_last_step():
    model = new(MLPRegressor, solver="sgd", learning_rate_init=1e308, max_iter=1)
    message = r"The weights became infinite at the end of epoch 1; learning_rate_init=1e\+308 is likely too large\.$"
    with pytest.raises(DivergedError, match=message):
        model.fit(X, 10 * NUMBERS)
    assert np.isfinite(weights(model)).all()


def test_with_early_stopping_divergence_warns_and_keeps_the_best():
    """Six good epochs, then a rate of 0.5."""
    calm = {"early_stopping": True, "batch_size": 50, "n_iter_no_change": 50}
    model = new(MLPRegressor, **WILD | calm | {"learning_rate_init": 0.5, "max_iter": 12})
    model.set_params(learning_rate=lambda t: 1.0 if t >= 0.5 else 1 / 256)
    message = "J became infinite in epoch .* is likely too large. The weights of the best epoch are kept."
    with pytest.warns(ConvergenceWarning, match=message.replace(".", "[.]").replace("[.]*", ".*")):
        model.fit(X, NUMBERS)
    best = 1 + int(np.argmax(model.validation_scores_))
    assert 1 < best <= 6 <= len(model.validation_scores_)
    want = new(MLPRegressor, **WILD | calm | {"learning_rate_init": 0.5 / 256, "max_iter": best})
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        want.fit(X, NUMBERS)
    np.testing.assert_array_equal(weights(model), weights(want))


def test_divergence_before_any_score_is_an_error():
    with pytest.raises(DivergedError, match="J became infinite in epoch 1"):
        new(MLPRegressor, **WILD, early_stopping=True).fit(X, NUMBERS)


def test_divergence_by_lbfgs_keeps_the_weights():
    model = new(MLPRegressor, solver="lbfgs")
    with pytest.raises(DivergedError, match="J became infinite in iteration 1 of lbfgs"):
        model.fit(X * 1e200, NUMBERS)
    assert np.isfinite(weights(model)).all()
    assert np.isfinite(model.predict(X)).all()


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------


class Interrupting:
    """A standard output during whose n-th line the user presses Ctrl-C."""

    def __init__(self, line):
        self.left = line

    def write(self, text):
        self.left -= text.count("\n")
        if self.left == 0 and "\n" in text:
            signal.raise_signal(signal.SIGINT)

    def flush(self):
        """Nothing to do."""


@SHORT
@both
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_ctrl_c_keeps_the_weights(monkeypatch, kind, solver):
    model = new(kind, solver=solver, max_iter=50, verbose=True)
    monkeypatch.setattr(sys, "stdout", Interrupting(3))
    with pytest.warns(UserWarning, match="Training interrupted by user") as caught:
        model.fit(X, Y)
    monkeypatch.undo()
    assert caught[0].filename == __file__
    want = new(kind, solver=solver, max_iter=3).fit(X, Y)
    np.testing.assert_array_equal(weights(model), weights(want))
    assert model.n_iter_ == 3
    assert model.predict(X).shape == (100,)


@SHORT
@both
def test_ctrl_c_with_early_stopping_keeps_the_best(monkeypatch, kind):
    options = {"early_stopping": True, "max_iter": 50, "learning_rate_init": 0.3, "n_iter_no_change": 50}
    model = new(kind, verbose=True, **options)
    monkeypatch.setattr(sys, "stdout", Interrupting(10))  # two lines an epoch
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.fit(X, Y)
    monkeypatch.undo()
    best = 1 + int(np.argmax(model.validation_scores_))
    assert best < len(model.validation_scores_) == 5
    want = new(kind, **options | {"max_iter": best}).fit(X, Y)
    np.testing.assert_array_equal(weights(model), weights(want))


@SHORT
@both
@pytest.mark.parametrize("evaluation", [1, 6])
def test_ctrl_c_in_lbfgs_keeps_the_last_iteration(monkeypatch, kind, evaluation):
    calls = []
    plain = lbfgs.Objective.__call__

    def counted(self, packed):
        calls.append(packed)
        if len(calls) == evaluation:
            signal.raise_signal(signal.SIGINT)
        return plain(self, packed)

    monkeypatch.setattr(lbfgs.Objective, "__call__", counted)
    model = new(kind, solver="lbfgs", max_iter=100)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.fit(X, Y)
    monkeypatch.undo()
    assert (model.n_iter_ > 0) == (evaluation > 1)
    if model.n_iter_:
        want = new(kind, solver="lbfgs", max_iter=model.n_iter_).fit(X, Y)
        np.testing.assert_array_equal(weights(model), weights(want))
        assert model.loss_ == pytest.approx(want.loss_, rel=1e-15)
    else:
        stream, bound = np.random.RandomState(0), np.sqrt(6 / 9)
        np.testing.assert_array_equal(model.coefs_[0], stream.uniform(-bound, bound, (4, 5)))


@SHORT
@both
def test_long_epochs_are_cut_so_that_ctrl_c_is_heard(monkeypatch, kind):
    """Into parts of whole batches; the bits are those of epochs in one part."""
    want = new(kind, batch_size=7).fit(X, Y)
    calls, epoch = [], epochs.Engine.epoch
    monkeypatch.setattr(epochs.Engine, "epoch", lambda *a, **k: calls.append(len(a[2])) or epoch(*a, **k))
    monkeypatch.setattr(epochs, "WITHOUT_A_LOOK", 2 * epochs.flops(want._network(), 7))
    model = new(kind, batch_size=7).fit(X, Y)
    assert calls == 6 * (7 * [14] + [2])
    np.testing.assert_array_equal(weights(model), weights(want))
    assert model.loss_curve_ == want.loss_curve_


# ---- networks larger than memory -------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_a_network_larger_than_memory_is_refused_before_anything_is_made(kind, solver):
    model = new(kind, solver=solver, hidden_layer_sizes=(2_000_000, 2_000_000))
    message = (
        r"^Training needs about \S+ [TP]B of memory: the layers 4-2000000-2000000-1 have 4,000,014,000,001 parameters, "
        r"and a batch 100 rows; \S+ .B are free\. Use smaller `hidden_layer_sizes`, .*, or float32\.$"
    )
    tracemalloc.start()
    try:
        with pytest.raises(SpecError, match=message):
            model.fit(X, Y)
        assert tracemalloc.get_traced_memory()[1] < 1e7
    finally:
        tracemalloc.stop()
    assert not hasattr(model, "coefs_")


@SHORT
@both
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_estimate_covers_what_a_fit_takes(kind, solver, dtype):
    """At least what was taken at the fullest moment, and no more than half as much again and 1 MB."""
    options = {"solver": solver, "hidden_layer_sizes": (300, 300), "max_iter": 2}
    rows = X.astype(dtype)
    new(kind, **options).fit(rows, Y)  # what is made once is made
    tracemalloc.start()
    try:
        new(kind, **options).fit(rows, Y)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    estimate = memory.needed((4, 300, 300, 1), 100, dtype, lbfgs=solver == "lbfgs")
    assert taken - 5e5 < estimate < 1.5 * taken + 1e6


@SHORT
@pytest.mark.parametrize("preset", ["plain", "fast", "accurate"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_estimate_covers_what_a_fit_to_a_table_takes(preset, dtype):
    """Of the recipe too, whose inputs have scales of their own, and of all networks of a committee."""
    options = {"max_iter": 2, "dtype": dtype, "random_state": 0}
    TabularRegressor(preset, hidden_layer_sizes=(300, 300), **options).fit(
        X, NUMBERS
    )  # what is made once is made
    tracemalloc.start()
    try:
        model = TabularRegressor(preset, hidden_layer_sizes=(300, 300), **options).fit(X, NUMBERS).model_
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    scales = preset != "plain"
    estimate = len(model.members) * memory.needed(model.params.net.sizes, 90, dtype, scales=scales)
    assert taken - 1e6 < estimate < 1.5 * taken + 1e6


@SHORT
@both
def test_memory_is_asked_for_once_more_only_for_new_weights(monkeypatch, kind):
    model = new(kind, warm_start=True).fit(X, Y)
    monkeypatch.setattr(memory, "available_memory", lambda: 1000)
    monkeypatch.setattr(memory, "SMALL", 0)
    model.fit(X, Y)
    with pytest.raises(SpecError, match=r"have 31 parameters, and a batch 100 rows; 1\.0 kB are free"):
        new(kind).fit(X, Y)


def test_a_table_network_larger_than_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    with pytest.raises(SpecError, match=r"Training needs about \S+ MB of memory: .* 1\.0 MB are free"):
        TabularRegressor("fast", hidden_layer_sizes=(500, 500)).fit(X, NUMBERS)
