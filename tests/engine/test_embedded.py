"""Embedded inputs: the compiled engine against the page, field by field."""

import numpy as np
import pytest

from clearprop import batch as page
from clearprop.engine import engine as engines
from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.network import OF_AN_INPUT, Network

M = 20
RECIPE = Solver(
    "adamw", decay=0.02, betas=(0.9, 0.95), tangent=True, bias_rate=0.1, scale_rate=6.0, embed_rate=0.1
)
SOLVERS = {
    "the recipe": RECIPE,
    "adam": Solver("adam"),
    "sgd": Solver("sgd", l2=0.01),
    "clipped": Solver("sgd", momentum=0.9, clip_norm=0.1),
}


def network(sizes=(5, 40, 33, 3), activation="mish", **options):
    net = Network(sizes, activation, relu_grad_at_zero=0, embedded=(0, 1, 4), **options)
    return net, net.initialize(seed=0)


def rows(dtype="float64"):
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(M, 5)), rng.integers(0, 3, (M, 1))
    return Batch(X.astype(dtype), y.astype(dtype), rng.uniform(0.5, 2, M).astype(dtype))


@pytest.mark.parametrize("sizes", [(5, 40, 33, 3), (5, 3)], ids=["", "without hidden layers"])
@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float64", 1e-11), ("float32", 2e-4)]
)  # float32: sums of 40 terms
def test_G2_to_G9_every_field(sizes, dtype, rtol):
    net, params = network(sizes)
    data = rows(dtype)
    engine = Engine(params, Solver("sgd"), M, dtype)
    engine.epoch(data, np.arange(M), np.zeros(1), gradient_only=True)
    want = page.step(net, params, data.X, data.y[:, 0].astype(int), data.w)
    found = engine.arrays(M, 1)
    np.testing.assert_allclose(found["a"][0], want.a[0], rtol=rtol, atol=rtol / 10)
    for name in ("z", "a", "delta", "dW", "db"):
        for l in range(1, net.L if name in ("z", "a") else net.L + 1):
            np.testing.assert_allclose(found[name][l], getattr(want, name)[l], rtol=rtol, atol=rtol / 10)
    own, _ = page.embedding_gradients(net, params, want.a[0][:, :5], want.da[0], want.m)
    for mine, gradient in zip(found["embedding"][0], own, strict=True):
        np.testing.assert_allclose(mine, gradient, rtol=rtol, atol=rtol / 10)
    np.testing.assert_allclose(engine.predict(data.X), want.p, rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize("dropout", [(), (0.3, 0.2, 0.1)], ids=["", "dropout"])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("blended", [False, True])
def test_G10_G11_epochs_as_the_page_takes_them(monkeypatch, solver, dropout, blended):
    flats, answers = [], []
    for compiled in (True, False):
        monkeypatch.setattr(engines, "COMPILED", compiled)
        engine = Engine(network(blended=blended)[1], SOLVERS[solver], 8, "float64", dropout)
        for _ in range(3):
            engine.epoch(rows(), np.arange(M), np.full(3, 0.05))
        flats.append(engine.flat.copy())
        answers.append(engine.predict(rows().X))
    np.testing.assert_allclose(*flats, rtol=1e-8, atol=1e-11)  # nine steps of Adam
    np.testing.assert_allclose(*answers, rtol=1e-9)
    moved = np.abs(flats[0] - network(blended=blended)[1].flat)[-3 * OF_AN_INPUT :]
    assert (moved > 0).all()  # every number of every embedding


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_threads_leave_every_bit(dtype, solver):
    flats = []
    for threads in (1, 2, 3):
        engine = Engine(network()[1], SOLVERS[solver], M, dtype, threads=threads)
        for _ in range(2):
            engine.epoch(rows(dtype), np.arange(M), np.full(1, 0.05))
        flats.append(engine.flat.copy())
    np.testing.assert_array_equal(flats[0], flats[1])
    np.testing.assert_array_equal(flats[0], flats[2])


def test_bits_of_wide_layers_shared_by_columns():
    """W[1] is wider than the batch: threads share its columns, and each embeds its own rows."""
    flats = []
    for threads in (1, 2):
        engine = Engine(network((5, 200, 3))[1], Solver("sgd"), M, "float32", threads=threads)
        engine.epoch(rows("float32"), np.arange(M), np.full(1, 0.05))
        flats.append(engine.flat.copy())
    np.testing.assert_array_equal(*flats)


def test_an_answer_does_not_depend_on_the_rows_beside():
    engine, X = Engine(network()[1], RECIPE, 7, "float32"), np.random.default_rng(0).normal(size=(600, 5))
    whole = engine.predict(X)
    np.testing.assert_array_equal(np.concatenate([engine.predict(X[:301]), engine.predict(X[301:])]), whole)


def test_a_member_of_a_committee_is_moved_as_if_alone():
    alone = Engine(network()[1], RECIPE, M)
    together = Committee([Engine(network()[1], RECIPE, M) for _ in range(2)])
    for engine in (alone, together):
        engine.epoch(rows("float32"), np.arange(M), np.full(1, 0.05))
    np.testing.assert_array_equal(together.flat[1], alone.flat)


def test_embeddings_move_at_their_own_rate_and_do_not_decay():
    """The first step of Adam moves each number by its rate, whatever the gradient."""
    _, params = network()
    engine = Engine(params, Solver("adamw", decay=0.5, embed_rate=0.1), M, "float64")
    engine.epoch(rows(), np.arange(M), np.full(1, 0.05))
    moved = np.abs(engine.flat - params.flat)[-3 * OF_AN_INPUT :]
    np.testing.assert_allclose(moved, 0.005, rtol=0.01)  # eps beside a small gradient


def test_a_small_embedded_network_is_not_put_in_lanes():
    net = Network((2, 3, 2), embedded=(0,))
    assert not Engine(net.initialize(seed=0), Solver("sgd"), 4).in_lanes


def test_embed_rate_is_of_adam():
    with pytest.raises(SpecError, match="`embed_rate`"):
        Solver("sgd", embed_rate=0.1)


def test_a_gradient_and_then_a_move_are_a_step():
    """As workers take it, who add their gradients up in between."""
    whole, parts = (Engine(network()[1], RECIPE, M) for _ in range(2))
    data = rows("float32")
    whole.epoch(data, np.arange(M), np.full(1, 0.05))
    parts.epoch(data, np.arange(M), np.zeros(1), gradient_only=True)
    mass = 0.0
    for w in data.w:
        mass += float(w)
    parts.move(mass, 0.05, 1)
    np.testing.assert_array_equal(whole.flat, parts.flat)


def test_without_numba_every_field_is_there_too(monkeypatch):
    net, params = network()
    monkeypatch.setattr(engines, "COMPILED", False)
    engine, data = Engine(params, Solver("sgd"), M, "float64"), rows()
    engine.epoch(data, np.arange(M), np.zeros(1), gradient_only=True)
    want = page.step(net, params, data.X, data.y[:, 0].astype(int), data.w)
    own, _ = page.embedding_gradients(net, params, data.X, want.da[0], want.m)
    for mine, gradient in zip(engine.arrays(M, 1)["embedding"][0], own, strict=True):
        np.testing.assert_allclose(mine, gradient, rtol=1e-13)
    np.testing.assert_array_equal(engine.arrays(M, 1)["a"][0], want.a[0])
