"""A 1 in every layer and the bias inside the weights: lines that hold, and slips in them that are found."""

import pytest

from oracles.derivations import read_whole, with_slip

GLUED = r"""A 1 is put before the entries of every layer: for
$x \in \mathbb{R}^d$ let $\tilde{x} = (1, x_1, \dots, x_d)^T$
and $\tilde{W} = [\, b \;\; W \,]$, so that $\tilde{W} \tilde{x} = W x + b$. With $k$ outputs

$$u = \tilde{W} \tilde{x}, \quad h = \tanh(u), \quad \tilde{h} = (1, h_1, \dots, h_p)^T, \quad o = \tilde{V} \tilde{h}$$

where $\tilde{V} = [\, c \;\; V \,]$. For one pair $\ell = \frac12 \sum_{i=1}^{k} (o_i - t_i)^2$.
Then $\nabla_o \ell = o - t$,
$\nabla_{\tilde{V}} \ell = (o - t) \tilde{h}^T$ and

$$\nabla_h \ell = V^T (o - t), \quad \nabla_u \ell = (1 - h \odot h) \odot \nabla_h \ell, \quad
\nabla_{\tilde{W}} \ell = (\nabla_u \ell)\, \tilde{x}^T, \quad \nabla_c \ell = o - t, \quad
\nabla_W \ell = (\nabla_u \ell) x^T$$"""
LAST = (
    GLUED.replace(r"(1, x_1, \dots, x_d)^T", r"(x_1, \dots, x_d, 1)^T")
    .replace(r"(1, h_1, \dots, h_p)^T", r"(h_1, \dots, h_p, 1)^T")
    .replace(r"[\, b \;\; W \,]", r"[W \mid b]")
    .replace(r"[\, c \;\; V \,]", r"[V \mid c]")
)
TRUE = {"before": GLUED, "behind": LAST}
SLIPS = [
    (r"$\tilde{V} = [\, c \;\; V \,]", r"$\tilde{V} = [\, V \;\; c \,]"),
    (r"{V}} \ell = (o - t) \tilde{h}^T", r"{V}} \ell = (o - t) \tilde{x}^T"),
    (r"= V^T (o - t), \quad", r"= \tilde{V}^T (o - t), \quad"),
    (r"(\nabla_u \ell)\, \tilde{x}^T", r"(\nabla_u \ell)\, x^T"),
    (r"$\tilde{W} \tilde{x} = W x + b$", r"$\tilde{W} \tilde{x} = W x - b$"),
]


@pytest.mark.parametrize("name", TRUE)
def test_biases_inside_the_weights_of_every_layer(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_a_slip_beside_a_1_is_found(old, new):
    check = with_slip(GLUED, old, new)
    assert check.findings, str(check)


@pytest.mark.parametrize("layout", ["W x + b", "x W + b"])
def test_a_list_of_entries_lies_as_the_samples_of_the_text_do(layout):
    text = rf"""One
    input $x = (x_1, x_2, \dots, x_d)^T$ with $d$ features, $z = {layout}$, $p = \operatorname{{softmax}}(z)$,
    $L = -\sum_k y_k \log p_k$ and $\frac{{\partial L}}{{\partial z}} = p - y$."""
    read_whole(text)
