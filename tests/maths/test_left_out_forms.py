"""The forms that a derivation usually leaves out: db three ways, the softmax Jacobian, the update by entry."""

import numpy as np
import pytest

from clearprop import batch
from oracles import by_hand, cases
from oracles.by_hand import derivative, moved
from oracles.close import assert_close

CASES = {"3-4-2": cases.relu_case(), "5-4-6-3": cases.relu_case((5, 4, 6, 3), m=4)}
LR, L2 = 0.1, 0.01


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def layers(case):
    return range(1, case.net.L + 1)


def test_S8_S12_db_scalar(case):
    for l in layers(case):
        for j in range(case.net.sizes[l]):
            by_complex_step = by_hand.mean_loss_derivative(case, "b", l, (j,))
            dz_db = derivative(lambda b, l=l, j=j: case.working.z[l][0, j] - case.b[l][j] + b, case.b[l][j])
            terms = [case.working.delta[l][i, j] * dz_db for i in range(case.m)]
            assert_close(sum(terms) / case.m, by_complex_step)
            assert_close(case.working.db[l][j], by_complex_step)


def test_S8_S12_db_per_sample(case):
    for l in layers(case):
        summands = []
        for x, y in zip(case.X, case.Y, strict=True):
            one = case._replace(X=x[None, :], Y=y[None, :])
            summands.append(
                [by_hand.mean_loss_derivative(one, "b", l, (j,)) for j in range(case.net.sizes[l])]
            )
        assert_close(case.working.delta[l], summands)
        assert_close(case.working.db[l], sum(np.array(s) for s in summands) / case.m)


def test_S8_S12_G9_db_batch_is_a_product_with_ones(case):
    for l in layers(case):
        ones = np.ones((1, case.m))
        assert_close(case.working.db[l][None, :], ones @ case.working.delta[l] / case.m)


def softmax_jacobian(z_row):
    """dp_j / dz_c by the complex step: row j, column c."""
    n = range(len(z_row))
    return np.array(
        [
            [
                derivative(lambda z, j=j, c=c: by_hand.softmax_row(moved(z_row, (c,), z))[j], z_row[c])
                for c in n
            ]
            for j in n
        ]
    )


def test_B2_B3_softmax_jacobian_per_sample(case):
    for p, z in zip(case.working.p, case.working.z[-1], strict=True):
        assert_close(softmax_jacobian(z), np.diag(p) - p[:, None] @ p[None, :])


def test_B2_B3_softmax_jacobian_batch_gives_the_residual(case):
    p = case.working.p
    jacobians = np.einsum("ij,jc->ijc", p, np.eye(p.shape[1])) - np.einsum("ij,ic->ijc", p, p)
    assert_close(jacobians, [softmax_jacobian(z) for z in case.working.z[-1]])
    assert_close(np.einsum("ij,ijc->ic", -case.Y / p, jacobians), case.working.delta[-1])


def test_G10_G11_update_scalar(case):
    new = batch.descend(case.params, case.working, LR, L2)
    for l in layers(case):
        W, dW, b, db = case.W[l], case.working.dW[l], case.b[l], case.working.db[l]
        for k, j in np.ndindex(W.shape):
            assert_close(new.W[l][k, j], W[k, j] - LR * (dW[k, j] + L2 * W[k, j]))
        for j in range(len(b)):
            assert_close(new.b[l][j], b[j] - LR * db[j])


def test_dJ_by_the_input(case):
    for i, x in enumerate(case.X):
        for k in range(case.net.sizes[0]):
            want = derivative(
                lambda v, k=k, i=i, x=x: by_hand.loss_of_row(case.W, case.b, moved(x, (k,), v), case.Y[i]),
                x[k],
            )
            assert_close(case.working.da[0][i, k], want)
    assert_close(case.working.da[0], case.working.delta[1] @ case.W[1].T)
