"""The page on exact numbers: golden set B, where every probability is a fraction."""

import numpy as np
import pytest
import sympy as sp

from clearprop.maths import languages
from oracles import golden

LN2 = sp.log(2)
GIVEN = golden.golden_set("B")


def exact(entry):
    """The exact strings of a golden entry as SymPy numbers."""
    return on_each(lambda text: sp.sympify(text, locals={"ln2": LN2}), np.array(entry["exact"], dtype=object))


def on_each(f, array):
    return np.frompyfunc(f, 1, 1)(array)


def parameters():
    inputs = GIVEN["inputs"]
    W = [None, exact(inputs["W1"]), exact(inputs["W2"])]
    return W, [None, exact(inputs["b1"])[0], exact(inputs["b2"])[0]]


@pytest.fixture(scope="module", params=[1, 0], ids=["relu0_1", "relu0_0"])
def exact_step(request):
    page, (W, b) = languages.in_sympy(), parameters()
    y = np.array(sp.eye(2).tolist(), dtype=object)[GIVEN["inputs"]["y_zero_based"]]
    w = np.array([sp.Integer(1)] * 3, dtype=object)
    pairs = [None, page.activation_pair("relu", request.param), None]
    working = page.step(W, b, exact(GIVEN["inputs"]["a0"]), y, w, pairs, "softmax")
    return working, GIVEN[f"backward_relu0_{request.param}"]


def fractions(*rows):
    return [[sp.Rational(text) for text in row.split()] for row in rows]


def test_p_and_the_output_gradients_are_the_known_fractions(exact_step):
    working, _ = exact_step
    assert on_each(sp.simplify, working.p).tolist() == fractions("8/9 1/9", "1/5 4/5", "1/3 2/3")
    want = fractions("-13/27 13/27", "-1/3 1/3", "4/135 -4/135", "-16/27 16/27")
    assert on_each(sp.simplify, working.dW[2]).tolist() == want
    assert on_each(sp.simplify, working.db[2]).tolist() == fractions("-26/135 26/135")[0]


def test_J_is_a_third_of_the_log_of_135_over_32(exact_step):
    working, _ = exact_step
    assert sp.expand_log(working.J - sp.log(sp.Rational(135, 32)) / 3, force=True).equals(0)
    losses = [sp.log(sp.Rational(9, 8)), sp.log(sp.Rational(5, 4)), sp.log(3)]
    assert [(J_i - want).equals(0) for J_i, want in zip(working.losses, losses, strict=True)] == [True] * 3


@pytest.mark.parametrize("quantity", ["dz2", "da1", "dz1", "dW1", "dW2"])
def test_every_gradient_is_exactly_the_golden_one(exact_step, quantity):
    working, want = exact_step
    lists = {"dz": working.delta, "da": working.da, "dW": working.dW}
    difference = lists[quantity[:2]][int(quantity[2])] - exact(want[quantity])
    assert on_each(sp.simplify, difference).tolist() == np.zeros(difference.shape, int).tolist()


@pytest.mark.parametrize("l", [1, 2])
def test_updated_parameters_are_exactly_the_golden_ones(exact_step, l):
    working, want = exact_step
    page, (W, b) = languages.in_sympy(), parameters()
    lr, l2 = (sp.Rational(GIVEN["inputs"][name]) for name in ("alpha", "lambda"))
    new_W = page.descend(W[l], working.dW[l], lr, l2) - exact(want[f"W{l}_new"])
    new_b = page.descend_bias(b[l], working.db[l], lr) - exact(want[f"b{l}_new"])[0]
    assert set(on_each(sp.simplify, new_W).ravel()) | set(on_each(sp.simplify, new_b)) == {0}
