"""Every quantity of a step against numbers computed exactly and printed to 30 digits."""

import numpy as np
import pytest

from clearprop import batch
from clearprop.maths import derivation
from oracles import golden


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("relu0", [1, 0])
@pytest.mark.parametrize("name", golden.SETS)
def test_every_quantity_of_the_golden_sets(name, relu0, dtype):
    assert golden.faults(name, relu0, dtype) == []


def test_extreme_logits():
    assert golden.extreme_faults() == []


def test_losses_of_extreme_logits_keep_their_digits():
    for case in golden.sets()["D_extreme_logits"]["cases"]:
        z, y = np.array([case["z"]], float), np.eye(2)[[case["y"] - 1]]
        # 1e-14: rounding of one log1p and one exp; 1e-322: the spacing of the subnormal numbers
        want = pytest.approx(float(case["loss"]), rel=1e-14, abs=1e-322)
        assert derivation.cross_entropy(z, y)[0] == want, case["z"]


def test_a_loss_of_the_smallest_kind_is_not_zero():
    loss = derivation.cross_entropy(np.array([[88.0, -88.0]]), np.array([[1.0, 0.0]]))[0]
    assert loss == pytest.approx(3.66582041117956326586e-77, rel=1e-14)


@pytest.mark.parametrize("name", golden.SETS)
def test_the_loss_is_not_that_of_the_last_sample_times_m(name):
    literal = golden.numbers(golden.golden_set(name)["forward"]["J_as_printed_literal"])
    working = batch.step(*golden.inputs_of(name, 1, np.float64))
    assert abs(working.J - literal) > 1e-3
    assert abs(working.J * working.m - literal) > 1e-3


@pytest.mark.parametrize("name", ["A", "B"])
def test_B2_B3_first_column_of_the_softmax_jacobian(name):
    given = golden.golden_set(name)["softmax_jacobian_col1"]
    p = batch.step(*golden.inputs_of(name, 1, np.float64)).p
    jacobians = np.array([np.diag(row) - np.outer(row, row) for row in p])
    want = np.stack([golden.numbers(given["dp1_dz1"])[:, 0], golden.numbers(given["dp2_dz1"])[:, 0]], axis=1)
    np.testing.assert_allclose(jacobians[:, :, 0], want, rtol=1e-14)  # one product of two rounded p


def test_the_conventions_at_zero_differ_in_every_set():
    for name in golden.SETS:
        one, zero = (batch.step(*golden.inputs_of(name, relu0, np.float64)) for relu0 in (1, 0))
        assert np.abs(one.dW[1] - zero.dW[1]).max() > 1e-3
