"""Networks that are no plain chain of layers, and letters of no custom: read by what the text itself defines."""

import numpy as np
import pytest

from clearprop import check_document
from clearprop.check.document.graph.reading import judged
from clearprop.check.document.graph.values import View
from clearprop.check.document.meaning.build import build
from clearprop.check.document.meaning.notation import Reading
from clearprop.check.document.meaning.options import Options
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.read.sources import read
from clearprop.check.document.read.statements import read_document
from clearprop.check.document.read.tree import Derivative, Sym
from slipped import assert_found, assert_holds

TEXTS = {
    "Greek indices": (
        "Potentials $u_\\mu$ and states $s_\\mu$; couplings $J^{(1)}_{\\mu\\nu}$, $J^{(2)}_{\\alpha\\mu}$; "
        "thresholds $\\theta^{(1)}_\\mu$:\n\n"
        "$$u_\\mu = \\sum_\\nu J^{(1)}_{\\mu\\nu} \\xi_\\nu - \\theta^{(1)}_\\mu$$\n\n"
        "$$s_\\mu = \\tanh(u_\\mu)$$\n\n$$v_\\alpha = \\sum_\\mu J^{(2)}_{\\alpha\\mu} s_\\mu$$\n\n"
        "$$\\mathcal{E} = \\frac12 \\sum_\\alpha (\\tau_\\alpha - v_\\alpha)^2$$\n\n"
        "$$\\frac{\\partial \\mathcal{E}}{\\partial v_\\alpha} = v_\\alpha - \\tau_\\alpha$$\n\n"
        "$$\\frac{\\partial \\mathcal{E}}{\\partial J^{(2)}_{\\alpha\\mu}} = (v_\\alpha - \\tau_\\alpha) s_\\mu$$\n\n"
        "$$\\epsilon_\\mu \\equiv \\frac{\\partial \\mathcal{E}}{\\partial u_\\mu} "
        "= (1 - s_\\mu^2) \\sum_\\alpha (v_\\alpha - \\tau_\\alpha) J^{(2)}_{\\alpha\\mu}$$\n\n"
        "$$\\frac{\\partial \\mathcal{E}}{\\partial J^{(1)}_{\\mu\\nu}} = \\epsilon_\\mu \\xi_\\nu$$\n\n"
        "$$\\frac{\\partial \\mathcal{E}}{\\partial \\theta^{(1)}_\\mu} = -\\epsilon_\\mu$$\n",
        ("= -\\epsilon_\\mu$", "= \\epsilon_\\mu$"),
    ),
    "a matrix that is used twice": (
        "The encoder and the decoder share $W$. For a column $x$: $a = W x + b$, $h = \\sigma(a)$ with "
        "$\\sigma(t) = 1/(1+e^{-t})$, and $r = W^\\top h + c$.\n\n$$E = \\frac12 \\sum_{i=1}^{d} (r_i - x_i)^2$$\n\n"
        "$$\\epsilon = \\frac{\\partial E}{\\partial r} = r - x$$\n\n"
        "$$\\frac{\\partial E}{\\partial h} = W \\epsilon$$\n\n"
        "$$\\delta = \\frac{\\partial E}{\\partial a} = (W \\epsilon) \\odot h \\odot (1 - h)$$\n\n"
        "$$\\frac{\\partial E}{\\partial c} = \\epsilon, \\qquad \\frac{\\partial E}{\\partial b} = \\delta$$\n\n"
        "$$\\frac{\\partial E}{\\partial W} = \\delta x^\\top + h \\epsilon^\\top$$\n",
        ("h \\epsilon^\\top$", "\\epsilon h^\\top$"),
    ),
    "a layer that is skipped": (
        "For a column $x$: $u = A x$, $q = \\tanh(u)$, $w = B q + x$ and $y = C w$.\n\n"
        "$$E = \\frac12 \\|y - t\\|^2$$\n\n$$\\frac{\\partial E}{\\partial y} = y - t$$\n\n"
        "$$\\frac{\\partial E}{\\partial C} = (y - t) w^\\top$$\n\n"
        "$$g = \\frac{\\partial E}{\\partial w} = C^\\top (y - t)$$\n\n"
        "$$\\frac{\\partial E}{\\partial B} = g q^\\top$$\n\n"
        "$$\\frac{\\partial E}{\\partial u} = (B^\\top g) \\odot (1 - q \\odot q)$$\n\n"
        "$$\\frac{\\partial E}{\\partial x} = A^\\top \\frac{\\partial E}{\\partial u} + g$$\n",
        ("\\partial u} + g$", "\\partial u}$"),
    ),
    "two inputs and offsets of no custom": (
        "A query $p \\in \\mathbb{R}^a$ and an item $s \\in \\mathbb{R}^b$ meet by their inner product.\n\n"
        "$$f = \\tanh(M p + m_0), \\qquad g = \\max(0, N s + n_0)$$\n\n"
        "with $M \\in \\mathbb{R}^{r \\times a}$ and $N \\in \\mathbb{R}^{r \\times b}$. Then\n\n"
        "$$\\rho = f^\\top g + \\beta, \\qquad \\pi = \\frac{1}{1 + e^{-\\rho}}$$\n\n"
        "$$\\ell = -c \\ln \\pi - (1 - c) \\ln(1 - \\pi)$$\n\n"
        "$$\\epsilon = \\frac{\\partial \\ell}{\\partial \\rho} = \\pi - c$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial f} = \\epsilon\\, g, \\qquad "
        "\\frac{\\partial \\ell}{\\partial g} = \\epsilon\\, f$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial m_0} = \\epsilon\\, g \\odot (1-f^2)$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial M} = \\epsilon\\, (g \\odot (1-f^2))\\, p^\\top$$\n",
        ("(g \\odot (1-f^2))\\, p", "(f \\odot (1-f^2))\\, p"),
    ),
    "letters that name what they lead to": (
        "Layers $x$, $h$, $g$, $o$, columns:\n\n$$z_h = W_{xh} x + b_h, \\quad h = \\tanh(z_h)$$\n\n"
        "$$z_g = W_{hg} h + b_g, \\quad g = \\sigma(z_g)$$\n\n"
        "$$z_o = W_{go} g + b_o, \\quad o = \\text{softmax}(z_o)$$\n\n"
        "$$L = -\\sum_{c=1}^{C} y_c \\log o_c$$\n\n$$\\nabla_{z_o} L = o - y$$\n\n"
        "$$\\nabla_{W_{go}} L = (o - y) g^\\top$$\n\n$$\\nabla_g L = W_{go}^\\top (o - y)$$\n\n"
        "$$\\nabla_{z_g} L = \\nabla_g L \\odot g \\odot (1 - g)$$\n\n"
        "$$\\nabla_{W_{hg}} L = \\nabla_{z_g} L \\, h^\\top$$\n\n"
        "$$W_{hg} \\leftarrow W_{hg} - \\mu \\nabla_{z_g} L \\, h^\\top$$\n",
        (
            "\\nabla_{W_{hg}} L = \\nabla_{z_g} L \\, h^\\top",
            "\\nabla_{W_{hg}} L = \\nabla_{z_g} L \\, g^\\top",
        ),
    ),
    "vectors written out on the left": (
        "For a column $x$: $z = W x + b$, $h_i = \\sigma(z_i)$ with $\\sigma(t) = 1/(1+e^{-t})$.\n\n"
        "$$\\begin{bmatrix} s_1 \\\\ s_2 \\end{bmatrix} = \\begin{bmatrix} u_{11} & u_{12} & u_{13} \\\\ "
        "u_{21} & u_{22} & u_{23} \\end{bmatrix} "
        "\\begin{bmatrix} h_1 \\\\ h_2 \\\\ h_3 \\end{bmatrix} "
        "+ \\begin{bmatrix} c_1 \\\\ c_2 \\end{bmatrix}$$\n\n"
        "$$o_1 = \\sigma(s_1), \\quad o_2 = \\sigma(s_2)$$\n\n"
        "$$E = \\frac12 (o_1 - t_1)^2 + \\frac12 (o_2 - t_2)^2$$\n\n"
        "With $\\delta_k = \\frac{\\partial E}{\\partial s_k}$\n\n"
        "$$\\delta_1 = \\frac{\\partial E}{\\partial o_1} \\frac{\\partial o_1}{\\partial s_1} "
        "= (o_1 - t_1) o_1 (1 - o_1)$$\n\n"
        "$$\\frac{\\partial E}{\\partial u_{13}} = \\delta_1 h_3$$\n\n"
        "$$\\frac{\\partial E}{\\partial c_2} = \\delta_2$$\n\n"
        "$$\\frac{\\partial E}{\\partial h_1} = \\delta_1 u_{11} + \\delta_2 u_{21}$$\n",
        ("\\delta_2 u_{21}", "\\delta_2 u_{12}"),
    ),
    "one unit before a network": (
        "Logistic regression: for a sample, a column $x$,\n\n$$z = w^T x + b, \\quad a = \\sigma(z)$$\n\n"
        "$$\\mathcal{L}(a, y) = -y \\log a - (1 - y) \\log(1 - a)$$\n\nWe write $dz$ for "
        "$\\frac{\\partial \\mathcal{L}}{\\partial z}$, and so on.\n\n"
        "$$dz = a - y, \\quad dw = x \\, dz, \\quad db = dz$$\n\n"
        "A hidden layer, the $m$ samples in the columns of $X$:\n\n$$Z^{[1]} = W^{[1]} X + b^{[1]}, \\quad "
        "A^{[1]} = \\tanh(Z^{[1]})$$\n\n$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \\quad A^{[2]} = \\sigma(Z^{[2]})$$\n\n"
        "$$J = -\\frac1m \\sum_{i=1}^m \\left[ y^{(i)} \\log a^{[2](i)} "
        "+ (1 - y^{(i)}) \\log(1 - a^{[2](i)}) \\right]$$\n\n"
        "$$dZ^{[2]} = A^{[2]} - Y$$\n\n"
        "$$dW^{[2]} = \\frac{\\partial J}{\\partial W^{[2]}} = \\frac1m dZ^{[2]} A^{[1]T}$$\n\n"
        "$$dZ^{[1]} = W^{[2]T} dZ^{[2]} * (1 - (A^{[1]})^2)$$\n\n$$dW^{[1]} = \\frac1m dZ^{[1]} X^T$$\n\n"
        "$$W^{[1]} := W^{[1]} - \\alpha \\, dW^{[1]}$$\n",
        ("W^{[2]T} dZ^{[2]} * (1 - (A^{[1]})^2)", "W^{[2]T} dZ^{[2]} * (1 - A^{[1]})"),
    ),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_true_text_holds(text):
    assert_holds(TEXTS[text][0])


@pytest.mark.parametrize("text", TEXTS)
def test_a_slip_is_found(text):
    assert_found(TEXTS[text][0], *TEXTS[text][1])


def test_the_report_says_that_the_text_was_read_so():
    reading = check_document(TEXTS["a layer that is skipped"][0]).reading
    assert reading.endswith("read by its own definitions")


def test_a_name_that_no_line_defines_is_unread():
    text = TEXTS["a layer that is skipped"][0] + "\n$$\\frac{\\partial E}{\\partial q} = B^\\top k$$\n"
    check = check_document(text)
    assert not check.findings
    assert [u.token for u in check.unread] == ["k"]


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("(1 - q \\odot q)", "(1 - u^2)", "u^2 -> q^2"),
        ("= C^\\top (y - t)", "= B^\\top (y - t)", "B^\\top -> C^\\top"),
        ("= g q^\\top", "= g w^\\top", "w^\\top -> q^\\top"),
    ],
)
def test_one_letter_for_another_is_told(old, new, fix):
    text = TEXTS["a layer that is skipped"][0]
    assert text.count(old) == 1
    check = check_document(text.replace(old, new))
    assert [one.fix for one in check.findings] == [fix], str(check)
    assert "tanh output" not in str(check)  # what custom takes the letters for is not said of them


def test_what_does_not_reach_the_loss_is_unread():
    """A slope of 0 says that the text leaves out what lies between."""
    text = (
        TEXTS["a layer that is skipped"][0]
        + "\n$v = D x$\n\n$$\\frac{\\partial E}{\\partial D} = v x^\\top$$\n"
    )
    check = check_document(text)
    assert not check.findings
    assert "does not define how" in check.unread[-1].why


def test_definitions_that_call_each_other_end():
    text = (
        "For a column $x$: $u = A q$, $q = \\tanh(B u)$, $y = C q$ and $E = \\frac12 \\|y - t\\|^2$.\n\n"
        "$$\\frac{\\partial E}{\\partial C} = (y - t) q^\\top$$\n\n$$\\frac{\\partial E}{\\partial A} = x q^\\top$$\n"
    )
    check = check_document(text)
    assert check.verified < check.statements


def test_numbers_of_an_example_are_no_findings():
    text = TEXTS["a layer that is skipped"][0] + "\nFor our example $E = 0.137$.\n"
    assert not check_document(text).findings


@pytest.mark.parametrize("name", ["W", "b", "c", "x", "a", "h"])
def test_slopes_are_those_of_differences(name):
    """The complex step through the text's own definitions against central differences of them."""
    graph, env = own(TEXTS["a matrix that is used twice"][0])
    slope = graph.derivative(Derivative(None, Sym(name), nabla=True), env)
    start = graph.value((name, ()), env)
    assert slope.shape == start.shape
    for entry in np.ndindex(start.shape):
        sides = []
        for step in (1e-5, -1e-5):
            moved = start.copy()
            moved[entry] += step
            view = View(env.world.seed, {(name, ()): moved}, base=graph.view(env))
            sides.append(float(graph.symbol(graph.main, env.at(view=view))))
        assert np.isclose(slope[entry], (sides[0] - sides[1]) / 2e-5, rtol=1e-6, atol=1e-8)


def own(text):
    """The text's own network, and where it is computed."""
    document = read_document(read(text))
    setting = build(document, Options.of(None, None, None, None))
    setting.notation.vectors = "column"
    judge, _ = judged(setting, document.statements, Reading())
    world = judge.worlds.own[0]
    return judge.setting.notation.graph, Env(world, judge.setting.notation, Reading(), world.state)
