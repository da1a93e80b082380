"""One sample in a text of many: sections that say so, and what such a section takes from the rest of the text."""

from slipped import assert_found, assert_holds

BATCH = (
    "# Forward\n\n$m$ examples in the columns of $X$: $Z^{[1]} = W^{[1]} X + b^{[1]}$, $A^{[1]} = \\tanh(Z^{[1]})$, "
    "$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, $A^{[2]} = \\sigma(Z^{[2]})$.\n\n"
    "$$J = \\frac1m \\sum_{i=1}^m \\mathcal{L}(a^{[2](i)}, y^{(i)})$$\n\n"
    "$$\\mathcal{L}(a, y) = -y \\log a - (1 - y) \\log(1 - a)$$\n\n"
)
WHOLE = (
    "# All together\n\n$$dZ^{[2]} = A^{[2]} - Y$$\n\n$$dW^{[2]} = \\frac1m dZ^{[2]} A^{[1]T}$$\n\n"
    "$$db^{[2]} = \\frac1m \\sum_{i=1}^m dZ^{[2](i)}$$\n"
)


def test_a_section_that_drops_the_letter_of_the_sample():
    text = (
        BATCH + "# Backward\n\nWe omit the superscript $(i)$ here.\n\n"
        "$$\\frac{\\partial \\mathcal{L}}{\\partial a} = -\\frac{y}{a} + \\frac{1 - y}{1 - a}$$\n\n"
        "$$dz^{[2]} = a - y$$\n\n$$dW^{[2]} = dz^{[2]} a^{[1]T}, \\qquad db^{[2]} = dz^{[2]}$$\n\n"
        "Since $\\sigma'(z) = \\sigma(z) (1 - \\sigma(z)) = a (1 - a)$ and $\\tanh'(z) = 1 - a^2$,\n\n"
        "$$dz^{[1]} = W^{[2]T} dz^{[2]} * (1 - (a^{[1]})^2)$$\n\n" + WHOLE
    )
    assert_holds(text)
    assert_found(text, "= dz^{[2]} a^{[1]T}", "= dz^{[1]} a^{[1]T}")
    assert_found(text, "-\\frac{y}{a} + \\frac{1 - y}{1 - a}", "-\\frac{y}{a} - \\frac{1 - y}{1 - a}")
    assert_found(text, "= a (1 - a)", "= a (1 + a)")
    assert_found(text, "= \\frac1m dZ^{[2]}", "= dZ^{[2]}")


def test_a_heading_that_takes_one_sample():
    text = (
        BATCH + "# One example, the output\n\n"
        "$$\\frac{\\partial \\mathcal{L}}{\\partial a} = -\\frac{y}{a} + \\frac{1 - y}{1 - a}$$\n\n"
        "$$\\frac{\\partial \\mathcal{L}}{\\partial z} = \\frac{\\partial \\mathcal{L}}{\\partial a} a (1 - a) "
        "= a - y$$\n\n" + WHOLE
    )
    assert_holds(text)
    assert_found(text, "a (1 - a) = a - y", "a (1 - a) = y - a")
    assert_found(text, "\\frac1m \\sum_{i=1}^m dZ", "\\sum_{i=1}^m dZ")


def test_steps_down_an_objective_of_a_name_of_its_own():
    text = (
        "$m$ examples: $s_i = w^\\top x_i + b$, $p_i = \\sigma(s_i)$ and\n\n"
        "$$J = -\\frac1m \\sum_{i=1}^m \\left[ y_i \\ln p_i + (1 - y_i) \\ln(1 - p_i) \\right]$$\n\n"
        "With a penalty we have $\\tilde J = J + \\frac{\\mu}{2} \\|w\\|^2$ and\n\n"
        "$$\\nabla_w \\tilde J = \\frac1m \\sum_{i=1}^m (p_i - y_i) x_i + \\mu w$$\n\n"
        "$$w \\leftarrow w - \\eta \\nabla_w \\tilde J = (1 - \\eta \\mu) w "
        "- \\frac{\\eta}{m} \\sum_{i=1}^m (p_i - y_i) x_i$$\n"
    )
    assert_holds(text)
    assert_found(text, "(1 - \\eta \\mu) w", "(1 - \\mu) w")
    assert_found(text, "w - \\eta \\nabla_w \\tilde J", "w + \\eta \\nabla_w \\tilde J")
