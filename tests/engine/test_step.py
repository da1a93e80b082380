"""One step of the engine against the page, field by field."""

import numpy as np
import pytest

from clearprop import batch as page
from clearprop.engine.solver import Solver
from clearprop.maths.derivation import ACTIVATIONS, HEADS
from clearprop.network import Network, Parameters
from oracles.engines import Twin, assert_near, batch_for, cast, engine_for, rounded

DTYPES = ("float64", "float32")
SGD = Solver("sgd", l2=0.1)


def outputs(head):
    return 3 if head == "softmax" else 2


def assert_fields_agree(net, dtype, m, **options):
    """z, a, p, J, delta, dW, db of one batch, and the parameters after a step in one product, in both kernels."""
    for in_lanes in (False, True):
        assert_fields_agree_in(net, dtype, m, in_lanes, **options)


def assert_fields_agree_in(net, dtype, m, in_lanes, *, weighted=False, labels=False, seed=0):
    batch = rounded(batch_for(net, m, seed, weighted=weighted, labels=labels), dtype)
    engine = engine_for(net, SGD, size=m, dtype=dtype)
    engine.in_lanes = in_lanes
    twin = Twin(engine)
    want = twin.epoch(batch, np.arange(m), [0.1], move=False).working
    mine = cast(batch, dtype)
    got = engine.epoch(mine, np.arange(m), np.array([0.1]), gradient_only=True)
    assert got.failed_at is None
    assert_near(got.loss, want.J, dtype)
    assert_near(got.weight, want.m, dtype)
    found = engine.arrays(m, batch.y.shape[1])
    for l in range(1, net.L + 1):
        assert_near(found["z"][l], want.z[l], dtype)
        assert_near(found["delta"][l], want.delta[l], dtype)
        assert_near(found["dW"][l], want.dW[l], dtype)
        assert_near(found["db"][l], want.db[l], dtype)
        if l < net.L:
            assert_near(found["a"][l], want.a[l], dtype)
    np.testing.assert_array_equal(found["a"][0], batch.X)
    assert_near(engine.predict(mine.X), want.p, dtype)
    assert_near(engine.logits(mine.X), want.z[net.L], dtype)
    np.testing.assert_array_equal(engine.params.flat, twin.params.flat)  # the gradient alone moves nothing
    engine.epoch(mine, np.arange(m), np.array([0.1]))
    twin.epoch(batch, np.arange(m), [0.1])
    assert_near(engine.params.flat, twin.params.flat, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_G2_to_G11_each_activation_and_head(activation, head, dtype):
    assert_fields_agree(Network((5, 7, 3, outputs(head)), activation, head), dtype, 7)


@pytest.mark.parametrize("m", [1, 2, 7])
@pytest.mark.parametrize("head", HEADS)
def test_G5_weighted_rows(head, m):
    assert_fields_agree(Network((5, 7, outputs(head)), "tanh", head), "float64", m, weighted=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [1, 2, 7])
@pytest.mark.parametrize("weighted", [False, True])
def test_G4_G5_G6_softmax_of_labels(m, weighted, dtype):
    net = Network((5, 7, 3), "silu", "softmax")
    assert_fields_agree(net, dtype, m, weighted=weighted, labels=True)


@pytest.mark.parametrize("hidden", range(6))
@pytest.mark.parametrize("dtype", DTYPES)
def test_G7_any_number_of_hidden_layers(hidden, dtype):
    assert_fields_agree(Network((4, *(9, 1, 17, 3, 8)[:hidden], 3), "tanh"), dtype, 7)


@pytest.mark.parametrize("m", [3, 33, 100])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1), (33, 65, 31, 1), (129, 17, 5)])
def test_G2_odd_sizes(sizes, dtype, m):
    """In lanes: one panel, part of one, and several; sums by blocks and by tiles."""
    assert_fields_agree(Network(sizes, "elu", "identity"), dtype, m, weighted=True)


@pytest.mark.parametrize(("net", "in_lanes"), [((3, 4, 2), True), ((64, 100, 10), False)])
def test_small_networks_are_worked_on_in_lanes(net, in_lanes):
    assert engine_for(Network(net)).in_lanes is in_lanes


def test_G6_rows_that_a_panel_has_too_many_change_nothing():
    """Where zero inputs would overflow: the panel is filled up with a row of the batch."""
    net = Network((2, 3, 1), "identity", "exp")
    batch = batch_for(net, 3)
    batch.X[:, 0] = 1.0
    found = []
    for in_lanes in (False, True):
        engine = engine_for(net, SGD, size=3)
        engine.in_lanes = in_lanes
        engine.params.b[2][:], engine.params.W[2][:] = 800.0, 1.0
        engine.params.W[1][:], engine.params.b[1][:] = 0.0, 0.0
        engine.params.W[1][0, 0] = -799.0
        assert engine.epoch(batch, np.arange(3), np.full(1, 1e-3)).failed_at is None
        found.append(engine.params.flat)
    assert np.isfinite(found[1]).all()
    assert_near(found[0], found[1], "float64")


def test_G3_a_layer_each_with_its_own_activation():
    net = Network((4, 5, 6, 7, 3), ("gelu", "relu", "softplus"))
    assert_fields_agree(net, "float64", 7)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("at_zero", [0, 1])
def test_G7_relu_at_zero_is_as_the_network_says(at_zero, dtype):
    """Whole numbers make many z exactly 0; both conventions give other gradients there."""
    net = Network((3, 8, 2), "relu", "identity", relu_grad_at_zero=at_zero)
    engine = engine_for(net, SGD, size=6, dtype=dtype)
    rng = np.random.default_rng(0)
    engine.params.W[1][...] = rng.integers(-1, 2, (3, 8))
    engine.params.b[1][...] = rng.integers(-1, 2, 8)
    batch = batch_for(net, 6)._replace(X=rng.integers(-1, 2, (6, 3)).astype(float))
    batch = rounded(batch, dtype)
    want = Twin(engine).epoch(batch, np.arange(6), [0.1], move=False).working
    engine.epoch(cast(batch, dtype), np.arange(6), np.ones(1), gradient_only=True)
    found = engine.arrays(6, 2)
    assert (want.z[1] == 0).sum() > 3
    assert_near(found["dW"][1], want.dW[1], dtype)
    at = found["z"][1] == 0
    assert (found["delta"][1][at] != 0).any() == bool(at_zero)


def test_G2_to_G9_of_one_batch_are_those_of_batch_step():
    """The plain epoch itself against `batch.step`, and its dtype against the state's."""
    net = Network((5, 7, 3), "gelu")
    data = batch_for(net, 6, weighted=True, labels=True)
    for dtype in DTYPES:
        engine = engine_for(net, SGD, size=6, dtype=dtype)
        working = Twin(engine).epoch(data, np.arange(6), [0.1], move=False).working
        params = Parameters(net, engine.params.flat.astype(np.float64))
        want = page.step(net, params, data.X, data.y[:, 0], data.w)
        assert_near(working.J, want.J, "float64")
        assert_near(working.dW[1], want.dW[1], "float64")


def test_labels_and_one_hot_rows_are_one_thing():
    net = Network((4, 6, 3), "tanh")
    labels = batch_for(net, 9, labels=True, weighted=True)
    one_hot = labels._replace(y=np.eye(3)[labels.y[:, 0].astype(int)])
    losses, flats = [], []
    for batch in (labels, one_hot):
        engine = engine_for(net, SGD, size=4)
        losses.append(engine.epoch(batch, np.arange(9), np.full(3, 0.1)).loss)
        flats.append(engine.params.flat)
    assert losses[0] == pytest.approx(losses[1], rel=1e-14)  # the same terms, some times 0 or 1
    assert_near(flats[0], flats[1], "float64")
