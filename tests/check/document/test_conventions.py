"""What texts say in passing: a convention before any layer, several outputs to choose from, samples written in two ways."""

import pytest

from clearprop import check_document
from slipped import assert_found

FORWARD = "Columns of $X$ are the $N$ samples, $A^{[0]} = X$ and $Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]} \\mathbf{1}^T$ for every layer; "
SUM = "$$J = -\\sum_{i=1}^N \\sum_{k=1}^C Y_{ki} \\log P_{ki}$$\n\n$$\\frac{\\partial J}{\\partial Z^{[L]}} = P - Y$$\n\n"

TEXTS = {
    "a convention before any layer": (
        "We write $z = xW + b$ as NumPy users do; rows of $X$ are the $N$ samples and $A^{[0]} = X$.\n\n"
        "$$Z^{[1]} = A^{[0]} W^{[1]} + b^{[1]}$$\n\n$$A^{[1]} = \\tanh(Z^{[1]})$$\n\n$$Z^{[2]} = A^{[1]} W^{[2]} + b^{[2]}$$\n\n"
        "$$J = \\frac{1}{2N} \\|Z^{[2]} - Y\\|_F^2$$\n\n"
        "$$\\frac{\\partial J}{\\partial W^{[2]}} = \\frac{1}{N} (A^{[1]})^T (Z^{[2]} - Y)$$\n",
        ("(A^{[1]})^T (Z", "(A^{[0]})^T (Z"),
    ),
    "a hidden step without its range": (
        FORWARD
        + "$A^{[l]} = \\mathrm{ReLU}(Z^{[l]})$, $P = \\mathrm{softmax}(Z^{[L]})$.\n\n"
        + SUM
        + "For $l < L$\n\n$$\\frac{\\partial J}{\\partial A^{[l]}} = (W^{[l+1]})^T \\frac{\\partial J}{\\partial Z^{[l+1]}}$$\n",
        ("(W^{[l+1]})^T \\frac", "(W^{[l]})^T \\frac"),
    ),
    "a delta of one sample and one of the mean": (
        "One sample, a column: $a^{(0)} = x$, $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$, $a^{(l)} = \\sigma(z^{(l)})$, "
        "$E = \\frac12 \\|a^{(L)} - y\\|^2$ and $\\delta^{(l)} = \\partial E / \\partial z^{(l)}$.\n\n"
        "$$\\delta^{(L)} = (a^{(L)} - y) \\odot a^{(L)} \\odot (1 - a^{(L)})$$\n\n"
        "$$\\frac{\\partial E}{\\partial W^{(l)}} = \\delta^{(l)} (a^{(l-1)})^T$$\n\n"
        "Columns of $X$ are now $m$ samples: $A^{(0)} = X$, $Z^{(l)} = W^{(l)} A^{(l-1)} + b^{(l)} \\mathbf{1}^T$, "
        "$A^{(l)} = \\sigma(Z^{(l)})$.\n\n$$J = \\frac{1}{2m} \\|A^{(L)} - Y\\|_F^2$$\n\nWith $\\Delta^{(l)} := \\partial J / \\partial Z^{(l)}$\n\n"
        "$$\\Delta^{(L)} = \\frac1m (A^{(L)} - Y) \\odot A^{(L)} \\odot (1 - A^{(L)})$$\n\n"
        "$$\\frac{\\partial J}{\\partial W^{(l)}} = \\Delta^{(l)} (A^{(l-1)})^T$$\n",
        ("= \\frac1m (A", "= \\frac2m (A"),
    ),
    "an error that is minus the slope": (
        "One sample. Hidden units $h_j = \\sigma(u_j)$ with $u_j = \\sum_i w_{ij} x_i + b_j$; outputs $y_k = \\sum_j v_{jk} h_j + c_k$; "
        "$E = \\frac12 \\sum_k (t_k - y_k)^2$.\n\nLet $\\delta_k = t_k - y_k$. Then\n\n"
        "$$\\frac{\\partial E}{\\partial v_{jk}} = -\\delta_k h_j$$\n\n"
        "$$\\frac{\\partial E}{\\partial u_j} = -h_j (1 - h_j) \\sum_k \\delta_k v_{jk}$$\n\n"
        "$$\\Delta v_{jk} = \\eta \\delta_k h_j$$\n",
        ("v_{jk}} = -\\delta_k", "v_{jk}} = \\delta_k"),
    ),
    "samples below and above": (
        "For $\\{(x_i, y_i)\\}_{i=1}^B$ the loss of one sample is $L(\\theta; x, y) = \\frac12 \\|s - y\\|^2$ with $h = \\tanh(W_1 x + b_1)$ and "
        "$s = W_2 h + b_2$.\n\n$$J(\\theta) = \\frac1B \\sum_{i=1}^B L(\\theta; x_i, y_i)$$\n\n"
        "$$\\frac{\\partial L}{\\partial s} = s - y$$\n\nWith $(i)$ above for sample $i$\n\n"
        "$$\\frac{\\partial J}{\\partial W_2} = \\frac1B \\sum_{i=1}^B (s^{(i)} - y^{(i)}) (h^{(i)})^T$$\n",
        ("(h^{(i)})^T", "(x^{(i)})^T"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_in_a_true_text_is_called_wrong(name):
    check = check_document(TEXTS[name][0])
    assert check.ok, str(check)
    assert check.verified >= check.statements - 1 > 2, str(check)


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_it_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_outputs_to_choose_from_are_not_wrong():
    text = (
        FORWARD.replace("$N$", "$m$")
        + "$A^{[1]} = \\tanh(Z^{[1]})$. For classes\n\n$$A^{[2]} = \\mathrm{softmax}(Z^{[2]})$$\n\n"
        "$$J = -\\frac1m \\sum_{i=1}^m \\sum_{k=1}^C Y_{ki} \\log A^{[2]}_{ki}$$\n\n"
        "$$\\frac{\\partial J}{\\partial Z^{[2]}} = \\frac1m (A^{[2]} - Y)$$\n\nFor numbers instead\n\n$$A^{[2]} = Z^{[2]}$$\n\n"
        "$$J = \\frac{1}{2m} \\|A^{[2]} - Y\\|_F^2$$\n"
    )
    check = check_document(text)
    assert check.ok, str(check)
    assert check.verified >= check.statements - 3
    assert not check_document(text.replace("\\frac1m (A^{[2]} - Y)", "\\frac1m (A^{[2]} + Y)")).ok
