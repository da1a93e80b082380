"""The forward pass over any number of rows, in slices of 256."""

import numpy as np
import pytest

from clearprop.engine import plain
from clearprop.maths.derivation import HEADS
from clearprop.network import Network, Parameters
from oracles.engines import assert_near, engine_for


def rows_for(net, rows):
    return np.random.default_rng(0).standard_normal((rows, net.sizes[0]))


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 1000])
def test_G4_any_number_of_rows(rows):
    net = Network((4, 6, 3), "tanh")
    engine, X = engine_for(net), rows_for(net, rows)
    assert engine.predict(X).shape == (rows, 3)
    assert_near(engine.predict(X), plain.forward(engine.params, X, "softmax"), "float64")
    assert_near(engine.logits(X), plain.forward(engine.params, X, "identity"), "float64")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("head", HEADS)
def test_G4_each_head(head, dtype):
    net = Network((4, 6, 3), "silu", head)
    engine, X = engine_for(net, dtype=dtype), rows_for(net, 300).astype(dtype)
    wide = Parameters(net, engine.params.flat.astype(np.float64))
    p = engine.predict(X)
    assert p.dtype == dtype
    assert_near(p, plain.forward(wide, X.astype(np.float64), head), dtype)


def test_G4_softmax_rows_sum_to_1_at_extreme_logits():
    net = Network((1, 3), (), "softmax")
    engine = engine_for(net, dtype="float32")
    engine.params.W[1][...], engine.params.b[1][...] = [[1e30, 0.0, -1e30]], 0
    np.testing.assert_array_equal(engine.predict(np.array([[1.0], [-1.0]])), [[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    "kind", [np.asfortranarray, lambda X: X[::-1][::-1], lambda X: X.astype("float32"), lambda X: X.tolist()]
)
def test_any_layout_and_dtype_of_rows(kind):
    net = Network((4, 6, 3), "tanh")
    X = rows_for(net, 300).astype("float32").astype("float64")
    engine = engine_for(net)
    np.testing.assert_array_equal(engine.predict(kind(X)), engine.predict(X))


def test_read_only_rows():
    net = Network((4, 6, 3), "tanh")
    X = rows_for(net, 5)
    want = engine_for(net).predict(X)
    X.flags.writeable = False
    np.testing.assert_array_equal(engine_for(net).predict(X), want)


def test_predicting_disturbs_no_training():
    """Batch and forward pass have memory of their own."""
    from oracles.engines import batch_for

    net = Network((4, 6, 3), "tanh")
    batch = batch_for(net, 8)
    engine, quiet = engine_for(net), engine_for(net)
    for one in (engine, quiet):
        one.epoch(batch, np.arange(8), np.full(2, 0.1))
        if one is engine:
            one.predict(batch.X)
        one.epoch(batch, np.arange(8), np.full(2, 0.1))
    np.testing.assert_array_equal(engine.params.flat, quiet.params.flat)
