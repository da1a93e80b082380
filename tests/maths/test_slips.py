"""The classic slips, planted in the page one at a time: the oracles of the tests must see each of them.

The oracles are those of `test_golden.py` (`golden.faults`) and of `test_gradients.py` (`gradient_faults`).
"""

import numpy as np
import pytest

from clearprop import batch
from clearprop.check.gradients import check_gradients
from clearprop.network import Network
from oracles import cases, golden, planted
from oracles.complex_step import gradient_faults

WEIGHT_GRAD = "return matmul(a.T, delta) / m"
BIAS_GRAD = "return total(delta, axis=0) / m"
MEAN = "return total(w * losses) / m"
RESIDUAL = "return w * (p - y)"
MASK_ONE, MASK_ZERO = "where(less(z, 0.0), 0.0, da)", "where(less_equal(z, 0.0), 0.0, da)"
DECAYED = "return dW + l2 * W"
DESCEND_BIAS = "return b - lr * db"

# name: (what is changed on the page, whether the gradients of J are wrong by it)
SLIPS = {
    "no 1/m in dW and db": (
        {WEIGHT_GRAD: "return matmul(a.T, delta)", BIAS_GRAD: "return total(delta, axis=0)"},
        True,
    ),
    "1/m in dW only": ({BIAS_GRAD: "return total(delta, axis=0)"}, True),
    "1/m in db only": ({WEIGHT_GRAD: "return matmul(a.T, delta)"}, True),
    "1/m in delta as well": ({RESIDUAL: "return w * (p - y) / total(w)"}, True),
    "J is the sum": ({MEAN: "return total(w * losses)"}, False),
    "J is m times the loss of the last sample": ({MEAN: "return m * losses[-1]"}, False),
    "delta of the last sample for all": ({RESIDUAL: "return w * (p[-1:] - y)"}, True),
    "entries of dW in the wrong places": (
        {WEIGHT_GRAD: "return (matmul(delta.T, a) / m).reshape(a.shape[1], delta.shape[1])"},
        True,
    ),
    "relu'(0) = 0 for 1": ({MASK_ONE: MASK_ZERO}, False),
    "relu'(0) = 1 for 0": ({MASK_ZERO: MASK_ONE}, False),
    "no mask": ({MASK_ONE: "da", MASK_ZERO: "da"}, True),
    "relu on the output": ({"head_lines(head)[0](z[l])": "head_lines(head)[0](maximum(z[l], 0.0))"}, False),
    "softmax over the batch": ({"axis=1, keepdims=True": "axis=0, keepdims=True"}, False),
    "lambda doubled": ({DECAYED: "return dW + 2.0 * l2 * W"}, False),
    "lambda divided by m": ({DECAYED: "return dW + l2 / 3.0 * W"}, False),
    "bias decayed": ({DESCEND_BIAS: "return b - lr * (db + 0.01 * b)"}, False),
    "b for db": ({DESCEND_BIAS: "return b - lr * b"}, False),
    "updated W in the backward pass": (
        {"pull_back(delta[l], W[l])": "pull_back(delta[l], descend(W[l], dW[l], 0.1, 0.01))"},
        True,
    ),
    "z for a in dW": ({"weight_grad(a[l - 1],": "weight_grad(a[0] if l == 1 else z[l - 1],"}, True),
    "y - p for p - y": ({RESIDUAL: "return w * (y - p)"}, True),
    "uphill": ({"return W - lr * decayed(dW, W, l2)": "return W + lr * decayed(dW, W, l2)"}, False),
}


def golden_faults() -> list[str]:
    with np.errstate(all="ignore"):
        return [fault for name in golden.SETS for relu0 in (1, 0) for fault in golden.faults(name, relu0)]


def gradients_hold() -> bool:
    net = Network((3, 4, 4, 2))
    params, X, y, w = cases.random_batch(net, 5, seed=1, weighted=True)
    working = batch.step(net, params, X, y, w)
    found = gradient_faults(net, params, X, y, w, working)
    assert check_gradients(net, params, X, y, w, working=working).ok == (not found)
    return not found


def test_there_are_21_slips():
    assert len(SLIPS) == 21


def test_the_page_itself_passes_both_oracles(monkeypatch, tmp_path):
    planted.run_on(monkeypatch, planted.page_with(monkeypatch, tmp_path, {}))
    assert golden_faults() == []
    assert gradients_hold()


@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_seen(slip, monkeypatch, tmp_path):
    changes, wrong_gradients = SLIPS[slip]
    planted.run_on(monkeypatch, planted.page_with(monkeypatch, tmp_path, changes))
    for name in golden.SETS:
        with np.errstate(all="ignore"):
            assert golden.faults(name, 1) + golden.faults(name, 0), name
    assert not (wrong_gradients and gradients_hold())


def test_a_softmax_that_is_not_shifted_fails_on_extreme_logits(monkeypatch, tmp_path):
    page = planted.page_with(monkeypatch, tmp_path, {"top = largest(z)": "top = 0.0 * largest(z)"})
    planted.run_on(monkeypatch, page)
    with np.errstate(all="ignore"):
        assert len(golden.extreme_faults()) >= 3


def test_a_plain_log_sum_exp_loses_the_small_losses(monkeypatch, tmp_path):
    plain = {"return z - top - log1p(others + ties)": "return z - top - log(1.0 + others + ties)"}
    page = planted.page_with(monkeypatch, tmp_path, plain)
    assert page.cross_entropy(np.array([[88.0, -88.0]]), np.array([[1.0, 0.0]]))[0] == 0
