"""Habits of authors: true lines hold, and the same lines with a slip do not."""

import pytest

from slipped import assert_found, assert_holds

SOFTMAX = (
    "Rows of $X$ are the $N$ samples. $U = X V + c$, $H = \\tanh(U)$, $S = H W + b$, $P = \\mathrm{softmax}(S)$,\n\n"
    "$$L = -\\frac1N \\sum_n \\sum_c T_{nc} \\log P_{nc}$$\n\n"
)

TEXTS = {
    "a decay that only the steps have": (
        SOFTMAX + "With a coefficient $\\mu$ the step is\n\n$$W \\leftarrow "
        "W - \\eta \\left(\\frac{\\partial L}{\\partial W} + \\mu W\\right)$$\n\n"
        "$$W \\leftarrow (1 - \\eta \\mu) W - \\frac{\\eta}{N} H^T (P - T)$$\n",
        ("(1 - \\eta \\mu) W", "(1 - \\mu) W"),
    ),
    "a decay that only a gradient has": (
        SOFTMAX + "$$\\frac{\\partial L}{\\partial W} = \\frac1N H^T (P - T) + \\kappa W$$\n\n"
        "$$V \\leftarrow V - \\eta \\left(\\frac{\\partial L}{\\partial V} + \\kappa V\\right)$$\n",
        ("\\frac1N H^T", "H^T"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_other_texts_hold(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_other_texts_is_found(name):
    text, slip = TEXTS[name]
    assert_found(text, *slip)
