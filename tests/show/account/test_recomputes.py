"""Whatever an account prints is read again, by another program, and recomputed."""

import re

import numpy as np
import pytest

from clearprop import Network, explain
from clearprop.maths import derivation
from clearprop.show.account.outline import outline
from clearprop.show.formula import text
from oracles import golden
from oracles.arithmetic import printed, recomputes, value

RANDOM = np.random.default_rng(0)
X = np.round(RANDOM.normal(size=(3, 3)), 2)


def golden_account(name="A", **options):
    net, params, rows, labels = golden.inputs_of(name, 1, float)
    return explain(net, params, rows, labels, lr=0.1, l2=0.01, **options)


def equations(account):
    """The sides of every equation that is printed: sign, text, kind."""
    for kind, *rest in outline(account.trace):
        if kind == "equation":
            yield [(side.sign, text(side.formula), side.kind) for side in rest[0]]


def faults(account):
    """Equations whose numbers do not come to their result, or whose signs are not true."""
    wrong, seen, digits = [], 0, account.trace["options"]["digits"]
    for sides in equations(account):
        kinds = {kind: (sign, said) for sign, said, kind in sides}
        if "numbers" not in kinds:
            continue
        seen += 1
        (_, numbers), (sign, result) = kinds["numbers"], kinds["result"]
        share = recomputes(numbers, result, digits)
        close = np.abs(value(numbers).ravel() - [float(x) for row in printed(result) for x in row]).max()
        if share > 1 + 1e-6 or (sign == "=" and close > 1e-12):
            wrong.append((numbers, sign, result, share))
    assert seen > 20
    return wrong


@pytest.mark.parametrize("digits", [2, 7])
def test_every_line_of_testnet(digits):
    assert faults(golden_account(digits=digits)) == []


@pytest.mark.parametrize("name", ["relu", "identity", "leaky_relu", "elu", "tanh", "softplus", "gelu"])
def test_every_line_with_other_activations(name):
    net = Network((3, 3, 2), name)
    account = explain(net, net.initialize(seed=2), X, [0, 1, 1], l2=0.1, form="scalar")
    assert faults(account) == []


@pytest.mark.parametrize("digits", [2, 5])
def test_every_line_of_embedded_inputs(digits):
    net = Network((3, 3, 2), "tanh", embedded=(0, 2))
    account = explain(net, net.initialize(seed=2), X, [0, 1, 1], l2=0.1, form="scalar", digits=digits)
    assert faults(account) == []


@pytest.mark.parametrize("activation", ["max(x, 0)**2", "sinh(x)/cosh(x)"])
def test_every_line_with_own_expressions_and_large_numbers(activation):
    net = Network((3, 2, 2), activation, "log(cosh(p-y))")
    account = explain(net, net.initialize(seed=2), 100 * X, X[:, :2], lr=0.001, digits=3, form="scalar")
    assert faults(account) == []
    assert "^{2}^" not in account.to_latex()


@pytest.mark.parametrize("head", derivation.HEADS)
def test_every_line_with_other_heads(head):
    net = Network((3, 2, 2), "relu", head)
    y = {"softmax": [0, 1, 1], "logistic": np.eye(2)[[0, 1, 1]]}.get(head, np.abs(X[:, :2]))
    account = explain(net, net.initialize(seed=2), X, y, sample_weight=[1, 2, 0.5], form="scalar")
    assert faults(account) == []


def test_every_line_of_a_sum_with_weights_and_three_layers():
    net = Network((3, 4, 3, 2))
    account = explain(
        net, net.initialize(seed=2), X, [0, 1, 1], sample_weight=[1, 2, 0.5], loss="sum", l2=0.1
    )
    assert faults(account) == []


def test_every_line_of_a_cut_network_adds_up_with_what_is_left_out():
    net = Network((40, 30, 20, 3))
    rows = RANDOM.normal(size=(50, 40))
    account = explain(net, net.initialize(seed=2), rows, RANDOM.integers(0, 3, 50), form="scalar")
    assert faults(account) == []
    assert account.trace["left_out"]


def test_exact_lines_come_to_the_decimal_beside_them():
    """Fractions, logarithms and powers of e, computed as decimals."""
    seen = 0
    for sides in equations(golden_account("B", numbers="exact", form="scalar")):
        kinds = {kind: said for _, said, kind in sides}
        if not {"decimal", "result"} <= set(kinds) or re.search(r"\[|∂|J'|Ω", kinds["result"]):
            continue
        seen += 1
        worked = re.sub(r"\be\b", "exp(1)", kinds["result"])
        assert abs(value(worked).item() - float(printed(kinds["decimal"])[0][0])) < 5e-4 * abs(
            value(worked).item()
        )
        if "numbers" in kinds and not re.search(r"[a-z]\[", kinds["numbers"]):
            np.testing.assert_allclose(value(kinds["numbers"]), value(worked), rtol=1e-12, atol=1e-15)
    assert seen > 100


def test_the_reader_finds_a_wrong_digit_and_a_wrong_sign():
    assert recomputes("1 ⋅ 2 + 0.5", "2.5", 4) == 0
    assert recomputes("1/3", "0.3333", 4) < 1 < recomputes("1/3", "0.3334", 4)
    assert recomputes("(1 ⋅ (−1) + 2^2)/2", "1.5", 4) == 0
    assert recomputes("1/2 [1, 2; 3, 4]^T ⋅ [1; 1]", "[2; 3]", 4) == 0
    assert recomputes("relu[−1, 2] ⊙ 1([1, −1] ≥ 0)", "[0, 0]", 4) == 0


def test_a_wrong_number_in_a_trace_is_found():
    account = golden_account(form="scalar")
    account.trace["quantities"]["z[1]"]["values"][0][1] = 4.0
    assert faults(account)
