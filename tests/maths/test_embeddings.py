"""Embeddings of inputs: SymPy proves their lines, the complex step knows only their forward pass."""

import numpy as np
import pytest
import sympy as sp

from clearprop.maths import derivation, languages

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
