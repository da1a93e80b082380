"""Habits of authors: true lines hold, and the same lines with a slip do not."""

import pytest

from slipped import assert_found, assert_holds

SOFTMAX = (
    "Rows of $X$ are the $N$ samples. $U = X V + c$, $H = \\tanh(U)$, $S = H W + b$, $P = \\mathrm{softmax}(S)$,\n\n"
    "$$L = -\\frac1N \\sum_n \\sum_c T_{nc} \\log P_{nc}$$\n\n"
)
COLUMNS = (
    "Samples are columns: $Z^{[1]} = W^{[1]} X + b^{[1]}$, $A^{[1]} = \\tanh(Z^{[1]})$, "
    "$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, $A^{[2]} = \\sigma(Z^{[2]})$.\n\n"
    "$$J = -\\frac1m \\sum_{i=1}^m [y^{(i)} \\log a^{[2](i)} + (1 - y^{(i)}) \\log(1 - a^{[2](i)})]$$\n\n"
)

NUMBERS = (
    "Sigmoid units. $net_{h1} = w_1 i_1 + w_2 i_2 + b_1$, $net_{h2} = w_3 i_1 + w_4 i_2 + b_1$, "
    "$net_{o1} = w_5 out_{h1} + w_6 out_{h2} + b_2$, $net_{o2} = w_7 out_{h1} + w_8 out_{h2} + b_2$ and\n\n"
    "$$out_{h1} = \\frac{1}{1 + e^{-net_{h1}}}, \\qquad out_{h2} = \\frac{1}{1 + e^{-net_{h2}}}$$\n\n"
    "$$out_{o1} = \\frac{1}{1 + e^{-net_{o1}}}, \\qquad out_{o2} = \\frac{1}{1 + e^{-net_{o2}}}$$\n\n"
    "$$E_{total} = \\frac12 (t_{o1} - out_{o1})^2 + \\frac12 (t_{o2} - out_{o2})^2$$\n\n"
)
TEXTS = {
    "a decay that only the steps have": (
        SOFTMAX + "With a coefficient $\\mu$ the step is\n\n$$W \\leftarrow "
        "W - \\eta \\left(\\frac{\\partial L}{\\partial W} + \\mu W\\right)$$\n\n"
        "$$W \\leftarrow (1 - \\eta \\mu) W - \\frac{\\eta}{N} H^T (P - T)$$\n",
        ("(1 - \\eta \\mu) W", "(1 - \\mu) W"),
    ),
    "a decay that only a gradient has": (
        SOFTMAX + "$$\\frac{\\partial L}{\\partial W} = \\frac1N H^T (P - T) + \\kappa W$$\n\n"
        "$$V \\leftarrow V - \\eta \\left(\\frac{\\partial L}{\\partial V} + \\kappa V\\right)$$\n",
        ("\\frac1N H^T", "H^T"),
    ),
    "one sample first, then all, with one name for both gradients": (
        COLUMNS + "For one sample $\\mathcal{L} = -y \\log a^{[2]} - (1 - y) \\log(1 - a^{[2]})$ and\n\n"
        "$$dz^{[2]} = a^{[2]} - y$$\n\n$$dW^{[2]} = dz^{[2]} a^{[1]T}, \\qquad db^{[2]} = dz^{[2]}$$\n\n"
        "$$dz^{[1]} = W^{[2]T} dz^{[2]} * (1 - (a^{[1]})^2)$$\n\nOver the batch\n\n"
        "$$dZ^{[2]} = A^{[2]} - Y$$\n\n$$dW^{[2]} = \\frac{1}{m} dZ^{[2]} A^{[1]T}$$\n\n"
        "$$dZ^{[1]} = W^{[2]T} dZ^{[2]} * (1 - (A^{[1]})^2)$$\n\n$$dW^{[1]} = \\frac1m dZ^{[1]} X^T$$\n",
        ("dz^{[2]} a^{[1]T}", "dz^{[2]} a^{[1]}"),
    ),
    "a sum over samples that only the prose tells": (
        "One sample $x$ is a column. $a = W x + b$, $p = \\mathrm{softmax}(a)$ and $\\ell = -y^T \\log p$, so\n\n"
        "$$\\frac{\\partial \\ell}{\\partial a} = p - y$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial W} = (p - y) x^T$$\n\n"
        "For $N$ samples, the columns of $X$, the loss is the sum of their losses. $A = W X + b \\mathbf{1}^T$, "
        "$P = \\mathrm{softmax}(A)$ and\n\n$$\\frac{\\partial \\ell}{\\partial A} = P - Y$$\n",
        ("= P - Y", "= \\frac1N (P - Y)"),
    ),
    "ones as long as what they are taken off": (
        "One sample $x$ is a column. $a = W x + b$, $p = \\mathrm{softmax}(a)$, $y$ is one-hot and "
        "$\\ell = -y^T \\log p$. Then\n\n"
        "$$\\ell = -y^T (a - \\mathbf{1} \\log(\\mathbf{1}^T \\exp(a))) = -y^T a + \\log(\\mathbf{1}^T \\exp(a))$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial W} = (p - y) x^T$$\n",
        ("= -y^T a +", "= -y^T a -"),
    ),
    "a class that is said in Chinese": (
        "一个样本 $x$ 是列向量,共 $c$ 类,真实类别是 $y$。$u = W x + b$,$p = \\mathrm{softmax}(u)$,$L = -\\log p_y$。"
        "只有 $i = y$ 时偏导数多出 $-1$。记 $e_y$ 为第 $y$ 个分量为 1、其余为 0 的向量:\n\n"
        "$$L = \\log \\sum_{j=1}^c \\exp(u_j) - u_y$$\n\n$$\\nabla_u L = p - e_y$$\n\n"
        "$$\\nabla_W L = (p - e_y) x^\\top$$\n",
        ("\\exp(u_j) - u_y", "\\exp(u_j) + u_y"),
    ),
    "layers above weights and below all else, by numbers": (
        "One sample $x$ is a column. $s_1 = (W^1)^T x + b^1$, $h_1 = \\tanh(s_1)$, $s_2 = (W^2)^T h_1 + b^2$, "
        "$L = \\frac12 \\|s_2 - y\\|^2$. "
        "With $\\delta_2 = \\partial L / \\partial s_2$ and $\\delta_1 = \\partial L / \\partial s_1$\n\n"
        "$$\\delta_2 = s_2 - y$$\n\n$$\\delta_1 = (W^2 \\delta_2) \\odot (1 - h_1 \\odot h_1)$$\n\n"
        "$$\\frac{\\partial L}{\\partial W^2_{ij}} = h_{1,i} \\delta_{2,j}$$\n",
        ("h_{1,i} \\delta_{2,j}", "h_{1,j} \\delta_{2,i}"),
    ),
    "layers above weights and below all else, by a letter": (
        "One sample $x$ is a column. With $a_0 = x$ each layer $l = 1, \\dots, L$ gives "
        "$z_l = W^{(l)} a_{l-1} + b^{(l)}$ and $a_l = \\sigma(z_l)$, the sigmoid. $E = \\frac12 \\|a_L - y\\|^2$, "
        "$\\delta_l = \\partial E / \\partial z_l$:\n\n"
        "$$\\delta_l = (W^{(l+1)T} \\delta_{l+1}) \\odot a_l \\odot (1 - a_l)$$\n\n"
        "$$\\frac{\\partial E}{\\partial W^{(l)}} = \\delta_l a_{l-1}^T$$\n",
        ("\\delta_l a_{l-1}^T", "\\delta_l a_l^T"),
    ),
    "numbers one by one": (
        NUMBERS
        + "$$\\frac{\\partial net_{o1}}{\\partial w_5} = 1 * out_{h1} * w_5^{(1-1)} + 0 = out_{h1}$$\n\n"
        "$$\\delta_{o1} = -(t_{o1} - out_{o1}) out_{o1} (1 - out_{o1}), \\quad "
        "\\delta_{o2} = -(t_{o2} - out_{o2}) out_{o2} (1 - out_{o2})$$\n\n"
        "$$\\delta_{h1} = (\\delta_{o1} w_5 + \\delta_{o2} w_7) out_{h1} (1 - out_{h1})$$\n\n"
        "$$\\delta_{h2} = (\\delta_{o1} w_6 + \\delta_{o2} w_8) out_{h2} (1 - out_{h2})$$\n\n"
        "$$\\frac{\\partial E_{total}}{\\partial w_3} = \\delta_{h2} i_1$$\n\n"
        "$$w_1^{+} = w_1 - \\eta \\delta_{h1} i_1$$\n",
        ("\\delta_{o2} w_8", "\\delta_{o2} w_7"),
    ),
    "a slope by an entry of a matrix in brackets": (
        "Rows of $X$ are the $N$ samples. $U = X W_1 + b_1$, $H = \\tanh(U)$, $S = H W_2 + b_2$, "
        "$L = \\frac{1}{2N} \\|S - Y\\|_F^2$, $G = \\frac{\\partial L}{\\partial S}$:\n\n"
        "$$G = \\frac1N (S - Y)$$\n\n"
        "$$\\frac{\\partial L}{\\partial (W_2)_{hj}} = \\sum_{i=1}^N H_{ih} G_{ij}$$\n",
        ("H_{ih} G_{ij}", "H_{ij} G_{ih}"),
    ),
    "thresholds and the sample above": (
        "训练例 $(x_k, y_k)$,输出 $l$ 维。隐层输入 $\\alpha_h = \\sum_{i=1}^d v_{ih} x_i$,"
        "输出 $b_h = f(\\alpha_h - \\gamma_h)$;输出层 "
        "$\\beta_j = \\sum_{h=1}^q w_{hj} b_h$,$\\hat y_j^k = f(\\beta_j - \\theta_j)$,"
        "$f$ 是 Sigmoid。$x_i$ 均省略样本标号。\n\n"
        "$$E_k = \\frac12 \\sum_{j=1}^l (\\hat y_j^k - y_j^k)^2$$\n\n"
        "$$\\frac{\\partial E_k}{\\partial w_{hj}} = (\\hat y_j^k - y_j^k) \\hat y_j^k (1 - \\hat y_j^k) b_h^k$$\n\n"
        "$$\\frac{\\partial E_k}{\\partial \\theta_j} = -(\\hat y_j^k - y_j^k) \\hat y_j^k (1 - \\hat y_j^k)$$\n\n"
        "$$g_j = -\\frac{\\partial E_k}{\\partial \\beta_j}$$\n\n$$E = \\frac1m \\sum_{k=1}^m E_k$$\n\n"
        "$$\\frac{\\partial E}{\\partial w_{hj}} = -\\frac1m \\sum_{k=1}^m g_j^k b_h^k$$\n",
        ("= -\\frac1m \\sum_{k=1}^m g_j^k", "= -\\sum_{k=1}^m g_j^k"),
    ),
    "differentials of formulas": (
        "Columns of $X$ are the $N$ samples. $Z = W X + b \\mathbf{1}^T$, $A = \\tanh(Z)$, "
        "$L = \\frac12 \\|A - Y\\|_F^2$. We have\n\n"
        "$$dL = \\mathrm{tr}((A - Y)^T dA)$$\n\n$$dA = d\\tanh(Z) = (1 - A \\odot A) \\odot dZ$$\n\n"
        "$$dZ = d(W X + b \\mathbf{1}^T) = dW X + db \\mathbf{1}^T$$\n",
        ("= dW X + db", "= dW X - db"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_other_texts_hold(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_other_texts_is_found(name):
    text, slip = TEXTS[name]
    assert_found(text, *slip)
