"""Letters and losses that a text uses for a second thing, beside its network's own."""

import pytest

from slipped import assert_found, assert_holds

FORWARD = r"""
One sample, a column. For $l = 1, \dots, L$, with $a^0 = x$ and the sigmoid $\sigma$ in every layer,

$$z^l = W^l a^{l-1} + b^l, \qquad a^l = \sigma(z^l)$$

$$C = \frac{1}{2} \| a^L - y \|^2$$

$$\delta^l = \frac{\partial C}{\partial z^l}, \qquad \delta^L = (a^L - y) \odot \sigma'(z^L)$$

$$\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T$$
"""
OTHER_LOSS = r"""
Take $l = L - 1$ as an example: $\delta^{L-1} = (W^L)^T \delta^L \odot \sigma'(z^{L-1})$.

## Another loss

With the cross-entropy

$$\tilde{C} = -\sum_j \left[ y_j \ln a^L_j + (1 - y_j) \ln (1 - a^L_j) \right]$$

$$\frac{\partial \tilde{C}}{\partial a^L_j} = \frac{a^L_j - y_j}{a^L_j (1 - a^L_j)}$$

we get

$$\frac{\partial \tilde{C}}{\partial z^L} = a^L - y$$
"""
SAME_LETTER = OTHER_LOSS.replace(r"\tilde{C}", "C")
LENT = r"""
Let $a = \sigma(z)$. Then

$$\frac{da}{dz} = \frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)$$

Let $a = \tanh(z) = \dfrac{e^z - e^{-z}}{e^z + e^{-z}}$. Then

$$\frac{da}{dz} = 1 - \tanh^2(z) = 1 - a^2$$
"""
TEXTS = {
    "another loss with a name of its own": (FORWARD + OTHER_LOSS, (r"z^L} = a^L - y", r"z^L} = y - a^L")),
    "the slope of that loss": (
        FORWARD + OTHER_LOSS,
        (r"\frac{a^L_j - y_j}{a^L_j", r"\frac{a^L_j - y_j}{z^L_j"),
    ),
    "another loss by the same letter": (FORWARD + SAME_LETTER, (r"z^L} = a^L - y", r"z^L} = y - a^L")),
    "letters lent to a function of any number": (FORWARD + LENT, (r"a (1 - a)", r"a (1 + a)")),
    "such letters for a second function": (FORWARD + LENT, (r"= 1 - a^2", r"= 1 - a")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_with_second_meanings_hold(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_a_second_meaning_is_found(name):
    text, slip = TEXTS[name]
    assert_found(text, *slip)
