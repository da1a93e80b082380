"""What a fit will cost: counted exactly where it can be counted, timed where it cannot."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, Stream, TabularClassifier, TabularRegressor, load, save
from clearprop.errors import SpecError
from clearprop.train.threads import peak_share

X = np.random.default_rng(0).normal(size=(1000, 20))


@pytest.mark.parametrize(
    ("net", "y", "steps", "weights", "rows"),
    [
        (MLPClassifier((50,), max_iter=10), None, 50, 20 * 50 + 50, 1000),
        (MLPClassifier((50,), max_iter=10), np.arange(1000) % 7, 50, 20 * 50 + 50 * 7, 1000),
        (
            MLPRegressor(hidden_layer_sizes=(30, 10), max_iter=4, batch_size=64),
            np.ones((1000, 2)),
            64,
            20 * 30 + 300 + 20,
            1000,
        ),
        (
            MLPRegressor(hidden_layer_sizes=(30,), max_iter=3, solver="lbfgs"),
            np.ones(1000),
            3,
            20 * 30 + 30,
            1000,
        ),
        (MLPClassifier((50,), max_iter=10, early_stopping=True), None, 50, 1050, 900),
    ],
)
def test_steps_and_operations_are_counted(net, y, steps, weights, rows):
    found, first = net.estimate(X, y), 20 * net._hidden_layer_sizes()[0]
    assert (found.steps, found.epochs) == (steps, net.max_iter)
    assert found.flops == 2 * rows * net.max_iter * (3 * weights - first)
    assert found.memory > 0
    assert 0 < found.seconds < 60
    assert f"{steps:,} steps" in str(found)
    assert not hasattr(net, "coefs_")


def test_every_class_is_found_wherever_its_rows_are():
    y = np.repeat([0, 1, 2, 3], [997, 1, 1, 1])
    assert MLPClassifier((5,), max_iter=1).estimate(np.vstack([X, X]), np.tile(y, 2)[::-1]).flops > 0


def test_the_estimate_is_near_what_a_fit_takes():
    """Within a factor of ten: other work on the machine moves both."""
    net = MLPClassifier((200,), max_iter=20, n_iter_no_change=50, random_state=0)
    y = (X[:, 0] > 0).astype(int)
    estimate = net.estimate(X, y)
    with pytest.warns(ConvergenceWarning):
        net.fit(X, y)
    took = net._optimizer.busy
    assert took / 10 < estimate.seconds < took * 10
    assert 0 < net.peak_share_ < 1.5


def test_tables():
    table = {"x": X[:, 0], "town": np.where(X[:, 1] > 0, "up", "down")}
    found = TabularClassifier("fast", members=1, max_iter=5).estimate(table, X[:, 2] > 0)
    assert found.epochs == 5
    assert found.flops == 2 * 900 * 5 * (3 * (7 * 128 + 128 * 128 + 128 * 2) - 7 * 128)


def test_of_a_committee_the_cost_is_that_of_all_members():
    X = np.random.default_rng(0).standard_normal((1000, 3))
    one, four = (
        TabularClassifier("fast", members=k, early_stopping=False).estimate(X, X[:, 0] > 0) for k in (1, 4)
    )
    assert (four.flops, four.steps) == (4 * one.flops, 4 * one.steps)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_of_a_table_without_a_target(kind):
    """As with two classes, or one number."""
    net = kind("fast", max_iter=3)
    y = np.arange(1000) % 2 if kind is TabularClassifier else X[:, 0]
    without, found = net.estimate({"a": X[:, 0], "b": X[:, 1]}), net.estimate({"a": X[:, 0], "b": X[:, 1]}, y)
    assert (without.flops, without.memory, without.steps) == (found.flops, found.memory, found.steps)
    assert not hasattr(net, "model_")


def test_a_stream_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("a,y\n1,0\n2,1\n")
    with pytest.raises(SpecError, match="a table that fits into the memory; got a `Stream`"):
        TabularClassifier().estimate(Stream(tmp_path / "t.csv", target="y"))


@pytest.mark.parametrize("members", [1, 3])
def test_the_share_of_the_peak_is_that_of_all_members(members, tmp_path):
    net = TabularClassifier("fast", members=members, max_iter=2).fit(
        {"a": X[:, 0], "b": X[:, 1]}, X[:, 2] > 0
    )
    record = net.model_.record
    assert record.peak_share is None  # not measured before it is asked for
    share = net.peak_share_
    assert (
        share
        == record.peak_share
        == peak_share(net.model_.params, members * record.rows_per_second, record.threads)
    )
    save(net, tmp_path / "m.safetensors")
    assert load(tmp_path / "m.safetensors").peak_share_ == share
