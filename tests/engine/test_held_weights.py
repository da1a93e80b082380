"""L1, max-norm and clipping in the engine: against closed forms, and against the page in NumPy."""

import numpy as np
import pytest

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.network import Network
from oracles.engines import Twin, assert_near, batch_for, cast, engine_for, rounded

NET = Network((4, 6, 5, 3), "tanh")
OPTIONS = {"l1": {"l1": 0.02}, "max_norm": {"max_norm": 0.8}, "clip_norm": {"clip_norm": 0.1}}
OPTIONS["all"] = {"l1": 0.02, "max_norm": 0.8, "clip_norm": 0.1}
SOLVERS = {
    "sgd": {}, "nesterov": {"momentum": 0.9, "nesterov": True}, "adam": {}, "adamw": {"decay": 0.1},
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", SOLVERS)
def test_epochs_are_those_of_the_page_in_numpy(name, option, dtype):
    solver = Solver(name if name != "nesterov" else "sgd", alpha=0.1, **SOLVERS[name], **OPTIONS[option])
    batch = rounded(batch_for(NET, 11, weighted=True), dtype)
    mine = engine_for(NET, solver, dtype=dtype)
    twin = Twin(mine)
    done = mine.epoch(cast(batch, dtype), np.arange(11), np.full(3, 0.05))
    want = twin.epoch(batch, np.arange(11), np.full(3, 0.05))
    assert_near(mine.params.flat, twin.params.flat, dtype, times=20)  # Adam, as in test_solvers
    assert done.penalties == pytest.approx(want.penalties, rel=1e-13 if dtype == "float64" else 1e-5)


def one_layer(solver, X, y, lrs):
    """A linear regression without a bias to speak of (y and X have the mean 0), from W = 0."""
    net = Network((X.shape[1], 1), (), "identity")
    engine = Engine(net.initialize(seed=0), solver, len(X), "float64")
    engine.params.flat[:] = 0
    batch = Batch(X, y[:, None], np.ones(len(X)))
    for lr in lrs:
        engine.epoch(batch, np.arange(len(X)), np.full(1, lr))
    return engine.params.W[1].ravel()


FALLING = 0.05 * np.linspace(1, 0, 3000, endpoint=False)


@pytest.mark.parametrize(
    ("solver", "lrs", "atol"),
    [
        (Solver("sgd", l1=0.1), np.full(80, 0.5), 1e-14),  # the error halves in each step
        (Solver("sgd", momentum=0.5, l1=0.1), np.full(200, 0.2), 1e-12),
        (Solver("sgd", momentum=0.5, nesterov=True, l1=0.1), np.full(200, 0.2), 1e-12),
        (Solver("adam", l1=0.1), FALLING, 1e-4),  # rests as its rate does
        (Solver("adamw", l1=0.1), FALLING, 1e-4),
    ],
)
def test_l1_is_the_lasso_with_exact_zeros(solver, lrs, atol):
    """Of orthonormal columns the lasso is the soft threshold of least squares (Tibshirani, 1996)."""
    rng = np.random.default_rng(0)
    Q = (
        np.linalg.qr(np.column_stack([np.ones(64), rng.standard_normal((64, 6))]))[0][:, 1:] * 8
    )  # X'X / m = 1
    y = Q @ np.array([1.0, -0.5, 0.3, 0.05, -0.02, 0.0]) + 0.01 * rng.standard_normal(64)
    y -= y.mean()
    least = Q.T @ y / 64
    want = np.sign(least) * np.maximum(np.abs(least) - 0.1, 0)
    found = one_layer(solver, Q, y, lrs)
    np.testing.assert_allclose(found, want, atol=atol)
    assert (found == 0).tolist() == [False, False, False, True, True, True]


def test_max_norm_is_of_the_weights_into_each_unit():
    batch = batch_for(NET, 4)
    free, held = (engine_for(NET, Solver("sgd", max_norm=c)) for c in (None, 0.9))
    for engine in (free, held):
        engine.epoch(batch, np.arange(4), np.full(1, 0.3))
    seen = set()
    for mine, other in zip(held.params.W[1:], free.params.W[1:], strict=True):
        norms = np.linalg.norm(other, axis=0)
        np.testing.assert_allclose(mine, other * np.minimum(1, 0.9 / norms), rtol=1e-15, atol=1e-16)
        seen |= set(norms > 0.9)
    assert seen == {True, False}
    np.testing.assert_array_equal(held.params.b[1], free.params.b[1])


def test_clip_norm_is_of_all_gradients_together():
    batch = batch_for(NET, 4)
    free, clipped, loose = (engine_for(NET, Solver("sgd", clip_norm=c)) for c in (None, 0.1, 1e6))
    before = free.params.flat.copy()
    for engine in (free, clipped, loose):
        engine.epoch(batch, np.arange(4), np.full(1, 0.3))
    moved, less = (before - engine.params.flat for engine in (free, clipped))
    assert np.linalg.norm(moved) / 0.3 > 0.1
    np.testing.assert_allclose(less, moved * 0.1 / (np.linalg.norm(moved) / 0.3), rtol=1e-12, atol=1e-15)
    assert_near(loose.params.flat, free.params.flat, "float64")


def test_a_gradient_of_zero_is_clipped_to_zero():
    net = Network((2, 1), (), "identity")
    engine = engine_for(net, Solver("sgd", clip_norm=1.0))
    before = engine.params.flat.copy()
    batch = batch_for(net, 3)
    done = engine.epoch(batch._replace(y=engine.predict(batch.X)), np.arange(3), np.ones(1))
    assert done.failed_at is None
    np.testing.assert_allclose(engine.params.flat, before, atol=1e-15)


@pytest.mark.parametrize("name", ["max_norm", "clip_norm"])
@pytest.mark.parametrize("value", [0, -1.0, np.inf, np.nan, "1"])
def test_a_wrong_norm_is_said(name, value):
    with pytest.raises(SpecError) as caught:
        Solver(**{name: value})
    assert str(caught.value) == f"`{name}` must be a finite number above 0, or None; got {value!r}."
