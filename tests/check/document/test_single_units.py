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
