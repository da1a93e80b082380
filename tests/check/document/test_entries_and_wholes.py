"""Texts entry by entry that then go over to matrices; biases as the weights of unit 0; errors by the outputs."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

ENTRIES = (
    "Sample $p$ of $P$ has the inputs $x_{p1}, \\dots, x_{pD}$. Hidden unit $j$ of $M$ and output $k$ of $K$, which is linear, are\n\n"
    "$$s_{pj} = \\sum_{i=1}^{D} w_{ji} x_{pi} + w_{j0}, \\qquad h_{pj} = \\tanh(s_{pj})$$\n\n"
    "$$o_{pk} = \\sum_{j=1}^{M} v_{kj} h_{pj} + v_{k0}$$\n\n"
    "The error is the sum over all samples, $E = \\sum_{p=1}^{P} E_p$ with $E_p = \\frac12 \\sum_{k=1}^K (o_{pk} - t_{pk})^2$.\n\n"
)
WHOLES = (
    "In matrices, $X = (x_{pi}) \\in \\mathbb{R}^{P \\times D}$, $H = (h_{pj})$, $O = (o_{pk})$, $T = (t_{pk}) \\in \\mathbb{R}^{P \\times K}$, "
    "$V = (v_{kj}) \\in \\mathbb{R}^{K \\times M}$, this is\n\n$$\\frac{\\partial E}{\\partial V} = (O - T)^\\top H$$\n"
)
OUTPUT = (
    "For each output $\\delta_{pk} = \\frac{\\partial E_p}{\\partial o_{pk}} = o_{pk} - t_{pk}$, and\n\n"
    "$$\\frac{\\partial E_p}{\\partial v_{k0}} = \\delta_{pk}$$\n\n"
)

STACKED = (
    "A 2-3-2 network. The hidden units are\n\n"
    "$$\\begin{pmatrix} q_1 \\\\ q_2 \\\\ q_3 \\end{pmatrix} = "
    "\\begin{pmatrix} w_{11} & w_{12} \\\\ w_{21} & w_{22} \\\\ w_{31} & w_{32} \\end{pmatrix} "
    "\\begin{pmatrix} x_1 \\\\ x_2 \\end{pmatrix} + \\begin{pmatrix} b_1 \\\\ b_2 \\\\ b_3 \\end{pmatrix}, \\qquad "
    "\\begin{pmatrix} g_1 \\\\ g_2 \\\\ g_3 \\end{pmatrix} = "
    "\\begin{pmatrix} \\tanh(q_1) \\\\ \\tanh(q_2) \\\\ \\tanh(q_3) \\end{pmatrix}$$\n\nand the outputs\n\n"
    "$$\\begin{pmatrix} r_1 \\\\ r_2 \\end{pmatrix} = "
    "\\begin{pmatrix} m_{11} & m_{12} & m_{13} \\\\ m_{21} & m_{22} & m_{23} \\end{pmatrix} "
    "\\begin{pmatrix} g_1 \\\\ g_2 \\\\ g_3 \\end{pmatrix} + \\begin{pmatrix} d_1 \\\\ d_2 \\end{pmatrix}, \\qquad "
    "J = \\frac12 (r_1 - t_1)^2 + \\frac12 (r_2 - t_2)^2.$$\n\n"
)

TEXTS = {
    "steps that are written out": (
        STACKED + "$$\\frac{\\partial J}{\\partial g_2} = (r_1 - t_1) m_{12} + (r_2 - t_2) m_{22}$$\n\n"
        "$$\\frac{\\partial J}{\\partial w_{21}} = \\frac{\\partial J}{\\partial g_2} (1 - g_2^2) x_1$$\n",
        ("g_2^2) x_1", "g_2^2) x_2"),
    ),
    "the matrix of entries": (
        STACKED
        + "With $M$ for the matrix of the $m_{kj}$\n\n$$\\frac{\\partial J}{\\partial M} = \\begin{pmatrix}\n"
        "(r_1 - t_1) g_1 & (r_1 - t_1) g_2 & (r_1 - t_1) g_3 \\\\\n"
        "(r_2 - t_2) g_1 & (r_2 - t_2) g_2 & (r_2 - t_2) g_3\n\\end{pmatrix}$$\n",
        ("(r_2 - t_2) g_1", "(r_2 - t_2) g_2"),
    ),
    "two steps in one formula": (
        STACKED
        + "$$m_{12}^{+} = m_{12} - \\eta (r_1 - t_1) g_2, \\qquad m_{21}^{+} = m_{21} - \\eta (r_2 - t_2) g_1$$\n",
        ("- t_1) g_2, ", "- t_1) g_1, "),
    ),
    "a bias as the weight of unit 0": (
        ENTRIES + OUTPUT,
        ("v_{k0}} = \\delta_{pk}", "v_{k0}} = \\delta_{pk} h_{pk}"),
    ),
    "wholes of a declared shape": (ENTRIES + OUTPUT + WHOLES, ("(O - T)^\\top H", "(T - O)^\\top H")),
    "an error by linear outputs, passed back": (
        ENTRIES + OUTPUT + "Behind it $\\epsilon_{pj} = \\frac{\\partial E_p}{\\partial s_{pj}}$ is\n\n"
        "$$\\epsilon_{pj} = (1 - h_{pj}^2) \\sum_{k=1}^K v_{kj} \\delta_{pk}$$\n",
        ("(1 - h_{pj}^2) \\sum", "(1 + h_{pj}^2) \\sum"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_it_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_a_weight_of_unit_0_is_no_bias_where_unit_0_is_1():
    text = (
        "One sample $x$ with $x_0 = 1$. $s_j = \\sum_{i=0}^D w_{ji} x_i$, $y_j = \\tanh(s_j)$ and "
        "$E = \\frac12 \\sum_j (y_j - t_j)^2$.\n\n$$\\frac{\\partial E}{\\partial w_{j0}} = (y_j - t_j)(1 - y_j^2)$$\n"
    )
    assert check_document(text).ok
    assert not check_document(text.replace("1 - y_j^2", "1 - y_j")).ok


def test_what_a_slip_leaves_undefined_is_told_of_no_other_line():
    text = ENTRIES.replace("v_{kj} h_{pj}", "v_{kj} s_{pj}") + OUTPUT
    assert {found.line for found in check_document(text).findings} <= {5}
