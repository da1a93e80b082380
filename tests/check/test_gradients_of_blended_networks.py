"""`check_gradients` of a blended network: dc is on trial too, and slips of its lines are named."""

from importlib.util import find_spec

import numpy as np
import pytest

from clearprop import TabularRegressor, batch
from clearprop.check.gradients import check_gradients
from clearprop.errors import ShapeError, SpecError
from clearprop.maths import derivation
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.network import Network

RNG = np.random.default_rng(3)


def case(activation="mish", head="softmax"):
    """A network of two hidden layers whose shares differ, and a batch with weights."""
    net = Network((3, 4, 4, 2), activation, head, blended=True)
    params = net.initialize(seed=2)
    for l in (1, 2):
        params.c[l][...] = RNG.normal(1, 0.5, 4)
    X, w = RNG.normal(size=(5, 3)), RNG.uniform(0.5, 2, 5)
    y = RNG.integers(0, 2, 5) if head == "softmax" else RNG.normal(size=(5, 2))
    return net, params, X, y, w


@pytest.mark.parametrize("head", ["softmax", "identity"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, "z*tanh(z)"])
def test_G8_G9_each_gradient_is_right(activation, head):
    verdict = check_gradients(*case(activation, head))
    assert verdict.ok, str(verdict)
    assert [row["name"] for row in verdict.rows] == [
        "dW[1]", "db[1]", "dc[1]", "dW[2]", "db[2]", "dc[2]", "dW[3]", "db[3]",
    ]  # fmt: skip
    assert {row["checked"] for row in verdict.rows if row["name"][:2] == "dc"} == {4}


@pytest.mark.parametrize("oracle", ["complex", "differences", "jax", "torch", "sympy"])
def test_each_oracle_agrees_and_finds_a_mistake(oracle):
    if oracle == "torch" and not find_spec("torch"):
        pytest.skip("no PyTorch")
    net = Network((2, 3, 2), "tanh", blended=True)
    params, batch_ = net.initialize(seed=1), (RNG.normal(size=(3, 2)), [0, 1, 1])
    params.c[1][...] = 0.4, 1.3, -0.2
    assert check_gradients(net, params, *batch_, oracles=oracle, l2=0.1).ok
    dc = batch.share_gradients(net, batch.step(net, params, *batch_))
    wrong = {"dc": [None, dc[1] + [0, 1e-3, 0], None]}
    verdict = check_gradients(net, params, *batch_, oracles=oracle, gradients=wrong)
    assert [entry.index for entry in verdict.entries if entry.status == "wrong"] == [(1,)]


def test_a_unit_on_a_kink_may_take_either_slope():
    net = Network((1, 2, 1), "relu", "identity", blended=True)
    params = net.initialize(seed=0)
    params.c[1][...] = 0.5, 1.0
    params.W[1][...], params.W[2][...] = 1.0, 1.0
    params.b[1][...], params.b[2][...] = 0.0, 0.0
    verdict = check_gradients(net, params, [[0.0], [1.0]], [0.3, 0.1])
    assert verdict.ok
    assert verdict.kinks == 2
    kinks = {(e.name, e.index): (e.left, e.right) for e in verdict.entries if e.status == "kink"}
    assert set(kinks) == {("db[1]", (0,)), ("db[1]", (1,))}
    left, right = kinks["db[1]", (0,)]
    assert abs(left - right) == pytest.approx(
        0.15 / 2
    )  # |delta| of the first row is 0.3, of which half bends


@pytest.mark.parametrize("l", [1, 2])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda da, z, v, a, delta: delta * (v - z), "dc[{l}] is made of delta[{l}] in place of dJ/da[{l}]"),
        (lambda da, z, v, a, delta: da * (a - z), "made of a[{l}] - z[{l}] in place of g(z[{l}]) - z[{l}]"),
        (lambda da, z, v, a, delta: da * v, "made of g(z[{l}]) in place of g(z[{l}]) - z[{l}]"),
        (lambda da, z, v, a, delta: -da * (v - z), "has the wrong sign everywhere"),
        (lambda da, z, v, a, delta: 5 * da * (v - z), "5 times the right one everywhere"),
    ],
)
def test_a_slip_in_dc_is_named(wrong, said, l):
    net, params, *data = case()
    working = batch.step(net, params, *data)
    z, m = working.z[l], working.m
    terms = wrong(working.da[l], z, derivation.mish(z), working.a[l], working.delta[l])
    dc = batch.share_gradients(net, working)
    dc[l] = terms.sum(axis=0) / m
    verdict = check_gradients(net, params, *data, gradients={"dc": dc})
    (finding,) = verdict.findings
    assert finding.names == (f"dc[{l}]",)
    assert said.format(l=l) in finding.text


@pytest.mark.parametrize("part", ["shares", "z"])
def test_a_slip_in_the_way_back_is_named(part):
    """The backward line of layer 2 alone is wrong; what layer 1 gets of it is wrong too."""
    net, params, *data = case()
    X, y, w = batch.as_batch(net, *data, np.float64)
    pairs, (g, back) = batch.activation_pairs(net, shares=params.c), derivation.ACTIVATIONS["mish"]
    factor = params.c[2] if part == "z" else 1.0
    pairs[2] = pairs[2][0], lambda da, z, a: factor * back(da, z, g(z))
    wrong = derivation.step(params.W, params.b, X, y, w, pairs, batch.head_of(net))
    (finding,) = check_gradients(net, params, *data, working=wrong).findings
    said = "the shares c[2] are" if part == "shares" else "the part of z, 1 - c[2], is"
    assert f"what comes of this slip: {said} left out in layer 2." in finding.text
    assert set(finding.names) == {"dW[1]", "db[1]", "dc[1]", "dW[2]", "db[2]"}


def test_weight_decay_on_all_parameters_holds_for_shares_too():
    net, params, *data = case()
    working, decay = batch.step(net, params, *data), 0.3
    dc = batch.share_gradients(net, working)
    given = {"dc": [dc[l] + decay * params.c[l] for l in (1, 2)]}
    assert check_gradients(net, params, *data, gradients=given, convention="pytorch", l2=decay).ok
    assert not check_gradients(net, params, *data, gradients=given, l2=decay).ok


@pytest.mark.parametrize(
    ("dc", "error", "text"),
    [
        ([np.ones(4)] * 3, ShapeError, "`dc` must have an array for each of 2 hidden layers .*; got 3."),
        ([None, np.ones(4), np.ones(4), np.ones(2)], ShapeError, "indices 0 and 3 are None"),
        ([np.ones(3), np.ones(4)], ShapeError, r"`dc\[1\]` must be \(4,\), as `c\[1\]` is; got \(3,\)."),
    ],
)
def test_shares_that_do_not_fit_are_refused(dc, error, text):
    with pytest.raises(error, match=text):
        check_gradients(*case(), gradients={"dc": dc})


def test_a_plain_network_has_no_dc():
    net = Network((3, 4, 2))
    with pytest.raises(SpecError, match="some of dW, db, delta, and"):
        check_gradients(net, net.initialize(seed=0), np.ones((2, 3)), [0, 1], gradients={"dc": [np.ones(4)]})


def test_a_fitted_estimator():
    x = RNG.normal(size=60)
    model = TabularRegressor("fast", blended=True, hidden_layer_sizes=(6, 5), max_iter=3).fit({"x": x}, x**2)
    verdict = model.check_gradients({"x": x[:9]}, x[:9] ** 2)
    assert verdict.ok, str(verdict)
    assert {"dc[1]", "dc[2]"} <= {row["name"] for row in verdict.rows}
