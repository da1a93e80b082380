r"""Adjoints, \bar{W} for dL/dW: found by what the text says or does, true lines hold, slips are found."""

import pytest

from clearprop import check_document
from oracles.derivations import read_whole, with_slip

SAID = r"We write $\bar{v}$ for $\partial \mathcal{L} / \partial v$. "
NET = r"""One training case; vectors are columns.

\begin{align*}
\mathbf{z} &= \mathbf{W}^{(1)} \mathbf{x} + \mathbf{b}^{(1)} \\
\mathbf{h} &= \sigma(\mathbf{z}) \\
\mathbf{y} &= \mathbf{W}^{(2)} \mathbf{h} + \mathbf{b}^{(2)} \\
\mathcal{L} &= \tfrac{1}{2} \| \mathbf{t} - \mathbf{y} \|^2
\end{align*}

with the logistic $\sigma$. Backward:

\begin{align*}
\overline{\mathcal{L}} &= 1 \\
\overline{\mathbf{y}} &= \mathbf{y} - \mathbf{t} \\
\overline{\mathbf{W}}^{(2)} &= \overline{\mathbf{y}}\, \mathbf{h}^\top \\
\overline{\mathbf{h}} &= \mathbf{W}^{(2)\top} \overline{\mathbf{y}} \\
\overline{\mathbf{z}} &= \overline{\mathbf{h}} \odot \sigma'(\mathbf{z}) \\
\overline{\mathbf{W}}^{(1)} &= \overline{\mathbf{z}}\, \mathbf{x}^\top \\
\overline{\mathbf{b}}^{(1)} &= \overline{\mathbf{z}}
\end{align*}"""
SLIPS = [
    (r"{y}} &= \mathbf{y} - \mathbf{t}", r"{y}} &= \mathbf{t} - \mathbf{y}"),
    (r"\overline{\mathbf{y}}\, \mathbf{h}^\top", r"\mathbf{h}\, \overline{\mathbf{y}}^\top"),
    (r"\mathbf{W}^{(2)\top} \overline", r"\mathbf{W}^{(2)} \overline"),
    (r"\odot \sigma'(\mathbf{z})", r"\odot \sigma(\mathbf{z})"),
    (r"{b}}^{(1)} &= \overline{\mathbf{z}}", r"{b}}^{(1)} &= \overline{\mathbf{h}}"),
]
BATCH = r"""The $m$ samples are the rows of $X$:
$Z = X W + \mathbf{1} b^\top$, $H = \tanh(Z)$, $O = H V$,
$E = \frac12 \|O - T\|_F^2$. With $\bar{O} = \partial E / \partial O$: $\bar{O} = O - T$, $\bar{V} = H^\top \bar{O}$,
$\bar{H} = \bar{O} V^\top$, $\bar{Z} = \bar{H} \odot (1 - H \odot H)$, $\bar{W} = X^\top \bar{Z}$."""
MEANS = r"""$z = w^\top x + b$, $p = \sigma(z)$, $L = -y \ln p - (1 - y) \ln(1 - p)$ for one sample.
$\frac{\partial L}{\partial w} = (p - y) x$. The mean over $m$ samples is $\bar{x} = \frac1m \sum_{i=1}^m x_i$."""


@pytest.mark.parametrize("text", [SAID + NET, NET, BATCH], ids=["said", "used", "batch"])
def test_bars_are_derivatives_of_the_loss(text):
    read_whole(text)


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_a_slip_among_adjoints_is_found(old, new):
    assert len(with_slip(NET, old, new).findings) == 1


@pytest.mark.parametrize(
    ("old", "new"), [(r"X^\top \bar{Z}", r"\bar{Z}^\top X"), (r"\bar{O} V^\top", r"\bar{O} V")]
)
def test_a_slip_among_adjoints_of_a_batch_is_found(old, new):
    assert with_slip(BATCH, old, new).findings


def test_a_bar_for_a_mean_is_no_adjoint():
    check = check_document(MEANS)
    assert not check.findings, str(check)
    assert check.verified >= 4
