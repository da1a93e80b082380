"""Definitions D1 to D17 and the shapes N1 to N10 of the 3-4-2 network and of a deeper one."""

from itertools import pairwise

import numpy as np
import pytest

from clearprop import batch
from clearprop.maths import derivation
from clearprop.network import Network
from oracles import by_hand, cases
from oracles.close import assert_close

SIZES = [(3, 4, 2), (5, 4, 6, 3)]
TESTNET = cases.relu_case()
DEEP = cases.relu_case((5, 4, 6, 3), m=4)


def test_D1_layers_without_the_input():
    assert Network((3, 4, 2)).L == 2
    assert Network((5, 4, 6, 3)).L == 3


@pytest.mark.parametrize("sizes", SIZES)
def test_D2_units_of_a_layer_without_a_bias_unit(sizes):
    net = Network(sizes)
    weights = sum(n_in * n_out for n_in, n_out in pairwise(sizes))
    assert net.sizes == sizes
    assert net.n_parameters == weights + sum(sizes[1:])


@pytest.mark.parametrize("sizes", SIZES)
def test_D3_rows_of_W_are_the_layer_before(sizes):
    W = Network(sizes).initialize(seed=0).W
    assert [w.shape for w in W[1:]] == list(pairwise(sizes))


@pytest.mark.parametrize(("k", "j"), [(0, 0), (2, 1), (1, 3)])
def test_D4_an_element_of_W_joins_unit_k_to_unit_j(k, j):
    params = TESTNET.params.copy()
    params.W[1][k, j] += 1
    change = batch.step(TESTNET.net, params, TESTNET.X, TESTNET.labels).z[1] - TESTNET.working.z[1]
    want = np.zeros((TESTNET.m, 4))
    want[:, j] = TESTNET.X[:, k]
    assert_close(change, want)


def test_D5_a_row_of_W_leaves_one_unit():
    params = TESTNET.params.copy()
    params.W[1][1] = 0
    without_unit = TESTNET.X * [1, 0, 1]
    z = batch.step(TESTNET.net, params, TESTNET.X, TESTNET.labels).z[1]
    assert_close(z, batch.step(TESTNET.net, TESTNET.params, without_unit, TESTNET.labels).z[1])


def test_D6_a_column_of_W_enters_one_unit():
    params = TESTNET.params.copy()
    params.W[1][:, 2] = 0
    z = batch.step(TESTNET.net, params, TESTNET.X, TESTNET.labels).z[1]
    assert_close(z[:, 2], np.full(TESTNET.m, params.b[1][2]))
    assert_close(z[:, [0, 1, 3]], TESTNET.working.z[1][:, [0, 1, 3]])


@pytest.mark.parametrize("sizes", SIZES)
def test_D7_one_bias_a_unit(sizes):
    assert [b.shape for b in Network(sizes).initialize(seed=0).b[1:]] == [(n,) for n in sizes[1:]]


def test_D8_a_bias_moves_its_own_unit_only():
    params = TESTNET.params.copy()
    params.b[1][3] += 0.5
    change = batch.step(TESTNET.net, params, TESTNET.X, TESTNET.labels).z[1] - TESTNET.working.z[1]
    assert_close(change, np.tile([0, 0, 0, 0.5], (TESTNET.m, 1)))


@pytest.mark.parametrize("case", [TESTNET, DEEP], ids=["3-4-2", "5-4-6-3"])
def test_D9_a_holds_a_row_a_sample_and_the_output_has_no_relu(case):
    assert [a.shape for a in case.working.a] == [(case.m, n) for n in case.net.sizes]
    assert (case.working.z[-1] < 0).any()
    assert_close(np.log(case.working.p).std(axis=1), case.working.z[-1].std(axis=1))  # p from z as it is


@pytest.mark.parametrize("case", [TESTNET, DEEP], ids=["3-4-2", "5-4-6-3"])
def test_D10_D17_activation_entry_by_entry(case):
    for l in range(1, case.net.L):
        want = [[by_hand.relu(z) for z in row] for row in case.working.z[l]]
        np.testing.assert_array_equal(case.working.a[l], want)


def test_D11_z_starts_at_layer_1():
    assert TESTNET.working.z[0] is None
    assert [z.shape for z in TESTNET.working.z[1:]] == [(TESTNET.m, 4), (TESTNET.m, 2)]


def test_D12_one_z_written_out():
    a0, W1, b1 = TESTNET.X, TESTNET.W[1], TESTNET.b[1]
    want = b1[1] + a0[0, 0] * W1[0, 1] + a0[0, 1] * W1[1, 1] + a0[0, 2] * W1[2, 1]
    assert TESTNET.working.z[1][0, 1] == want  # small whole numbers: exact


def test_D13_D14_D15_activation_score_and_cost_are_the_networks_own():
    g, _ = derivation.activation_pair("relu", 1)
    h, losses, _ = derivation.head_lines("softmax")
    working = TESTNET.working
    np.testing.assert_array_equal(working.a[1], g(working.z[1]))
    np.testing.assert_array_equal(working.p, h(working.z[2]))
    np.testing.assert_array_equal(working.losses, losses(working.z[2], TESTNET.Y))


@pytest.mark.parametrize("case", [TESTNET, DEEP], ids=["3-4-2", "5-4-6-3"])
def test_D16_bias_is_added_to_every_row(case):
    for l in range(1, case.net.L + 1):
        ones = np.ones((case.m, 1))
        want = case.working.a[l - 1] @ case.W[l] + ones @ case.b[l][None, :]
        assert_close(case.working.z[l], want)
        by_rows = [[a_i @ W_j + b_j for W_j, b_j in zip(case.W[l].T, case.b[l], strict=True)]
                   for a_i in case.working.a[l - 1]]  # fmt: skip
        assert_close(case.working.z[l], by_rows)


SHAPES = [
    pytest.param(lambda c: c.working.a[0], (6, 3), id="N1"),
    pytest.param(lambda c: c.W[1], (3, 4), id="N2"),
    pytest.param(lambda c: c.b[1][None, :], (1, 4), id="N3"),
    pytest.param(lambda c: c.working.z[1], (6, 4), id="N4"),
    pytest.param(lambda c: c.working.a[1], (6, 4), id="N5"),
    pytest.param(lambda c: c.W[2], (4, 2), id="N6"),
    pytest.param(lambda c: c.b[2][None, :], (1, 2), id="N7"),
    pytest.param(lambda c: c.working.z[2], (6, 2), id="N8"),
    pytest.param(lambda c: c.working.p, (6, 2), id="N9"),
    pytest.param(lambda c: np.asarray(c.working.J), (), id="N10"),
]


@pytest.mark.parametrize(("quantity", "shape"), SHAPES)
def test_shapes_of_the_3_4_2_network(quantity, shape):
    assert quantity(TESTNET).shape == shape


def test_N1_a0_is_the_batch_unchanged():
    np.testing.assert_array_equal(TESTNET.working.a[0], TESTNET.X)


def test_N9_rows_of_p_sum_to_1():
    assert_close(TESTNET.working.p.sum(axis=1), np.ones(TESTNET.m))


def test_N10_J_is_one_number_the_mean():
    assert_close(TESTNET.working.J, by_hand.mean_loss(TESTNET.W, TESTNET.b, TESTNET.X, TESTNET.Y))
