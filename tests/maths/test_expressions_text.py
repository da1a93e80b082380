"""The grammar of expressions: what it reads, what it prints, and what it refuses."""

import re
import time

import numpy as np
import pytest
from hypothesis import given

from clearprop.errors import SpecError
from clearprop.maths.expression_code import function
from clearprop.maths.expression_text import FUNCTIONS, latex, plain, read_expression
from clearprop.maths.expression_tree import Tree, call, number, variable
from oracles.expressions import by_python, trees

X = np.array([-3.1, -1.3, -0.4, 0.2, 0.9, 2.6])
x = variable("x")


@given(trees("xz"))
def test_a_tree_printed_and_read_is_the_same_tree(tree):
    assert read_expression(plain(tree), "xz") == tree


@given(trees())
def test_a_text_has_the_value_that_numpy_gives_it(tree):
    """To what rounding leaves of values that stay moderate at every step."""
    text = plain(tree)
    got = np.broadcast_to(function("f", read_expression(text, "x"), ("x",))(X), X.shape)
    want = np.broadcast_to(by_python(text, x=X), X.shape)
    moderate = np.isfinite(want) & (np.abs(want) < 1e3) & np.isfinite(got)
    for part in _parts(tree):  # a part that is huge, or a power of a negative, may end in another digit
        value = np.abs(np.broadcast_to(by_python(plain(part), x=X), X.shape))
        moderate &= (value < 1e3) & (value > 1e-3)
    np.testing.assert_allclose(got[moderate], want[moderate], rtol=1e-6)


def _parts(tree):
    inner = tree.args[0].args + tree.args[1:] if tree.op == "where" else tree.args
    return [tree, *(p for a in inner for p in _parts(a))]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("-x**2", call("neg", call("**", x, number(2)))),
        ("2**-x", call("**", number(2), call("neg", x))),
        ("2**x**3", call("**", number(2), call("**", x, number(3)))),
        ("-x*2", call("*", call("neg", x), number(2))),
        ("1-x-2", call("-", call("-", number(1), x), number(2))),
        ("1/x/2", call("/", call("/", number(1), x), number(2))),
        ("+x", x),
        ("\t( x )", x),
        (".5e-1", number(0.05)),
        ("sigmoid(x)", call("logistic", x)),
        ("max(x, pi)", call("max", x, Tree("pi"))),
        ("where(x <= 1, x, 2)", call("where", call("<=", x, number(1)), x, number(2))),
    ],
)
def test_what_binds_how(text, want):
    assert read_expression(text, "x") == want


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_the_value_that_numpy_gives_it(name):
    points = np.linspace(0.05, 3, 30)
    points = points if name in ("log", "sqrt") else np.concatenate([-points[points < 1], points])
    text = {"where": "where(x > 1, x, -x)", "max": "max(x, 1 - x)", "min": "min(x, x**2)"}.get(
        name, f"{name}(x)"
    )
    got = function("f", read_expression(text, "x"), ("x",))(points)
    np.testing.assert_allclose(got, by_python(text, x=points), rtol=1e-14, atol=1e-16)  # some roundings


@pytest.mark.parametrize("n", [-7, -2, -1, 0, 1, 2, 3, 13, 64, 0.5, -0.5, 1.5, "1/3", "-pi"])
def test_powers(n):
    points = np.linspace(0.5, 2, 20)
    got = np.broadcast_to(function("f", read_expression(f"x**({n})", "x"), ("x",))(points), points.shape)
    np.testing.assert_allclose(got, by_python(f"x**({n})", x=points), rtol=1e-14)


def test_a_whole_power_of_a_negative_number_is_one():
    got = function("f", read_expression("x**3 - x**-2", "x"), ("x",))(np.array([-2.0]))
    np.testing.assert_allclose(got, -8.25, rtol=1e-15)
    assert np.isnan(function("f", read_expression("x**0.3", "x"), ("x",))(np.array([-2.0])))


LONG = "An expression must have 400 characters or fewer"
CANNOT = "cannot be read at character"
ATTACKS = {
    "__import__('os').system('true')": f"{CANNOT} 12, `'`",
    "__import__(x)": f"{CANNOT} 1, `__import__`: the names known are `x`, pi, and the functions abs",
    "().__class__": f"{CANNOT} 3, `.`",
    "x.__class__": f"{CANNOT} 2, `.`",
    "eval(x)": f"{CANNOT} 1, `eval`",
    "lambda: 1": f"{CANNOT} 7, `:`",
    "x if x else x": f"{CANNOT} 3, `if`",
    "[x]": f"{CANNOT} 1, `[`",
    "x; x": f"{CANNOT} 2, `;`",
    "x\nx": f"{CANNOT} 2, `\\n`",
    "x # x": f"{CANNOT} 3, `#`",
    "f'{x}'": f"{CANNOT} 2, `'`",
    "9**9**9**9": f"{CANNOT} 7, `9`: an exponent must be from -64 to 64",
    "x**(64+1)": f"{CANNOT} 4, `(`: an exponent must be from -64 to 64",
    "x**(1/0)": f"{CANNOT} 4, `(`: an exponent must be from -64 to 64",
    "1e999*x": f"{CANNOT} 1, `1e999`: the number is too large",
    "(" * 100_000 + "x" + ")" * 100_000: f"{LONG}; `((((",
    "(" * 26 + "x" + ")" * 26: f"{CANNOT} 26, `(`: an expression must be 25 levels deep or fewer",
    "-" * 300 + "x": f"{CANNOT} 26, `-`: an expression must be 25 levels deep or fewer",
    "abs(" * 80 + "x" + ")" * 40: f"{CANNOT} 101, `abs`: an expression must be 25 levels deep or fewer",
    "+".join("x" * 150): "An expression must have 80 operations or fewer; `x+x",
    "x" * 1_000_000: f"{LONG}; `xxxx",
    "\u0445*2": f"{CANNOT} 1, `\\u0445`",  # a Cyrillic ha
    "x\u00b2": f"{CANNOT} 2, `\\xb2`",
    "\uff18*x": f"{CANNOT} 1, `\\uff18`",  # a full-width 8, which `int` takes
    "x\u2212" + "1": f"{CANNOT} 2, `\\u2212`",  # a minus that is no hyphen
    "x\0": f"{CANNOT} 2, `\\x00`",
    "": f"{CANNOT} 1, its end: a number, a variable, a function or `(` must stand here",
    "x +": f"{CANNOT} 4, its end",
    "2x": f"{CANNOT} 2, `x`: an operator such as `*` must come before it",
    "x^2": f"{CANNOT} 2, `^`: a power is written `**`",
    "x*foo(x)": f"{CANNOT} 3, `foo`",
    "tanh": f"{CANNOT} 5, its end: `(` must stand here",
    "tanh(x": f"{CANNOT} 7, its end: `)` must stand here",
    "max(x)": f"{CANNOT} 6, `)`: `,` must stand here",
    "tanh(x, x)": f"{CANNOT} 7, `,`: `)` must stand here",
    "where(x, 1, 2)": f"{CANNOT} 8, `,`: `where` takes a comparison first, as in `where(x > 0, x, 0)`",
    "x > 0": f"{CANNOT} 3, `>`: an operator such as `*` must come before it",
}


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:20]))
def test_what_is_no_expression_is_refused_at_once_in_one_short_line(text):
    began = time.process_time()
    with pytest.raises(SpecError) as error:
        read_expression(text, "x")
    assert time.process_time() - began < 1  # some are built to take for ever
    message = str(error.value)
    assert ATTACKS[text] in message
    assert len(message) < 400
    assert message.isprintable()
    assert message.isascii()


def test_the_longest_and_deepest_are_read():
    read_expression("(" * 24 + "x" + ")" * 24, "x")
    read_expression("+".join("x" * 80), "x")
    read_expression("x" + " " * 399, "x")


def test_a_long_expression_is_shown_around_the_fault():
    with pytest.raises(SpecError) as error:
        read_expression("x + " * 30 + "tnah(x)" + " + x" * 30, "x")
    assert re.search(r"`\.\.\.[x +]{39}tnah\(x\)[x +]+\.\.\.`", str(error.value))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("x*tanh(softplus(x))", r"x \tanh\left(\operatorname{softplus}\left(x\right)\right)"),
        ("-x**2/2", r"\frac{-x^{2}}{2}"),
        ("(x+1)*2", r"\left(x + 1\right) \cdot 2"),
        ("exp(x)**2", r"\left(e^{x}\right)^{2}"),
        (
            "where(x >= 0, x, 0)*pi",
            r"\left(\begin{cases} x & x \ge 0 \\ 0 & \text{otherwise} \end{cases}\right) \pi",
        ),
        ("1e-05*x", r"10^{-5} x"),
        ("2.5e-05*log(abs(x))", r"2.5 \cdot 10^{-5} \ln\left(\left|x\right|\right)"),
        ("sqrt(max(x, 1))", r"\sqrt{\max\left(x, 1\right)}"),
        ("x-(1-x)", r"x - \left(1 - x\right)"),
        ("logistic(x)", r"\sigma\left(x\right)"),
    ],
)
def test_latex(text, want):
    assert latex(read_expression(text, "x")) == want


@given(trees("xz"))
def test_braces_and_parentheses_of_latex_are_closed(tree):
    text = latex(tree)
    for opened, closed in (
        ("{", "}"),
        (r"\left(", r"\right)"),
        (r"\left|", r"\right|"),
        (r"\begin", r"\end"),
    ):
        assert text.count(opened) == text.count(closed)
