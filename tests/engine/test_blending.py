"""Blended layers: the compiled engine against the page, field by field."""

import numpy as np
import pytest

from clearprop import batch as page
from clearprop.engine import engine as engines
from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.network import Network

M = 20
RECIPE = Solver(
    "adamw", decay=0.02, betas=(0.9, 0.95), tangent=True, bias_rate=0.1, scale_rate=6.0, blend_rate=0.1
)
SOLVERS = {
    "the recipe": RECIPE,
    "adam": Solver("adam"),
    "sgd": Solver("sgd", l2=0.01),
    "clipped": Solver("sgd", momentum=0.9, clip_norm=0.1),
}


def network(activation="mish"):
    net = Network((5, 40, 33, 3), activation, relu_grad_at_zero=0, blended=True)
    params, rng = net.initialize(seed=0), np.random.default_rng(1)
    for l in (1, 2):
        params.c[l][...] = rng.normal(1, 0.5, net.sizes[l])
    return net, params


def rows(dtype="float64"):
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(M, 5)), rng.integers(0, 3, (M, 1))
    return Batch(X.astype(dtype), y.astype(dtype), rng.uniform(0.5, 2, M).astype(dtype))


@pytest.mark.parametrize("activation", ["mish", "relu", "tanh", "x*tanh(softplus(x))"])
@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float64", 1e-11), ("float32", 2e-4)]
)  # float32: sums of 40 terms
def test_G2_to_G9_every_field(activation, dtype, rtol):
    net, params = network(activation)
    data = rows(dtype)
    engine = Engine(params, Solver("sgd"), M, dtype)
    engine.epoch(data, np.arange(M), np.zeros(1), gradient_only=True)
    want = page.step(net, params, data.X, data.y[:, 0].astype(int), data.w)
    found = engine.arrays(M, 1)
    for name in ("z", "a", "delta", "dW", "db"):
        for l in range(1, net.L if name in ("z", "a") else net.L + 1):
            np.testing.assert_allclose(found[name][l], getattr(want, name)[l], rtol=rtol, atol=rtol / 10)
    dc = page.share_gradients(net, want)
    for l in (1, 2):
        np.testing.assert_allclose(found["dc"][l], dc[l], rtol=rtol, atol=rtol / 10)
    np.testing.assert_allclose(engine.predict(data.X), want.p, rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize("dropout", [(), (0.0, 0.2, 0.1)], ids=["", "dropout"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_G10_G11_epochs_as_the_page_takes_them(monkeypatch, solver, dropout):
    flats = []
    for compiled in (True, False):
        monkeypatch.setattr(engines, "COMPILED", compiled)
        engine = Engine(network()[1], SOLVERS[solver], 8, "float64", dropout)
        for _ in range(3):
            engine.epoch(rows(), np.arange(M), np.full(3, 0.05))
        flats.append(engine.flat.copy())
    np.testing.assert_allclose(*flats, rtol=1e-9, atol=1e-12)  # nine steps of Adam
    moved = np.abs(flats[0] - network()[1].flat)[-73:]
    assert (moved > 0).all()  # every share


def test_threads_leave_every_bit():
    flats = []
    for threads in (1, 2):
        engine = Engine(network()[1], RECIPE, M, "float32", threads=threads)
        engine.epoch(rows("float32"), np.arange(M), np.full(1, 0.05))
        flats.append(engine.flat.copy())
    np.testing.assert_array_equal(*flats)


def test_a_member_of_a_committee_is_moved_as_if_alone():
    alone = Engine(network()[1], RECIPE, M)
    together = Committee([Engine(network()[1], RECIPE, M) for _ in range(2)])
    for engine in (alone, together):
        engine.epoch(rows("float32"), np.arange(M), np.full(1, 0.05))
    np.testing.assert_array_equal(together.flat[1], alone.flat)


def test_a_small_blended_network_is_not_put_in_lanes():
    net = Network((2, 3, 2), blended=True)
    assert not Engine(net.initialize(seed=0), Solver("sgd"), 4).in_lanes


def test_blend_rate_is_of_adam():
    with pytest.raises(SpecError, match="`blend_rate`"):
        Solver("sgd", blend_rate=0.1)
