"""Epochs: the order of rows, the last short batch, rates, failures, and what must not change a bit."""

import numpy as np
import pytest

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import ShapeError, SpecError
from clearprop.network import Network
from oracles.engines import Twin, assert_near, batch_for, cast, engine_for

pytestmark = pytest.mark.usefixtures("either_kernel")
NET = Network((4, 6, 3), "tanh")
ADAM = Solver("adam")


def run(rows=11, size=4, rates=None, order=None, batch=None, **options):
    engine = engine_for(NET, options.pop("solver", ADAM), size=size, dtype=options.pop("dtype", "float64"))
    steps = -(-rows // size)
    batch = batch_for(NET, rows, labels=True) if batch is None else batch
    order = np.arange(rows) if order is None else order
    result = engine.epoch(batch, order, np.full(steps, 0.1) if rates is None else rates, **options)
    return engine, result


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize(
    ("rows", "size"),
    [(1, 4), (3, 4), (4, 4), (5, 4), (8, 4), (11, 4), (49, 40), (75, 40)],  # 40 rows: some panels of `lanes`
)
def test_the_last_batch_is_as_short_as_it_is(rows, size, alpha):
    solver = Solver("adam", alpha=alpha)
    engine, result = run(rows, size, solver=solver)
    twin, rates = Twin(engine_for(NET, solver, size=size)), np.full(-(-rows // size), 0.1)
    want = twin.epoch(batch_for(NET, rows, labels=True), np.arange(rows), rates)
    assert_near(engine.params.flat, twin.params.flat, "float64", times=20)  # Adam, as in test_solvers
    assert result.weight == want.weight == rows
    for name in ("total", "means", "penalties"):
        assert getattr(result, name) == pytest.approx(getattr(want, name), rel=1e-13)


def test_the_order_is_the_one_asked_for():
    batch, order = batch_for(NET, 11), np.random.default_rng(0).permutation(11)
    ordered = Batch(*(part[order] for part in batch))
    a, _ = run(batch=batch, order=order)
    b, _ = run(batch=ordered)
    c, _ = run(batch=batch)
    np.testing.assert_array_equal(a.params.flat, b.params.flat)
    assert (a.params.flat != c.params.flat).any()


def test_G10_each_step_has_its_own_rate():
    up, _ = run(rates=np.array([0.1, 0.2, 0.0]), solver=Solver("sgd"))
    two, _ = run(
        rows=8, rates=np.array([0.1, 0.2]), solver=Solver("sgd"), batch=batch_for(NET, 11, labels=True)
    )
    down, _ = run(rates=np.array([0.0, 0.2, 0.1]), solver=Solver("sgd"))
    np.testing.assert_array_equal(up.params.flat, two.params.flat)
    assert (up.params.flat != down.params.flat).any()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_same_seed_same_bits(dtype):
    batch = cast(batch_for(NET, 11, labels=True), dtype)
    a, first = run(batch=batch, dtype=dtype)
    b, second = run(batch=batch, dtype=dtype)
    assert a.params.flat.tobytes() == b.params.flat.tobytes()
    assert first == second


@pytest.mark.parametrize("cut", [1, 2])
def test_an_epoch_cut_between_steps_has_the_same_bits(cut):
    batch, rates, order = batch_for(NET, 11, labels=True, weighted=True), np.full(3, 0.1), np.arange(11)
    whole = engine_for(NET, ADAM)
    want = whole.epoch(batch, order, rates)
    engine = engine_for(NET, ADAM)
    first = engine.epoch(batch, order[: 4 * cut], rates[:cut])
    got = engine.epoch(batch, order[4 * cut :], rates[cut:], so_far=first)
    assert engine.params.flat.tobytes() == whole.params.flat.tobytes()
    assert got == want


def test_a_batch_without_weight_is_no_step():
    """The mean over nothing has no gradient: the parameters stay, and stay finite."""
    batch = batch_for(NET, 8, labels=True)
    batch.w[4:] = 0
    for solver in (ADAM, Solver("sgd")):
        engine, result = run(8, batch=batch, solver=solver)
        half, want = run(4, batch=batch, solver=solver)
        np.testing.assert_array_equal(engine.params.flat, half.params.flat)
        assert result == want
    batch.w[:] = 0
    engine, result = run(8, batch=batch)
    np.testing.assert_array_equal(engine.params.flat, engine_for(NET).params.flat)
    assert np.isnan(result.loss)
    assert result.failed_at is None


@pytest.mark.parametrize("factor", [1e-30, 3.0, 1e30])
def test_only_the_ratios_of_weights_count(factor):
    batch = batch_for(NET, 11, weighted=True)
    a, _ = run(batch=batch)
    b, _ = run(batch=batch._replace(w=batch.w * factor))
    assert_near(b.params.flat, a.params.flat, "float64", times=20)


def test_rates_must_be_one_a_step():
    for rates in (np.zeros(2), np.zeros(4)):
        with pytest.raises(ShapeError) as caught:
            run(11, rates=rates)
        assert str(caught.value) == f"11 rows in batches of 4 take 3 rates; `rates` has {len(rates)}."


def test_prepare_moves_nothing():
    engine = engine_for(NET, ADAM)
    engine.prepare(batch_for(NET, 11))
    fresh = engine_for(NET, ADAM)
    np.testing.assert_array_equal(engine.state, fresh.state)
    np.testing.assert_array_equal(engine.hyper, fresh.hyper)


def test_the_given_parameters_stay():
    params = NET.initialize(seed=5)
    before = params.flat.copy()
    engine = Engine(params, ADAM, 4, "float64")
    engine.epoch(batch_for(NET, 4), np.arange(4), np.ones(1))
    np.testing.assert_array_equal(params.flat, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", ["X", "W", "b"])
def test_a_number_that_is_not_finite_is_noticed_in_its_batch(bad, place):
    engine, batch = engine_for(NET, ADAM), batch_for(NET, 11, labels=True)
    if place == "X":
        batch.X[6, 2] = bad
    elif place == "W":
        engine.params.W[2][0, 0] = bad
    else:
        engine.params.b[2][1] = np.nan
    result = engine.epoch(batch, np.arange(11), np.full(3, 0.1))
    where = 1 if place == "X" else 0
    if place == "X" and np.isinf(bad):  # tanh takes the infinity in: J is finite, the gradient is not
        assert result.failed_at == 2
    else:
        assert result.failed_at == where
        assert engine.first_not_finite(4, 1) == (0 if place == "X" else 2)


def test_the_first_layer_that_is_not_finite_is_named():
    net = Network((4, 5, 5, 3), "relu")
    for l in (1, 2, 3):
        engine = engine_for(net, ADAM)
        engine.params.b[l][0] = np.nan
        assert engine.epoch(batch_for(net, 4), np.arange(4), np.ones(1)).failed_at == 0
        assert engine.first_not_finite(4, 3) == l


def test_steps_before_a_failure_are_kept():
    batch = batch_for(NET, 11, labels=True)
    batch.X[9, 0] = np.nan
    engine, result = run(batch=batch)
    want, _ = run(rows=8, batch=batch)
    assert result.failed_at == 2
    np.testing.assert_array_equal(engine.params.flat, want.params.flat)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("labels", [False, True])
def test_G4_G5_extreme_logits_stay_finite(dtype, labels):
    net = Network((1, 3), (), "softmax")
    engine = engine_for(net, Solver("sgd"), size=2, dtype=dtype)
    engine.params.W[1][...] = [[1e30, 0.0, -1e30]]
    engine.params.b[1][...] = 0
    y = np.array([[2.0], [0.0]]) if labels else np.eye(3)[[2, 0]]
    batch = cast(Batch(np.ones((2, 1)), y, np.ones(2)), dtype)
    result = engine.epoch(batch, np.arange(2), np.zeros(1))
    assert result.loss == pytest.approx(1e30, rel=1e-6)  # the mean of 2e30 and 0
    np.testing.assert_array_equal(engine.arrays(2, y.shape[1])["delta"][1], [[1, 0, -1], [0, 0, 0]])


@pytest.mark.parametrize("z", [-1e4, -750.0, 750.0, 1e4])
def test_G4_G5_extreme_binary_logits_stay_finite(z):
    net = Network((1, 1), (), "logistic")
    engine = engine_for(net, Solver("sgd"), size=2)
    engine.params.W[1][...], engine.params.b[1][...] = z, 0
    batch = Batch(np.ones((2, 1)), np.array([[0.0], [1.0]]), np.ones(2))
    result = engine.epoch(batch, np.arange(2), np.zeros(1))
    assert result.loss == abs(z) / 2
    assert np.isfinite(engine.params.flat).all()


def test_the_dtype_must_be_a_float():
    with pytest.raises(SpecError, match=r"`dtype` must be float32 or float64; got float16\."):
        Engine(NET.initialize(0), dtype="float16")


@pytest.mark.parametrize("dropout", [(), (0.5, 0.5)])
def test_epochs_in_one_call_are_one_after_the_other(dropout):
    batch, rates = batch_for(NET, 11, labels=True), np.linspace(0.01, 0.2, 9).reshape(3, 3)
    orders = np.array([np.random.default_rng(e).permutation(11) for e in range(3)])
    together, apart = (
        Engine(NET.initialize(seed=5), Solver("adam", alpha=0.5), 4, "float64", dropout) for _ in "ab"
    )
    found = together.epochs(batch, orders, rates)
    assert found == [apart.epoch(batch, order, lr) for order, lr in zip(orders, rates, strict=True)]
    np.testing.assert_array_equal(together.state, apart.state)


def test_epochs_end_with_the_one_that_fails():
    batch, orders = batch_for(NET, 11, labels=True), np.tile(np.arange(11), (3, 1))
    rates = np.full((3, 3), 0.1)
    rates[1, 0] = 1e308
    engine = engine_for(NET, Solver("sgd"))
    found = engine.epochs(batch, orders, rates)
    assert [one.failed_at for one in found] == [None, 1]


@pytest.mark.parametrize("sizes", [(4, 6, 3), (20, 40, 3)])
def test_a_batch_size_that_is_set_later_is_as_one_from_the_start(sizes):
    """Also where it decides which kernels take the steps."""
    net = Network(sizes)
    engines = [Engine(net.initialize(seed=0), ADAM, rows, "float64") for rows in (8, 500)]
    engines[1].batch_size = 8
    for engine in engines:
        engine.epoch(batch_for(net, 20, labels=True), np.arange(20), np.full(3, 0.1))
    np.testing.assert_array_equal(engines[0].state, engines[1].state)
    assert engines[0].in_lanes == engines[1].in_lanes
