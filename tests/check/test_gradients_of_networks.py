"""Gradients of a network from elsewhere, on trial: conventions of libraries, and every slip by its name."""

import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from clearprop import batch
from clearprop.check.gradients import check_gradients
from clearprop.errors import ShapeError, SpecError
from clearprop.maths import derivation
from clearprop.network import Network, Parameters
from oracles import cases, planted

NET = Network((3, 4, 4, 2), "relu")
PARAMS, X, Y, _ = cases.random_batch(NET, 6, seed=8)
WORKING = batch.step(NET, PARAMS, X, Y)
M, LAMBDA = 6, 0.3
ALL = ("dW", "db", "delta")


def taken(working=WORKING, **changes):
    """dW, db and delta of a step, some of them changed."""
    return {q: list(getattr(working, q)) for q in ALL} | changes


def changed(quantity, l, wrong):
    found = taken()
    found[quantity][l] = wrong(found[quantity][l].copy())
    return found


def findings(gradients, **settings):
    verdict = check_gradients(NET, PARAMS, X, Y, gradients=gradients, **settings)
    assert not verdict.ok
    return verdict.findings


def test_G6_to_G9_of_the_page_are_right():
    verdict = check_gradients(NET, PARAMS, X, Y, gradients=taken())
    assert verdict.ok
    assert not verdict.findings
    assert [row["name"] for row in verdict.rows][:3] == ["dW[1]", "db[1]", "delta[1]"]


@pytest.mark.parametrize("oracle", ["complex", "differences", "jax", "torch", "sympy"])
def test_each_oracle_agrees_and_finds_a_mistake(oracle):
    if oracle == "torch":
        pytest.importorskip("torch")
    net = Network((2, 3, 2), "tanh")
    params, X, y, w = cases.random_batch(net, 3, seed=1, weighted=True)
    right = check_gradients(net, params, X, y, w, oracles=oracle, l2=0.1)
    assert right.ok
    assert right.oracles == (oracle,)
    working = batch.step(net, params, X, y, w)
    wrong = working._replace(dW=[None, working.dW[1] + 1e-4, working.dW[2]])
    verdict = check_gradients(net, params, X, y, w, oracles=oracle, working=wrong)
    assert [row["name"] for row in verdict.rows if row["wrong"]] == ["dW[1]"]


@pytest.mark.parametrize("head", ["logistic", "identity", "exp", "huber", "quantile"])
@pytest.mark.parametrize("activation", ["relu", "selu"])
def test_other_heads_by_three_oracles(head, activation):
    oracles = ["complex", "differences", "jax", *(["torch"] if find_spec("torch") else [])]
    net = Network((2, 3, 2), activation, head)
    params, X, y, _ = cases.random_batch(net, 4, seed=2)
    assert check_gradients(net, params, X, y, oracles=oracles).ok


def test_a_loss_whose_kink_is_met():
    net = Network((2, 2), head="absolute")
    params = Parameters(net, np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]))
    verdict = check_gradients(net, params, [[1.0, 2.0], [3.0, 1.0]], [[1.0, 0.0], [0.0, 0.5]])
    assert verdict.ok
    assert {e.index for e in verdict.entries if e.status == "kink"} == {(0, 0), (1, 0), (0,)}


# ---- Conventions --------------------------------------------------------------------------------------------
def torch_gradients(decay):
    """Weights as PyTorch keeps them; the loss with weight_decay on all of them; 1/m in delta."""
    torch = pytest.importorskip("torch")
    W = [torch.tensor(PARAMS.W[l].T, requires_grad=True) for l in (1, 2, 3)]
    b = [torch.tensor(PARAMS.b[l], requires_grad=True) for l in (1, 2, 3)]
    a, z = torch.tensor(X), []
    for l in range(3):
        z.append(torch.nn.functional.linear(a, W[l], b[l]))
        z[-1].retain_grad()
        a = torch.relu(z[-1])
    loss = torch.nn.functional.cross_entropy(z[-1], torch.tensor(Y.argmax(axis=1)))
    loss.backward()
    with torch.no_grad():
        return {
            "dW": [(w.grad + decay * w).numpy() for w in W],
            "db": [(v.grad + decay * v).numpy() for v in b],
            "delta": [v.grad.numpy() for v in z],
        }


def test_pytorch_s_gradients_as_they_are():
    settings = {"convention": "pytorch", "l2": LAMBDA}
    assert check_gradients(NET, PARAMS, X, Y, gradients=torch_gradients(LAMBDA), **settings).ok
    found = findings(torch_gradients(LAMBDA), l2=LAMBDA)
    texts = "\n".join(f.text for f in found)
    assert "`dW[1]` is transposed: (4, 3) in place of (3, 4)." in texts
    assert "`dW[2]` is transposed." in texts
    assert "`delta[1]` is 1/m of the right one everywhere: divided by m once too often (m = 6)." in texts
    assert "Biases have no penalty (PyTorch's weight_decay has one)." in texts


def test_scikit_learn_s_gradients_as_they_are():
    labels = Y.argmax(axis=1)
    settings = {"solver": "sgd", "momentum": 0, "learning_rate_init": 1.0, "alpha": 0.6, "batch_size": 6}
    mlp = MLPClassifier((4, 4), random_state=0, max_iter=1, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mlp.partial_fit(X, labels, classes=[0, 1])
    before = [W.copy() for W in mlp.coefs_], [b.copy() for b in mlp.intercepts_]
    mlp.partial_fit(X, labels)
    dW = [old - new for old, new in zip(before[0], mlp.coefs_, strict=True)]
    db = [old - new for old, new in zip(before[1], mlp.intercepts_, strict=True)]
    net = Network((3, 4, 4, 1), head="logistic")
    params = Parameters.from_layers(net, [None, *before[0]], [None, *before[1]])
    given = {
        "gradients": {"dW": dW, "db": db},
        "l2": 0.6,
        "tolerance": 1e-10,
    }  # weights of 1 lose digits of steps
    assert check_gradients(net, params, X, labels, convention="scikit-learn", **given).ok
    verdict = check_gradients(net, params, X, labels, **given)
    assert (
        "lambda = 0.1, 0.166667 times the 0.6 it should be (lambda divided by the rows: scikit-learn's alpha)"
        in (verdict.findings[0].text)
    )


def test_keras_counts_its_penalty_twice():
    working = taken(dW=[None, *(WORKING.dW[l] + 2 * LAMBDA * PARAMS.W[l] for l in (1, 2, 3))])
    working["delta"] = [None, *(d / M for d in WORKING.delta[1:])]
    assert check_gradients(NET, PARAMS, X, Y, gradients=working, convention="keras", l2=LAMBDA).ok
    found = findings({"dW": working["dW"]}, l2=LAMBDA)
    assert [f.code for f in found] == ["penalty"] * 3
    assert "2 times the 0.3 it should be (Keras's c: lambda = 2c)" in found[0].text


def test_jax_has_one_over_m_in_delta():
    divided = taken(delta=[None, *(d / M for d in WORKING.delta[1:])])
    assert check_gradients(NET, PARAMS, X, Y, gradients=divided, convention="jax").ok


# ---- Slips --------------------------------------------------------------------------------------------------
LOCAL = {
    "m times": ("dW", 2, lambda g: M * g, "1/m lost", "`dW[2]` is 6 times the right one everywhere: 1/m lost (m = 6)."),
    "m times, b": ("db", 3, lambda g: M * g, "1/m lost", "`db[3]` is 6 times"),
    "1/m in delta": ("delta", 3, lambda g: g / M, "1/m twice", "`delta[3]` is 1/m of the right one"),
    "sign": ("dW", 1, lambda g: -g, "sign", "`dW[1]` has the wrong sign everywhere."),
    "transposed": ("dW", 2, lambda g: g.T, "transposed", "`dW[2]` is transposed."),
    "transposed, other shape": ("dW", 1, lambda g: g.T, "transposed", "(4, 3) in place of (3, 4)"),
    "units swapped": ("dW", 1, lambda g: g[:, [1, 0, 2, 3]], "permuted", "columns in another order: 1, 0, 2, 3."),
    "rows swapped": ("dW", 3, lambda g: g[[3, 1, 2, 0]], "permuted", "rows in another order: 3, 1, 2, 0."),
    "z for a": ("dW", 3, lambda g: WORKING.z[2].T @ WORKING.delta[3] / M, "slip", "made of z[2] in place of a[2]"),
    "wrong layer": ("dW", 2, lambda g: WORKING.a[1].T @ WORKING.delta[1] / M, "slip", "wrong layer: a[1] and delta[1]"),
    "outputs' mean": ("dW", 3, lambda g: 2 * g, "scale", "of the sum over the outputs, where their mean is meant"),
    "nan": ("dW", 3, lambda g: g * np.nan, "no number", "holds 8 entries that are no finite number"),
    "one": ("dW", 3, lambda g: g + 0.1 * (np.arange(8).reshape(4, 2) == 5), "some entries", "in 1 of 8 entries"),
}  # fmt: skip


@pytest.mark.parametrize("slip", LOCAL)
def test_a_slip_in_one_gradient_is_named(slip):
    quantity, l, wrong, code, text = LOCAL[slip]
    [found] = findings(changed(quantity, l, wrong))
    assert (found.code, found.names) == (code, (f"{quantity}[{l}]",))
    assert text in found.text


MASK, WEIGHT_GRAD = "where(less(z, 0.0), 0.0, da)", "return matmul(a.T, delta) / m"
RESIDUAL, BIAS_GRAD = "return w * (p - y)", "return total(delta, axis=0) / m"
LINES = {
    "mask forgotten": ({MASK: "da"}, "slip"),
    "W not transposed": ({"matmul(delta, W.T)": "matmul(delta, W if W.shape == (4, 4) else W.T)"}, None),
    "y - p": ({RESIDUAL: "return w * (y - p)"}, "sign"),
    "1/m lost": ({WEIGHT_GRAD: "return matmul(a.T, delta)"}, "1/m lost"),
    "1/m twice": ({RESIDUAL: "return w * (p - y) / total(w)"}, "1/m twice"),
    "last row for all": ({RESIDUAL: "return w * (0 * p + p[-1:] - y[-1:])"}, None),
    "squared error's residual": ({RESIDUAL: "return w * p * (1 - p) * (p - y)"}, "slip"),
    "z for a": ({"weight_grad(a[l - 1],": "weight_grad(a[0] if l == 1 else z[l - 1],"}, "slip"),
}


@pytest.mark.parametrize("slip", LINES)
def test_a_slip_in_a_line_of_the_page_is_found(slip, monkeypatch, tmp_path):
    changes, code = LINES[slip]
    planted.run_on(monkeypatch, planted.page_with(monkeypatch, tmp_path, changes))
    step = batch.step(NET, PARAMS, X, Y)
    monkeypatch.undo()
    found = findings({"dW": step.dW, "db": step.db})
    assert found
    if code is not None:
        assert {f.code for f in found} == {code}


@pytest.mark.parametrize("l", [1, 2])
def test_a_forgotten_mask_is_told_once_with_its_layer(l):
    pairs = batch.activation_pairs(NET)
    pairs[l] = (pairs[l][0], lambda da, z, a: da)
    step = derivation.step(PARAMS.W, PARAMS.b, X, Y, np.ones(M), pairs, "softmax")
    [found] = findings({"dW": step.dW, "db": step.db})
    assert found.names == tuple(f"{q}[{k}]" for k in range(1, l + 1) for q in ("dW", "db"))
    assert found.text.endswith(
        f"the slope of the activation of layer {l}, its mask 1(z[{l}] >= 0) if it is relu, is forgotten."
    )


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("tanh", lambda da, z, a: da * (1 - z * z), "is written for a[1], but z[1] is put in"),
        ("logistic", lambda da, z, a: da * z * (1 - z), "is written for a[1], but z[1] is put in"),
        ("silu", lambda da, z, a: derivation.silu_back(da, a, a), "is taken at a[1] in place of z[1]"),
        ("tanh", lambda da, z, a: da * (1 - a * a) ** 2, "is applied twice"),
    ],
)
def test_slopes_at_the_wrong_place(name, wrong, said):
    net = Network((3, 4, 2), name)
    params, X, Y, _ = cases.random_batch(net, 6, seed=3)
    pairs = batch.activation_pairs(net)
    pairs[1] = (pairs[1][0], wrong)
    step = derivation.step(params.W, params.b, X, Y, np.ones(6), pairs, "softmax")
    verdict = check_gradients(net, params, X, Y, gradients={"dW": step.dW, "db": step.db})
    [found] = verdict.findings
    assert found.names == ("dW[1]", "db[1]")
    assert said in found.text


def test_a_missing_penalty_is_named():
    [first, *_] = found = findings(taken(), l2=LAMBDA)
    assert [f.names for f in found] == [("dW[1]",), ("dW[2]",), ("dW[3]",)]
    assert first.text == "`dW[1]` lacks the penalty: lambda W[1], with lambda = 0.3, is missing."


def test_a_penalty_too_many_is_named():
    [found] = findings(changed("dW", 2, lambda g: g + 0.01 * PARAMS.W[2]))
    assert found.text == "`dW[2]` is off by 0.01 times `W[2]`: a penalty with lambda = 0.01 too many."


def test_row_weights_left_out_are_named():
    w = np.arange(1.0, 7.0)
    verdict = check_gradients(NET, PARAMS, X, Y, w, gradients={"dW": WORKING.dW, "db": WORKING.db})
    assert all(found.code == "row weights" for found in verdict.findings)
    assert verdict.findings[0].text.endswith("row weights are left out.")
    step = batch.step(NET, PARAMS, X, Y, w)
    verdict = check_gradients(
        NET, PARAMS, X, Y, w, gradients={"dW": [g if g is None else g * 21 / 6 for g in step.dW]}
    )
    assert "divided by the number of rows, not by the sum of the weights" in verdict.findings[0].text


# ---- Kinks --------------------------------------------------------------------------------------------------
def at_a_kink(relu0):
    case = cases.relu_case()
    net = Network(case.net.sizes, relu_grad_at_zero=relu0)
    return net, case.params, case.X, case.Y


@pytest.mark.parametrize("theirs", [0, 1])
@pytest.mark.parametrize("ours", [0, 1])
def test_the_slope_at_zero_is_a_convention_of_the_library(ours, theirs):
    net, params, X, Y = at_a_kink(theirs)
    step = batch.step(net, params, X, Y)
    verdict = check_gradients(*at_a_kink(ours), gradients={q: getattr(step, q) for q in ALL})
    assert verdict.ok
    assert verdict.kinks > 0
    [found] = verdict.findings
    assert f"relu'(0) = {theirs}" in found.text
    assert f"{verdict.kinks} z stand on a kink" in str(verdict)


def test_half_a_slope_is_jax_s_maximum():
    net, params, X, Y = at_a_kink(1)
    steps = [batch.step(at_a_kink(at)[0], params, X, Y) for at in (0, 1)]
    half = {"db": [None, (steps[0].db[1] + steps[1].db[1]) / 2, steps[0].db[2]]}
    verdict = check_gradients(net, params, X, Y, gradients=half)
    assert verdict.ok
    assert "relu'(0) = 1/2, as jax.numpy.maximum has it" in verdict.findings[0].text


def test_a_mistake_beside_kinks_is_wrong():
    net, params, X, Y = at_a_kink(1)
    step = batch.step(net, params, X, Y)
    verdict = check_gradients(net, params, X, Y, gradients={"dW": [None, 6 * step.dW[1], step.dW[2]]})
    assert not verdict.ok
    assert verdict.findings[0].code == "1/m lost"


def test_differences_see_kinks_of_networks():
    net, params, X, Y = at_a_kink(0)
    verdict = check_gradients(net, params, X, Y, oracles="differences")
    assert verdict.ok
    assert any(e.status == "kink" for e in verdict.entries)


# ---- Refusals -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"gradients": {}}, SpecError, "some of dW, db, delta, and goes without `working`; got none"),
        ({"gradients": {"dX": []}}, SpecError, "got 'dX'."),
        ({"gradients": {"dW": [1, 2]}}, ShapeError, "for each of 3 layers (or 4, index 0 unused); got 2."),
        ({"convention": "caffe"}, SpecError, "one of clearprop, scikit-learn, pytorch, keras, jax; got 'caffe'."),
        ({"l2": -1.0}, SpecError, "`l2` must be a finite number, not negative; got -1.0."),
        ({"oracles": "theano"}, SpecError, "complex, differences, jax, torch, sympy; got 'theano'."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(settings, error, text):
    with pytest.raises(error) as raised:
        check_gradients(NET, PARAMS, X, Y, **settings)
    assert text in str(raised.value)


def test_inputs_that_are_no_numbers_are_refused():
    net = Network((2, 3, 2))
    X = np.array([[1.0, 2.0], [0.0, np.nan]])
    with pytest.raises(SpecError, match=r"`X` must hold finite numbers; got nan at \[1, 1\]"):
        check_gradients(net, net.initialize(0), X, [0, 1])
