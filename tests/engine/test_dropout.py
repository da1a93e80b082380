"""Dropout: the masks, a step with them against the page, and that nothing else is changed."""

import math

import numpy as np
import pytest

from clearprop.batch import step
from clearprop.engine.dropout import mask
from clearprop.engine.engine import Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.maths import languages
from clearprop.network import Network, Parameters
from oracles.engines import Twin, assert_near, batch_for, cast, rounded

NET = Network((5, 8, 6, 3), ("tanh", "elu"))
DROPS = (0.2, 0.5, 0.3)
SGD = Solver("sgd", l2=0.1)


def engine(drops=DROPS, seed=7, *, net=NET, dtype="float64", solver=SGD, size=4):
    return Engine(net.initialize(seed=5), solver, size, dtype, dropout=drops, seed=seed)


def mixed(x):
    """SplitMix64's output on a Python integer, from the paper."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
    return x ^ (x >> 31)


def test_the_mask_is_splitmix64_seeded_by_seed_step_and_layer():
    golden, key = 0x9E3779B97F4A7C15, 0
    for part in (123, 45, 2):
        key = mixed((key + part + golden) % 2**64)
    u = [(mixed((key + k * golden) % 2**64) >> 11) / 2**53 for k in range(1, 13)]
    want = [0.0 if x < 0.4 else 1 / 0.6 for x in u]
    np.testing.assert_array_equal(mask(123, 45, 2, (3, 4), 0.4).ravel(), want)


@pytest.mark.parametrize("drop", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_and_the_mean_that_is_kept(drop):
    """100 steps of 100 rows: a count of 1e6 draws, within six of its standard deviations."""
    masks = np.stack([mask(1, s, 1, (100, 100), drop) for s in range(100)])
    deviation = math.sqrt(drop * (1 - drop) / masks.size)
    assert abs((masks == 0).mean() - drop) < 6 * deviation
    assert abs(masks.mean() - 1) < 6 * deviation / (1 - drop)
    assert set(np.unique(masks)) == {0.0, 1 / (1 - drop)}


def test_masks_of_steps_layers_and_seeds_have_nothing_in_common():
    base = mask(1, 1, 1, (100, 100), 0.5) > 0
    for other in ((2, 1, 1), (1, 2, 1), (1, 1, 2)):
        agree = (base == (mask(*other, (100, 100), 0.5) > 0)).mean()
        assert abs(agree - 0.5) < 6 * 0.5 / 100  # ten thousand fair coins


def with_masks(net, params, batch, masks):
    """J with given masks, and its gradient by the complex step, flat: the page's backward lines have no part."""
    page, h = languages.in_complex(), 1e-30

    def J(flat):
        at, a = Parameters(net, flat), batch.X * masks[0]
        for l in range(1, net.L + 1):
            z = page.affine(a, at.W[l], at.b[l])
            a = page.ACTIVATIONS[net.activations[l - 1]][0](z) * masks[l] if l < net.L else z
        return page.mean(page.HEADS[net.head][1](a, batch.y), batch.w, batch.w.sum())

    steps = params.flat + 1j * h * np.eye(params.flat.size)
    return J(params.flat.astype(complex)).real, np.array([J(flat).imag / h for flat in steps])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("drops", [(0, 0.5), DROPS, (0.4,)])
def test_one_step_with_the_masks_that_were_drawn(drops, dtype):
    batch = rounded(batch_for(NET, 4, weighted=True), dtype)
    mine = engine(drops, dtype=dtype)
    params = mine.params.astype(np.float64)
    done = mine.epoch(cast(batch, dtype), np.arange(4), np.ones(1), gradient_only=True)
    found = mine.arrays(4, 3)
    masks = [1.0 if r is None else r.astype(np.float64) for r in found["mask"]]
    assert [r is not None for r in found["mask"]] == [bool(p) for p in (*drops, 0, 0)[:3]]
    for l, r in enumerate(found["mask"]):
        if r is not None:
            np.testing.assert_array_equal(r, mask(7, 0, l, r.shape, drops[l]).astype(dtype))
    J, gradient = with_masks(NET, params, batch, masks)
    assert_near(done.loss, J, dtype)
    assert_near(np.concatenate([d.ravel() for d in (*found["dW"][1:], *found["db"][1:])]), gradient, dtype)


@pytest.mark.parametrize("name", ["sgd", "adam"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_epochs_are_those_of_the_page_in_numpy(name, dtype):
    batch = rounded(batch_for(NET, 11, labels=True), dtype)
    mine = engine(dtype=dtype, solver=Solver(name, alpha=0.1))
    twin = Twin(mine)
    done = mine.epoch(cast(batch, dtype), np.arange(11), np.full(3, 0.1))
    want = twin.epoch(batch, np.arange(11), np.full(3, 0.1))
    assert_near(mine.params.flat, twin.params.flat, dtype, times=20)  # Adam, as in test_solvers
    assert done.total == pytest.approx(want.total, rel=1e-12 if dtype == "float64" else 1e-4)


def test_the_same_seed_is_the_same_bits_and_another_is_not():
    batch, order, lr = batch_for(NET, 11), np.arange(11), np.full(3, 0.1)
    flats = []
    for seed in (7, 7, 8):
        mine = engine(seed=seed)
        mine.epoch(batch, order, lr)
        flats.append(mine.params.flat.tobytes())
    assert flats[0] == flats[1] != flats[2]


@pytest.mark.parametrize("cut", [1, 2])
def test_an_epoch_cut_between_steps_has_the_same_bits(cut):
    batch, order = batch_for(NET, 11), np.arange(11)
    whole, parts = engine(), engine()
    whole.epoch(batch, order, np.full(3, 0.1))
    first = parts.epoch(batch, order[: 4 * cut], np.full(cut, 0.1))
    parts.epoch(batch, order[4 * cut :], np.full(3 - cut, 0.1), so_far=first)
    assert whole.params.flat.tobytes() == parts.params.flat.tobytes()


def test_without_dropout_nothing_is_drawn_and_nothing_changes():
    batch, order, lr = batch_for(NET, 11), np.arange(11), np.full(3, 0.1)
    without, zero = Engine(NET.initialize(seed=5), SGD, 4, "float64"), engine((0.0, 0.0, 0.0))
    without.epoch(batch, order, lr)
    zero.epoch(batch, order, lr)
    assert without.params.flat.tobytes() == zero.params.flat.tobytes()
    assert "mask" not in zero.arrays(3, 3)


def test_predictions_drop_nothing():
    batch, mine = batch_for(NET, 9), engine()
    mine.epoch(batch, np.arange(9), np.full(3, 0.1))
    want = step(NET, mine.params, batch.X, batch.y).p
    assert_near(mine.predict(batch.X), want, "float64")


@pytest.mark.parametrize("wrong", [(1.0,), (-0.1,), (0.1,) * 4])
def test_a_wrong_share_is_said(wrong):
    with pytest.raises(SpecError) as caught:
        engine(wrong)
    assert str(caught.value) == (
        "`dropout` must hold at most 3 shares, from 0 to below 1, one for each layer before the last; "
        f"got {list(wrong)}."
    )
