"""Ways of writing that other authors have: true lines hold, and the same lines with a slip do not."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

SOFTMAX = "One sample $x$, a column: $z = W x + b$, $p_i = e^{z_i} / \\sum_k e^{z_k}$, $\\ell = -\\sum_i y_i \\ln p_i$.\n\n"
CASE = "\\frac{\\partial p_i}{\\partial z_j}"
HIDDEN = "One sample $x$: $z = W_1 x + b_1$, $h = \\tanh(z)$, $o = W_2 h + b_2$, $\\hat y = \\mathrm{softmax}(o)$.\n\n"
DEEP = (
    "The batch $X$ has $m$ samples as rows, $A_0 = X$. For $l = 1, \\dots, L$\n\n$$Z_l = A_{l-1} W_l + \\mathbf{1} b_l$$\n\n"
    "$$A_l = f(Z_l)\\ (l<L)$$\n\n$$P = \\operatorname{softmax}(Z_L)$$\n\n"
)
PENALTY = "$$J = -\\frac1m \\sum_{i,c} Y_{ic} \\log P_{ic} + \\frac\\lambda2 \\sum_l \\|W_l\\|_F^2$$\n\n$$D_L = \\frac1m (P - Y)$$\n\n"

TEXTS = {
    "the nearer of two cases": (
        SOFTMAX + f"当 $i = j$ 时，\n$${CASE} = p_i (1 - p_i)$$\n当 $i \\neq j$ 时，\n$${CASE} = -p_i p_j$$\n",
        ("= -p_i p_j", "= p_i p_j"),
    ),
    "cases behind their lines": (
        SOFTMAX + f"Here ${CASE} = p_i (1 - p_j)$ if $i = j$ and ${CASE} = -p_i p_j$ if $i \\ne j$.\n",
        ("(1 - p_j)", "(1 + p_j)"),
    ),
    "one example of many": (
        "Let $h_\\theta(x) = g(\\theta^T x)$ with $g(z) = \\frac{1}{1 + e^{-z}}$. For $m$ examples the log-likelihood is\n\n"
        "$$\\ell(\\theta) = \\sum_{i=1}^m y^{(i)} \\log h_\\theta(x^{(i)}) + (1-y^{(i)}) \\log (1-h_\\theta(x^{(i)}))$$\n\n"
        "For one example $(x, y)$ we get\n\n$$\\frac{\\partial \\ell}{\\partial \\theta_j} = (y - h_\\theta(x)) x_j$$\n\n"
        "Hence of all examples\n\n"
        "$$\\frac{\\partial \\ell}{\\partial \\theta_j} = \\sum_{i=1}^m (y^{(i)} - h_\\theta(x^{(i)})) x_j^{(i)}$$\n",
        ("= (y - h_\\theta(x)) x_j", "= (h_\\theta(x) - y) x_j"),
    ),
    "a loss named by letters": (
        HIDDEN + "$$J = CE(y, \\hat y) = -\\sum_i y_i \\log \\hat y_i$$\n\n$$\\frac{\\partial J}{\\partial o} = \\hat y - y$$\n",
        ("= \\hat y - y", "= \\hat y + y"),
    ),
    "a sample's own class": (
        HIDDEN + "With $k$ the index of the correct class, $J = -\\sum_i y_i \\log \\hat y_i = -\\log \\hat y_k$ "
        "(let $k$ be the correct class). So $\\frac{\\partial J}{\\partial o} = \\hat y - y$.\n",
        ("= -\\log \\hat y_k", "= \\log \\hat y_k"),
    ),
    "old and new": (
        HIDDEN + "$$J = -\\sum_i y_i \\log \\hat y_i$$\n\n$$W_2^{\\text{new}} = W_2^{\\text{old}} - \\eta (\\hat y - y) h^T$$\n\n"
        "$$b_2^{+} = b_2 - \\eta (\\hat y - y)$$\n",
        ("W_2^{\\text{old}} - \\eta", "W_2^{\\text{old}} + \\eta"),
    ),
    "a rate by another letter": (
        SOFTMAX + "With step size $\\gamma$: $b \\leftarrow b - \\gamma \\frac{\\partial \\ell}{\\partial b}$, "
        "$W \\leftarrow W - \\gamma (p - y) x^T$, $\\frac{\\partial \\ell}{\\partial b} = p - y$.\n",
        ("W - \\gamma (p - y)", "W - \\gamma (y - p)"),
    ),
    "a range in brackets": (
        DEEP + "$$J = -\\frac1m \\sum_{i,c} Y_{ic} \\log P_{ic}$$\n\n$$\\frac{\\partial J}{\\partial Z_L} = \\frac1m (P - Y)$$\n",
        ("\\frac1m (P - Y)$$", "(P - Y)$$"),
    ),
    "a penalty over all layers": (
        DEEP + PENALTY + "$$D_l = (D_{l+1} W_{l+1}^T) \\odot f'(Z_l) \\quad (l < L)$$\n\n"
        "$$\\frac{\\partial J}{\\partial W_l} = A_{l-1}^T D_l + \\lambda W_l$$\n",
        ("+ \\lambda W_l", "+ 2 \\lambda W_l"),
    ),
    "an input by another letter": (
        "The input is $u$. The network is\n\n$$v = \\max(0, A u + a), \\quad q = \\sigma(w^\\top v + \\beta)$$\n\n"
        "with the loss $\\ell = -t \\log q - (1 - t) \\log(1 - q)$.\n\n"
        "$$\\nabla_A \\ell = ((q-t) w \\odot 1[v > 0]) u^\\top$$\n",
        ("((q-t) w", "((q+t) w"),
    ),
    "biases by another letter": (
        "Let $X \\in \\mathbb{R}^{n \\times p}$ hold one example per row: $A = X \\Theta_1 + \\mathbf{1} \\beta_1^\\top$, "
        "$H = \\tanh(A)$, $S = H \\Theta_2 + \\mathbf{1} \\beta_2^\\top$, $P = \\operatorname{softmax}(S)$, "
        "$L = -\\frac{1}{n} \\sum_{i=1}^n \\sum_k Y_{ik} \\log P_{ik}$.\n\n"
        "$$G = \\frac{\\partial L}{\\partial S} = \\frac{1}{n} (P - Y)$$\n\n"
        "$$\\frac{\\partial L}{\\partial \\beta_2} = G^\\top \\mathbf{1}$$\n",
        ("= G^\\top \\mathbf{1}", "= 2 G^\\top \\mathbf{1}"),
    ),
    "vectors that stand for any": (
        "The network is $a_1 = W_1 x + b_1$, $h_1 = \\sigma(a_1)$, $a_2 = W_2 h_1 + b_2$ with the loss "
        "$l = -y^T \\log \\mathrm{softmax}(a_2)$, where\n\n"
        "$$\\mathrm{softmax}(a) = \\frac{\\exp(a)}{\\mathbf{1}^T \\exp(a)}$$\n\n"
        "$$\\sigma'(a) = \\sigma(a) \\odot (\\mathbf{1} - \\sigma(a))$$\n\n"
        "$$\\frac{\\partial l}{\\partial a_2} = \\mathrm{softmax}(a_2) - y$$\n",
        ("(\\mathbf{1} - \\sigma(a))", "(\\mathbf{1} + \\sigma(a))"),
    ),
    "an activation of the hidden layers": (
        "For $l = 1, \\dots, L$ with $h^{(0)} = x$ let $a^{(l)} = b^{(l)} + W^{(l)} h^{(l-1)}$ and\n\n$$h^{(l)} = f(a^{(l)})$$\n\n"
        "with $f(a) = \\tanh(a)$ in the hidden layers and $\\hat{y} = \\text{softmax}(a^{(L)})$ at the output.\n\n"
        "$$J = -\\sum_{k} y_k \\log \\hat{y}_k$$\n\n$$\\nabla_{a^{(L)}} J = \\hat{y} - y$$\n\n"
        "Momentum:\n\n$$v^{(l)} \\leftarrow \\mu v^{(l)} - \\epsilon \\nabla_{W^{(l)}} J$$\n\n$$W^{(l)} \\leftarrow W^{(l)} + v^{(l)}$$\n",
        ("W^{(l)} + v^{(l)}", "W^{(l)} - v^{(l)}"),
    ),
    "an output that is the last sum": (
        "Rows of $X$ are the $n$ samples, $H^{(0)} = X$. For $\\ell = 1, \\dots, L-1$\n\n"
        "$$U^{(\\ell)} = H^{(\\ell-1)} W^{(\\ell)} + \\mathbf{1} b^{(\\ell)}, \\quad H^{(\\ell)} = f(U^{(\\ell)})$$\n\n"
        "and $\\hat{Y} = U^{(L)} = H^{(L-1)} W^{(L)} + \\mathbf{1} b^{(L)}$ with the loss "
        "$J = \\frac{1}{2n} \\| \\hat{Y} - Y \\|_F^2$. With $f(u) = \\tanh u$\n\n"
        "$$f'(U^{(\\ell)}) = 1 - H^{(\\ell)} \\odot H^{(\\ell)}$$\n\n"
        "$$\\frac{\\partial J}{\\partial U^{(L)}} = \\frac{1}{n} (\\hat{Y} - Y)$$\n",
        ("1 - H^{(\\ell)}", "1 + H^{(\\ell)}"),
    ),
    "entries that the prose names": (
        "The $m$ samples are the columns of $X$, the labels $Y \\in \\mathbb{R}^{1 \\times m}$: $Z_1 = W_1 X + b_1$, "
        "$A_1 = \\max(0, Z_1)$, $Z_2 = W_2 A_1 + b_2$, $A_2 = \\sigma(Z_2)$. Let $\\hat y_i$ be the $i$-th element of $A_2$ and\n\n"
        "$$J = -\\frac1m \\sum_{i=1}^m [y_i \\ln \\hat y_i + (1 - y_i) \\ln(1 - \\hat y_i)]$$\n\n"
        "where $z_i$ denotes the $i$-th element of $Z_2$. Then\n\n"
        "$$\\frac{\\partial J}{\\partial z_i} = \\frac1m (\\hat y_i - y_i)$$\n",
        ("= \\frac1m (\\hat y_i - y_i)", "= (\\hat y_i - y_i)"),
    ),
    "an assumption given as a reason": (
        "One sample: $z = w^T x + b$, $p = \\sigma(z)$. Because $y = 1$, only the first term is left:\n\n"
        "$$\\ell = -y \\ln p - (1 - y) \\ln(1 - p) = -\\ln p$$\n\n"
        "In general $\\frac{\\partial \\ell}{\\partial z} = p - y$ and $\\frac{\\partial \\ell}{\\partial b} = p - y$.\n",
        ("= -\\ln p$$", "= \\ln p$$"),
    ),
    "thresholds by the letters of biases": (
        "One sample $x$, a column: $z = W x - b$, $h = \\tanh(z)$, $o = V h - c$ and $J = \\frac12 \\|o - t\\|^2$.\n\n"
        "$$\\frac{\\partial J}{\\partial b} = -(V^T (o - t)) \\odot (1 - h \\odot h)$$\n\n"
        "$$\\frac{\\partial J}{\\partial c} = -(o - t)$$\n",
        ("= -(o - t)$$", "= o - t$$"),
    ),
    "one bias that is taken off": (
        "One sample $x$, a column:\n\n$$z = W x + b$$\n\n$$h = \\tanh(z)$$\n\n$$o = V h + c$$\n\n$$J = \\frac12 \\|o - t\\|^2$$\n\n"
        "$$\\frac{\\partial J}{\\partial b} = (V^T (o - t)) \\odot (1 - h \\odot h)$$\n\n"
        "$$\\frac{\\partial J}{\\partial c} = o - t$$\n",
        ("W x + b", "W x - b"),
    ),
    "numbers of the text's own": (
        "The inputs are $x_1 = 0.05$, $x_2 = 0.1$, the weights $w_1 = 0.15$, $w_2 = 0.2$, $w_3 = 0.4$, $b_1 = 0.35$, $b_2 = 0.6$, "
        "the target $t = 0.01$, the rate $\\eta = 0.5$.\n\n$$z_1 = w_1 x_1 + w_2 x_2 + b_1 = 0.3775$$\n\n$$h_1 = \\sigma(z_1) = 0.5933$$\n\n"
        "$$z_2 = w_3 h_1 + b_2 = 0.8373$$\n\n$$o = \\sigma(z_2) = 0.6979$$\n\n$$E = \\frac12 (t - o)^2 = 0.2366$$\n\n"
        "$$\\frac{\\partial E}{\\partial z_2} = (o - t) o (1 - o) = 0.1450$$\n\n"
        "$$w_3^{+} = w_3 - \\eta \\frac{\\partial E}{\\partial w_3} = 0.4 - 0.5 \\cdot 0.0860 = 0.3570$$\n",
        ("= 0.1450", "= 0.1540"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_its_slip_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_an_output_that_nothing_defines_is_unread():
    check = check_document("$\\frac{\\partial p_i}{\\partial z_j} = p_i (1[i = j] - p_j)$")
    assert not check.findings
    [unread] = check.unread
    assert "how p comes about" in unread.why


def test_weights_told_apart_by_letters_are_named_so_in_a_fix():
    text = (
        "Rows of $x$ are samples: $z_1 = x W_a + b_a$, $h_1 = \\tanh(z_1)$, $z_2 = h_1 W_b + b_b$, $p = \\mathrm{softmax}(z_2)$.\n\n"
        "$$L = -\\sum_{i} \\sum_k T_{ik} \\log p_{ik}$$\n\n$$\\frac{\\partial L}{\\partial z_2} = p - T$$\n\n"
        "$$\\frac{\\partial L}{\\partial h_1} = (p - T) W_a^T$$\n"
    )
    [finding] = check_document(text).findings
    assert finding.fix == "W_a^T -> W_b^T"


def test_numbers_after_a_step_are_unread():
    text, _ = TEXTS["numbers of the text's own"]
    check = check_document(text + "\nThe error after this step is $E = 0.2320$.\n")
    assert not check.findings, str(check)
    [unread] = check.unread
    assert unread.why == "a number after a step"


@pytest.mark.parametrize(("right", "wrong"), [("0.3", "0.4"), ("0.3000", "0.3006"), ("0.30", "0.302")])
def test_a_number_with_few_digits_is_no_rounded_one(right, wrong):
    text = (
        "Two inputs $x_1 = 1$ and $x_2 = 0.5$, weights $w_1 = 0.4$, $w_2 = -0.2$, $w_3 = 0.3$, $w_4 = 0.6$, $w_5 = 0.6$, $w_6 = -0.4$.\n\n"
        "$$net_{h1} = w_1 x_1 + w_2 x_2$$\n\n$$out_{h1} = \\tanh(net_{h1})$$\n\n$$net_{h2} = w_3 x_1 + w_4 x_2$$\n\n"
        "$$out_{h2} = \\tanh(net_{h2})$$\n\n$$net_o = w_5 out_{h1} + w_6 out_{h2}$$\n\n$$net_{h1} = NUMBER$$\n"
    )
    assert check_document(text.replace("NUMBER", right)).ok
    [finding] = check_document(text.replace("NUMBER", wrong)).findings
    assert finding.line == 13
