"""scikit-learn's callbacks on `MLPClassifier` and `MLPRegressor`."""

import numpy as np
import pytest
from sklearn.callback import ScoringMonitor
from sklearn.model_selection import GridSearchCV

from clearprop import step
from oracles.mlps import assert_same_bits, classifier, flat, numbers, regressor, three_classes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = three_classes()


class Diary:
    """A callback that writes down every call, and stops at the end of an epoch if it is told to."""

    def __init__(self, stop_at=None):
        self.lines, self.fitted, self.stop_at = [], [], stop_at

    def setup(self, estimator, context):
        self.lines.append(("setup", context.task_name))

    def teardown(self, estimator, context):
        self.lines.append(("teardown", context.task_name))

    def on_fit_task_begin(self, estimator, context, *, X, y, metadata):
        self.lines.append(("begin", context.task_name, context.task_id))
        self.seen = np.shape(X), y, (metadata or {}).get("sample_weight")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        self.lines.append(("end", context.task_name, context.task_id))
        self.fitted.append(fitted_estimator)
        return context.task_name != "fit" and context.task_id + 1 == self.stop_at


def tasks(name, times):
    return [line for k in range(times) for line in (("begin", name, k), ("end", name, k))]


def test_a_fit_and_its_epochs():
    diary, w = Diary(), np.ones(90)
    model = classifier(max_iter=3).set_callbacks(diary).fit(X, Y, w)
    assert diary.lines == [
        ("setup", "fit"), ("begin", "fit", 0), *tasks("epoch", 3), ("end", "fit", 0), ("teardown", "fit"),
    ]  # fmt: skip
    assert diary.seen[0] == (90, 4)
    np.testing.assert_array_equal(diary.seen[1], Y)
    assert diary.seen[2] is w
    assert_same_bits(model, classifier(max_iter=3).fit(X, Y, w))


def test_the_fitted_estimator_is_that_of_the_moment():
    diary = Diary()
    classifier(max_iter=4).set_callbacks(diary).fit(X, Y)
    for epochs, then in enumerate(diary.fitted[:4], 1):
        want = classifier(max_iter=epochs).fit(X, Y)
        np.testing.assert_array_equal(flat(then), flat(want))
        np.testing.assert_array_equal(then.predict_proba(X), want.predict_proba(X))


def test_a_callback_may_stop():
    model = classifier(max_iter=9).set_callbacks(Diary(stop_at=4)).fit(X, Y)
    assert model.n_iter_ == 4
    assert_same_bits(model, classifier(max_iter=4).fit(X, Y))


def test_lbfgs_has_iterations():
    diary = Diary(stop_at=3)
    model = regressor(solver="lbfgs", max_iter=50).set_callbacks(diary).fit(*numbers())
    assert diary.lines[2:8] == tasks("iteration", 3)
    cut = regressor(solver="lbfgs", max_iter=3).fit(*numbers())
    np.testing.assert_array_equal(flat(model), flat(cut))
    J = [
        step(m._network(), m._parameters(), *numbers()).J + 0.5e-4 / 90 * sum((W**2).sum() for W in m.coefs_)
        for m in diary.fitted[:3]
    ]
    assert sorted(J, reverse=True) == J


def test_teardown_comes_also_after_an_error():
    diary = Diary()
    with pytest.raises(ValueError, match="NaN"):
        classifier().set_callbacks(diary).fit(np.full_like(X, np.nan), Y)

    class Angry(Diary):
        def on_fit_task_end(self, estimator, context):
            msg = "enough"
            raise RuntimeError(msg)

    angry = Angry()
    with pytest.raises(RuntimeError, match="enough"):
        classifier().set_callbacks(angry).fit(X, Y)
    assert angry.lines[-1] == ("teardown", "fit")


def test_partial_fit_and_fit_more():
    diary = Diary()
    model = classifier(max_iter=2).set_callbacks(diary)
    model.partial_fit(X, Y, classes=list("abc"))
    assert diary.lines.count(("begin", "epoch", 0)) == 1
    diary.lines.clear()
    model.fit(X, Y).fit_more(X, Y, max_iter=5)
    assert sum(line[:2] == ("end", "epoch") for line in diary.lines) == 5


def test_scikit_learns_scoring_monitor():
    monitor = ScoringMonitor(scoring="accuracy")
    classifier(max_iter=3).set_callbacks(monitor).fit(X, Y)
    found = [row["accuracy"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert found == [classifier(max_iter=n).fit(X, Y).score(X, Y) for n in (1, 2, 3)]


def test_callbacks_of_a_grid_search_reach_the_network():
    """One that asks to be handed down: two candidates in two folds, and the best once more."""

    class HandedDown(Diary):
        max_propagation_depth = None

    diary = HandedDown()
    search = GridSearchCV(classifier(max_iter=2), {"alpha": [0.1, 1.0]}, cv=2)
    search.set_callbacks(diary).fit(X, Y)
    assert sum(line[:2] == ("end", "epoch") for line in diary.lines) == 2 * (2 * 2 + 1)
    assert [line[0] for line in diary.lines].count("setup") == 1


def test_without_callbacks_nothing_is_told_and_wrong_ones_are_refused():
    with pytest.raises(TypeError, match="callbacks must be instances"):
        classifier().set_callbacks("print")
    model = classifier(max_iter=2).set_callbacks(Diary()).set_callbacks().fit(X, Y)
    assert not any("callback" in name for name in vars(model))
