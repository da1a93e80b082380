"""G0 to G11 and the summary S: networks of any depth, each line by entry, by sample and by batch."""

import numpy as np
import pytest

from clearprop import batch
from oracles import by_hand, cases
from oracles.by_hand import derivative, moved
from oracles.close import assert_close

CASES = {
    "3-4-2": cases.relu_case(),
    "5-4-6-3": cases.relu_case((5, 4, 6, 3), m=4),
    "2-3-4-3-5-4": cases.relu_case((2, 3, 4, 3, 5, 4), m=5),
}
LR, L2 = 0.3, 0.05


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def layers(case):
    return range(1, case.net.L + 1)


def hidden(case):
    return range(case.net.L - 1, 0, -1)


def entries(shape, f):
    return np.array([f(*index) for index in np.ndindex(shape)]).reshape(shape)


def test_G0_sizes_name_samples_inputs_layers_and_classes(case):
    sizes, working = case.net.sizes, case.working
    assert working.m == case.m
    assert working.a[0].shape == (case.m, sizes[0])
    assert len(working.z) == len(working.a) == len(working.dW) == case.net.L + 1
    assert working.p.shape == (case.m, sizes[-1])


def test_G1_delta_is_the_derivative_of_the_samples_own_loss(case):
    for l in layers(case):
        z, delta = case.working.z[l], case.working.delta[l]

        def own(i, j, l=l, z=z):
            def J_i(value):
                return by_hand.loss_from(l, moved(z[i], (j,), value), case.W, case.b, case.Y[i])

            return derivative(J_i, z[i, j])

        assert_close(delta, entries(z.shape, own))


def test_G2_affine(case):
    for l in layers(case):
        a, W, b = case.working.a[l - 1], case.W[l], case.b[l]
        by_entry = entries((case.m, len(b)), lambda i, j, a=a, W=W, b=b: by_hand.affine_entry(a[i], W, b, j))
        assert_close(case.working.z[l], by_entry)
        assert_close(case.working.z[l], [by_hand.affine_row(row, W, b) for row in a])
        assert_close(case.working.z[l], a @ W + b)


def test_G3_relu_in_hidden_layers_only(case):
    for l in hidden(case):
        np.testing.assert_array_equal(
            case.working.a[l], np.where(case.working.z[l] > 0, case.working.z[l], 0)
        )
    np.testing.assert_array_equal(case.working.a[-1], case.working.p)


def test_G4_softmax_of_the_last_z(case):
    z = case.working.z[case.net.L]
    assert_close(
        case.working.p,
        entries(z.shape, lambda i, j: np.exp(z[i, j]) / sum(np.exp(z[i, c]) for c in range(len(z[i])))),
    )
    assert_close(case.working.p, [by_hand.softmax_row(row) for row in z])


def test_G5_S5_loss(case):
    p, Y = case.working.p, case.Y
    J = -sum(Y[i, j] * np.log(p[i, j]) for i, j in np.ndindex(p.shape)) / case.m
    assert_close(case.working.J, J)
    assert_close(
        case.working.losses,
        [by_hand.loss_of_logits(z, y) for z, y in zip(case.working.z[-1], Y, strict=True)],
    )


def test_G6_last_residual(case):
    p, Y = case.working.p, case.Y
    assert_close(case.working.delta[-1], entries(p.shape, lambda i, j: p[i, j] - Y[i, j]))
    assert_close(case.working.delta[-1], p - Y)


def test_G7_recursion_by_entry(case):
    for l in hidden(case):
        z, later, W = case.working.z[l], case.working.delta[l + 1], case.W[l + 1]

        def residual(i, k, z=z, later=later, W=W):
            return sum(later[i, j] * W[k, j] for j in range(W.shape[1])) * (z[i, k] >= 0)

        assert_close(case.working.delta[l], entries(z.shape, residual))


def test_G7_recursion_per_sample_and_batch(case):
    for l in hidden(case):
        z, later, W = case.working.z[l], case.working.delta[l + 1], case.W[l + 1]
        rows = [(later[i] @ W.T) * (z[i] >= 0) for i in range(case.m)]
        assert_close(case.working.delta[l], rows)
        assert_close(case.working.delta[l], (later @ W.T) * (z >= 0))


def test_G8_weight_gradient(case):
    for l in layers(case):
        a, delta, dW = case.working.a[l - 1], case.working.delta[l], case.working.dW[l]
        by_complex_step = entries(
            dW.shape, lambda k, j, l=l: by_hand.mean_loss_derivative(case, "W", l, (k, j))
        )
        assert_close(dW, by_complex_step)
        by_entry = entries(
            dW.shape,
            lambda k, j, a=a, delta=delta: sum(a[i, k] * delta[i, j] for i in range(case.m)) / case.m,
        )
        assert_close(dW, by_entry)
        assert_close(dW, sum(np.outer(a[i], delta[i]) for i in range(case.m)) / case.m)
        assert_close(dW, a.T @ delta / case.m)


def test_G9_bias_gradient(case):
    for l in layers(case):
        delta, db = case.working.delta[l], case.working.db[l]
        by_complex_step = entries(db.shape, lambda j, l=l: by_hand.mean_loss_derivative(case, "b", l, (j,)))
        assert_close(db, by_complex_step)
        assert_close(db, sum(delta[i] for i in range(case.m)) / case.m)


def test_G10_weights_move_against_gradient_and_penalty(case):
    new = batch.descend(case.params, case.working, LR, L2)
    for l in layers(case):
        assert_close(new.W[l], (1 - LR * L2) * case.W[l] - LR * case.working.dW[l])


def test_G11_biases_move_against_the_gradient_alone(case):
    new = batch.descend(case.params, case.working, LR, L2)
    for l in layers(case):
        assert_close(new.b[l], case.b[l] - LR * case.working.db[l])


def test_G7_G10_every_gradient_is_taken_at_the_old_weights(case):
    """A step on the old parameters after `descend` gives the same Working, bit for bit."""
    batch.descend(case.params, case.working, LR, L2)
    again = batch.step(case.net, case.params, case.X, case.labels)
    for l in layers(case):
        np.testing.assert_array_equal(again.dW[l], case.working.dW[l])
        np.testing.assert_array_equal(again.delta[l], case.working.delta[l])
