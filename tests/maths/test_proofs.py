"""SymPy proves the backward lines of the page for all numbers at once."""

import numpy as np
import pytest
import sympy as sp

from clearprop.maths import derivation, languages

PAGE = languages.in_sympy()
UP, DOWN = sp.Symbol("z", positive=True), sp.Symbol("z", negative=True)
DA = sp.Symbol("da", real=True)
PAIRS = {**PAGE.ACTIVATIONS, "relu, relu'(0) = 1": (PAGE.relu, PAGE.relu_back_one)}
AT_ZERO = {  # what each line gives for g'(0); None: no kink, the derivative itself
    "relu": 0, "relu, relu'(0) = 1": 1, "leaky_relu": 1, "elu": 1, "selu": sp.Rational("1.0507009873554805"),
}  # fmt: skip


def error_of_back(g, g_back, z):
    """g'(z) da - g_back(da, z, g(z)): zero if the line is right."""
    return sp.simplify(sp.diff(g(z), z) * DA - g_back(DA, z, g(z)))


@pytest.mark.parametrize("z", [UP, DOWN], ids=["z > 0", "z < 0"])
@pytest.mark.parametrize("name", PAIRS)
def test_each_back_line_is_the_derivative(name, z):
    assert error_of_back(*PAIRS[name], z) == 0


@pytest.mark.parametrize("name", PAIRS)
def test_each_back_line_at_zero(name):
    g, g_back = PAIRS[name]
    x = sp.Symbol("x", real=True)
    want = AT_ZERO.get(name)
    if want is None:
        slopes = {sp.limit(sp.diff(g(z), z), z, 0) for z in (UP, DOWN)}
        assert len(slopes) == 1
        want = slopes.pop()
    assert sp.simplify(g_back(DA, sp.Integer(0), g(x).subs(x, 0)) - want * DA) == 0


@pytest.mark.parametrize(("g", "wrong"), [("relu", "leaky_relu"), ("tanh", "logistic"), ("relu", "identity")])
def test_the_proof_fails_for_the_back_line_of_another(g, wrong):
    errors = [error_of_back(PAIRS[g][0], PAIRS[wrong][1], z) for z in (UP, DOWN)]
    assert any(error != 0 for error in errors)


def test_relu_is_the_larger_of_z_and_0():
    assert PAGE.relu(UP) == UP
    assert PAGE.relu(DOWN) == 0


# ---- Heads: dJ_i / dz = p - y --------------------------------------------------------------------------
T = sp.Symbol("t", real=True)
BELOW = sp.symbols("d_1 d_2", positive=True)
Y1, Y2 = sp.symbols("y_1 y_2", real=True)


@pytest.mark.parametrize("top", range(3))
def test_G6_B7_softmax_residual_whichever_logit_is_largest(top):
    """z_top = t and the others t - d: then dJ/dz_j = -dJ/dd_j, and dJ/dz_top = dJ/dt - the sum of those."""
    others = [j for j in range(3) if j != top]
    z = np.array([[T, T, T]], dtype=object)
    for j, d in zip(others, BELOW, strict=True):
        z[0, j] = T - d
    y = np.array([[Y1, Y2, 1 - Y1 - Y2]], dtype=object)
    J = PAGE.cross_entropy(z, y).item()
    dz = np.empty(3, dtype=object)
    dz[others] = [-sp.diff(J, d) for d in BELOW]
    dz[top] = sp.diff(J, T) - dz[others].sum()
    residual = PAGE.residual(PAGE.softmax(z), y, 1)[0]
    assert [sp.simplify(x) for x in dz - residual] == [0, 0, 0]


def test_B2_B3_softmax_is_what_its_name_says():
    z = np.array([[T, T - BELOW[0], T - BELOW[1]]], dtype=object)
    e = [sp.exp(x) for x in z[0]]
    assert [sp.simplify(p - x / sum(e)) for p, x in zip(PAGE.softmax(z)[0], e, strict=True)] == [0, 0, 0]


@pytest.mark.parametrize("z", [UP, DOWN], ids=["z > 0", "z < 0"])
@pytest.mark.parametrize("y", [sp.Symbol("y", positive=True), sp.Integer(0)], ids=["y > 0", "y = 0"])
@pytest.mark.parametrize(
    ("head", "term"),
    [("logistic", PAGE.binary_term), ("identity", PAGE.squared_term), ("exp", PAGE.poisson_term)],
)
def test_G6_the_other_heads_have_the_same_residual(head, term, y, z):
    p = PAGE.HEADS[head][0](z)
    assert sp.simplify(sp.diff(term(z, y), z) - PAGE.residual(p, y, 1)) == 0


@pytest.mark.parametrize("z", [UP, DOWN], ids=["z > 0", "z < 0"])
def test_binary_term_is_the_cross_entropy_of_p(z):
    y = sp.Symbol("y", real=True)
    p = PAGE.logistic(z)
    written_out = -y * sp.log(p) - (1 - y) * sp.log(1 - p)
    difference = sp.expand_log(sp.simplify(PAGE.binary_term(z, y) - written_out), force=True)
    assert sp.simplify(sp.diff(difference, z)) == 0
    assert abs(difference.subs({z: 1 if z is UP else -1, y: sp.Rational(1, 3)}).evalf()) < 1e-15


def test_poisson_term_is_zero_at_the_best_p_and_half_the_deviance():
    y, mu = sp.symbols("y mu", positive=True)
    term = PAGE.poisson_term(sp.log(mu), y)
    assert sp.simplify(sp.expand_log(term - (y * sp.log(y / mu) - (y - mu)))) == 0
    assert sp.simplify(term.subs(mu, y)) == 0
    assert PAGE.poisson_term(sp.log(mu), sp.Integer(0)) == mu


# ---- Layers and means ----------------------------------------------------------------------------------
def symbols(name, *shape):
    return np.array(sp.symbols(f"{name}:{int(np.prod(shape))}", real=True), dtype=object).reshape(shape)


def gradient(J, array):
    return np.array([sp.diff(J, x) for x in array.ravel()], dtype=object).reshape(array.shape)


def assert_equal(got, want):
    assert got.shape == want.shape
    assert [sp.expand(x) for x in (got - want).ravel()] == [0] * got.size


A, W, B, V = symbols("a", 3, 2), symbols("W", 2, 4), symbols("b", 4), symbols("v", 3, 4)
ROWS, M = symbols("w", 3), sp.Symbol("m", positive=True)


def test_G7_G8_G9_layer_lines_are_the_gradients_of_affine():
    """J = mean of sum_j v_ij z_ij has dJ_i/dz_ij = w_i v_ij, so all three gradients follow from delta = w v."""
    delta = ROWS[:, None] * V
    J = PAGE.mean((V * PAGE.affine(A, W, B)).sum(axis=1), ROWS, M)
    assert_equal(PAGE.weight_grad(A, delta, M), gradient(J, W))
    assert_equal(PAGE.bias_grad(delta, M), gradient(J, B))
    assert_equal(PAGE.pull_back(delta, W) / M, gradient(J, A))


def test_G5_mean_gives_each_row_its_weight():
    losses = symbols("J", 3)
    assert_equal(gradient(PAGE.mean(losses, ROWS, sum(ROWS)), losses), ROWS / sum(ROWS))


def test_G10_decayed_is_the_gradient_of_mean_and_penalty():
    l2 = sp.Symbol("lambda", positive=True)
    J = PAGE.mean((V * PAGE.affine(A, W, B)).sum(axis=1), ROWS, M)
    J_total = J + PAGE.penalty(W, l2)
    assert_equal(PAGE.decayed(gradient(J, W), W, l2), gradient(J_total, W))
    assert_equal(gradient(J_total, B), gradient(J, B))


def test_every_activation_of_the_page_is_proved():
    assert set(derivation.ACTIVATIONS) <= set(PAIRS)
