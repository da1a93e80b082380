"""One letter for hidden units, with an index, and for the only output, without: two quantities."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

TEXT = (
    "One sample $x$ with target $t$, tanh units, one output. Hidden unit $j$ sums up\n\n"
    "$$s_j = \\sum_i w_{ji} x_i + b_j$$\n\n$$h_j = \\tanh(s_j)$$\n\nand the output is\n\n"
    "$$s = \\sum_j v_j h_j + c$$\n\n$$y = \\sigma(s)$$\n\n$$E = \\frac12 (y - t)^2$$\n\nLet\n\n"
    "$$\\delta = \\frac{\\partial E}{\\partial s} = (y - t) y (1 - y)$$\n\n"
    "$$\\frac{\\partial E}{\\partial v_j} = \\delta h_j$$\n\n"
    "$$\\delta_j = \\frac{\\partial E}{\\partial s_j} = \\delta v_j (1 - h_j^2)$$\n\n"
    "$$\\frac{\\partial E}{\\partial w_{ji}} = \\delta_j x_i$$\n"
)
NUMBERS = (
    "Inputs $x_1 = 0.5$, $x_2 = -1$, target $t = 0.1$, tanh units and a sigmoid output, with\n\n"
    "$$w_{11} = 0.4, \\quad w_{12} = -0.3, \\quad w_{21} = -0.2, \\quad w_{22} = 0.6$$\n\n"
    "$$v_1 = 0.7, \\quad v_2 = -0.4$$\n\n"
    "$$z_1 = w_{11} x_1 + w_{12} x_2 = 0.4 \\cdot 0.5 + (-0.3) \\cdot (-1) = 0.5$$\n\n"
    "$$z_2 = w_{21} x_1 + w_{22} x_2 = -0.2 \\cdot 0.5 + 0.6 \\cdot (-1) = -0.7$$\n\n"
    "$$a_1 = \\tanh(z_1) = 0.4621, \\quad a_2 = \\tanh(z_2) = -0.6044$$\n\n"
    "$$z = v_1 a_1 + v_2 a_2 = 0.5652, \\quad o = \\sigma(z) = 0.6377, \\quad E = \\frac12 (t - o)^2$$\n\n"
    "$$\\delta = \\frac{\\partial E}{\\partial z} = (o - t) o (1 - o) = 0.1242$$\n\n"
    "$$\\delta_j = \\frac{\\partial E}{\\partial z_j} = \\delta v_j (1 - a_j^2)$$\n\n"
    "$$\\frac{\\partial E}{\\partial w_{ji}} = \\delta_j x_i$$\n"
)
SLIPS = [
    (TEXT, "= \\delta v_j (1", "= \\delta h_j (1"),
    (TEXT, "= \\delta h_j$", "= \\delta_j h_j$"),
    (TEXT, "(y - t) y (1 - y)", "(t - y) y (1 - y)"),
    (NUMBERS, "= \\delta v_j (1", "= \\delta a_j (1"),
    (NUMBERS, "(o - t) o (1 - o)", "(t - o) o (1 - o)"),
    (NUMBERS, "= -0.6044", "= -0.5044"),
]


@pytest.mark.parametrize("text", [TEXT, NUMBERS])
def test_an_output_with_the_letter_of_the_hidden_units(text):
    assert_holds(text)


@pytest.mark.parametrize(("text", "old", "new"), SLIPS)
def test_a_slip_beside_such_an_output_is_found(text, old, new):
    assert_found(text, old, new)


def test_two_numbers_that_differ_are_no_sign_of_a_misread_text():
    check = check_document(NUMBERS.replace("= -0.6044", "= -0.5044").replace("= 0.1242", "= 0.1442"))
    assert {one.line for one in check.findings} == {11, 15}, str(check)


MATRICES = (
    "$$z = W x + b, \\quad h = \\sigma(z), \\quad o = V h + c, \\quad E = \\frac12 \\|o - t\\|^2$$\n\n"
    "$$x = \\begin{pmatrix} 0.5 \\\\ -1 \\end{pmatrix}, \\quad t = \\begin{pmatrix} 1 \\\\ 0 \\end{pmatrix}, \\quad "
    "W = \\begin{pmatrix} 0.2 & -0.4 \\\\ 0.6 & 0.1 \\end{pmatrix}, \\quad "
    "b = \\begin{pmatrix} 0.1 \\\\ 0.2 \\end{pmatrix}$$\n\n"
    "$$V = \\begin{pmatrix} 0.3 & -0.5 \\\\ -0.2 & 0.8 \\end{pmatrix}, \\quad "
    "c = \\begin{pmatrix} 0.1 \\\\ -0.1 \\end{pmatrix}$$\n\n"
    "$$z_1 = 0.2 \\cdot 0.5 + (-0.4) \\cdot (-1) + 0.1 = 0.6$$\n\n"
    "$$h_1 = \\frac{1}{1 + e^{-0.6}} \\approx 0.6457$$\n\n"
    "$$o_1 = 0.3 \\cdot 0.6457 - 0.5 \\cdot 0.5987 + 0.1$$\n\n"
    "$$o - t = \\begin{pmatrix} -1.0056 \\\\ 0.2498 \\end{pmatrix}$$\n\n"
    "$$\\frac{\\partial E}{\\partial V} = (o - t) h^\\top$$\n"
)


def test_square_weights_lie_as_the_formulas_have_them_and_numbers_are_rounded():
    assert_holds(MATRICES)
    assert_found(MATRICES, "-1.0056", "-1.0256")
    assert_found(MATRICES, "0.3 \\cdot 0.6457", "0.2 \\cdot 0.6457")
