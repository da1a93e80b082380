"""Activations and losses by their text: what they mean on each page, what is checked, what is said."""

import numpy as np
import pytest

from clearprop.errors import SpecError
from clearprop.maths import derivation, expressions, languages
from clearprop.maths.expression_code import SINES

Z = np.array([-30.0, -3.1, -0.7, 0.0, 0.4, 2.2, 50.0])
BUILT_IN = {
    "mish": "x*tanh(softplus(x))",
    "silu": "z*sigmoid(z)",
    "gelu": "0.5*x*(1 + erf(x/sqrt(2)))",
    "elu": "max(x, 0) + expm1(min(x, 0))",
    "leaky_relu": "where(x < 0, 0.01*x, x)",
    "relu": "relu(x)",
    "tanh": "tanh(x)",
    "softplus": "log(1 + exp(x))",
    "logistic": "1/(1 + exp(-x))",
    "identity": "x",
}
HEADS = {
    "identity": "(p-y)**2/2",
    "absolute": "abs(p-y)",
    "huber": "where(abs(p-y) < 1, 0.5*(p-y)**2, abs(p-y) - 0.5)",
    "quantile": "max(0.5*(y-p), 0.5*(p-y))",
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_an_expression_of_a_built_in_is_that_built_in(name):
    z = Z[Z != 0] if name in ("elu", "leaky_relu") else Z  # at 0 the conventions differ
    g, g_back = derivation.activation_pair(name, 0)
    own, own_back = expressions.pair(BUILT_IN[name], 0)
    np.testing.assert_allclose(own(z), g(z), rtol=1e-14, atol=1e-15)  # some roundings
    want = np.broadcast_to(g_back(1.5, z, g(z)), z.shape)
    np.testing.assert_allclose(
        np.broadcast_to(own_back(1.5, z, own(z)), z.shape), want, rtol=1e-13, atol=1e-15
    )


@pytest.mark.parametrize("name", HEADS)
def test_an_expression_of_a_built_in_loss_is_that_loss(name):
    rng = np.random.default_rng(0)
    z, y, w = rng.normal(0, 2, (50, 3)), rng.normal(0, 2, (50, 3)), rng.uniform(0.1, 2, (50, 1))
    z[0] = y[0]  # a kink of three of them, where both take 0
    h, losses, back = expressions.head(HEADS[name])
    want_h, want_losses, want_back = derivation.head_lines(name)
    np.testing.assert_array_equal(h(z), want_h(z))
    np.testing.assert_allclose(losses(z, y), want_losses(z, y), rtol=1e-14)
    np.testing.assert_allclose(back(z, y, w), want_back(z, y, w), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    "text", ["x*sin(x) + cosh(x/4)", "where(x >= 0.5, sign(x), x**3)", "max(1, x)*min(x, 2)"]
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numba_computes_what_numpy_does_in_its_dtype(text, dtype):
    number = np.dtype(dtype).type
    eps = np.finfo(number).eps
    g, g_back = expressions.pair(text, 0, languages.in_numba(dtype))
    want, want_back = expressions.pair(text, 0)
    for z in np.array([-3.1, -0.7, 0.4, 2.2]).astype(dtype).astype(float):
        for got, right in (
            (g(number(z)), want(z)),
            (g_back(number(0.3), number(z), number(0)), want_back(0.3, z, 0)),
        ):
            assert abs(got - float(right)) <= 40 * eps * max(1.0, abs(float(right)))
    assert [str(s.return_type) for s in (g.overloads[k].signature for k in g.overloads)] == [dtype]
    assert [str(s.return_type) for s in (g_back.overloads[k].signature for k in g_back.overloads)] == [dtype]


@pytest.mark.parametrize(
    "text", ["x*sin(x)", "sign(x)", "where(x > 1, 0, 1)*x", "relu(x)", "max(x, 1)", "2*x"]
)
def test_float32_stays_float32(text):
    g, g_back = expressions.pair(text, 0)
    z = Z.astype(np.float32)
    assert g(z).dtype == np.float32
    assert g_back(z, z, z).dtype == np.float32


@pytest.mark.parametrize(
    "text", ["x*sin(x) + cosh(x/4)", "where(x >= 0.5, sign(x), x**3)", "max(1, x)*abs(x)**1.5"]
)
def test_jax_and_sympy_read_the_same_expression(text):
    import jax
    import sympy as sp

    g, g_back = expressions.pair(text, 0)
    z = np.array([-3.1, -0.7, 0.4, 2.2])
    with jax.enable_x64(True):
        ours, _ = expressions.pair(text, 0, languages.in_jax())
        np.testing.assert_allclose(ours(jax.numpy.asarray(z)), g(z), rtol=1e-14)
        slopes = jax.vmap(jax.grad(ours))(jax.numpy.asarray(z))
        np.testing.assert_allclose(slopes, np.broadcast_to(g_back(1.0, z, g(z)), z.shape), rtol=1e-13)
    exact, _ = expressions.pair(text, 0, languages.in_sympy())
    values = [float(sp.sympify(exact(sp.Rational(repr(float(x))))).evalf(20)) for x in z]
    np.testing.assert_allclose(values, g(z), rtol=1e-14)


def test_the_sine_is_the_library_s_own():
    assert SINES[languages.in_numba("float32")._cos](1.0) == SINES[derivation.cos](1.0)
    tiny = np.array([1e-200])
    assert expressions.pair("sin(x)", 0)[0](tiny) == tiny  # which cos(x - pi/2) would lose
    assert expressions.pair("sin(x)", 0, languages.in_numba("float64"))[0](1e-200) == 1e-200


def test_the_cosine_of_expressions_is_that_of_any_number():
    for page, large in (
        (languages.in_numba("float64"), 1e12),
        (languages.in_numba("float32"), np.float32(1e6)),
    ):
        found = expressions.pair("cos(x)", 0, page)[0](large)
        np.testing.assert_allclose(found, np.cos(np.float64(large)), atol=1e-6)


@pytest.mark.parametrize(
    "text",
    ["where(x > 0, x, 0)", "max(0, x)", "sign(x)", "where(x >= 0, 1, 2)*0.5 + 0*x", "min(2, x)", "relu(x)"],
)
@pytest.mark.parametrize("page", [derivation, languages.in_numba("float64"), languages.in_numba("float32")])
def test_NaN_goes_through_a_choice(text, page):
    """So that a network that diverges is seen to do so, although NaN compares as false."""
    number = np.float32 if "32" in page.__name__ else np.float64
    assert np.isnan(expressions.pair(text, 0, page)[0](number(np.nan)))


@pytest.mark.parametrize("text", ["max(y - p, p - y)", "max(2*y, p)", "where(y > p, y - p, p)"])
def test_NaN_goes_through_a_loss(text):
    for page in (derivation, languages.in_numba("float64")):
        term, _ = expressions.loss_lines(text, page)
        assert np.isnan(term(np.float64(np.nan), np.float64(1.0)))


def test_a_loss_whose_derivative_is_a_number_has_it_for_each_output():
    p = np.zeros((4, 3))
    residual = expressions.head("3*p - y")[2](p, p, np.ones((4, 1)))
    np.testing.assert_array_equal(residual, np.full((4, 3), 3.0))


def test_numpy_does_not_warn_of_the_branch_that_is_not_taken():
    g, _ = expressions.pair("where(x > 0, sqrt(x), 0)", 0)
    np.testing.assert_array_equal(g(np.array([-1.0, 4.0])), [0.0, 2.0])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("x+z", "An activation must be an expression of `x`; `x+z` has `x` and `z`."),
        ("3", "An activation must be an expression of `x`; `3` has no variable."),
        ("log(x)", "at x = -10 it is nan. Use `where`, `max` or `abs`, as in `log(1 + abs(x))`."),
        ("1/z", "must be finite for z from -10 to 10: at z = 0 it is inf."),
        ("sqrt(abs(x))", "at x = 0 its derivative `0.5*sign(x)/sqrt(abs(x))` is nan."),
        ("exp(exp(x))", "at x = 6.6 it is inf."),
        ("x*tnah(x)", "cannot be read at character 3, `tnah`"),
    ],
)
def test_what_no_activation_can_be_is_said(text, want):
    with pytest.raises(SpecError) as error:
        expressions.activation(text)
    assert want in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("p**2", "A loss must be an expression of `p` and `y`; `p**2` has `p`."),
        ("p - y*log(p)", "must be finite for p from -10 to 10 and some y: at p = -10, y = -10 it is nan."),
        ("1/(p-y)", "at p = -10, y = -10 it is inf."),
        ("sqrt(abs(p-y))", "at p = -10, y = -10 its derivative"),
        ("x*y", "cannot be read at character 1, `x`: the names known are `p` and `y`, pi, and"),
    ],
)
def test_what_no_loss_can_be_is_said(text, want):
    with pytest.raises(SpecError) as error:
        expressions.loss(text)
    assert want in str(error.value)


def test_a_loss_may_have_targets_that_it_cannot_take():
    text = "((p-y)/y)**2"
    expressions.check_targets(text, np.array([1.0, -2.0]))
    with pytest.raises(SpecError, match=r"must hold numbers at which it is finite; got 0\.$"):
        expressions.check_targets(text, np.array([[1.0], [0.0]]))
    with pytest.raises(SpecError, match=r"finite; got 1000\.$"):
        expressions.check_targets("cosh(p-y)", np.array([1.0, 1000.0]))
    expressions.check_targets("log(cosh(p-y))", np.array([1e6]))


@pytest.mark.parametrize(
    ("wrong", "at"),
    [({"tanh": "1 - tanh(u)"}, "x = -9.99266"), ({"tanh": "1.00001 - tanh(u)**2"}, "x = -9.99266")],
)
def test_a_derivative_that_is_wrong_is_not_used(wrong, at, monkeypatch):
    from clearprop.maths import expression_slope

    monkeypatch.setattr(expression_slope, "SLOPES", expression_slope.SLOPES | wrong)
    with pytest.raises(SpecError, match=f"must be confirmed by the complex step: at {at} `"):
        expressions.activation("tanh(x) + 0*x + 1e-9")  # a text that no other test has
    expressions.activation.cache_clear()


def test_nothing_is_registered():
    before = dict(derivation.ACTIVATIONS), dict(derivation.HEADS)
    expressions.pair("x*tanh(x)*2", 0)
    expressions.head("abs(p-y)*2")
    assert before == (derivation.ACTIVATIONS, derivation.HEADS)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("x*tanh(x)", True), ("x", True), ("z", True), ("x*tnah(x)", True), ("tanh(x", True), ("x - 1", True),
        ("rleu", False), ("leaky-relu", False), ("not elu or gelu", False), ("pi", False), ("3", False), (3, False),
        (None, False), ("", False),
    ],
)  # fmt: skip
def test_what_is_meant_as_an_expression(text, meant):
    assert expressions.is_meant(text) == meant


def test_file_names_are_short_and_of_the_text_alone():
    one, other = expressions.file_name("x*tanh(x)"), expressions.file_name("x*tanh(x) ")
    assert expressions.file_name("mish") == "mish"
    assert one != other
    assert one.isidentifier()
    assert len(one) < 40


def test_formulas_of_layers_and_loss():
    found = expressions.formulas(("relu", "x**3/3"), "log(cosh(p-y)) + 0*p", 0)
    assert {name: formula.text for name, formula in found.items()} == {
        "g[2](x)": "g[2](x) = x**3/3",
        "g[2]'(x)": "g[2]'(x) = x**2",
        "J_i": "J_i = sum over j of (log(cosh(p - y)) + 0*p)",
        "dJ_i/dp": "dJ_i/dp = tanh(p - y)",
    }
    assert found["g[2]'(x)"].latex == "g'^{(2)}(x) = x^{2}"
    assert found["J_i"].latex.startswith(
        r"J_i = \sum_j \left(\ln\left(\cosh\left(p_{ij} - y_{ij}\right)\right)"
    )
    assert found["dJ_i/dp"].latex == (
        r"\frac{\partial J_i}{\partial p_{ij}} = \tanh\left(p_{ij} - y_{ij}\right)"
    )
    assert expressions.formulas(("relu", "relu"), "identity", 0) == {}


def test_formulas_say_what_holds_at_a_kink():
    found = expressions.formulas(("z*relu(z)", "z*relu(z)"), "abs(p-y)", 1)
    assert found["g'(z) at kinks"].text == "relu'(0) = 1"
    assert found["dJ_i/dp at kinks"] == (r"abs'(0) = 0", r"\text{abs'(0) = 0}")
