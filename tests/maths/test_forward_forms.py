"""Forward pass F1 to F17 and its summary S1 to S5: each scalar, per-sample and batch form by hand."""

import numpy as np
import pytest

from clearprop.maths import derivation
from oracles import by_hand, cases
from oracles.close import assert_close

CASE = cases.relu_case()
A0, W1, W2, B1, B2 = CASE.X, CASE.W[1], CASE.W[2], CASE.b[1], CASE.b[2]
Z1, A1, Z2, P = CASE.working.z[1], CASE.working.a[1], CASE.working.z[2], CASE.working.p
SAMPLES = range(CASE.m)


@pytest.mark.parametrize(
    "j",
    [pytest.param(0, id="F1"), pytest.param(1, id="F2"), pytest.param(2, id="F3"), pytest.param(3, id="F4")],
)
def test_hidden_z_scalar(j):
    want = [A0[i, 0] * W1[0, j] + A0[i, 1] * W1[1, j] + A0[i, 2] * W1[2, j] + B1[j] for i in SAMPLES]
    assert_close(Z1[:, j], want)


def test_F5_hidden_z_per_sample():
    for i in SAMPLES:
        assert_close(Z1[i], by_hand.affine_row(A0[i], W1, B1))


def test_F6_S1_hidden_z_batch():
    assert_close(Z1, A0 @ W1 + np.ones((CASE.m, 1)) @ B1[None, :])


@pytest.mark.parametrize("j", range(4))
def test_F7_relu_scalar(j):
    assert [float(a) for a in A1[:, j]] == [max(0.0, float(z)) for z in Z1[:, j]]


def test_F8_relu_per_sample():
    for i in SAMPLES:
        assert A1[i].tolist() == [max(0.0, z) for z in Z1[i].tolist()]


def test_F9_S2_relu_batch():
    np.testing.assert_array_equal(A1, np.clip(Z1, 0, None))


@pytest.mark.parametrize("j", [pytest.param(0, id="F10"), pytest.param(1, id="F11")])
def test_logits_scalar(j):
    want = [sum(A1[i, k] * W2[k, j] for k in range(4)) + B2[j] for i in SAMPLES]
    assert_close(Z2[:, j], want)


def test_F12_logits_per_sample():
    for i in SAMPLES:
        assert_close(Z2[i], by_hand.affine_row(A1[i], W2, B2))


def test_F13_S3_logits_batch():
    assert_close(Z2, A1 @ W2 + np.ones((CASE.m, 1)) @ B2[None, :])


@pytest.mark.parametrize("j", range(2))
def test_F14_softmax_scalar(j):
    assert_close(P[:, j], [np.exp(Z2[i, j]) / (np.exp(Z2[i, 0]) + np.exp(Z2[i, 1])) for i in SAMPLES])


def test_F15_softmax_per_sample():
    for i in SAMPLES:
        assert_close(P[i], by_hand.softmax_row(Z2[i]))
        assert_close(derivation.softmax(Z2[i : i + 1])[0], P[i])


def test_F16_S4_softmax_batch():
    E = np.exp(Z2)
    assert_close(P, E / (E @ np.ones((2, 1))))


def test_F17_loss_of_a_sample():
    want = [-sum(CASE.Y[i, j] * np.log(P[i, j]) for j in range(2)) for i in SAMPLES]
    assert_close(CASE.working.losses, want)


def test_F17_S5_loss_of_the_batch_is_the_mean():
    J_sum = -sum(np.log(P[i, label]) for i, label in enumerate(CASE.labels))
    assert_close(CASE.working.J, J_sum / CASE.m)
    assert_close(CASE.working.J * CASE.working.m, J_sum)
    assert_close(CASE.working.J, -np.trace(CASE.Y.T @ np.log(P)) / CASE.m)
