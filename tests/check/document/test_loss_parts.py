"""Losses of several parts, E = E_D + E_W: true lines hold, and the same lines with a slip do not."""

import pytest

from slipped import assert_found, assert_holds

HIDDEN = (
    "One hidden layer of tanh units, $h_n = \\tanh(V x_n + c)$ and $y_n = U h_n + d$, for the samples "
    "$n = 1, \\dots, N$ with targets $t_n$.\n\n"
)
ERROR = "\\frac{1}{2} \\sum_{n=1}^N \\|y_n - t_n\\|^2"
SLOPE = "\\sum_{n=1}^N (y_n - t_n) h_n^T"

TEXTS = {
    "told apart by a letter": (
        HIDDEN + f"$$E(w) = E_D(w) + \\alpha E_W(w)$$\n\n$$E_D(w) = {ERROR}$$\n\n"
        "$$E_W(w) = \\frac{1}{2} \\|U\\|_F^2 + \\frac{1}{2} \\|V\\|_F^2$$\n\n"
        f"$$\\frac{{\\partial E_D}}{{\\partial U}} = {SLOPE}$$\n\n$$\\frac{{\\partial E_W}}{{\\partial U}} = U$$\n\n"
        f"$$\\frac{{\\partial E}}{{\\partial U}} = {SLOPE} + \\alpha U$$\n",
        ("h_n^T + \\alpha U", "h_n^T + U"),
    ),
    "the penalty's own slope": (
        HIDDEN
        + f"$$E = E_D + E_W$$\n\n$$E_D = {ERROR}$$\n\n$$E_W = \\frac{{\\lambda}}{{2}} \\|U\\|_F^2$$\n\n"
        "$$\\frac{\\partial E_W}{\\partial U} = \\lambda U$$\n\n"
        f"$$\\frac{{\\partial E}}{{\\partial U}} = {SLOPE} + \\lambda U$$\n",
        ("} = \\lambda U", "} = 2 \\lambda U"),
    ),
    "told apart by a word": (
        HIDDEN + "$$\\mathcal{L} = \\mathcal{L}_{\\text{data}} + \\mathcal{L}_{\\text{reg}}$$\n\n"
        f"$$\\mathcal{{L}}_{{\\text{{data}}}} = {ERROR}$$\n\n"
        "$$\\mathcal{L}_{\\text{reg}} = \\frac{\\lambda}{2} \\|U\\|_F^2$$\n\n"
        f"$$\\frac{{\\partial \\mathcal{{L}}_{{\\text{{data}}}}}}{{\\partial U}} = {SLOPE}$$\n\n"
        f"$$\\frac{{\\partial \\mathcal{{L}}}}{{\\partial U}} = {SLOPE} + \\lambda U$$\n",
        ("h_n^T$$", "h_n^T + \\lambda U$$"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds_and_its_slip_is_found(name):
    text, slip = TEXTS[name]
    assert_holds(text)
    assert_found(text, *slip)
