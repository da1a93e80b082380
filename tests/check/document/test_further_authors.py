"""Further ways of writing that other authors have: true lines hold, and the same lines with a slip do not."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

SOFTMAX = "Rows of $X$ are the $N$ samples. $U = X W_1 + b_1$, $H = \\max(0, U)$, $S = H W_2 + b_2$, $P = \\mathrm{softmax}(S)$,\n\n"
LOSS = "$$L = -\\frac1N \\sum_n \\sum_c T_{nc} \\log P_{nc}$$\n\n"
COLUMN = "One sample $x$, a column, $a_0 = x$. For $l = 1, \\dots, L - 1$: $u_l = W_l a_{l-1} + c_l$ and $a_l = \\tanh(u_l)$."

TEXTS = {
    "a velocity by a letter of weights": (
        SOFTMAX + LOSS + "For $i = 1, 2$ we keep a velocity $V_i$ and a friction $\\mu \\in [0, 1)$:\n\n"
        "$$V_i \\leftarrow \\mu V_i - \\eta \\frac{\\partial L}{\\partial W_i}$$\n\n$$W_i \\leftarrow W_i + V_i$$\n",
        ("W_i + V_i", "W_i - V_i"),
    ),
    "a last layer that is linear": (
        COLUMN + " The last layer is linear:\n\n$$f = W_L a_{L-1} + c_L$$\n\n$$E = \\|f - t\\|^2$$\n\n"
        "Let $g_l$ be the gradient by $u_l$, and $g_L$ that by $f$:\n\n$$g_L = 2 (f - t)$$\n\n"
        "$$\\nabla_{W_L} E = g_L a_{L-1}^\\top$$\n",
        ("= g_L a_{L-1}^\\top", "= g_L a_L^\\top"),
    ),
    "the function of the output layer in prose": (
        "One sample, a column. $a^{(0)} = x$, $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$ and $a^{(l)} = f_l(z^{(l)})$. In hidden "
        "layers $f_l$ is ReLU, $f_l(z) = \\max(0, z)$; in the output layer $f_L$ is the softmax, and $\\hat y = a^{(L)}$.\n\n"
        "$$J = -y^\\top \\log \\hat y$$\n\n$$\\frac{\\partial J}{\\partial z^{(L)}} = \\hat y - y$$\n",
        ("= \\hat y - y", "= y - \\hat y"),
    ),
    "a network of single units": (
        "三层网络，每层只有一个神经元。$z_1 = w_1 x + b_1$，$a_1 = f(z_1)$，$z_2 = w_2 a_1 + b_2$，$a_2 = f(z_2)$，"
        "$z_3 = w_3 a_2 + b_3$，$f(z) = \\ln(1 + e^z)$，损失 $C = (z_3 - y)^2$。记 $\\delta_k = \\partial C / \\partial z_k$。\n\n"
        "$$\\delta_2 = \\delta_3 \\cdot w_3 \\cdot f'(z_2)$$\n\n$$\\frac{\\partial C}{\\partial w_2} = \\delta_2 a_1$$\n",
        ("\\delta_2 a_1", "\\delta_2 a_2"),
    ),
    "one sample beside layers": (
        "Samples are columns: $Z^{[1]} = W^{[1]} X + b^{[1]}$, $A^{[1]} = \\tanh(Z^{[1]})$, $Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, "
        "$A^{[2]} = \\sigma(Z^{[2]})$. For one sample $\\mathcal{L} = -y \\log a - (1-y) \\log(1-a)$ with $a = \\sigma(z)$, so\n\n"
        "$$\\frac{da}{dz} = a (1 - a)$$\n\n"
        "$$\\frac{\\partial \\mathcal{L}}{\\partial z} = a - y$$\n",
        ("= a - y", "= y - a"),
    ),
    "cases in prose": (
        "One sample, a row: $u = x V$, $h = \\psi(u)$, $s = h W$ with $\\psi(u) = u$ for $u > 0$, otherwise $\\psi(u) = 0.1 u$, "
        "and $p = \\mathrm{softmax}(s)$, $E = -\\sum_k t_k \\ln p_k$. The slope is $\\psi'(u) = 1$ for $u > 0$ and\n\n"
        "$$\\psi'(u) = 0.1 \\quad (u < 0)$$\n\n$$\\frac{\\partial E}{\\partial s} = p - t$$\n",
        ("$\\psi'(u) = 0.1 ", "$\\psi'(u) = 0 "),
    ),
    "functions at a place": (
        "One sample, a column: $z = W x + b$, $a = \\sigma(z)$ with $\\sigma(z) = 1 / (1 + e^{-z})$, $E = \\frac12 \\|a - t\\|^2$. "
        "With\n\n$$\\sigma' = \\sigma (1 - \\sigma)$$\n\nwe get $\\frac{\\partial E}{\\partial z} = (a - t) \\odot a \\odot (1 - a)$.\n",
        ("\\sigma (1 - \\sigma)", "\\sigma (1 + \\sigma)"),
    ),
    "an inner product": (
        "Rows of $X$ are the $N$ samples. $\\hat Y = X W + \\mathbf{1} b$ and $J = \\frac1N \\|\\hat Y - T\\|_F^2$. Let "
        "$\\langle A, B \\rangle = \\operatorname{tr}(A^\\top B)$. Then\n\n"
        "$$dJ = \\frac2N \\langle \\hat Y - T, d\\hat Y \\rangle$$\n\n$$\\frac{\\partial J}{\\partial W} = \\frac2N X^\\top (\\hat Y - T)$$\n",
        ("\\frac2N \\langle", "\\frac1N \\langle"),
    ),
    "an offset in any layer": (
        "$net_j = \\sum_i w_{ij} o_i + \\theta_j$ and $o_j = f(net_j)$ with $f(x) = \\tanh(x)$. The error is "
        "$E = \\frac12 \\sum_j (t_j - o_j)^2$ over the output units. Let $\\delta_j = -\\frac{\\partial E}{\\partial net_j}$.\n\n"
        "$$\\frac{\\partial E}{\\partial w_{ij}} = -\\delta_j o_i$$\n\n$$\\frac{\\partial E}{\\partial \\theta_j} = -\\delta_j$$\n",
        ("= -\\delta_j$$", "= \\delta_j$$"),
    ),
    "slopes with a dot, steps in brackets": (
        "One sample, a column, in a network of $M$ layers: $n^m = W^m a^{m-1} + b^m$ and $a^m = f^m(n^m)$, $a^0 = p$, $a = a^M$. "
        "The error is $\\hat F(x) = (t - a)^T (t - a)$, and $s^m = \\frac{\\partial \\hat F}{\\partial n^m}$. With the "
        "learning rate $\\alpha$\n\n$$W^m(k+1) = W^m(k) - \\alpha s^m (a^{m-1})^T$$\n\n"
        "$$\\dot F^m(n^m) = \\operatorname{diag}(\\dot f^m(n^m_1), \\dots, \\dot f^m(n^m_{S^m}))$$\n\n"
        "$$s^m = \\dot F^m(n^m) (W^{m+1})^T s^{m+1}$$\n\n$$s^M = -2 \\dot F^M(n^M) (t - a)$$\n",
        ("= -2 \\dot F^M", "= 2 \\dot F^M"),
    ),
    "a German text of layers 0 to S with thresholds": (
        "Ein Netz mit den Schichten $0, 1, \\dots, S$ und der Netzeingabe "
        "$\\mathrm{net}_j^{(s)} = \\sum_{i=1}^{n_{s-1}} w_{ij}^{(s)} o_i^{(s-1)} - \\theta_j^{(s)}$, "
        "$o_j^{(s)} = f(\\mathrm{net}_j^{(s)})$, $f(u) = 1 / (1 + e^{-u})$. Zu einem Muster $p$ ist $t_p$ die gewünschte "
        "Ausgabe und $E_p = \\frac12 \\sum_{j=1}^{n_S} (t_{pj} - o_{pj}^{(S)})^2$ der Fehler, $E = \\sum_p E_p$ der gesamte. "
        "Mit $\\delta_j^{(s)} = -\\frac{\\partial E_p}{\\partial \\mathrm{net}_j^{(s)}}$ gilt\n\n"
        "$$\\delta_j^{(S)} = o_j^{(S)} (1 - o_j^{(S)}) (t_j - o_j^{(S)})$$\n\n"
        "$$\\Delta w_{ij}^{(s)} = -\\eta \\frac{\\partial E_p}{\\partial w_{ij}^{(s)}} = \\eta o_i^{(s-1)} \\delta_j^{(s)}$$\n\n"
        "$$\\frac{\\partial E_p}{\\partial \\theta_j^{(s)}} = \\delta_j^{(s)}$$\n",
        ("= \\delta_j^{(s)}$$", "= -\\delta_j^{(s)}$$"),
    ),
    "units of any layer at each iteration": (
        "At iteration $n$, $v_j(n) = \\sum_i w_{ji}(n) y_i(n)$ and $y_j(n) = \\varphi_j(v_j(n))$. For an output neuron, where "
        "$d_j(n)$ is the desired response,\n\n$$e_j(n) = d_j(n) - y_j(n), \\quad \\text{neuron } j \\text{ is an output}$$\n\n"
        "$$E(n) = \\frac12 \\sum_j e_j^2(n)$$\n\n$$\\delta_j(n) = -\\frac{\\partial E(n)}{\\partial v_j(n)} = "
        "e_j(n) \\varphi_j'(v_j(n))$$\n\nand for a hidden one\n\n$$\\frac{\\partial E(n)}{\\partial y_j(n)} = "
        "-\\sum_k e_k(n) \\varphi_k'(v_k(n)) w_{kj}(n)$$\n\n$$\\delta_j(n) = \\varphi_j'(v_j(n)) \\sum_k \\delta_k(n) w_{kj}(n)$$"
        "\n\nThe weights are changed by $\\Delta w_{ji}(n) = -\\eta \\frac{\\partial E(n)}{\\partial w_{ji}(n)}$, so\n\n"
        "$$w_{ji}(n+1) = w_{ji}(n) + \\Delta w_{ji}(n)$$\n",
        ("-\\sum_k e_k(n)", "\\sum_k e_k(n)"),
    ),
    "a softplus in components": (
        "One hidden layer of $K$ units: $u_k = \\sum_{j=1}^d a_{kj} x_j + c_k$ and $h_k = \\log(1 + e^{u_k})$. The prediction is "
        "$\\hat y = \\sum_{k=1}^K v_k h_k + v_0$, and $\\ell = (\\hat y - y)^2$.\n\n"
        "$$\\frac{\\partial \\ell}{\\partial v_k} = 2 (\\hat y - y) h_k$$\n\n"
        "$$\\frac{\\partial \\ell}{\\partial v_0} = 2 (\\hat y - y)$$\n",
        ("v_0} = 2 (", "v_0} = ("),
    ),
    "errors by the names of what they are of": (
        "One example: $p = A x$, $q = \\tanh(p)$ and $o = B q$, an output which has $n$ components. The loss is "
        "$\\mathcal{L} = \\frac1n \\sum_{i=1}^n (o_i - t_i)^2$ with the target $t$. Write $e_v = \\partial \\mathcal{L} / \\partial v$.\n\n"
        "$$e_o = \\frac2n (o - t)$$\n\n$$e_q = B^\\top e_o$$\n\n$$e_p = e_q \\odot (1 - q \\odot q)$$\n",
        ("e_p = e_q", "e_p = e_o"),
    ),
    "a loss without its penalty": (
        "For $l = 1, \\dots, L$: $z^l = W^l a^{l-1} + b^l$, $a^l = \\tanh(z^l)$, $a^0 = x$.\n\n"
        "$$C = \\frac12 \\|a^L - t\\|^2 + \\frac\\lambda2 \\sum_{l=1}^L \\|W^l\\|_F^2$$\n\n"
        "The first term is $C_0 = \\frac12 \\|a^L - t\\|^2$, and $\\delta^l = \\frac{\\partial C_0}{\\partial z^l}$.\n\n"
        "$$\\frac{\\partial C}{\\partial W^l} = \\delta^l (a^{l-1})^T + \\lambda W^l$$\n",
        ("+ \\lambda W^l$$", "+ 2 \\lambda W^l$$"),
    ),
    "patterns above units of any layer": (
        "For pattern $p$: $$net_{pj} = \\sum_i w_{ji} o_{pi}, \\qquad (2)$$ and $o_{pj} = f_j(net_{pj})$. The error is "
        "$E_p = \\frac12 \\sum_j (t_{pj} - o_{pj})^2$ over the output units, with $E = \\sum_p E_p$.\n\n"
        "$$\\delta_{pj} = -\\frac{\\partial E_p}{\\partial net_{pj}}$$\n\n"
        "$$\\Delta_p w_{ji} = \\eta \\delta_{pj} o_{pi}$$\n",
        ("= \\eta \\delta_{pj}", "= -\\eta \\delta_{pj}"),
    ),
    "scores of a batch": (
        "Rows of $X$ are examples. $h = \\max(0, X W_1 + b_1)$, $scores = h W_2 + b_2$. For example $i$ with scores $f$: "
        "$p_k = \\frac{e^{f_k}}{\\sum_j e^{f_j}}$, $L_i = -\\log p_{y_i}$ and $L = \\frac1N \\sum_i L_i$.\n\n"
        "$$dscores = \\frac1N (probs - Y)$$\n\n$$dW_2 = h^T dscores$$\n\n$$dh = dscores W_2^T$$\n",
        ("dW_2 = h^T dscores", "dW_2 = X^T dscores"),
    ),
    "slopes at a layer": (
        "$z^l = W^l a^{l-1}$ and $a^l = f^l(z^l)$ for $l = 1, \\dots, L$, where $f^l$ is the logistic function of any layer, "
        "$C = \\frac12 \\|a^L - y\\|^2$, $\\delta^l = \\frac{\\partial C}{\\partial z^l}$. In matrices\n\n"
        "$$\\delta^{l-1} = (f^{l-1})' \\circ (W^l)^T \\cdot \\delta^l$$\n\n$$\\nabla_{W^l} C = \\delta^l (a^{l-1})^T$$\n",
        ("(f^{l-1})' \\circ", "(f^l)' \\circ"),
    ),
    "a mean over examples x": (
        "For $l = 2, \\dots, L$: $z^l = w^l a^{l-1} + b^l$ and $a^l = \\sigma(z^l)$, $a^1 = x$. For $n$ training examples\n\n"
        "$$C = \\frac{1}{2n} \\sum_x \\|y(x) - a^L(x)\\|^2$$\n\nFor one example $C = \\frac12 \\sum_j (y_j - a^L_j)^2$ and "
        "$\\delta^l_j = \\frac{\\partial C}{\\partial z^l_j}$.\n\n"
        "$$\\frac{\\partial C}{\\partial w^l_{jk}} = a^{l-1}_k \\delta^l_j$$\n",
        ("a^{l-1}_k \\delta^l_j", "a^l_k \\delta^l_j"),
    ),
    "layers by dashes": (
        "Pattern $p$ has inputs $x_{pi}$: $x'_{pj} = f(s'_{pj})$, $s'_{pj} = \\sum_i w'_{ji} x_{pi} - \\theta'_j$, and "
        "$x''_{pk} = f(s''_{pk})$, $s''_{pk} = \\sum_j w''_{kj} x'_{pj} - \\theta''_k$ with $f(s) = 1 / (1 + e^{-s})$. "
        "$E_p = \\frac12 \\sum_k (d_{pk} - x''_{pk})^2$, $d_{pk}$ being the desired activity.\n\n"
        "$$\\delta''_{pk} = -\\frac{\\partial E_p}{\\partial s''_{pk}}$$\n\n$$\\delta'_{pj} = -\\frac{\\partial E_p}{\\partial s'_{pj}}$$\n\n"
        "$$\\delta'_{pj} = x'_{pj} (1 - x'_{pj}) \\sum_k \\delta''_{pk} w''_{kj}$$\n",
        ("\\delta''_{pk} w''_{kj}$$", "\\delta''_{pk} w'_{kj}$$"),
    ),
    "intercepts with a 0 before their unit": (
        "The data are $(x_i, y_i)$, $i = 1, \\dots, n$, with $x_i \\in \\mathbb{R}^p$. With $M$ hidden units "
        "$Z_{im} = \\tanh(\\alpha_{0m} + \\alpha_m^T x_i)$ and $T_i = \\beta_0 + \\sum_{m=1}^M \\beta_m Z_{im}$, "
        "$\\pi_i = 1 / (1 + \\exp(-T_i))$, $R = \\sum_{i=1}^n R_i$, $R_i = -y_i \\log \\pi_i - (1 - y_i) \\log(1 - \\pi_i)$ and "
        "$\\delta_i = \\frac{\\partial R_i}{\\partial T_i}$.\n\n"
        "$$\\frac{\\partial R}{\\partial \\beta_0} = \\sum_{i=1}^n \\delta_i$$\n\n"
        "$$\\frac{\\partial Z_{im}}{\\partial \\alpha_{ml}} = (1 - Z_{im}^2) x_{il}$$\n\n"
        "$$\\beta_m^{(r+1)} = \\beta_m^{(r)} - \\gamma_r \\sum_{i=1}^n \\delta_i Z_{im}$$\n",
        ("(1 - Z_{im}^2)", "(1 - Z_{im})"),
    ),
    "a Jacobian by a letter": (
        "One example $x$, a column: $s_1 = W_1 x + b_1$, $y_1 = \\sigma(s_1)$ with $\\sigma(t) = 1/(1 + e^{-t})$, $y_2 = W_2 y_1 + b_2$, "
        "$Q = \\frac12 (y_2 - d)^T (y_2 - d)$ with the desired answer $d$. Derivatives of $Q$ are row vectors. Put "
        "$\\Sigma_1 = \\frac{\\partial y_1}{\\partial s_1}$, $r_2 = \\frac{\\partial Q}{\\partial y_2}$, "
        "$r_1 = \\frac{\\partial Q}{\\partial s_1}$.\n\n"
        "$$r_2 = (y_2 - d)^T$$\n\n$$r_1 = r_2 W_2 \\Sigma_1$$\n\n$$W_1 \\leftarrow W_1 - h r_1^T x^T$$\n",
        ("W_1 - h r_1^T", "W_1 + h r_1^T"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_its_slip_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_the_letter_of_a_function_is_no_constant():
    """Not even where a range is said of it: both cases of r hold, and only the slip of its slope is found."""
    cases = "With $r(u) = u$ if $u > 0$, otherwise $r(u) = 0$. "
    [finding] = check_document(cases + "Then $r'(u) = 1$ for $u < 0$.").findings
    assert finding.formula == "r'(u) = 1"
    assert check_document(cases + "Then $r'(u) = 1$ for $u > 0$.").ok


def test_a_chain_of_arrows_claims_nothing():
    text = (
        "Single numbers: $u = w x + b$, $h = \\sigma(u)$ with $\\sigma(v) = 1/(1+e^{-v})$ and "
        "$E = \\frac12 (h - t)^2$. The chain goes $w \\to u \\to h \\to E$, so\n\n"
        "$$\\frac{\\partial E}{\\partial u} = (h - t) h (1 - h)$$\n\n"
        "$$\\frac{\\partial E}{\\partial b} = (h - t) h (1 - h)$$\n"
    )
    assert_holds(text)
    assert_found(text, "{\\partial u} = (h - t) h (1 - h)", "{\\partial u} = (h - t) h (1 + h)")


def test_the_total_of_samples_in_a_text_about_one():
    text = (
        "One example: $a_j = \\sum_{i=1}^{D} w_{ji} x_i$, $y_j = \\tanh(a_j)$ and $E = \\frac12 \\sum_j (y_j - t_j)^2$.\n\n"
        "$$\\frac{\\partial E}{\\partial a_j} = (y_j - t_j)(1 - y_j^2)$$\n\n"
        "$$\\frac{\\partial E}{\\partial w_{ji}} = (y_j - t_j)(1 - y_j^2) x_i$$\n\n"
        "With $N$ examples the error is $E_{\\text{tot}} = \\sum_{n=1}^{N} E_n$.\n"
    )
    assert_holds(text)


def test_one_letter_for_the_loss_of_one_sample_and_the_mean():
    text = (
        "For one sample, a column $x$: $z^{[1]} = W^{[1]} x + b^{[1]}$, $a^{[1]} = \\sigma(z^{[1]})$ with the logistic $\\sigma$, "
        "and the loss $J = \\frac12 \\|a^{[1]} - y\\|^2$.\n\n"
        "$$dz^{[1]} = \\frac{\\partial J}{\\partial z^{[1]}} = (a^{[1]} - y) \\odot a^{[1]} \\odot (1 - a^{[1]})$$\n\n"
        "$$\\frac{\\partial J}{\\partial W^{[1]}} = dz^{[1]} x^T$$\n\n$$\\frac{\\partial J}{\\partial b^{[1]}} = dz^{[1]}$$\n\n"
        "For $m$ samples $J = \\frac1m \\sum_{i=1}^m \\frac12 \\|a^{[1](i)} - y^{(i)}\\|^2$, so\n\n"
        "$$\\frac{\\partial J}{\\partial b^{[1]}} = \\frac1m \\sum_{i=1}^m dz^{[1](i)}$$\n"
    )
    assert_holds(text)
    assert_found(text, "= \\frac1m \\sum_{i=1}^m dz", "= \\sum_{i=1}^m dz")


def test_a_section_that_leaves_out_the_sample():
    text = (
        "# 前向\n\n$m$ 个样本，每行一个：$Z = X W + b$，$\\hat Y = \\text{softmax}(Z)$，"
        "$J = -\\frac1m \\sum_{i=1}^m \\sum_c Y_{ic} \\ln \\hat Y_{ic}$。\n\n"
        "# softmax 的导数\n\n本节省去样本下标，即 $\\hat y_k = e^{z_k} / \\sum_c e^{z_c}$。当 $k = j$ 时\n\n"
        "$$\\frac{\\partial \\hat y_k}{\\partial z_k} = \\hat y_k (1 - \\hat y_k)$$\n\n当 $k \\neq j$ 时\n\n"
        "$$\\frac{\\partial \\hat y_k}{\\partial z_j} = -\\hat y_k \\hat y_j$$\n\n"
        "# 梯度\n\n$$\\frac{\\partial J}{\\partial Z} = \\frac1m (\\hat Y - Y)$$\n"
    )
    assert_holds(text)
    assert_found(text, "= -\\hat y_k \\hat y_j", "= \\hat y_k \\hat y_j")


def test_a_hidden_name_is_none_of_the_outputs_whose_units_it_has():
    text = (
        "One sample: inputs $x_i$, hidden units $h_j$, outputs $y_k$, targets $t_k$.\n\n"
        "$$s_j = \\sum_i w_{ji} x_i + b_j, \\qquad h_j = \\tanh(s_j)$$\n\n"
        "$$y_k = \\sum_j v_{kj} h_j + c_k, \\qquad E = \\frac12 \\sum_k (y_k - t_k)^2$$\n\n"
        "$$\\frac{\\partial E}{\\partial v_{kj}} = (y_k - t_k) h_j$$\n\n"
        "$$\\frac{\\partial E}{\\partial c_k} = y_k - t_k$$\n\n"
        "$$\\frac{\\partial E}{\\partial s_j} = (1 - h_j^2) \\sum_k v_{kj} (y_k - t_k)$$\n\n"
        "$$\\frac{\\partial E}{\\partial w_{ji}} = x_i (1 - h_j^2) \\sum_k v_{kj} (y_k - t_k)$$\n"
    )
    assert_holds(text)
    assert_found(text, "c_k} = y_k", "c_k} = h_k")
    assert_found(text, "= x_i (1", "= h_i (1")
