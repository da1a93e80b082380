"""SymPy proves the lines of dropout, of the other regression losses, and of what is done to W after an update."""

import numpy as np
import pytest
import sympy as sp

from clearprop.maths import derivation, languages

PAGE = languages.in_sympy()
Y, W_ROW = sp.Symbol("y", real=True), sp.Symbol("w", positive=True)
D, E, C = sp.symbols("d e c", positive=True)
Q = sp.Symbol("q", positive=True)  # a quantile; that it is below 1 is not needed


@pytest.mark.parametrize("sign", [1, -1])
def test_the_residual_of_the_absolute_error(sign):
    z = Y + sign * D
    want = sp.diff(PAGE.absolute_term(z, Y), D) * sign
    assert sp.simplify(W_ROW * want - PAGE.absolute_residual(z, Y, W_ROW)) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_the_residual_of_the_quantile_loss(sign):
    z = Y + sign * D
    want = sp.diff(PAGE.quantile_term(z, Y, Q), D) * sign
    assert sp.simplify(W_ROW * want - PAGE.quantile_residual(z, Y, W_ROW, Q)) == 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("inside", [True, False])
def test_the_residual_of_hubers_loss(inside, sign):
    """Inside c = d + e, outside d = c + e: the term is taken there, then c is held while d moves."""
    distance, c = (D, D + E) if inside else (C + E, C)
    z = Y + sign * distance
    term = PAGE.huber_term(z, Y, c)
    if inside:
        term = sp.expand(term).subs(E, C - D)
        want = sp.diff(sp.expand(term), D) * sign
        want = want.subs(C, D + E)
    else:
        want = sp.diff(term, E) * sign
    assert sp.simplify(W_ROW * want - PAGE.huber_residual(z, Y, W_ROW, c)) == 0


def test_at_the_kinks_the_residual_is_0():
    assert PAGE.absolute_residual(Y, Y, W_ROW) == 0
    assert PAGE.quantile_residual(Y, Y, W_ROW, Q) == 0


def test_hubers_loss_is_smooth_where_it_turns():
    inside, outside = sp.Rational(1, 2) * C**2, PAGE.huber_term(Y + C, Y, C)
    assert sp.simplify(inside - outside) == 0


def test_the_quantile_loss_is_least_at_the_quantile():
    """Of y uniform on 0..1 the mean loss of a prediction z is least at z = q."""
    t, z = sp.symbols("t z", positive=True)
    below = sp.integrate((1 - Q) * (z - t), (t, 0, z))  # y < z, as the page's line says at z = y + d
    above = sp.integrate(Q * (t - z), (t, z, 1))
    assert PAGE.quantile_term(Y + D, Y, Q) == (1 - Q) * D
    assert PAGE.quantile_term(Y - D, Y, Q) == Q * D
    assert sp.solve(sp.diff(below + above, z), z) == [Q]


def test_dropped_back_is_the_gradient_of_dropped():
    a, r, g = sp.symbols("a r g")
    assert sp.diff(PAGE.dropped(a, r), a) * g == PAGE.dropped_back(g, r)


def test_the_mask_has_the_mean_1():
    """u is uniform: the mask is 0 on a length p, 1 / (1 - p) on the rest."""
    p = sp.Symbol("p", positive=True)
    kept, gone = PAGE.drop_mask(p + D, p), PAGE.drop_mask(sp.Integer(0), p)
    assert gone == 0
    assert sp.simplify(p * gone + (1 - p) * kept) == 1


def test_smoothed_rows_still_sum_to_1():
    y = np.array(sp.symbols("y_1 y_2 y_3"), dtype=object)
    s = sp.Symbol("s")
    total = sum(PAGE.smoothed(y, s, 3)).subs(y[0], 1 - y[1] - y[2])
    assert sp.simplify(total) == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_shrunk_is_the_least_of_its_objective(sign):
    """V = shrunk(W) has V - W + lr l1 sign(V) = 0 where V is not 0; and it is 0 where |W| <= lr l1."""
    lr, l1 = sp.symbols("alpha lambda", positive=True)
    big, small = sign * (lr * l1 + D), sign * lr * l1 * D / (1 + D)
    V = PAGE.shrunk(big, lr, l1)
    assert sp.simplify(V - sign * D) == 0
    assert sp.simplify(V - big + lr * l1 * sign) == 0
    at = {D: sp.Rational(2, 3), lr: sp.Rational(1, 10), l1: sp.Rational(5, 7)}
    assert PAGE.shrunk(small.subs(at), at[lr], at[l1]) == 0


def test_the_gradient_of_the_absolute_penalty():
    W = np.array([[D, -E]], dtype=object)
    l1 = sp.Symbol("lambda", positive=True)
    assert sp.simplify(PAGE.absolute_penalty(W, l1) - l1 * (D + E)) == 0


def test_bounded_holds_the_norm():
    x = np.array([D, -E], dtype=object)
    norm = sp.sqrt(D**2 + E**2)
    assert [sp.simplify(v - u) for v, u in zip(PAGE.bounded(x, norm, norm + C), x, strict=True)] == [0, 0]
    held = PAGE.bounded(x, norm, sp.Rational(1, 10)).tolist()
    numbers = [float(v.subs({D: 3, E: 4})) for v in held]
    assert numbers == pytest.approx([0.06, -0.08], rel=1e-15)


def test_defaults_are_those_of_the_text():
    z, y = np.array([0.0, 3.0]), np.array([0.5, 0.0])
    np.testing.assert_array_equal(derivation.huber_term(z, y), derivation.huber_term(z, y, 1.0))
    np.testing.assert_array_equal(derivation.quantile_term(z, y), 0.5 * derivation.absolute_term(z, y))


def test_the_sharpness_terms_sum_to_the_derivative_by_the_sharpness():
    """dJ_i/dx of the cross-entropy at x z, with p its softmax; x = 1 / T. The largest logit is the first here."""
    x, a, b, c = sp.symbols("x a b c", positive=True)
    z = sp.Matrix([[c + a + b, c + a, c]])
    y = sp.Matrix([[0, 1, 0]])
    e = (x * z).applyfunc(sp.exp)
    J, p = -sum(y[k] * (x * z[k] - sp.log(sum(e))) for k in range(3)), e / sum(e)
    terms = sum(PAGE.sharpness_term(p[k], y[k], z[k]) for k in range(3))
    assert sp.simplify(sp.diff(J, x) - terms) == 0
    spread = sum(p[k] * z[k] ** 2 for k in range(3)) - sum(p[k] * z[k] for k in range(3)) ** 2
    assert sp.simplify(sp.diff(terms, x) - spread) == 0  # a variance, so J is convex in x
