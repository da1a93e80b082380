"""The derivatives of expressions: proved by SymPy, and against the complex step, differences and JAX."""

import jax
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.errors import SpecError
from clearprop.maths import languages
from clearprop.maths.expression_code import function
from clearprop.maths.expression_slope import SLOPES, kinks, slope, steady
from clearprop.maths.expression_text import plain, read_expression
from clearprop.maths.expression_tree import call, constant, number, variable
from oracles.expressions import ONE_ARGUMENT, trees

PAGE = languages.in_sympy()
UP, DOWN = sp.Symbol("x", positive=True), sp.Symbol("x", negative=True)
SMOOTH = [name for name in ONE_ARGUMENT if name not in ("abs", "relu", "sign")]
MODEST = [name for name in SMOOTH if name not in ("cosh", "sinh", "logcosh", "erf", "expm1")]
SHORT = {
    "x**2": "2*x",
    "x**3/3": "x**2",
    "-x**2/2": "-x",
    "(x-1)**2/2": "x - 1",
    "0.5*(x-1)**2": "x - 1",
    "x*tanh(softplus(x))": "tanh(softplus(x)) + x*(1 - tanh(softplus(x))**2)*logistic(x)",
    "1/(1+x**2)": "-2*x/(1 + x**2)**2",
    "sqrt(1+x**2)-1": "x/sqrt(1 + x**2)",
    "log(cosh(x))": "tanh(x)",
    "log(1+exp(x))": "logistic(x)",
    "log1p(exp(2*x))": "2*logistic(2*x)",
    "x/(1+exp(-x))": "logistic(x) + x*logistic(x)*(1 - logistic(x))",
    "where(x > 0, x, exp(x) - 1)": "where(x > 0, 1, exp(x))",
    "relu(x)": "where(x > 0, 1, 0)",
    "3": "0",
    "x*3*2": "6",
    "2**x": "2**x*log(2)",
}


def in_sympy(tree, x):
    return function("f", tree, ("x",), PAGE)(x)


@pytest.mark.parametrize("x", [UP, DOWN], ids=["x > 0", "x < 0"])
@pytest.mark.parametrize("name", SLOPES)
def test_the_slope_of_each_function_is_its_derivative(name, x):
    tree = read_expression(f"{name}(x)", "x")
    error = sp.diff(in_sympy(tree, x), x) - in_sympy(slope(tree, "x"), x)
    assert sp.simplify(error.rewrite(sp.exp)) == 0


@pytest.mark.parametrize("x", [UP, DOWN], ids=["x > 0", "x < 0"])
@pytest.mark.parametrize(
    "text",
    ["x*x", "1/x", "(1+x)/(2-x)", "x**5", "x**-3", "-x", "x-2*x**2", "exp(x)**x", "2**x", "(x**2)**(1/3)"],
)
def test_the_rules_of_operations_are_the_calculus(text, x):
    tree = read_expression(text, "x")
    assert sp.simplify(sp.diff(in_sympy(tree, x), x) - in_sympy(slope(tree, "x"), x)) == 0


@pytest.mark.parametrize("rule", ["x + 0.1", "sinh(x)"])
def test_the_proof_fails_for_a_wrong_slope(rule, monkeypatch):
    monkeypatch.setitem(SLOPES, "cosh", rule.replace("x", "u"))
    tree = read_expression("cosh(2*x)", "x")
    error = sp.simplify(sp.diff(in_sympy(tree, UP), UP) - in_sympy(slope(tree, "x"), UP))
    assert (error == 0) == (rule == "sinh(x)")


WHOLE = [number(n) for n in (1.0, 2.0, 3.0, 0.5)]


@given(trees(functions=MODEST, numbers=st.sampled_from(WHOLE)))
@settings(max_examples=150, deadline=None)
def test_random_trees_are_differentiated_as_sympy_does(tree):
    """At two points, in 40 digits: SymPy's derivative of the tree against the tree of the derivative."""
    x, points = sp.Symbol("x", real=True), [sp.Rational(13, 17), -sp.Rational(7, 11)]
    fine = _moderate(tree, np.array(points, float))
    fine &= np.isfinite(function("f", slope(steady(tree), "x"), ("x",))(np.array(points, float)))
    for at in (at for at, known in zip(points, fine, strict=True) if known):
        try:
            got = sp.sympify(in_sympy(slope(steady(tree), "x"), x)).subs(x, at)
            want = sp.sympify(in_sympy(tree, x)).diff(x).subs(x, at)
        except (
            TypeError
        ) as error:  # a branch that is not taken compares a root or a logarithm of a negative number
            if "Invalid comparison of non-real" not in str(error):
                raise
            continue
        got, want = sp.N(got, 40), sp.N(want, 40)
        assert abs(got - want) <= 1e-30 * (1 + abs(want))


@given(trees())
@settings(deadline=None)
def test_random_trees_against_the_complex_step(tree):
    points = np.array([-2.713, -0.619, 0.377, 1.913])
    back = np.broadcast_to(function("f", slope(steady(tree), "x"), ("x",))(points), points.shape)
    with np.errstate(all="ignore"):
        moved = function("f", tree, ("x",), languages.in_complex())(points + 1e-30j)
        step = np.broadcast_to(np.imag(moved) / 1e-30, points.shape)
        value = np.abs(np.broadcast_to(np.real(moved), points.shape))
    known = np.isfinite(back) & np.isfinite(step) & (value < 1e6) & (np.abs(back) < 1e6)
    known &= _moderate(tree, points)
    np.testing.assert_allclose(back[known], step[known], rtol=1e-6, atol=1e-6)


def _moderate(tree, points):
    """Where no part is so large or small that its digits are lost, nor two compared parts equal."""
    fine = np.ones(len(points), bool)
    inner = tree.args[0].args + tree.args[1:] if tree.op == "where" else tree.args
    fine &= np.isfinite(function("f", tree, ("x",))(points))
    for part in inner:
        value = np.broadcast_to(function("f", part, ("x",))(points), points.shape)
        fine &= np.isfinite(value) & (np.abs(value) < 1e4) & ((value == 0) | (np.abs(value) > 1e-4))
        fine &= _moderate(part, points)
    compared = tree.args[0].args if tree.op == "where" else tree.args if tree.op in ("max", "min") else ()
    if tree.op in ("abs", "relu", "sign"):
        compared = (tree.args[0], number(0.0))
    if compared:
        u, v = (function("f", part, ("x",))(points) for part in compared)
        fine &= np.abs(u - v) > 1e-6
    return fine


@pytest.mark.parametrize("text", SHORT)
def test_a_slope_is_printed_short(text):
    assert plain(slope(steady(read_expression(text, "x")), "x")) == SHORT[text]


@given(trees())
def test_a_slope_is_again_an_expression(tree):
    text = plain(slope(steady(tree), "x"))
    try:
        again = read_expression(text, "x")
    except SpecError as error:  # a derivative may be longer than what may be written
        again = None
        limits = ("characters or fewer", "operations or fewer", "levels deep", "an exponent must be")
        if not any(limit in str(error) for limit in limits):
            raise
    assert again is None or plain(again) == text


@given(trees())
def test_what_is_steady_has_the_same_value(tree):
    points = np.array([-2.713, -0.619, 0.377, 1.913])
    one, other = (
        np.broadcast_to(function("f", t, ("x",))(points), points.shape) for t in (tree, steady(tree))
    )
    np.testing.assert_array_equal(one, other)  # `function` makes each tree steady


def test_large_numbers_break_none_of_the_usual_forms():
    """log(cosh x), log(1 + exp x) and x / (1 + exp(-x)) overflow in the middle if taken as they stand."""
    big = np.array([-1e4, 1e4])
    for text, want in (
        ("log(cosh(x))", np.abs(big) - np.log(2)),
        ("log(1+exp(x))", [0.0, 1e4]),
        ("log1p(exp(x))", [0.0, 1e4]),
        ("x/(1+exp(-x))", [0.0, 1e4]),
    ):
        np.testing.assert_allclose(function("f", read_expression(text, "x"), ("x",))(big), want, rtol=1e-15)
    small = np.array([1e-5, -1e-3, 0.3])
    got = function("f", read_expression("log(cosh(x))", "x"), ("x",))(small)
    np.testing.assert_allclose(got, np.log(np.cosh(small)), atol=1e-16)


JAX = {"relu": jax.nn.relu, "max": jax.numpy.maximum, "min": jax.numpy.minimum, "sign": jax.numpy.sign}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("relu(x)", 0), ("max(x, 0.1*x)", 0), ("min(x, x**2)", 1), ("max(2*x, 3 - x)", 1),
        ("relu(x) - relu(-x)", 0), ("max(x, x)", 2), ("sign(x)*x", 0),
    ],
)  # fmt: skip
def test_at_a_kink_relu_max_and_min_are_as_in_jax(text, at):
    want = jax.grad(lambda x: eval(text, {"x": x} | JAX))(float(at))
    got = function("f", slope(read_expression(text, "x"), "x"), ("x",))(np.array(float(at)))
    assert float(got) == pytest.approx(float(want), abs=1e-6)  # JAX may run in float32


@pytest.mark.parametrize(
    ("text", "want"), [("abs(x - 1)", 0.0), ("x*abs(x - 1)", 0.0), ("abs(x - 1) + 2*x", 2.0)]
)
def test_at_a_kink_abs_has_slope_0(text, want):
    assert float(function("f", slope(read_expression(text, "x"), "x"), ("x",))(np.array(1.0))) == want


def test_relu_at_zero_is_as_asked():
    tree, zero = read_expression("relu(x) + relu(2*x)", "x"), np.array(0.0)
    assert [float(function("f", slope(tree, "x", at), ("x",))(zero)) for at in (0, 1)] == [0.0, 3.0]


def test_kinks_are_said():
    tree = read_expression("relu(x) + abs(x)*max(x, 1)", "x")
    assert kinks(tree, 1) == ["abs'(0) = 0", "max of equals: half of each derivative", "relu'(0) = 1"]
    assert kinks(read_expression("tanh(x)", "x")) == []


def test_the_other_variable_is_held():
    tree = read_expression("y*p**2", "py")
    assert plain(slope(tree, "p")) == "2*y*p"
    assert slope(variable("y"), "p") == number(0.0)


@pytest.mark.parametrize(
    ("text", "value"), [("2*pi", 2 * np.pi), ("max(1, 2)", 2.0), ("1/0", np.inf), ("x", None)]
)
def test_constants(text, value):
    assert constant(read_expression(text, "x")) == value


def test_constants_of_each_function():
    for name in ONE_ARGUMENT:
        want = float(function("f", call(name, variable("x")), ("x",))(np.array(0.7)))
        assert constant(read_expression(f"{name}(0.7)", "")) == pytest.approx(want, rel=1e-14)
