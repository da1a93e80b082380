"""Every preset over workers: the weights of one process."""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop import MLPClassifier, Stream, TabularClassifier, TabularRegressor, fit_many
from clearprop.errors import SpecError, WorkersError
from clearprop.estimators import streaming
from clearprop.estimators.course import Course
from clearprop.estimators.fitting import fit
from clearprop.estimators.presets import PRESETS
from clearprop.estimators.rows import rows_of
from clearprop.estimators.streaming import fit_stream
from clearprop.train.source import InMemory
from clearprop.train.workers.training import Spread
from clearprop.train.workers.wanted import Workers
from oracles.groups import in_threads

CLOSE = (
    1e-11  # the steps agree to 1e-16; the activations and the optimiser multiply that a thousandfold at most
)
KINDS = {"classification": TabularClassifier, "regression": TabularRegressor}


def columns(rows=401):
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=rows), rng.normal(size=rows), rng.choice(list("xyz"), rows)
    return {"a": a, "b": b, "c": c}, np.where(a * b + (c == "x") > 0.3, "p", "q"), a * b


def weights(model):
    return np.concatenate([params.flat for params in (model.params, *model.others)])


def course_over(group):
    return Course(spread=Spread(Workers("mpi"), group))


@pytest.mark.parametrize("task", KINDS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_over_workers(preset, task):
    X, labels, numbers = columns()
    y = labels if task == "classification" else numbers
    how = {"max_iter": 2, "dtype": "float64", "hidden_layer_sizes": (8, 8)}
    one = KINDS[task](preset, **how).fit(X, y).model_

    def work(group):
        estimator = KINDS[task](preset, **how)
        rows = rows_of(X, y, None, estimator)
        return fit(estimator, task, rows, None, course_over(group))

    for model in in_threads(2, work):
        np.testing.assert_allclose(weights(model), weights(one), rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(model.record.scores, one.record.scores, rtol=CLOSE, atol=CLOSE)


def test_workers_learn_anew_together(monkeypatch):
    """`refit`: each worker has a share of the rows to learn from, and then one of all rows."""
    X, y, _ = columns()
    how = {"max_iter": 3, "dtype": "float64", "hidden_layer_sizes": (8,), "refit": True, "random_state": 0}
    one = TabularClassifier("plain", **how).fit(X, y).model_
    share, shared = InMemory.share, []
    monkeypatch.setattr(
        InMemory, "share", lambda self, *which: shared.append(self.rows) or share(self, *which)
    )

    def work(group):
        estimator = TabularClassifier("plain", **how)
        return fit(estimator, "classification", rows_of(X, y, None, estimator), None, course_over(group))

    for model in in_threads(2, work):
        assert model.held.notes == one.held.notes
        np.testing.assert_allclose(weights(model), weights(one), rtol=CLOSE, atol=CLOSE)
    assert sorted(shared) == [361, 361, 401, 401]


@pytest.mark.parametrize("preset", ["fast", "accurate"])
@pytest.mark.parametrize("capacity", [100, 10**6])
def test_streams_over_workers(preset, capacity, tmp_path, monkeypatch):
    X, labels, _ = columns()
    pq.write_table(pa.table({**X, "y": labels}), tmp_path / "t.parquet", row_group_size=40)
    monkeypatch.setattr(streaming, "_capacity", lambda *given: capacity)
    how = {"max_iter": 2, "dtype": "float64", "hidden_layer_sizes": (8, 8)}
    stream = Stream(tmp_path / "t.parquet", target="y")
    one = TabularClassifier(preset, **how).fit(stream).model_

    def work(group):
        estimator = TabularClassifier(preset, **how)
        return fit_stream(estimator, "classification", stream, None, course_over(group))

    for model in in_threads(3, work):
        np.testing.assert_allclose(weights(model), weights(one), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "`workers` must be a whole number, 1 or more, or 'torchrun' or 'mpi'; got 0."),
        (True, "got True."),
        ("4-2", "got 2."),
        ("some", "got 'some'."),
    ],
)
def test_workers_that_cannot_be_are_refused(given, said):
    with pytest.raises(SpecError) as error:
        TabularClassifier().fit(*columns()[:2], workers=given)
    assert said in str(error.value)


def test_what_does_not_go_together_is_refused():
    X, y, _ = columns()
    with pytest.raises(SpecError, match="`ray_address` needs `workers`"):
        TabularClassifier().fit(X, y, ray_address="auto")
    with pytest.raises(SpecError, match="need the same `random_state`, a whole number; got None"):
        TabularClassifier(random_state=None).fit(X, y, workers="mpi")
    with pytest.raises(SpecError, match="`workers` of `fit_many` must be a number; got 'mpi'"):
        fit_many([MLPClassifier()], np.zeros((4, 2)), [0, 1, 0, 1], workers="mpi")


def test_without_ray_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(WorkersError, match=r"pip install clearprop\[ray\]"):
        TabularClassifier("fast").fit(*columns()[:2], workers=2)


def test_without_torchrun_the_message_says_what_starts_them():
    pytest.importorskip("torch")
    with pytest.raises(WorkersError, match="for processes that torchrun starts"):
        TabularClassifier("fast").fit(*columns()[:2], workers="torchrun")
