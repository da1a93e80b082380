r"""vec, Kronecker's product and lines about any matrices: each in a text that holds, and with a slip that does not."""

import pytest

from clearprop import check_document
from oracles.derivations import read_whole, with_slip

NET = r"""One sample: $u = W x$, $W \in \mathbb{R}^{h \times d}$, $s = \tanh(u)$, $o = V s$,
$V \in \mathbb{R}^{c \times h}$, $Q = \frac12 \|o - t\|^2$. """

NUMERATOR = (
    NET
    + r"""In numerator layout $\partial Q/\partial o = (o - t)^\top$, a row, and

$$\operatorname{vec}(o) = (s^\top \otimes I_c) \operatorname{vec}(V), \quad
\frac{\partial o}{\partial \operatorname{vec}(V)} = s^\top \otimes I_c, \quad
\frac{\partial u}{\partial \operatorname{vec}(W)} = x^\top \otimes I_h,$$

$$\frac{\partial Q}{\partial \operatorname{vec}(V)} = (o - t)^\top (s^\top \otimes I_c) = s^\top \otimes (o - t)^\top,$$

$$\frac{\partial Q}{\partial \operatorname{vec}(W)}
= \frac{\partial Q}{\partial o} V \operatorname{diag}(1 - s \odot s) (x^\top \otimes I_h)$$"""
)

COLUMNS = (
    NET
    + r"""The Kronecker product gives, by columns,

$$\frac{\partial Q}{\partial \operatorname{vec}(V)} = s \otimes (o - t), \quad
\frac{\partial o}{\partial \operatorname{vec}(V^\top)^\top} = I_c \otimes s^\top, \quad
\nabla_{\operatorname{vec}(V)} Q = \operatorname{vec}((o - t) s^\top), \quad
\frac{\partial Q}{\partial V} = (o - t) s^\top$$"""
)

BY_ROWS = (
    NET
    + r"""Here vec stacks the rows of a matrix, so that
$\operatorname{vec}(o) = (I_c \otimes s^\top) \operatorname{vec}(V)$
and $\nabla_{\operatorname{vec}(V)} Q = (o - t) \otimes s$."""
)

ANY = (
    NET
    + r"""For matrices that fit,

$$\operatorname{vec}(A B C) = (C^\top \otimes A) \operatorname{vec}(B)$$
$$\operatorname{tr}(A^\top B) = \operatorname{vec}(A)^\top \operatorname{vec}(B)$$
$$(A \otimes B)^\top = A^\top \otimes B^\top$$
$$\operatorname{vec}(a b^\top) = b \otimes a$$

and $\nabla_V Q = (o - t) s^\top$."""
)

OUTER = r"""One sample: $z = W x + b$, $p = \operatorname{softmax}(z)$, $L = -\sum_k y_k \log p_k$.
$\frac{\partial L}{\partial z} = p - y$, $\frac{\partial L}{\partial W} = (p - y) \otimes x$."""

MOVED = r"""For a sample $x$ let $z = W x + b$, $a = \tanh(z)$, $o = V a$ and $\phi = \frac12 (o - y)^\top (o - y)$.

$$\mathrm{d}\phi = (o - y)^\top \mathrm{d}o, \quad \mathrm{d}o = \mathrm{d}V\, a + V\, \mathrm{d}a,$$
$$\mathrm{d}z = \mathrm{d}W\, x + \mathrm{d}b = (x^\top \otimes I)\, \mathrm{d}\,\mathrm{vec}(W) + \mathrm{d}b$$

Hence $\frac{\partial \phi}{\partial \mathrm{vec}(V)^\top} = a^\top \otimes (o-y)^\top$."""

TRUE = {
    "moved": MOVED,
    "numerator": NUMERATOR,
    "columns": COLUMNS,
    "rows": BY_ROWS,
    "any": ANY,
    "outer": OUTER,
}

SLIPS = [
    ("moved", r"(x^\top \otimes I)", r"(I \otimes x^\top)"),
    ("moved", r"= (o - y)^\top \mathrm{d}o", r"= (o + y)^\top \mathrm{d}o"),
    ("moved", r"a^\top \otimes (o-y)^\top", r"(o-y)^\top \otimes a^\top"),
    ("numerator", r"vec}(o) = (s^\top \otimes I_c)", r"vec}(o) = (I_c \otimes s^\top)"),
    ("numerator", r"vec}(V)} = s^\top \otimes I_c", r"vec}(V)} = s \otimes I_c"),
    ("numerator", r"= s^\top \otimes (o - t)^\top,", r"= (o - t)^\top \otimes s^\top,"),
    ("numerator", r"(x^\top \otimes I_h)$$", r"(I_h \otimes x^\top)$$"),
    ("columns", r"= s \otimes (o - t)", r"= (o - t) \otimes s"),
    ("columns", r"= I_c \otimes s^\top", r"= s^\top \otimes I_c"),
    ("columns", r"vec}((o - t) s^\top)", r"vec}(s (o - t)^\top)"),
    ("rows", r"(o - t) \otimes s", r"s \otimes (o - t)"),
    ("rows", r"(I_c \otimes s^\top)", r"(s^\top \otimes I_c)"),
    ("any", r"(C^\top \otimes A)", r"(C \otimes A)"),
    ("any", r"(C^\top \otimes A)", r"(A \otimes C^\top)"),
    ("any", r"tr}(A^\top B)", r"tr}(A^\top A)"),
    ("any", r"A^\top \otimes B^\top", r"B^\top \otimes A^\top"),
    ("any", r"= b \otimes a", r"= a \otimes b"),
    ("outer", r"(p - y) \otimes x", r"x \otimes (p - y)"),
]


@pytest.mark.parametrize("name", TRUE)
def test_stacked_matrices_are_read_and_hold(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize(("name", "old", "new"), SLIPS)
def test_a_slip_with_stacked_matrices_is_found(name, old, new):
    check = with_slip(TRUE[name], old, new)
    assert check.findings, str(check)


@pytest.mark.parametrize(
    "formula", [r"\operatorname{tr}(AB) = \operatorname{tr}(A) B", r"\operatorname{vec}(A) = A"]
)
def test_what_no_matrices_fulfil_is_found_or_unread(formula):
    check = check_document(NET + f"For any matrices ${formula}$.")
    assert check.findings or check.unread
    assert check.verified == 4


@pytest.mark.parametrize("word", ["symmetric", "commuting"])
def test_a_line_about_special_matrices_is_not_tried_on_any(word):
    check = check_document(NET + rf"For {word} $A$ and $B$: $(AB)^\top = AB$.")
    assert not check.findings, str(check)


def test_unknown_letters_in_a_trace_are_no_numbers():
    check = check_document(NET + r"$\operatorname{tr}(F^\top G) = \operatorname{tr}(F) G$ and $F = G + 2 K$.")
    assert check.unread
    assert not check.findings, str(check)
