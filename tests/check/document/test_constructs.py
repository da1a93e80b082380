"""Constructs of written derivations, each in a short text of its own that holds, and with a slip that does not."""

import pytest

from clearprop import check_document

NET = r"""One sample, $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$, $a^{(l)} = \tanh(z^{(l)})$,
$J = \frac12 \|a^{(L)} - y\|^2$. """
ROWS = r"""For $N$ samples in the rows of $X$: $Z = X W + b$, $P = \operatorname{softmax}(Z)$,
$L = -\frac1N \sum_{n=1}^N \sum_k Y_{nk} \log P_{nk}$. """
TWO = r"""Input $x$, $p = \sigma(w^\top x + b)$, the loss of one sample is $J = -y \ln p - (1 - y) \ln(1 - p)$. """

TRUE = {
    "a sum over a slice": ROWS
    + r"$\frac{\partial L}{\partial b} = \sum_n (\frac{\partial L}{\partial Z})_{n,:}$",
    "classes counted from 0": ROWS
    + r"$P_{nk} = \frac{e^{Z_{nk}}}{\sum_{c=0}^{K-1} e^{Z_{nc}}}$ with $K$ classes",
    "the likelihood of a sample": TWO + r"$P(y \mid x) = p^y (1 - p)^{1 - y}$",
}
FALSE = {
    "a sum over a slice": (r"\sum_n (\frac", r"\sum_n 2 (\frac"),
    "classes counted from 0": (r"\sum_{c=0}^{K-1}", r"\sum_{c=0}^{K-2}"),
    "the likelihood of a sample": (r"^{1 - y}", r"^{y}"),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_construct_is_read_and_holds(name):
    check = check_document(TRUE[name])
    assert not check.findings, str(check)
    assert not check.unread, str(check)


@pytest.mark.parametrize("name", TRUE)
def test_a_slip_in_a_construct_is_found(name):
    old, new = FALSE[name]
    assert TRUE[name].count(old) == 1
    check = check_document(TRUE[name].replace(old, new))
    assert check.findings, str(check)


@pytest.mark.parametrize(
    "formula",
    [
        r"f: \mathbb{R}^n \to \mathbb{R}^m",
        r"t \to \infty",
        r"g^{(1)} = \tanh",
        r"\frac{\partial J}{\partial b^{(1)}} = 0",
    ],
)
def test_what_claims_nothing_is_no_statement(formula):
    without = check_document(NET + r"$g(t) = \tanh(t)$")
    check = check_document(NET + rf"$g(t) = \tanh(t)$ and ${formula}$")
    assert check.statements == without.statements
    assert len(check.unread) == len(without.unread)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (r"\lim_{t \to \infty} v_t = 0", "a limit"),
        (r"J = \mathbb{E}[\ell]", "an expected value"),
        (r"y = \arg\max_j z_j", "place of an extremum"),
    ],
)
def test_what_is_not_computed_is_unread_with_a_word(formula, why):
    check = check_document(NET + f"${formula}$")
    assert any(why in u.why for u in check.unread), str(check)
    assert not check.findings


def test_a_calligraphic_R_is_a_risk_unless_it_is_a_set():
    text = r"""$z = W x + b$ with $x \in \mathcal{R}^3$. The risk $\mathcal{R} = \frac12 \|z - y\|^2$,
    $\frac{\partial \mathcal{R}}{\partial z} = z - y$."""
    check = check_document(text)
    assert not check.findings, str(check)
    assert check.verified >= 2
