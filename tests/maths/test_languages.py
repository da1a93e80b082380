"""Reading the page in other words."""

import ast
import pickle
import sys

import numpy as np
import pytest

from clearprop import batch
from clearprop.errors import SpecError
from clearprop.maths import derivation, languages, words
from clearprop.network import Network
from oracles import cases
from oracles.close import assert_close

NUMPY = {w: getattr(words, w) for w in words.__all__}


def test_a_missing_word_is_named():
    lacking = {w: f for w, f in NUMPY.items() if w not in ("exp", "tanh")}
    with pytest.raises(SpecError) as error:
        languages.read("short", lacking)
    assert (
        str(error.value)
        == "The page needs the words of `words.__all__`; language `short` lacks `exp`, `tanh`"
    )
    assert "clearprop.maths.in_short" not in sys.modules


def test_an_unknown_word_is_named():
    with pytest.raises(SpecError) as error:
        languages.read("long", NUMPY | {"sine": np.sin})
    assert str(error.value).endswith("language `long` has unknown `sine`")


def test_missing_and_unknown_words_are_both_named():
    with pytest.raises(SpecError, match=r"lacks `exp` and has unknown `expo`"):
        languages.read("wrong", {"expo" if w == "exp" else w: f for w, f in NUMPY.items()})


def test_the_page_imports_exactly_the_words():
    imports = [
        node
        for node in ast.parse(languages.PAGE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
    ]
    named = {alias.name for node in imports if node.module == "clearprop.maths.words" for alias in node.names}
    assert named == set(words.__all__)


def test_a_copy_is_a_module_that_can_be_imported():
    import importlib

    page = languages.read("copied", NUMPY)
    assert sys.modules["clearprop.maths.in_copied"] is page
    assert importlib.import_module("clearprop.maths.in_copied") is page
    assert page.__file__ == str(languages.PAGE)
    assert page.relu is not derivation.relu


def test_a_copy_says_what_the_page_says():
    page, case = languages.read("again", NUMPY), cases.relu_case()
    pairs = batch.activation_pairs(case.net, page)
    copy = page.step(case.W, case.b, case.X, case.Y, np.ones(case.m), pairs, "softmax")
    assert isinstance(copy, page.Working)
    for l in range(1, case.net.L + 1):
        np.testing.assert_array_equal(copy.dW[l], case.working.dW[l])


def test_the_working_of_a_copy_can_be_pickled():
    page, case = languages.read("pickled", NUMPY), cases.relu_case()
    pairs = batch.activation_pairs(case.net, page)
    working = page.step(case.W, case.b, case.X, case.Y, np.ones(case.m), pairs, "softmax")
    back = pickle.loads(pickle.dumps(working))
    assert type(back) is page.Working
    np.testing.assert_array_equal(back.dW[1], working.dW[1])
    assert pickle.loads(pickle.dumps(page.relu_back)) is page.relu_back


def test_words_reach_every_line_of_a_copy():
    """A copy whose `exp` doubles: only the lines that use exp change."""
    page = languages.read("loud", NUMPY | {"exp": lambda x: 2 * np.exp(x)})
    z = np.array([0.5])
    assert page.HEADS["exp"][0](z) == 2 * np.exp(z)
    assert page.logistic(z) != derivation.logistic(z)
    assert page.gelu(z) == derivation.gelu(z)


def test_number_is_given_every_float_of_the_page():
    page = languages.read("tens", NUMPY, number=lambda x: 10 * x)
    assert page.leaky_relu(-1.0) == -0.1
    assert page.squared_term(3.0, 1.0) == 10 * 0.5 * 4


def test_each_wraps_formulas_and_tables_alike():
    page = languages.read("wrapped", NUMPY, each=lambda f: lambda *args: ("wrapped", f.__name__, f(*args)))
    assert page.relu(np.float64(2)) == ("wrapped", "relu", 2)
    assert page.ACTIVATIONS["relu"] == (page.relu, page.relu_back)
    assert page.activation_pair("relu", 1) == (page.relu, page.relu_back_one)
    assert page.HEADS["softmax"] == (page.softmax, page.cross_entropy, page.residual)
    assert page.Working is not None
    assert isinstance(page.Working, type)


def test_the_complex_language_compares_real_parts():
    page = languages.in_complex()
    z = np.array([[-1 + 1e-30j, 0 + 1e-30j, 2 - 1e-30j]])
    np.testing.assert_array_equal(page.relu(z).imag, [[0, 1e-30, -1e-30]])  # relu'(0) = 1
    np.testing.assert_array_equal(page.largest(z), [[2 - 1e-30j]])
    np.testing.assert_array_equal(page.absolute(z), [[1 - 1e-30j, 0 + 1e-30j, 2 - 1e-30j]])


@pytest.mark.parametrize("head", derivation.HEADS)
@pytest.mark.parametrize("activation", derivation.ACTIVATIONS)
def test_the_complex_language_without_a_step_is_the_page(activation, head):
    net = Network((3, 4, 4, 2), activation, head)
    params, X, y, w = cases.random_batch(net, 5, seed=6, weighted=True)
    page = languages.in_complex()
    J = page.loss(params.W, params.b, X.astype(complex), y, w, batch.activation_pairs(net, page), head)
    assert_close(J, batch.step(net, params, X, y, w).J)


def test_loss_is_the_J_of_step():
    case = cases.relu_case((5, 4, 6, 3), m=4)
    pairs = batch.activation_pairs(case.net)
    assert derivation.loss(case.W, case.b, case.X, case.Y, np.ones(4), pairs, "softmax") == case.working.J


SMOOTH = ("gelu", "logistic", "mish", "silu", "softplus", "tanh")


@pytest.mark.parametrize("name", SMOOTH)
def test_the_complex_step_at_0_finds_the_slope(name):
    """Where a line changes over at 0, its two halves meet with one slope: the page asks for z < 0 everywhere."""
    g, back = derivation.ACTIVATIONS[name]
    zero = np.zeros(1)
    moved = languages.in_complex().ACTIVATIONS[name][0](zero + 1e-30j)
    np.testing.assert_allclose(moved.imag / 1e-30, back(np.ones(1), zero, g(zero)), rtol=1e-15)


@pytest.mark.parametrize(
    "name", [name for name in SMOOTH if name != "softplus"]
)  # JAX halves its max and abs
def test_jax_at_0_finds_the_slope(name):
    jax = pytest.importorskip("jax")
    g, back = derivation.ACTIVATIONS[name]
    found = jax.grad(languages.in_jax().ACTIVATIONS[name][0])(0.0)
    zero = np.zeros(1)
    np.testing.assert_allclose(found, back(np.ones(1), zero, g(zero))[0], rtol=1e-6)  # JAX is in float32
