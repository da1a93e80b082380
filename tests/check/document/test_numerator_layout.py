"""Derivatives as rows and Jacobians: each line in a text of its own that holds, and with a slip that does not."""

import pytest

from clearprop import check_document
from oracles.derivations import read_whole, with_slip

ROWS = r"""One sample, columns: $z = W x + b_1$, $h = \tanh(z)$, $o = U h + b_2$, $\hat y = \operatorname{softmax}(o)$,
$J = -\sum_k y_k \log \hat y_k$ with $y$ one-hot. Numerator layout: the derivative of a number by a column is a row.

$$\frac{\partial J}{\partial o} = (\hat y - y)^\top, \qquad
\frac{\partial \hat y}{\partial o} = \operatorname{diag}(\hat y) - \hat y \hat y^\top$$

Write $\delta_1 = \partial J / \partial o$ and $\delta_2 = \partial J / \partial z$. Then

$$\delta_2 = \frac{\partial J}{\partial o} \frac{\partial o}{\partial h} \frac{\partial h}{\partial z}
= \delta_1 U \operatorname{diag}(1 - h \odot h)$$

$$\frac{\partial J}{\partial b_2} = \delta_1, \quad \frac{\partial J}{\partial b_1} = \delta_2, \quad
\frac{\partial J}{\partial x} = \delta_2 W$$

and in the shape of the parameters $\nabla_U J = \delta_1^\top h^\top$, $\nabla_W J = \delta_2^\top x^\top$."""

COLUMNS = r"""One sample, columns: $z = W x + b$, $h = \tanh(z)$, $o = U h + c$, $J = \frac12 \|o - y\|^2$. By columns:

$$\frac{\partial J}{\partial o} = o - y, \quad \frac{\partial J}{\partial h} = U^\top (o - y), \quad
\frac{\partial J}{\partial z} = \operatorname{diag}(1 - h \odot h) U^\top (o - y), \quad
\frac{\partial J}{\partial z^\top} = (o - y)^\top U \operatorname{diag}(1 - h \odot h)$$

$$\frac{\partial o}{\partial h^\top} = U, \quad \frac{\partial z}{\partial b} = \mathbf{I}, \quad
\frac{\partial J}{\partial W} = \frac{\partial J}{\partial z} x^\top$$"""

MATRICES = r"""One sample, columns: $z = W x + b$, $h = \tanh(z)$, $o = U h + c$, $J = \frac12 \|o - y\|^2$.
In numerator layout:

$$\frac{\partial J}{\partial o} = (o - y)^\top, \quad
\frac{\partial J}{\partial z} = \frac{\partial J}{\partial o} U \operatorname{diag}(1 - h \odot h), \quad
\frac{\partial J}{\partial W} = x \frac{\partial J}{\partial z}, \quad
\frac{\partial J}{\partial U} = h (o - y)^\top$$"""

TRUE = {"rows": ROWS, "columns": COLUMNS, "matrices": MATRICES}

SLIPS = [
    ("rows", r"= (\hat y - y)^\top, \qquad", r"= \hat y - y, \qquad"),
    ("rows", r"- \hat y \hat y^\top$$", r"- \hat y^\top \hat y$$"),
    ("rows", r"\delta_1 U \op", r"U \delta_1 \op"),
    ("rows", r"{\partial b_2} = \delta_1", r"{\partial b_2} = \delta_2"),
    ("rows", r"= \delta_2 W$$", r"= W^\top \delta_2$$"),
    ("rows", r"\delta_2^\top x^\top", r"\delta_2 x^\top"),
    ("columns", r"{\partial o} = o - y", r"{\partial o} = (o - y)^\top"),
    ("columns", r"{\partial h^\top} = U", r"{\partial h^\top} = U^\top"),
    ("columns", r"= (o - y)^\top U \op", r"= (o - y)^\top U^\top \op"),
    ("matrices", r"= x \frac", r"= x^\top \frac"),
    ("matrices", r"= h (o - y)^\top", r"= (o - y) h^\top"),
]


@pytest.mark.parametrize("name", TRUE)
def test_a_layout_of_derivatives_is_found_and_holds(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize(("name", "old", "new"), SLIPS)
def test_a_slip_in_a_layout_is_found(name, old, new):
    check = with_slip(TRUE[name], old, new)
    assert len(check.findings) == 1, str(check)


def test_one_transpose_too_many_brings_no_other_layout_about():
    text = r"""One sample, columns: $z = W x + b$, $p = \operatorname{softmax}(z)$, $L = -\sum_k y_k \log p_k$.
    $\frac{\partial L}{\partial z} = (p - y)^\top$, $\frac{\partial L}{\partial W} = (p - y) x^\top$."""
    check = check_document(text)
    assert [one.what for one in check.findings] == ["transposed"], str(check)
