"""Going on: `fit_more` and `partial_fit`, copies and pickles at any moment, and scikit-learn's parallel searches."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier as Theirs

from clearprop.errors import SpecError
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = three_classes()
KINDS = {
    "adam": {},
    "sgd": {"solver": "sgd", "learning_rate": "invscaling"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 2},
    "adamw": {"solver": "adamw", "clip_norm": 0.5, "l1": 0.001},
    "dropout": {"dropout": 0.3, "input_dropout": 0.1},
    "early stopping": {"early_stopping": True, "learning_rate_init": 0.02, "n_iter_no_change": 30},
    "stops early": {"early_stopping": True, "learning_rate_init": 0.05, "n_iter_no_change": 3},
}
COUNTERS = (
    "n_iter_",
    "t_",
    "loss_",
    "best_loss_",
    "validation_scores_",
    "validation_loss_curve_",
    "best_epoch_",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pickled", [False, True])
def test_ten_epochs_and_ten_more_are_twenty(kind, pickled):
    whole = classifier(max_iter=20, **KINDS[kind]).fit(X, Y)
    parts = classifier(max_iter=10, **KINDS[kind]).fit(X, Y)
    parts = pickle.loads(pickle.dumps(parts)) if pickled else parts
    parts.fit_more(X, Y, max_iter=20)
    assert_same_bits(parts, whole)
    assert [getattr(parts, name) for name in COUNTERS] == [getattr(whole, name) for name in COUNTERS]
    if kind == "stops early":
        assert whole.n_iter_ < 20
    np.testing.assert_array_equal(parts.predict_proba(X), whole.predict_proba(X))


def test_one_epoch_at_a_time():
    whole = regressor(max_iter=6, dropout=0.2, early_stopping=True).fit(*numbers())
    parts = regressor(max_iter=1, dropout=0.2, early_stopping=True).fit(*numbers())
    for n in range(2, 7):
        parts.fit_more(*numbers(), max_iter=n)
    assert_same_bits(parts, whole)


def test_own_validation_rows_and_weights():
    w, own = np.linspace(0.5, 2, 60), {"X_val": X[60:], "y_val": Y[60:]}
    options = {"early_stopping": True, "class_weight": "balanced", "learning_rate_init": 0.02}
    whole = classifier(max_iter=20, **options).fit(X[:60], Y[:60], w, **own)
    parts = classifier(max_iter=7, **options).fit(X[:60], Y[:60], w, **own)
    assert_same_bits(parts.fit_more(X[:60], Y[:60], w, max_iter=20, **own), whole)


def test_a_schedule_is_that_of_the_whole_training():
    """The first ten epochs were told that there would be ten: the rest follow the schedule of twenty."""
    seen = []
    model = classifier(max_iter=10, batch_size=90, learning_rate=lambda t: seen.append(t) or 1.0).fit(X, Y)
    model.fit_more(X, Y, max_iter=20)
    np.testing.assert_allclose(seen, [*(np.arange(10) / 10), *(np.arange(10, 20) / 20)], rtol=1e-15)


def test_a_fit_that_is_over_stays_as_it_is():
    model = classifier(max_iter=300, tol=10.0, n_iter_no_change=2).fit(X, Y)
    before, epochs = flat(model), model.n_iter_
    assert epochs < 300
    model.fit_more(X, Y, max_iter=300)
    np.testing.assert_array_equal(flat(model), before)
    assert model.n_iter_ == epochs


def test_weights_put_in_by_hand_are_gone_on_from():
    model = classifier(max_iter=3, early_stopping=True).fit(X, Y)
    other = pickle.loads(pickle.dumps(model))
    model.coefs_ = [np.zeros_like(W) for W in model.coefs_]
    model.fit_more(X, Y, max_iter=4)
    other.fit_more(X, Y, max_iter=4)
    assert (flat(model) != flat(other)).any()


def test_what_cannot_go_on_is_said():
    with pytest.raises(ValueError, match="not fitted"):
        classifier().fit_more(X, Y, max_iter=3)
    model = classifier(solver="lbfgs").fit(X, Y)
    with pytest.raises(SpecError) as caught:
        model.fit_more(X, Y, max_iter=3)
    assert (
        str(caught.value)
        == "`fit_more` goes on with a fit by sgd, adam, adamw; got solver='lbfgs'. Use `fit`."
    )
    model = classifier(early_stopping=True, max_iter=2).fit(X, Y)
    with pytest.raises(SpecError) as caught:
        model.fit_more(X[:50], Y[:50], max_iter=3)
    assert (
        str(caught.value)
        == "`fit_more` must get the rows that `fit` got; that had 90 rows, and these are 50 rows."
    )
    with pytest.raises(SpecError) as caught:
        model.fit_more(X, Y, max_iter=0)
    assert str(caught.value) == "`max_iter` must be a whole number, 1 or more; got 0."


# ---- partial_fit and warm_start
def test_warm_start_is_scikit_learns():
    mine, theirs = (
        make(hidden_layer_sizes=(6,), random_state=0, max_iter=5, batch_size=20, warm_start=True)
        for make in (lambda **o: classifier(**o), Theirs)
    )
    for _ in range(3):
        mine.fit(X, Y)
        theirs.fit(X, Y)
    np.testing.assert_allclose(mine.coefs_[0], theirs.coefs_[0], rtol=1e-10)  # 75 steps of adam


@pytest.mark.parametrize("stream", ["an int", "a RandomState"])
def test_a_random_state_goes_on_in_partial_fit_and_an_int_does_not(stream):
    """As in scikit-learn: the integer draws the same order of rows in each call."""
    mine, theirs = (
        make(
            hidden_layer_sizes=(6,),
            batch_size=20,
            random_state=0 if stream == "an int" else np.random.RandomState(0),
        )
        for make in (lambda **o: classifier(**o), Theirs)
    )
    for _ in range(4):
        mine.partial_fit(X, Y, classes=list("abc"))
        theirs.partial_fit(X, Y, classes=list("abc"))
    np.testing.assert_allclose(mine.coefs_[0], theirs.coefs_[0], rtol=1e-10)  # 20 steps of adam


def test_partial_fit_of_several_labels_needs_no_classes_again():
    labels = np.column_stack([Y == "a", Y == "b", X[:, 0] > 0]).astype(int)
    model = classifier()
    model.partial_fit(X[:45], labels[:45], classes=[0, 1, 2])
    model.partial_fit(X[45:], labels[45:])
    assert model.predict(X).shape == (90, 3)
    assert model.out_activation_ == "logistic"
    assert len(model.loss_curve_) == 2


def test_partial_fit_stops_early_on_rows_given():
    model = classifier(early_stopping=True, n_iter_no_change=3, learning_rate_init=0.02)
    own, copies = {"X_val": X[60:], "y_val": Y[60:]}, []
    for _ in range(60):
        model.partial_fit(X[:60], Y[:60], classes=list("abc"), **own)
        copies.append(flat(model))
        if model._optimizer.stopped:
            break
    calls = len(model.validation_scores_)
    assert calls < 60
    np.testing.assert_array_equal(copies[-1], copies[model.best_epoch_ - 1])
    model.partial_fit(X[:60], Y[:60], **own)
    np.testing.assert_array_equal(flat(model), copies[-1])
    assert len(model.validation_scores_) == calls
    with pytest.raises(ValueError, match=r"^partial_fit does not support early_stopping=True\. Pass `X_val`"):
        classifier(early_stopping=True).partial_fit(X, Y, classes=list("abc"))


# ---- copies
class Keep:
    """A callback that pickles the estimator in the middle of its training."""

    def __init__(self, epoch):
        self.epoch, self.pickled = epoch, None

    def setup(self, estimator, context): ...

    def teardown(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == self.epoch - 1:
            self.pickled = pickle.dumps(
                {k: v for k, v in estimator.__getstate__().items() if "callback" not in k}
            )


def test_a_pickle_from_the_middle_of_a_training_goes_on():
    keep = Keep(7)
    whole = classifier(max_iter=15, dropout=0.2).set_callbacks(keep).fit(X, Y)
    middle = classifier()
    middle.__setstate__(pickle.loads(keep.pickled))
    assert middle.n_iter_ == 7
    assert_same_bits(middle.fit_more(X, Y, max_iter=15), whole)


def test_a_clone_has_the_parameters_and_nothing_else():
    model = classifier(
        dropout=[0.2], class_weight={"a": 2.0}, learning_rate="one_cycle", scoring="f1_macro"
    ).fit(X, Y)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "coefs_")
    assert_same_bits(copy.fit(X, Y), model)


SEARCH = """
import sys, warnings
from joblib import parallel_backend
from sklearn.model_selection import GridSearchCV
sys.path.insert(0, sys.argv[1])
from oracles.mlps import classifier, three_classes
warnings.simplefilter("ignore")
scores = []
for backend in ("sequential", "loky", "threading", "multiprocessing"):
    model = classifier(solver="adamw", learning_rate="cosine", class_weight="balanced", max_iter=4)
    grid = {"dropout": [0.0, 0.3], "weight_decay": [0.0, 0.1]}
    with parallel_backend(backend):
        search = GridSearchCV(model, grid, cv=2, n_jobs=2, error_score="raise").fit(*three_classes())
    scores.append(search.cv_results_["mean_test_score"].tolist())
print(scores)
"""


def test_a_grid_search_gives_what_it_gives_alone():
    """By loky, threading and multiprocessing, which forks: hence a process where nothing else has been."""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", SEARCH, tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone, *together = ast.literal_eval(done.stdout)
    assert together == [alone] * 3
    assert len(alone) == 4
