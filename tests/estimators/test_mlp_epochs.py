"""Several epochs in one call, where nobody looks between them: to the bit as one after the other."""

import numpy as np
import pytest

from clearprop import MLPClassifier, MLPRegressor
from clearprop.errors import DivergedError
from clearprop.estimators import epochs

SHORT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
rng = np.random.default_rng(0)
X = rng.standard_normal((61, 4))
Y = np.argmax(X[:, :3], axis=1)
CASES = {
    "sgd": {"solver": "sgd"},
    "adam, few": {"max_iter": 3},
    "weights and dropout": {"solver": "adamw", "dropout": 0.3, "class_weight": "balanced"},
    "unshuffled": {"shuffle": False},
    "cosine": {"learning_rate": "cosine", "warmup": 3},
    "rates in line with the rows seen": {"solver": "sgd", "learning_rate": "invscaling"},
    "a function": {"learning_rate": lambda t: 1 - t},
    "stops": {"tol": 0.05, "n_iter_no_change": 3, "learning_rate_init": 0.01},
    "lowers the rate": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.03, "n_iter_no_change": 2},
}
IN_ONE = {
    "a function": 0,
    "rates in line with the rows seen": 0,
}  # how many calls are of several epochs; else some


def fitted(monkeypatch, one_by_one=False, **options):
    """A fit, and how many epochs each call of the engine took."""
    counts, calls = [], epochs.Engine.epochs
    with monkeypatch.context() as patched:
        patched.setattr(epochs.Engine, "epochs", lambda *a, **k: counts.append(len(a[2])) or calls(*a, **k))
        if one_by_one:
            patched.setattr(epochs, "MOST_ROWS", 0)
        model = MLPClassifier(
            **{"hidden_layer_sizes": (6,), "batch_size": 8, "max_iter": 25, "random_state": 0} | options
        )
        model.fit(X, Y)
    return model, [count for count in counts if count]


def weights(model):
    return np.concatenate([w.ravel() for w in (*model.coefs_, *model.intercepts_)])


@SHORT
@pytest.mark.parametrize("name", CASES)
def test_the_bits_are_those_of_one_after_the_other(monkeypatch, name):
    model, together = fitted(monkeypatch, **CASES[name])
    want, apart = fitted(monkeypatch, one_by_one=True, **CASES[name])
    np.testing.assert_array_equal(weights(model), weights(want))
    assert model.loss_curve_ == want.loss_curve_
    assert (model.n_iter_, model.t_, model.best_loss_) == (want.n_iter_, want.t_, want.best_loss_)
    assert model._random_state.randint(2**31) == want._random_state.randint(2**31)
    assert apart == [1] * want.n_iter_
    assert (max(together) > 1) == (name not in IN_ONE)
    assert sum(together) == want.n_iter_


@SHORT
@pytest.mark.parametrize("watch", [{"verbose": True}, {"early_stopping": True}])
def test_epochs_that_are_watched_come_one_by_one(monkeypatch, watch):
    _, counts = fitted(monkeypatch, **watch)
    assert set(counts) == {1}


@pytest.mark.parametrize("rate", [0.1, 0.15, 0.5])
def test_divergence_amid_a_call_is_that_of_its_epoch(monkeypatch, rate):
    found = []
    for most in (epochs.MOST_ROWS, 0):
        monkeypatch.setattr(epochs, "MOST_ROWS", most)
        model = MLPRegressor(
            hidden_layer_sizes=(20, 20), activation="identity", solver="sgd", momentum=0.99, batch_size=8,
            learning_rate_init=rate, max_iter=25, random_state=0,
        )  # fmt: skip
        with pytest.raises(DivergedError) as raised:
            model.fit(X, X[:, 0])
        found.append((str(raised.value), model.loss_curve_, weights(model).tobytes()))
    assert found[0] == found[1]


@SHORT
def test_an_interruption_amid_a_call_leaves_what_was_before_it(monkeypatch):
    calls, done = epochs.Engine.epochs, []

    def interrupted(*args, **options):
        found = calls(*args, **options)
        done.append(len(args[2]))
        if sum(done) > 15:
            raise KeyboardInterrupt
        return found

    with monkeypatch.context() as patched:
        patched.setattr(epochs.Engine, "epochs", interrupted)
        model = MLPClassifier((6,), batch_size=8, max_iter=25, random_state=0)
        with pytest.warns(UserWarning, match="Training interrupted by user"):
            model.fit(X, Y)
    assert model.n_iter_ == len(model.loss_curve_) == sum(done[:-1]) > 0
    part = MLPClassifier((6,), batch_size=8, max_iter=model.n_iter_, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(weights(model), weights(part))
    whole = MLPClassifier((6,), batch_size=8, max_iter=25, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(weights(model.fit_more(X, Y, max_iter=25)), weights(whole))
