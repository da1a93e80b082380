"""Embeddings of inputs: SymPy proves their lines, the complex step knows only their forward pass."""

import numpy as np
import pytest
import sympy as sp

from clearprop import batch
from clearprop.maths import derivation, languages
from clearprop.network import OF_AN_INPUT, Network, Parameters

PAGE = languages.in_sympy()
STEP = 1e-30
X, F, S, T, G = sp.symbols("x f s t g", real=True)


def case(m=7, n=16, k=3):
    """An embedding, rows of its input, and how a loss changes with its outputs."""
    rng = np.random.default_rng(0)
    f, s, V, r = (
        rng.normal(0, 0.5, n),
        rng.uniform(-np.pi, np.pi, n),
        rng.normal(size=(n, k)),
        rng.normal(size=k),
    )
    return (f, s, V, r), rng.normal(size=(m, 1)), rng.normal(size=(m, k))


def by_complex_step(arguments, at, f):
    """The derivative of f by every entry of one of its arguments."""
    found = np.empty(arguments[at].shape)
    for index in np.ndindex(found.shape):
        moved = [a.astype(complex) for a in arguments]
        moved[at][index] += 1j * STEP
        found[index] = f(*moved).imag / STEP
    return found


def test_phase_back_and_frequency_term_are_the_gradients_of_the_phase():
    t = PAGE.phase(X, F, S)
    assert sp.simplify(G * sp.diff(t, X) - PAGE.phase_back(G, F)) == 0
    assert sp.simplify(G * sp.diff(t, F) - PAGE.frequency_term(G, X)) == 0
    assert sp.diff(t, S) == 1  # so ds is the mean of dt


def test_wave_back_is_the_gradient_of_the_wave():
    assert sp.simplify(G * sp.diff(PAGE.wave(T), T) - PAGE.wave_back(G, T, PAGE.wave(T))) == 0


@pytest.mark.parametrize("name", ["df", "ds", "dV", "dr"])
def test_G8_G9_every_gradient_of_an_embedding(name):
    """Of the mean over the rows of de . e."""
    own, x, de = case()
    page, at, m = languages.in_complex(), ("df", "ds", "dV", "dr").index(name), float(len(x))
    t, h, _ = derivation.embed(x, *own)
    found = derivation.embed_back(de, x, t, h, own[0], own[2], m)[at]
    want = by_complex_step(own, at, lambda *moved: (de * page.embed(x, *moved)[2]).sum() / m)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-14)  # sums of some terms of order 1


def test_G7_the_gradient_by_the_input():
    own, x, de = case()
    page = languages.in_complex()
    t, h, _ = derivation.embed(x, *own)
    found = derivation.embed_back(de, x, t, h, own[0], own[2], 1.0)[4]
    want = by_complex_step([x], 0, lambda moved: (de * page.embed(moved, *own)[2]).sum())
    np.testing.assert_allclose(found[:, None], want, rtol=1e-12, atol=1e-14)


def test_an_embedding_by_hand():
    """One wave of frequency 1/4 and shift 0 is 1, 0, -1, 0 at 0, 1, 2, 3."""
    x = np.arange(4.0)[:, None]
    _, h, e = derivation.embed(x, np.array([0.25]), np.zeros(1), np.array([[2.0, 0.0]]), np.array([1.0, 5.0]))
    np.testing.assert_allclose(h[:, 0], [1, 0, -1, 0], atol=1e-15)
    np.testing.assert_allclose(e, [[3, 5], [1, 5], [-1, 5], [1, 5]], atol=1e-15)


# ---- A network whose inputs are embedded ---------------------------------------------------------------
def network(head="softmax", **options):
    """Of four inputs the first and the last are embedded; a batch with weights."""
    rng = np.random.default_rng(1)
    net = Network((4, 5, 3, 2), "mish", head, embedded=(0, 3), **options)
    X, w = rng.normal(size=(6, 4)), rng.uniform(0.5, 2, 6)
    y = np.eye(2)[rng.integers(0, 2, 6)] if head == "softmax" else rng.normal(size=(6, 2))
    return net, net.initialize(seed=2), X, y, w


def flat_of(net, gradients, working):
    """Gradients in the order of the flat vector."""
    found = Parameters(net, np.zeros(net.n_parameters))
    for l in range(1, net.L + 1):
        found.W[l][...], found.b[l][...] = working.dW[l], working.db[l]
        if found.c[l] is not None:
            found.c[l][...] = batch.share_gradients(net, working)[l]
    for own, gradient in zip(found.embedding, gradients, strict=True):
        own[...] = gradient
    return found.flat


def J_of(net, params, X, y, w):
    page = languages.in_complex()
    fed = batch.embedded(net, params.embedding, X.astype(complex), page)
    pairs = batch.activation_pairs(net, page, params.c)
    return page.loss(params.W, params.b, fed, y, w, pairs, batch.head_of(net, page=page))


@pytest.mark.parametrize("head", ["softmax", "identity"])
@pytest.mark.parametrize("blended", [False, True])
def test_G8_G9_every_gradient_of_an_embedded_network(head, blended):
    net, params, X, y, w = network(head, blended=blended)
    working = batch.step(net, params, X, y, w)
    own, _ = batch.embedding_gradients(net, params, X, working.da[0], working.m)
    want = by_complex_step([params.flat], 0, lambda flat: J_of(net, Parameters(net, flat), X, y, w))
    np.testing.assert_allclose(flat_of(net, own, working), want, rtol=1e-11, atol=1e-14)


def test_G7_gradients_by_the_inputs():
    net, params, X, y, w = network()
    working = batch.step(net, params, X, y, w)
    found = batch.input_gradients(net, params, X, working.da[0]) / working.m
    want = by_complex_step([X], 0, lambda moved: J_of(net, params, moved, y, w))
    np.testing.assert_allclose(found, want, rtol=1e-11, atol=1e-15)


def test_output_gradients_of_an_embedded_network():
    net, params, X, *_ = network()
    found, page = batch.output_gradients(net, params, X), languages.in_complex()
    for k in range(4):
        moved = X.astype(complex)
        moved[:, k] += 1j * STEP
        fed = batch.embedded(net, params.embedding, moved, page)
        p = page.forward(params.W, params.b, fed, batch.activation_pairs(net, page), "softmax")[1][-1]
        np.testing.assert_allclose(found[:, :, k], p.imag / STEP, rtol=1e-11, atol=1e-15)


def test_G11_embeddings_move_as_biases_do():
    net, params, *data = network()
    working = batch.step(net, params, *data)
    new = batch.descend(params, working, lr=0.1, l2=0.5)
    own, _ = batch.embedding_gradients(net, params, data[0], working.da[0], working.m)
    for after, before, gradient in zip(new.embedding, params.embedding, own, strict=True):
        np.testing.assert_array_equal(after, before - 0.1 * gradient)


def test_layer_1_reads_the_inputs_and_then_three_numbers_of_each_embedded_one():
    net, params, X, *_ = network()
    fed = batch.embedded(net, params.embedding, X)
    np.testing.assert_array_equal(fed[:, :4], X)
    second = derivation.embed(X[:, 3:], *(part[1] for part in params.embedding))[2]
    np.testing.assert_array_equal(fed[:, 7:], second)
    assert net.widths == (10, 5, 3, 2) == net.core.sizes
    assert net.n_parameters == net.core.n_parameters + 2 * OF_AN_INPUT


def test_the_core_of_the_parameters_is_the_network_behind_its_embeddings():
    net, params, X, y, w = network()
    fed = batch.embedded(net, params.embedding, X)
    core = batch.step(net.core, params.core, fed, y, w)
    assert core.J == batch.step(net, params, X, y, w).J
    assert np.shares_memory(params.core.flat, params.flat)


def test_how_embeddings_begin():
    params = Network((300, 2), embedded=tuple(range(300))).initialize(seed=0)
    f, s, V, r = params.embedding
    assert abs(f.std() - 0.1) < 0.005
    assert abs(f.mean()) < 0.005
    for numbers, bound in ((s, np.pi), (V, 0.25), (r, 0.25)):
        assert bound * 0.98 < numbers.max() <= bound
        assert -bound * 0.98 > numbers.min() >= -bound


def test_a_network_without_embeddings_is_drawn_as_ever():
    plain, net = Network((4, 5, 2)), Network((4, 5, 2), embedded=())
    np.testing.assert_array_equal(plain.initialize(seed=3).flat, net.initialize(seed=3).flat)
    assert net.core is net
    assert net.initialize(seed=3).embedding is None


@pytest.mark.parametrize("given", [(1, 0), (0, 0), (4,), (-1,), (0.5,), 3, "ab"])
def test_embedded_are_inputs_in_ascending_order(given):
    with pytest.raises(ValueError, match="`embedded` must be inputs in ascending order, from 0 to 3; got"):
        Network((4, 5, 2), embedded=given)


def test_parameters_of_another_embedding_are_refused():
    _, params, *data = network()
    with pytest.raises(ValueError, match="`params` are those of"):
        batch.step(Network((4, 5, 3, 2), "mish"), params, *data)
