"""An example in numbers behind a derivation for any numbers."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

GENERAL = r"""
A network has $d$ inputs, one hidden layer of $m$ sigmoid units and one logistic output.
One example $(\mathbf{x}, y)$, $y \in \{0, 1\}$.

$$z_j = \sum_{i=1}^{d} w_{ji} x_i + b_j, \qquad h_j = \sigma(z_j), \qquad s = \sum_{j=1}^{m} v_j h_j + c,
\qquad \hat{y} = \sigma(s)$$

where $\sigma(t) = \frac{1}{1 + e^{-t}}$, and $\ell = -y \ln \hat{y} - (1 - y) \ln(1 - \hat{y})$.

$$\frac{\partial \ell}{\partial s} = \hat{y} - y,
\qquad \frac{\partial \ell}{\partial z_j} = (\hat{y} - y) v_j h_j (1 - h_j)$$

In vectors, with columns, $\mathbf{h} = \sigma(\mathbf{W} \mathbf{x} + \mathbf{b})$
and $\hat{y} = \sigma(\mathbf{v}^\top \mathbf{h} + c)$:

$$\nabla_{\mathbf{v}} \ell = (\hat{y} - y) \mathbf{h},
\qquad \nabla_{\mathbf{b}} \ell = (\hat{y} - y) \mathbf{v} \odot \mathbf{h} \odot (\mathbf{1} - \mathbf{h})$$

## Numbers

$$\mathbf{x} = \begin{pmatrix} 1 \\ 2 \end{pmatrix}, \quad \mathbf{W}
= \begin{pmatrix} 2 & -1 \\ -1 & \frac{1}{2} \end{pmatrix},
\quad \mathbf{b} = \begin{pmatrix} 0 \\ \ln 3 \end{pmatrix}, \quad \mathbf{v}
= \begin{pmatrix} 2 \\ -4 \end{pmatrix}, \quad c = 2, \quad y = 1$$

With the rate $\eta = \frac{1}{2}$:

$$z_1 = 2 \cdot 1 + (-1) \cdot 2 + 0 = 0, \qquad h_1 = \sigma(0) = \frac{1}{2}$$

$$z_2 = (-1) \cdot 1 + \frac{1}{2} \cdot 2 + \ln 3 = \ln 3, \qquad h_2 = \sigma(\ln 3) = \frac{3}{4}$$

$$\frac{\partial \ell}{\partial s} = \hat{y} - y = -\frac{1}{2},
\qquad \frac{\partial \ell}{\partial v_2} = -\frac{1}{2} \cdot \frac{3}{4} = -\frac{3}{8}$$

The loss is $\ell \approx 0.693$.

$$\mathbf{v}_{\text{new}} = \mathbf{v} - \eta \nabla_{\mathbf{v}} \ell
= \begin{pmatrix} \frac{17}{8} \\ -\frac{61}{16} \end{pmatrix}$$
"""


def test_an_example_is_held_against_its_own_numbers():
    assert_holds(GENERAL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"(-1) \cdot 2 + 0 = 0", r"(-1) \cdot 2 + 0 = 1"),
        (r"= \frac{3}{4}$$", r"= \frac{1}{4}$$"),
        (r"\cdot \frac{3}{4} = -\frac{3}{8}", r"\cdot \frac{3}{4} = \frac{3}{8}"),
        (r"\ell \approx 0.693", r"\ell \approx 0.639"),
        (r"-\frac{61}{16}", r"-\frac{67}{16}"),
        (r"v_j h_j (1 - h_j)$$", r"v_j h_j (1 + h_j)$$"),
    ],
)
def test_a_slip_in_it_is_found(old, new):
    assert_found(GENERAL, old, new)


RULE_FIRST = r"""
Rows are samples. $Z_1 = X W_1 + b_1$, $A_1 = \max(0, Z_1)$, $Z_2 = A_1 W_2 + b_2$, $P = \mathrm{softmax}(Z_2)$,
$N = 2$.

$$J = -\frac{1}{N} \sum_{i=1}^{N} \sum_k Y_{ik} \log P_{ik}$$

$$\Delta_2 = \frac{\partial J}{\partial Z_2} = \frac{1}{N} (P - Y)$$

$$W_1 \leftarrow W_1 - \eta \frac{\partial J}{\partial W_1}$$

$$X = \begin{bmatrix} 1 & 2 \\ 0.5 & -1 \end{bmatrix},
\quad W_1 = \begin{bmatrix} 0.5 & -0.3 \\ 0.1 & 0.4 \end{bmatrix}$$

$$b_1 = \begin{bmatrix} 0.1 & 0 \end{bmatrix}, \quad W_2 = \begin{bmatrix} 0.3 & -0.1 \\ 0.2 & 0.5 \end{bmatrix}$$

$$b_2 = \begin{bmatrix} 0 & 0.1 \end{bmatrix}, \quad Y = \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}$$

$$Z_2 \approx \begin{bmatrix} 0.34 & 0.27 \\ 0.075 & 0.075 \end{bmatrix}, \qquad J \approx 0.676$$
"""


def test_a_rule_before_the_numbers_is_no_step_of_theirs():
    assert_holds(RULE_FIRST)
    assert_found(RULE_FIRST, "0.34 & 0.27", "0.34 & 0.72")


def test_the_sizes_of_the_numbers_may_be_said():
    told, plain = check_document(RULE_FIRST, sizes=(2, 2, 2)), check_document(RULE_FIRST)
    assert (told.verified, told.statements) == (plain.verified, plain.statements)
