"""The account of a blended network: every line recomputed, every derivative by the complex step."""

from fractions import Fraction

import numpy as np
import pytest

from clearprop import Network, explain
from clearprop.maths import trees
from clearprop.maths.derivation import ACTIVATIONS


def account(activation, **options):
    rng = np.random.default_rng(0)
    net = Network((3, 4, 3, 2), activation, blended=True)
    params = net.initialize(seed=0)
    for l in (1, 2):
        params.c[l][...] = rng.normal(1, 0.5, net.sizes[l])
    return explain(net, params, rng.normal(size=(3, 3)), [0, 1, 1], lr=0.1, l2=0.01, **options)


@pytest.mark.parametrize("loss", ["mean", "sum"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, "x*tanh(softplus(x))"])
def test_every_line_is_right(activation, loss):
    made = account(activation, loss=loss)
    assert made.trace["verified"]["ok"]
    for key in ("dc[1]", "dc[2]", "delta[1]", "slope[1]"):
        assert made.trace["quantities"][key]["verified"]["complex_step"]["checked"]
    for key in ("a[1]", "c'[2]", "dc[1]", "a'[2]"):
        assert made.trace["quantities"][key]["verified"]["recomputed"]["cells"]


def test_shares_are_shown_with_their_gradient_and_their_update():
    made = account("tanh")
    before, after, slope = (made[key] for key in ("c[1]", "c'[1]", "dc[1]"))
    np.testing.assert_allclose(after, np.asarray(before) - 0.1 * np.asarray(slope), rtol=1e-14)
    text = made.to_latex()
    assert r"a^{(1)}_{i,j} = z^{(1)}_{i,j} + c^{(1)}_{j} (\tanh(z^{(1)}_{i,j}) - z^{(1)}_{i,j})" in text
    assert r"{c'}^{(1)} = c^{(1)} - \alpha" in text


@pytest.mark.parametrize(
    ("activation", "slope"),
    [
        ("tanh", r"1 - (\tanh(z^{(1)}_{i,j}))^{2} - 1)"),
        (
            "silu",
            r"\sigma(z^{(1)}_{i,j}) + z^{(1)}_{i,j} \sigma(z^{(1)}_{i,j}) (1 - \sigma(z^{(1)}_{i,j})) - 1)",
        ),
        ("logistic", r"\left( 1 - \frac{1}{1 + \exp(-z^{(1)}_{i,j})} \right) - 1 \right)"),
        ("relu", r"\mathbf{1}(z^{(1)}_{i,j} \ge 0) - 1)"),
    ],
)
def test_no_brackets_stand_twice(activation, slope):
    lines = [
        line for line in account(activation).to_markdown().splitlines() if "{i,j}} = 1 + c^{(1)}_{j}" in line
    ]
    assert lines
    assert all(line.endswith(slope) for line in lines)
    assert not any(twice(line) for line in lines)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_brackets_stand_twice_anywhere(activation):
    """As they are written, before the numbers are put in."""
    made = account(activation).trace
    for name in ("a[1]", "slope[1]", "delta[1]", "dc[1]"):
        for line in made["quantities"][name]["lines"]:
            assert not any(twice(latex) for latex in line["latex"].values() if latex), line


def twice(latex):
    """Whether brackets stand directly within brackets, with nothing beside them."""
    opened, pairs = [], set()
    for at, letter in enumerate(latex.replace(r"\left(", "(").replace(r"\right)", ")").replace(" ", "")):
        if letter == "(":
            opened.append(at)
        elif letter == ")":
            pairs.add((opened.pop(), at))
    return any((start + 1, end - 1) in pairs for start, end in pairs)


def test_brackets_that_stand_twice_would_be_found():
    assert twice(r"1 - ((\tanh(z)))^2")
    assert not twice(r"((a + b) c) - (d)")


def test_the_slope_of_an_expression_has_its_layer_upstairs():
    assert r"({g'}^{(1)} (z^{(1)}_{1}) - 1) \odot c^{(1)}" in account("x*tanh(x)").to_markdown()


def exact_account(activation, head="softmax", **options):
    """Of a network whose parameters are short fractions."""
    net = Network((2, 2, 1 if head == "identity" else 2), activation, head, blended=True)
    params = net.initialize(seed=0)
    params.flat[:] = np.resize([1, -1, 0.5, -0.5, 1], net.n_parameters)
    params.c[1][...] = 0.5, -1.25
    y = [[1.0], [0.5]] if head == "identity" else [0, 1]
    return params, explain(
        net, params, [[1.0, 2.0], [1.0, -4.0]], y, lr=0.5, l2=0.25, numbers="exact", **options
    )


def fractions_of(array):
    return np.vectorize(lambda x: Fraction(float(x)), otypes=[object])(np.atleast_2d(array))


def test_exact_numbers_are_those_of_fractions():
    """The step done by hand on fractions, of relu and a squared error."""
    params, made = exact_account("relu", "identity")
    W, b, c = ([None, *map(fractions_of, x)] for x in (params.W[1:], params.b[1:], params.c[1:2]))
    X, y = fractions_of([[1, 2], [1, -4]]), fractions_of([[1], [0.5]])
    z = X @ W[1] + b[1]
    g, slope = np.where(z > 0, z, 0), np.where(z >= 0, Fraction(1), Fraction(0))
    a = z + c[1] * (g - z)
    delta = a @ W[2] + b[2] - y
    da = delta @ W[2].T
    dc = (da * (g - z)).sum(axis=0, keepdims=True) / 2
    want = {"a[1]": a, "delta[2]": delta, "slope[1]": 1 + c[1] * (slope - 1), "dc[1]": dc}
    want |= {"delta[1]": da * want["slope[1]"], "c'[1]": c[1] - dc / 2}
    for key, numbers in want.items():
        found = made.trace["quantities"][key]["exact"]
        assert found == [[["num", str(x)] for x in row] for row in numbers.tolist()], key
    assert "dc[1]" in want
    assert any(x != 0 for x in dc.flat)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "z*abs(z)"])
def test_exact_numbers_of_every_activation(activation):
    _, made = exact_account(activation, steps=2)
    assert made.trace["verified"]["ok"]
    assert all(write() for write in (made.to_text, made.to_markdown, made.to_latex, made.to_html))
    functions = {**trees.NUMBERS, "num": lambda x: float(Fraction(x))}
    for key in ("c[1]", "a[1]", "slope[1]", "delta[1]", "dc[1]", "c'[1]"):
        cells = made.trace["quantities"][key]["exact"]
        for (i, j), number in np.ndenumerate(made[key]):
            found = trees.value(cells[i][j], lambda at, *n: made[at][n], {}, {}, functions)
            assert found == pytest.approx(number, rel=1e-12, abs=1e-14), (key, i, j)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_way_to_write_it(lang):
    made = account("mish", lang=lang, steps=2)
    assert all(write() for write in (made.to_text, made.to_markdown, made.to_latex, made.to_html))
    assert len(made.trace["training"]["weights"]["c[1]"]) == 3
