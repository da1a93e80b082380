"""What a text says of one case only: a size, another activation, the value of a mark; entries of named matrices."""

import pytest

from slipped import assert_found, assert_holds

ROWS = (
    "The $n$ samples are the rows of $X \\in \\mathbb{R}^{n \\times p}$, two $\\tanh$ layers: $S = X A + "
    "\\mathbf{1} a^\\top$, "
    "$U = \\tanh(S)$, $F = U C + \\mathbf{1} c^\\top$ with $C \\in \\mathbb{R}^{r \\times q}$. Let $R = F - Y$ "
    "and\n\n"
    "$$E = \\frac1n \\|R\\|_F^2$$\n\n$$\\frac{\\partial E}{\\partial F} = \\frac2n R$$\n\nWrite $D_F$ for this "
    "matrix.\n\n"
    "$$\\frac{\\partial E}{\\partial C} = U^\\top D_F$$\n\n$$\\frac{\\partial E}{\\partial c} = D_F^\\top "
    "\\mathbf{1}$$\n\n"
)
ENTRIES = (
    "One sample, a column: $z = W_1 x + b_1$, $h = \\tanh(z)$, $s = W_2 h + b_2$, $\\hat y = \\mathrm{softmax}(s)$, "
    "$\\ell = -\\sum_k y_k \\log \\hat y_k$.\n\n"
)
BATCH = (
    "Samples are columns: $Z_1 = W_1 X + b_1$, $A_1 = \\mathrm{ReLU}(Z_1)$, $Z_2 = W_2 A_1 + b_2$, "
    "$P = \\mathrm{softmax}(Z_2)$.\n\n"
)
TEXTS = {
    "sizes of a case": (
        ROWS + "For $n = q = 1$ the residual is $\\rho = F - Y$, $D_F = 2 \\rho$ and we get\n\n"
        "$$\\frac{\\partial E}{\\partial C} = 2 \\rho U^\\top, \\qquad \\frac{\\partial E}{\\partial c} = 2 "
        "\\rho$$\n",
        ("= \\frac2n R", "= \\frac1n R"),
        ("= 2 \\rho U^\\top", "= \\rho U^\\top"),
    ),
    "one sample as a case": (
        ROWS + "For $n = 1$ we have $\\frac{\\partial E}{\\partial C} = 2 U^\\top (F - Y)$.\n",
        ("2 U^\\top (F - Y)", "U^\\top (F - Y)"),
    ),
    "a mark and its cases": (
        ENTRIES + "For the softmax\n\n"
        "$$\\frac{\\partial \\hat y_j}{\\partial s_k} = \\hat y_j (\\delta_{jk} - \\hat y_k)$$\n\n"
        "where $\\delta_{jk}$ is 1 if $j = k$ and 0 otherwise. So\n\n$$\\frac{\\partial \\ell}{\\partial s_k} = "
        "\\hat y_k - y_k$$\n",
        ("(\\delta_{jk} - \\hat y_k)", "(\\delta_{jk} - \\hat y_j)"),
    ),
    "a mark that is set to 1": (
        ENTRIES + "For the softmax\n\n"
        "$$\\frac{\\partial \\hat y_j}{\\partial s_k} = \\hat y_j (\\delta_{jk} - \\hat y_k),$$\n\n"
        "where $\\delta_{jk} = 1$ if $j = k$ and $0$ otherwise.\n",
        ("(\\delta_{jk} - \\hat y_k)", "(\\delta_{jk} - \\hat y_j)"),
    ),
    "entries of numbered matrices": (
        ENTRIES
        + "$$\\frac{\\partial \\ell}{\\partial (W_1)_{ki}} = \\sum_j (\\hat y_j - y_j) (W_2)_{jk} (1 - h_k^2) "
        "x_i$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial (W_2)_{jk}} = (\\hat y_j - y_j) h_k$$\n",
        ("(W_2)_{jk} (1", "(W_2)_{kj} (1"),
        ("(\\hat y_j - y_j) h_k$$", "(\\hat y_k - y_k) h_j$$"),
    ),
    "another activation in one sentence": (
        BATCH
        + "$$\\frac{\\partial J}{\\partial Z_2} = P - Y$$\n\n$$\\Delta_1 = W_2^T (P - Y) \\odot \\mathbb{1}(Z_1 "
        "> 0)$$\n\n"
        "If the hidden units were tanh, we would have\n\n$$\\Delta_1 = W_2^T (P - Y) \\odot (1 - A_1 \\odot A_1)$$\n",
        ("(1 - A_1 \\odot A_1)", "(1 + A_1 \\odot A_1)"),
        ("(1 - A_1 \\odot A_1)", "(1 - A_1)"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_one_case_says(name):
    text, *slips = TEXTS[name]
    assert_holds(text)
    for old, new in slips:
        assert_found(text, old, new)
