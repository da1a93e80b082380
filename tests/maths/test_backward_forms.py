"""Backward pass B1 to B35 of the 3-4-2 network, scalar, per sample and batch.

Every derivative on the left of a formula is taken by the complex step through `by_hand`, which knows no
backward line; the right side is written out; both are compared with what `step` returns.
"""

from itertools import product

import numpy as np
import pytest

from oracles import by_hand, cases
from oracles.by_hand import derivative, moved
from oracles.close import assert_close

CASE = cases.relu_case()
W, B, X, Y, M = CASE.W, CASE.b, CASE.X, CASE.Y, CASE.m
Z1, A1, Z2, P = CASE.working.z[1], CASE.working.a[1], CASE.working.z[2], CASE.working.p
DELTA2, DA1, DELTA1 = CASE.working.delta[2], CASE.working.da[1], CASE.working.delta[1]
DW1, DW2 = CASE.working.dW[1], CASE.working.dW[2]
D = P - Y
ON = (Z1 >= 0).astype(float)
SAMPLES = range(M)


def dp(i, j, c):
    """dp_ij / dz2_ic."""
    return derivative(lambda z: by_hand.softmax_row(moved(Z2[i], (c,), z))[j], Z2[i, c])


def dloss_dz2(i, j):
    return derivative(lambda z: by_hand.loss_of_logits(moved(Z2[i], (j,), z), Y[i]), Z2[i, j])


def dloss_dz1(i, k):
    return derivative(lambda z: by_hand.loss_from(1, moved(Z1[i], (k,), z), W, B, Y[i]), Z1[i, k])


def dloss_da1(i, k):
    def J_i(a):
        return by_hand.loss_of_logits(by_hand.affine_row(moved(A1[i], (k,), a), W[2], B[2]), Y[i])

    return derivative(J_i, A1[i, k])


def drelu(i, k):
    return derivative(by_hand.relu, Z1[i, k])


def dz1_dW1(i, k, j):
    def z(value):
        return by_hand.affine_entry(X[i], moved(W[1], (k, j), value), B[1], j)

    return derivative(z, W[1][k, j])


@pytest.mark.parametrize("i", SAMPLES)
def test_B1_chain_rule_through_both_probabilities(i):
    chain = -(Y[i, 0] / P[i, 0]) * dp(i, 0, 0) - (Y[i, 1] / P[i, 1]) * dp(i, 1, 0)
    assert_close(dloss_dz2(i, 0), chain)
    assert_close(DELTA2[i, 0], chain)


@pytest.mark.parametrize("i", SAMPLES)
def test_B2_softmax_by_its_own_logit(i):
    E = np.exp(Z2[i])
    S = E.sum()
    assert_close(dp(i, 0, 0), (E[0] * S - E[0] * E[0]) / S**2)
    assert_close(dp(i, 0, 0), P[i, 0] - P[i, 0] ** 2)


@pytest.mark.parametrize("i", SAMPLES)
def test_B3_softmax_by_the_other_logit(i):
    E = np.exp(Z2[i])
    assert_close(dp(i, 1, 0), -E[1] * E[0] / E.sum() ** 2)
    assert_close(dp(i, 1, 0), -P[i, 0] * P[i, 1])


@pytest.mark.parametrize("i", SAMPLES)
def test_B4_residual_of_the_first_logit(i):
    assert_close(dloss_dz2(i, 0), -Y[i, 0] * (1 - P[i, 0]) + Y[i, 1] * P[i, 0])
    assert_close(DELTA2[i, 0], dloss_dz2(i, 0))


@pytest.mark.parametrize("i", SAMPLES)
def test_B5_residual_of_the_second_logit(i):
    assert_close(dloss_dz2(i, 1), P[i, 1] - Y[i, 1])
    assert_close(DELTA2[i, 1], dloss_dz2(i, 1))


@pytest.mark.parametrize("i", SAMPLES)
def test_B6_residual_per_sample(i):
    assert_close([dloss_dz2(i, j) for j in range(2)], [P[i, 0] - Y[i, 0], P[i, 1] - Y[i, 1]])
    assert_close(DELTA2[i], [dloss_dz2(i, j) for j in range(2)])


def test_B7_S6_residual_batch():
    assert_close(DELTA2, P - Y)
    assert_close(DELTA2, [[dloss_dz2(i, j) for j in range(2)] for i in SAMPLES])


OUTPUT_WEIGHTS = [
    pytest.param(0, 0, id="B8"),
    pytest.param(1, 0, id="B9"),
    pytest.param(2, 0, id="B10"),
    pytest.param(3, 0, id="B11"),
    pytest.param(0, 1, id="B12"),
    pytest.param(1, 1, id="B13"),
    pytest.param(2, 1, id="B14"),
    pytest.param(3, 1, id="B15"),
]


@pytest.mark.parametrize(("k", "j"), OUTPUT_WEIGHTS)
def test_output_weights_scalar(k, j):
    by_complex_step = by_hand.mean_loss_derivative(CASE, "W", 2, (k, j))
    assert_close(sum(D[i, j] * A1[i, k] for i in SAMPLES) / M, by_complex_step)
    assert_close(DW2[k, j], by_complex_step)


def test_B16_entry_kj_of_dW2_is_the_derivative_by_W2_kj():
    want = [[by_hand.mean_loss_derivative(CASE, "W", 2, (k, j)) for j in range(2)] for k in range(4)]
    assert_close(DW2, want)


def test_B17_dW2_written_out_row_k_column_j():
    want = [[sum(D[i, j] * A1[i, k] for i in SAMPLES) / M for j in range(2)] for k in range(4)]
    assert_close(DW2, want)


def test_B18_S7_dW2_as_outer_products_and_as_one_product():
    assert_close(DW2, sum(np.outer(A1[i], DELTA2[i]) for i in SAMPLES) / M)
    assert_close(DW2, A1.T @ DELTA2 / M)


@pytest.mark.parametrize(
    "k",
    [
        pytest.param(0, id="B19"),
        pytest.param(1, id="B20"),
        pytest.param(2, id="B21"),
        pytest.param(3, id="B22"),
    ],
)
def test_hidden_output_scalar(k):
    for i in SAMPLES:
        assert_close(D[i, 0] * W[2][k, 0] + D[i, 1] * W[2][k, 1], dloss_da1(i, k))
        assert_close(DA1[i, k], dloss_da1(i, k))


@pytest.mark.parametrize("i", SAMPLES)
def test_B23_hidden_output_per_sample(i):
    assert_close(DELTA2[i] @ W[2].T, [dloss_da1(i, k) for k in range(4)])
    assert_close(DA1[i], DELTA2[i] @ W[2].T)


def test_B24_S9_hidden_output_batch():
    assert_close(DA1, DELTA2 @ W[2].T)
    assert_close(DA1, [[dloss_da1(i, k) for k in range(4)] for i in SAMPLES])


@pytest.mark.parametrize(
    "k",
    [
        pytest.param(0, id="B25"),
        pytest.param(1, id="B26"),
        pytest.param(2, id="B27"),
        pytest.param(3, id="B28"),
    ],
)
def test_hidden_z_scalar(k):
    for i in SAMPLES:
        assert_close((D[i, 0] * W[2][k, 0] + D[i, 1] * W[2][k, 1]) * ON[i, k], dloss_dz1(i, k))
        assert_close(DELTA1[i, k], dloss_dz1(i, k))


@pytest.mark.parametrize("i", SAMPLES)
def test_B29_hidden_z_per_sample_with_the_derivative_of_relu(i):
    assert_close(DELTA1[i], (DELTA2[i] @ W[2].T) * [drelu(i, k) for k in range(4)])


@pytest.mark.parametrize("i", SAMPLES)
def test_B30_hidden_z_per_sample_with_the_indicator(i):
    assert_close(DELTA1[i], (DELTA2[i] @ W[2].T) * ON[i])


def test_B31_S10_hidden_z_batch():
    assert_close(DELTA1, DA1 * ON)
    assert_close(DELTA1, [[dloss_dz1(i, k) for k in range(4)] for i in SAMPLES])


HIDDEN_WEIGHTS = [
    pytest.param(0, 0, id="B32"),
    pytest.param(0, 1, id="B33"),
    *(pytest.param(k, j, id=f"W1_{k + 1}{j + 1}") for k, j in product(range(3), range(4))),
]


@pytest.mark.parametrize(("k", "j"), HIDDEN_WEIGHTS)
def test_B34_hidden_weights_scalar(k, j):
    by_complex_step = by_hand.mean_loss_derivative(CASE, "W", 1, (k, j))
    terms = [(D[i, 0] * W[2][j, 0] + D[i, 1] * W[2][j, 1]) * ON[i, j] * X[i, k] for i in SAMPLES]
    assert_close(sum(terms) / M, by_complex_step)
    assert_close(DW1[k, j], by_complex_step)


def entries(f):
    return np.array([[f(k, j) for j in range(4)] for k in range(3)])


STAGES = {
    "a": lambda: entries(lambda k, j: by_hand.mean_loss_derivative(CASE, "W", 1, (k, j))),
    "b": lambda: entries(lambda k, j: sum(dloss_dz1(i, j) * dz1_dW1(i, k, j) for i in SAMPLES) / M),
    "c": lambda: sum(entries(lambda k, j, i=i: dloss_dz1(i, j) * dz1_dW1(i, k, j)) for i in SAMPLES) / M,
    "d": lambda: sum(entries(lambda k, j, i=i: dloss_dz1(i, j) * X[i, k]) for i in SAMPLES) / M,
    "e": lambda: sum(X[i][:, None] @ np.array([[dloss_dz1(i, j) for j in range(4)]]) for i in SAMPLES) / M,
    "f": lambda: sum(np.outer(X[i], DELTA1[i]) for i in SAMPLES) / M,
    "g": lambda: X.T @ DELTA1 / M,
}


@pytest.mark.parametrize("stage", STAGES)
def test_B35_S11_seven_forms_of_dW1(stage):
    assert_close(DW1, STAGES[stage]())
