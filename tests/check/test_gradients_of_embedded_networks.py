"""`check_gradients` of a network whose inputs are embedded: df, ds, dV and dr are on trial too."""

from importlib.util import find_spec

import numpy as np
import pytest

from clearprop import TabularRegressor, batch
from clearprop.check.gradients import check_gradients
from clearprop.errors import ShapeError, SpecError
from clearprop.network import Network

RNG = np.random.default_rng(3)


def case(head="softmax", **options):
    net = Network((3, 4, 2), "mish", head, embedded=(0, 2), **options)
    X, w = RNG.normal(size=(5, 3)), RNG.uniform(0.5, 2, 5)
    y = RNG.integers(0, 2, 5) if head == "softmax" else RNG.normal(size=(5, 2))
    return net, net.initialize(seed=2), X, y, w


def gradients(net, params, X, y, w=None):
    working = batch.step(net, params, X, y, w)
    own, _ = batch.embedding_gradients(net, params, X, working.da[0], working.m)
    return {f"d{letter}": values for letter, values in own._asdict().items()}


@pytest.mark.parametrize("head", ["softmax", "identity"])
@pytest.mark.parametrize("blended", [False, True])
def test_G8_G9_each_gradient_is_right(head, blended):
    verdict = check_gradients(*case(head, blended=blended))
    assert verdict.ok, str(verdict)
    checked = {row["name"]: row["checked"] for row in verdict.rows}
    assert checked["df[0]"] == checked["ds[0]"] == 32
    assert checked["dV[0]"] == 96
    assert checked["dr[0]"] == 6
    assert {"dW[1]", "db[1]", "dW[2]", "db[2]"} <= set(checked)


@pytest.mark.parametrize("oracle", ["complex", "differences", "jax", "torch"])
def test_each_oracle_agrees_and_finds_a_mistake(oracle):
    if oracle == "torch" and not find_spec("torch"):
        pytest.skip("no PyTorch")
    net = Network((2, 2, 2), "tanh", embedded=(1,))
    params, rows = net.initialize(seed=1), (RNG.normal(size=(2, 2)), [0, 1])
    assert check_gradients(net, params, *rows, oracles=oracle, l2=0.1, most=20).ok
    wrong = gradients(net, params, *rows)
    wrong["dr"] = wrong["dr"] + [[0, 1e-3, 0]]
    verdict = check_gradients(net, params, *rows, oracles=oracle, gradients=wrong, most=20)
    assert [(e.name, e.index) for e in verdict.entries if e.status == "wrong"] == [("dr[0]", (0, 1))]


@pytest.mark.parametrize(
    ("name", "factor", "said"),
    [
        ("df", 1 / (2 * np.pi), "the 2 pi of the phase is forgotten in df[0]"),
        ("ds", -1, "sign"),
        ("dV", 2, "2 times the right one"),
    ],
)
def test_slips_are_named(name, factor, said):
    given = case()
    wrong = gradients(*given)
    verdict = check_gradients(*given, gradients={name: wrong[name] * factor})
    assert not verdict.ok
    assert said in verdict.findings[0].text


def test_a_slip_of_the_arrays_is_named():
    net, params, X, y, w = case()
    working = batch.step(net, params, X, y, w)
    t = np.stack(
        [2 * np.pi * params.embedding.f[n] * X[:, [k]] + params.embedding.s[n] for n, k in enumerate((0, 2))]
    )
    de = np.stack([working.da[0][:, 3:6], working.da[0][:, 6:9]])
    wrong = np.einsum("nih,nij->nhj", t, de) / working.m
    verdict = check_gradients(net, params, X, y, w, gradients={"dV": wrong})
    assert "dV[0] is made of t in place of h" in verdict.findings[0].text


def test_a_wrong_working_is_found_by_its_embeddings():
    net, params, X, y, w = case()
    working = batch.step(net, params, X, y, w)
    working.da[0][:, 3:] *= 1.01
    verdict = check_gradients(net, params, X, y, w, working=working)
    assert {e.name for e in verdict.entries if e.status == "wrong"} == {"df[0]", "ds[0]", "dV[0]", "dr[0]"}


def test_the_penalty_of_a_library_that_penalises_all():
    given = case()
    own = {name: g + 0.1 * getattr(given[1].embedding, name[1]) for name, g in gradients(*given).items()}
    assert check_gradients(*given, gradients=own, convention="pytorch", l2=0.1).ok
    assert not check_gradients(*given, gradients=own, l2=0.1).ok


def test_gradients_that_are_not_there_are_refused():
    net = Network((3, 4, 2))
    with pytest.raises(SpecError, match="`gradients` must be a mapping with some of dW, db, delta"):
        check_gradients(
            net, net.initialize(seed=0), np.eye(3), [0, 1, 1], gradients={"df": np.zeros((1, 16))}
        )
    with pytest.raises(ShapeError, match=r"`df\[0\]` must be \(2, 16\)"):
        check_gradients(*case(), gradients={"df": np.zeros((2, 15))})


def test_of_a_fitted_estimator():
    x = RNG.normal(size=60)
    model = TabularRegressor("fast", embedded=True, hidden_layer_sizes=(5,), max_iter=3).fit(
        {"x": x}, np.sin(x)
    )
    verdict = model.check_gradients({"x": x[:9]}, np.sin(x[:9]))
    assert verdict.ok
    assert "df[0]" in {row["name"] for row in verdict.rows}
