"""Where the page marks a side: all of it, and nothing of the text behind it."""

import pytest

from clearprop import check_document

TEXT = "One sample: $z = W x + b$, $p = \\mathrm{softmax}(z)$, $\\ell = -\\sum_i y_i \\ln p_i$. "


@pytest.mark.parametrize(
    "sides",
    [
        (r"\hat{\boldsymbol{y}}", r"\mathrm{softmax}(\boldsymbol{\theta})"),
        (r"\boldsymbol{h}", r"\sigma(\boldsymbol{x} W + \boldsymbol{b})"),
        (r"\frac{\partial \ell}{\partial \boldsymbol{z}}", r"\boldsymbol{p} - \boldsymbol{y}"),
        (r"\mathbf{z}_{1}", r"W_{1} \mathbf{x}^{\top}"),
        ("z_1", "w_1 x"),
    ],
)
def test_a_side_is_marked_as_it_is_written(sides):
    text = f"{TEXT}Then ${sides[0]} = {sides[1]}$ and so on."
    last = check_document(text).checked[-1]
    assert tuple(text[a:b] for a, b, _ in last.sides) == sides
