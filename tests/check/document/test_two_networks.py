"""Texts of two networks, one section after the other, and losses of any letter."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

REGRESSION = (
    "# From regression to a network\n\n## Softmax regression\n\nRows of $X$ are the $N$ samples.\n\n"
    "$$Z = X W + b$$\n\n$$P = \\mathrm{softmax}(Z)$$\n\n"
    "$$Q(W) = -\\frac1N \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik} + \\frac{\\lambda}{2} \\|W\\|_F^2$$\n\n"
    "$$\\nabla_W Q = \\frac1N X^\\top (P - Y) + \\lambda W$$\n\n"
)
HIDDEN = (
    "## A hidden layer\n\nRows of $X$ are samples as before.\n\n$$A = X V + c$$\n\n$$Z = \\tanh(A)$$\n\n$$S = Z W + b$$\n\n$$P = \\mathrm{softmax}(S)$$\n\n"
    "$$Q = -\\frac1N \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik}$$\n\n"
    "$$\\frac{\\partial Q}{\\partial S} = \\frac1N (P - Y)$$\n\n"
    "$$\\frac{\\partial Q}{\\partial W} = Z^\\top \\frac{\\partial Q}{\\partial S}$$\n\n"
    "$$\\frac{\\partial Q}{\\partial A} = \\left( \\frac{\\partial Q}{\\partial S} W^\\top \\right) \\odot (1 - Z \\odot Z)$$\n"
)

THREE = (
    "# Three models\n\n## Notation\n\nThe $N$ samples are the rows of $X \\in \\mathbb{R}^{N \\times d}$.\n\n"
    "## Linear regression\n\n$$\\hat y = X w + b \\mathbf{1}$$\n\n$$L = \\frac{1}{2N} \\|\\hat y - y\\|^2$$\n\n"
    "$$\\frac{\\partial L}{\\partial w} = \\frac{1}{N} X^\\top (\\hat y - y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial b} = \\frac{1}{N} \\sum_{i=1}^N (\\hat y_i - y_i)$$\n\n"
    "## Logistic regression\n\n$$z = X w + b \\mathbf{1}$$\n\n$$\\hat y = \\sigma(z)$$\n\n"
    "$$L = -\\frac{1}{N} \\sum_{i=1}^N \\left[ y_i \\log \\hat y_i + (1 - y_i) \\log (1 - \\hat y_i) \\right]$$\n\n"
    "$$\\frac{\\partial L}{\\partial z} = \\frac{1}{N} (\\hat y - y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial w} = X^\\top \\frac{\\partial L}{\\partial z}$$\n\n"
    "## One hidden layer\n\n$$Z_1 = X W_1 + \\mathbf{1} b_1^\\top$$\n\n$$H = \\tanh(Z_1)$$\n\n$$Z_2 = H W_2 + \\mathbf{1} b_2^\\top$$\n\n"
    "$$P = \\mathrm{softmax}(Z_2)$$\n\n$$L = -\\frac{1}{N} \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik}$$\n\n"
    "$$\\frac{\\partial L}{\\partial Z_2} = \\frac{1}{N} (P - Y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial W_2} = H^\\top \\frac{\\partial L}{\\partial Z_2}$$\n"
)

TEXTS = {
    "three networks": (THREE, ("= H^\\top", "= Z_1^\\top")),
    "a loss of any letter, of its parameters": (REGRESSION, ("X^\\top (P - Y)", "X^\\top (Y - P)")),
    "a regression, then a hidden layer": (REGRESSION + HIDDEN, ("(1 - Z \\odot Z)", "(1 + Z \\odot Z)")),
    "a slip before the second network": (REGRESSION + HIDDEN, ("+ \\lambda W$$", "+ 2 \\lambda W$$")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_it_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_lines_of_both_parts_are_counted_once():
    whole = check_document(REGRESSION + HIDDEN)
    parts = [check_document(part) for part in (REGRESSION, HIDDEN)]
    assert whole.statements == sum(part.statements for part in parts)
    assert "from line" in whole.reading
    assert [one.line for one in whole.checked] == sorted(one.line for one in whole.checked)
