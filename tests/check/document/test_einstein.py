"""The summation convention: a text without signs of sums holds, and slips in its indices are found."""

import pytest

from clearprop import check_document
from clearprop.check.document.read import einstein
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.tokens import lex
from clearprop.check.document.read.tree import Big, Node, walk
from oracles.derivations import read_whole

SAYS = "We use the summation convention. "
MODEL = r"""Letters: $n$ for samples, $i$ for inputs, $j$ for hidden units, $k$ for outputs; targets $t_{nk}$.

\begin{align}
a_{nj} &= x_{ni} W_{ij} + b_j \\
h_{nj} &= \tanh(a_{nj}) \\
y_{nk} &= h_{nj} V_{jk} + c_k \\
E &= \tfrac{1}{2} (y_{nk} - t_{nk}) (y_{nk} - t_{nk}) = \tfrac12 (y_{nk} - t_{nk})^2
\end{align}

With $e_{nk} = y_{nk} - t_{nk}$ and $\partial y_{nk} / \partial V_{jl} = h_{nj} \delta_{kl}$,

$$\frac{\partial E}{\partial V_{jl}} = e_{nk} h_{nj} \delta_{kl} = h_{nj} e_{nl}, \qquad
\frac{\partial E}{\partial c_k} = \sum_n e_{nk}, \qquad
\frac{\partial E}{\partial h_{nj}} = e_{nk} V_{jk}$$

$$\frac{\partial E}{\partial a_{nj}} = \frac{\partial E}{\partial h_{nj}} (1 - h_{nj}^2)
= (1 - h_{nj} h_{nj}) e_{nk} V_{jk}, \qquad
\frac{\partial E}{\partial W_{ij}} = x_{ni} \frac{\partial E}{\partial a_{nj}}$$"""

SLIPS = [
    (r"= e_{nk} h_{nj} \delta_{kl}", r"= e_{nk} h_{nj} \delta_{kj}"),
    (r"= h_{nj} e_{nl}", r"= h_{nl} e_{nj}"),
    (r"}} = e_{nk} V_{jk}$$", r"}} = e_{nj} V_{jk}$$"),
    (r"h_{nj} V_{jk} + c_k", r"h_{nj} V_{kj} + c_k"),
]


def test_repeated_indices_are_summed_where_the_text_says_so():
    read_whole(SAYS + MODEL)


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_a_slip_of_an_index_is_found(old, new):
    assert MODEL.count(old) == 1
    assert check_document(SAYS + MODEL.replace(old, new)).findings


def test_without_the_convention_nothing_is_summed():
    model = MODEL[: MODEL.index("With $e")]
    assert check_document(SAYS + model).verified == 4
    assert check_document(model).verified < 4


@pytest.mark.parametrize(
    ("prose", "says"),
    [
        ("Einstein's convention is used throughout", True),
        ("repeated indices are to be summed over", True),
        ("we sum over repeated indices", True),
        ("采用爱因斯坦求和约定", True),
        ("the sum over the indices of the samples", False),
        ("repeated experiments", False),
    ],
)
def test_what_a_text_says_of_repeated_indices(prose, says):
    assert einstein.says(prose) is says


def _sums(left: str, right: str) -> list[str | None]:
    sides: list[Node] = [parse(lex(text), Words(frozenset({"f"}))) for text in (left, right)]
    whole = einstein.summed(sides[1], einstein.free(sides))
    return [one.index for one in walk(whole) if isinstance(one, Big)]


@pytest.mark.parametrize(
    ("left", "right", "sums"),
    [
        ("z_j", "w_{ji} x_i + b_j", ["i"]),
        ("z_j", "f(w_{ji} x_i) v_{jk} u_k", ["k", "i"]),
        ("D_j", "a_j b_j", []),
        ("E", "(y_k - t_k)^2", ["k"]),
        ("E", "y_k^2", ["k"]),
        ("s", "W_{ii}", ["i"]),
        ("z_j", r"\sum_i w_{ji} x_i", ["i"]),
        ("z_j", "(w_{ji} x_i + b_j) / (1 + y_k y_k)", ["i", "k"]),
    ],
)
def test_sums_stand_around_the_innermost_term(left, right, sums):
    assert sorted(map(str, _sums(left, right))) == sorted(sums)


WHOLES = (
    MODEL
    + r"""
With $g_{nj} = \partial E / \partial a_{nj}$ and the matrices $X = (x_{ni})$, $H = (h_{nj})$, $G = (g_{nj})$,
$Y = (y_{nk})$, $T = (t_{nk})$ this is $\partial E / \partial W = X^T G$ and $\partial E / \partial V = H^T (Y - T)$."""
)


def test_matrices_may_be_given_by_their_entries():
    read_whole(SAYS + WHOLES)


@pytest.mark.parametrize(("old", "new"), [("W = X^T G", "W = X G^T"), ("V = H^T (Y - T)", "V = (Y - T)^T H")])
def test_a_slip_in_matrices_given_by_their_entries_is_found(old, new):
    assert WHOLES.count(old) == 1
    assert check_document(SAYS + WHOLES.replace(old, new)).findings
