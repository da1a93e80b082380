"""A blended layer: SymPy proves its lines, the complex step knows only its forward pass."""

import numpy as np
import pytest
import sympy as sp

from clearprop import batch
from clearprop.maths import derivation, languages
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.network import Network

PAGE = languages.in_sympy()
STEP = 1e-30
Z, DA, SHARE = sp.symbols("z d c", real=True)
SMOOTH = (
    "identity",
    "tanh",
    "logistic",
    "silu",
    "mish",
    "gelu",
    "softplus",
)  # one formula on both sides of 0


def case(activation="mish", head="softmax"):
    """A blended network of two hidden layers whose shares are no longer 1, and a batch with weights."""
    rng = np.random.default_rng(1)
    net = Network((3, 5, 4, 2), activation, head, relu_grad_at_zero=0, blended=True)
    params = net.initialize(seed=2)
    for l in (1, 2):
        params.c[l][...] = rng.normal(1, 0.5, net.sizes[l])
    X, w = rng.normal(size=(6, 3)), rng.uniform(0.5, 2, 6)
    y = np.eye(2)[rng.integers(0, 2, 6)] if head == "softmax" else rng.normal(size=(6, 2))
    return net, params, X, y, w


def J_of(net, params, X, y, w):
    """J by the forward pass alone, in complex numbers."""
    page = languages.in_complex()
    pairs = batch.activation_pairs(net, page, params.c)
    return page.loss(params.W, params.b, X.astype(complex), y, w, pairs, batch.head_of(net, page=page))


def by_complex_step(net, params, X, y, w):
    """The gradient of J by every parameter."""
    found = np.empty(net.n_parameters)
    for k in range(net.n_parameters):
        moved = params.astype(complex)
        moved.flat[k] += 1j * STEP
        found[k] = J_of(net, moved, X, y, w).imag / STEP
    return found


def test_blended_back_is_the_gradient_of_any_blended_activation():
    """g is any function; `back` is what its own line makes of d: d g'(z)."""
    g = sp.Function("g")(Z)
    want = DA * sp.diff(PAGE.blended(Z, g, SHARE), Z)
    assert sp.simplify(want - PAGE.blended_back(DA, DA * sp.diff(g, Z), SHARE)) == 0


def test_share_term_is_the_gradient_by_the_share():
    g = sp.Function("g")(Z)
    assert sp.simplify(DA * sp.diff(PAGE.blended(Z, g, SHARE), SHARE) - PAGE.share_term(DA, Z, g)) == 0


@pytest.mark.parametrize("name", SMOOTH)
def test_blended_pair_undoes_itself(name):
    """As the page puts them together; at a z on either side of 0."""
    g, back = derivation.blended_pair(ACTIVATIONS[name], 0.7)
    complex_g, _ = languages.in_complex().blended_pair(languages.in_complex().ACTIVATIONS[name], 0.7)
    z = np.array([-1.3, 0.8])
    want = 1.5 * np.imag(complex_g(z + 1j * STEP)) / STEP
    np.testing.assert_allclose(back(1.5, z, g(z)), want, rtol=1e-13)


def test_a_share_of_1_is_the_activation_and_one_of_0_is_z():
    z, g = np.linspace(-3, 3, 7), derivation.mish
    np.testing.assert_allclose(derivation.blended(z, g(z), 1.0), g(z), rtol=1e-15, atol=1e-15)
    np.testing.assert_array_equal(derivation.blended(z, g(z), 0.0), z)


@pytest.mark.parametrize("head", ["softmax", "identity"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_G8_G9_every_gradient_of_a_blended_network(activation, head):
    net, params, X, y, w = case(activation, head)
    working = batch.step(net, params, X, y, w)
    dc = batch.share_gradients(net, working)
    own = np.concatenate([x.ravel() for x in (*working.dW[1:], *working.db[1:], *dc[1:-1])])
    want = by_complex_step(net, params, X, y, w)
    np.testing.assert_allclose(own, want, rtol=1e-11, atol=1e-14)  # sums of some dozen terms of order 1


def test_G10_G11_shares_move_as_biases_do():
    net, params, *data = case()
    working = batch.step(net, params, *data)
    new, dc = batch.descend(params, working, lr=0.1, l2=0.5), batch.share_gradients(net, working)
    for l in (1, 2):
        np.testing.assert_array_equal(new.c[l], params.c[l] - 0.1 * dc[l])


def test_a_fresh_blended_network_is_the_plain_one():
    net, _, *data = case()
    plain = Network(net.sizes, "mish", relu_grad_at_zero=0)
    found = batch.step(net, net.initialize(seed=5), *data)
    want = batch.step(plain, plain.initialize(seed=5), *data)
    np.testing.assert_allclose(found.J, want.J, rtol=1e-14)
    np.testing.assert_allclose(found.dW[1], want.dW[1], rtol=1e-12)


def test_output_gradients_of_a_blended_network():
    net, params, X, *_ = case()
    found, page = batch.output_gradients(net, params, X), languages.in_complex()
    pairs = batch.activation_pairs(net, page, params.c)
    for k in range(3):
        moved = X.astype(complex)
        moved[:, k] += 1j * STEP
        p = page.forward(params.W, params.b, moved, pairs, "softmax")[1][-1]
        np.testing.assert_allclose(found[:, :, k], p.imag / STEP, rtol=1e-11, atol=1e-15)


def test_shares_must_be_given():
    with pytest.raises(ValueError, match="blended network"):
        batch.activation_pairs(case()[0])


@pytest.mark.parametrize("given", [1, "yes", None])
def test_blended_is_true_or_false(given):
    with pytest.raises(ValueError, match="`blended` must be True or False"):
        Network((3, 4, 2), blended=given)
