"""Names and brackets as people write them without care for TeX."""

import pytest
from tests.slipped import assert_found, assert_holds

TEXTS = {
    "numbers that run on, as in code": (
        r"""
A relu network with one sigmoid output; `X` has one of the $m$ examples in each column, `Y` the labels 0 and 1.

$$Z1 = W1 X + b1, \qquad A1 = \max(0, Z1), \qquad Z2 = W2 A1 + b2, \qquad A2 = \frac{1}{1 + e^{-Z2}}$$

$$J = -\frac{1}{m} \sum_{i=1}^{m} \left[ y^{(i)} \log A2^{(i)} + (1 - y^{(i)}) \log(1 - A2^{(i)}) \right]$$

$$dZ2 = A2 - Y, \qquad dW2 = \frac{1}{m} dZ2 A1^T$$

$$dZ1 = (W2^T dZ2) * (Z1 > 0)$$

$$dW1 = \frac{1}{m} dZ1 X^T$$
""",
        ("(W2^T dZ2)", "(W1^T dZ2)"),
    ),
    "a row of a matrix that begins with a bracket": (
        r"""
One sample with $z = Vh + b$, $y = z$ and $E = \frac{1}{2} \sum_k (y_k - t_k)^2$; $h$ has three entries and $y$ two.

$$\frac{\partial E}{\partial y_k} = y_k - t_k$$

$$\frac{\partial E}{\partial V}
= \begin{bmatrix}(y_1-t_1)h_1&(y_1-t_1)h_2&(y_1-t_1)h_3\\(y_2-t_2)h_1&(y_2-t_2)h_2&(y_2-t_2)h_3\end{bmatrix}$$
""",
        (r"h_3\\(y_2-t_2)h_1", r"h_3\\(y_2-t_2)h_2"),
    ),
    "entries of the last of numbered matrices, and a letter of samples for layers": (
        r"""
隐藏层激活函数是 sigmoid, 记作 $\sigma(\cdot)$, 输出层是 softmax. 每一行是一个样本, 共 $m$ 个.

$$Z_1 = XW_1 + \mathbf{1}b_1, \qquad A_1 = \sigma(Z_1), \qquad Z_2 = A_1W_2 + \mathbf{1}b_2, \qquad A_2 = \sigma(Z_2)$$

$$Z_3 = A_2W_3 + \mathbf{1}b_3, \qquad \hat{Y} = \mathrm{softmax}(Z_3)$$

把 $Z_3$ 的元素写成 $z_{ik}$,

$$\hat{y}_{ik} = \frac{e^{z_{ik}}}{\sum_{j=1}^{n_3} e^{z_{ij}}}$$

$$L = -\frac{1}{m}\sum_{i=1}^{m}\sum_{k=1}^{n_3} y_{ik}\log \hat{y}_{ik}$$

$$\frac{\partial L}{\partial z_{ij}} = \frac{1}{m}(\hat{y}_{ij}-y_{ij}), \qquad \sigma'(Z_2) = A_2\odot(1-A_2)$$

学习率为 $\alpha$, 对 $i=1,2,3$:

$$W_i := W_i - \alpha\frac{\partial L}{\partial W_i}, \qquad b_i := b_i - \alpha\frac{\partial L}{\partial b_i}$$
""",
        (r"W_i - \alpha\frac", r"W_i + \alpha\frac"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_in_careless_notation_hold(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_careless_notation_is_found(name):
    text, slip = TEXTS[name]
    assert_found(text, *slip)
