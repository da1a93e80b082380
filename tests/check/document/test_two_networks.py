"""Texts of two networks, one section after the other, and losses of any letter."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

REGRESSION = (
    "# From regression to a network\n\n## Softmax regression\n\nRows of $X$ are the $N$ samples.\n\n"
    "$$Z = X W + b$$\n\n$$P = \\mathrm{softmax}(Z)$$\n\n"
    "$$Q(W) = -\\frac1N \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik} + \\frac{\\lambda}{2} \\|W\\|_F^2$$\n\n"
    "$$\\nabla_W Q = \\frac1N X^\\top (P - Y) + \\lambda W$$\n\n"
)
HIDDEN = (
    "## A hidden layer\n\nRows of $X$ are samples as before.\n\n$$A = X V + c$$\n\n$$Z = \\tanh(A)$$\n\n$$S = Z W + b$$\n\n$$P = \\mathrm{softmax}(S)$$\n\n"
    "$$Q = -\\frac1N \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik}$$\n\n"
    "$$\\frac{\\partial Q}{\\partial S} = \\frac1N (P - Y)$$\n\n"
    "$$\\frac{\\partial Q}{\\partial W} = Z^\\top \\frac{\\partial Q}{\\partial S}$$\n\n"
    "$$\\frac{\\partial Q}{\\partial A} = \\left( \\frac{\\partial Q}{\\partial S} W^\\top \\right) \\odot (1 - Z \\odot Z)$$\n"
)

THREE = (
    "# Three models\n\n## Notation\n\nThe $N$ samples are the rows of $X \\in \\mathbb{R}^{N \\times d}$.\n\n"
    "## Linear regression\n\n$$\\hat y = X w + b \\mathbf{1}$$\n\n$$L = \\frac{1}{2N} \\|\\hat y - y\\|^2$$\n\n"
    "$$\\frac{\\partial L}{\\partial w} = \\frac{1}{N} X^\\top (\\hat y - y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial b} = \\frac{1}{N} \\sum_{i=1}^N (\\hat y_i - y_i)$$\n\n"
    "## Logistic regression\n\n$$z = X w + b \\mathbf{1}$$\n\n$$\\hat y = \\sigma(z)$$\n\n"
    "$$L = -\\frac{1}{N} \\sum_{i=1}^N \\left[ y_i \\log \\hat y_i + (1 - y_i) \\log (1 - \\hat y_i) \\right]$$\n\n"
    "$$\\frac{\\partial L}{\\partial z} = \\frac{1}{N} (\\hat y - y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial w} = X^\\top \\frac{\\partial L}{\\partial z}$$\n\n"
    "## One hidden layer\n\n$$Z_1 = X W_1 + \\mathbf{1} b_1^\\top$$\n\n$$H = \\tanh(Z_1)$$\n\n$$Z_2 = H W_2 + \\mathbf{1} b_2^\\top$$\n\n"
    "$$P = \\mathrm{softmax}(Z_2)$$\n\n$$L = -\\frac{1}{N} \\sum_{i=1}^N \\sum_{k=1}^K Y_{ik} \\log P_{ik}$$\n\n"
    "$$\\frac{\\partial L}{\\partial Z_2} = \\frac{1}{N} (P - Y)$$\n\n"
    "$$\\frac{\\partial L}{\\partial W_2} = H^\\top \\frac{\\partial L}{\\partial Z_2}$$\n"
)

LOGISTIC = (
    "# A unit, then a layer before it\n\nThe $m$ examples are the rows of $X \\in \\mathbb{R}^{m \\times d}$, and "
    "$t \\in \\{0,1\\}^m$ has the labels.\n\n## Logistic regression\n\n$$u = X v + c \\mathbf{1}$$\n\n$$q = \\sigma(u)$$\n\n"
    "The cost is the mean cross-entropy\n\n"
    "$$J = -\\frac{1}{m} \\sum_{i=1}^m \\left[ t_i \\log q_i + (1 - t_i) \\log (1 - q_i) \\right]$$\n\n"
    "$$\\frac{\\partial J}{\\partial u} = \\frac{1}{m} (q - t)$$\n\n"
    "$$\\frac{\\partial J}{\\partial v} = \\frac{1}{m} X^\\top (q - t)$$\n\n"
    "## A hidden layer\n\n$$S = X V + \\mathbf{1} a^\\top$$\n\n$$H = \\tanh(S)$$\n\n$$u = H v + c \\mathbf{1}$$\n\n"
    "The prediction $q$ and the cost $J$ are as before.\n\n"
    "$$\\frac{\\partial J}{\\partial v} = H^\\top \\frac{\\partial J}{\\partial u}$$\n\n"
    "$$\\frac{\\partial J}{\\partial H} = \\frac{\\partial J}{\\partial u} v^\\top$$\n\n"
    "$$\\frac{\\partial J}{\\partial S} = \\frac{\\partial J}{\\partial H} \\odot (1 - H \\odot H)$$\n\n"
    "$$\\frac{\\partial J}{\\partial V} = X^\\top \\frac{\\partial J}{\\partial S}$$\n"
)

CLASSES = (
    "\\documentclass{article}\n\\begin{document}\n\\section{Linear classifier}\n"
    "A sample is a column $x \\in \\mathbb{R}^{n}$; its label is the class index $c \\in \\{1, \\dots, K\\}$.\n"
    "\\begin{align}\na &= A x + b , \\\\\n\\pi &= \\operatorname{softmax}(a) , \\\\\n\\ell &= -\\log \\pi_c .\n\\end{align}\n"
    "\\begin{align}\n\\frac{\\partial \\ell}{\\partial a_k} &= \\pi_k - \\mathbb{1}[k = c] , \\\\\n"
    "\\frac{\\partial \\ell}{\\partial A} &= (\\pi - e_c) x^T .\n\\end{align}\n"
    "\\section{With a hidden layer}\n\\paragraph{Model.} We replace $x$ by the output of a hidden layer:\n"
    "\\begin{align}\ns &= B x + d , \\\\\nh &= \\max(0, s) , \\\\\na &= A h + b .\n\\end{align}\n"
    "\\paragraph{Slopes.} As before,\n\\begin{align}\n\\frac{\\partial \\ell}{\\partial A} &= (\\pi - e_c) h^T , \\\\\n"
    "\\frac{\\partial \\ell}{\\partial h} &= A^T (\\pi - e_c) , \\\\\n"
    "\\frac{\\partial \\ell}{\\partial s} &= \\frac{\\partial \\ell}{\\partial h} \\odot \\mathbb{1}[s > 0] .\n\\end{align}\n\\end{document}\n"
)

NUMBERED = (
    "## 模型\n\n输入 $x\\in\\mathbb{R}^d$，打分为\n\n$$z = Wx + b$$\n\n$$p_c = \\frac{\\exp(z_c)}{\\sum_k \\exp(z_k)}$$\n\n"
    "标签是 one-hot 向量 $y$，交叉熵损失为\n\n$$\\ell = -\\sum_c y_c \\log p_c$$\n\n"
    "$$\\frac{\\partial \\ell}{\\partial z} = p - y$$\n\n## 类别编号\n\n现在设标签是编号 $t\\in\\{1,\\dots,C\\}$，即 $y_t=1$。\n\n"
    "$$\\ell = -\\log p_t = -z_t + \\log \\sum_k \\exp(z_k)$$\n\n"
    "$$\\frac{\\partial \\ell}{\\partial z_j} = p_j - \\mathbb{1}\\{t=j\\}$$\n\n$$\\frac{\\partial \\ell}{\\partial z_t} = p_t - 1$$\n"
)

DELTAS = (
    "# 单隐层网络\n\n输入 $x$，标签是类别编号 $k$。\n\n$$a = Wx + b,\\quad h = \\sigma(a),\\quad z = Vh + c$$\n\n"
    "$$p_i = \\frac{e^{z_i}}{\\sum_j e^{z_j}}$$\n\n$$L = -\\ln p_k$$\n\n"
    "$$\\frac{\\partial L}{\\partial z_i} = p_i - \\delta_{ik}$$\n\n"
    "$$\\frac{\\partial L}{\\partial h_j} = \\sum_i (p_i-\\delta_{ik}) V_{ij}$$\n\n"
    "$$\\frac{\\partial L}{\\partial a_j} = h_j(1-h_j)\\sum_i (p_i-\\delta_{ik}) V_{ij}$$\n"
)

BARE_THEN_LAYERS = (
    "# From logistic regression to a network\n\nThe $m$ examples are columns $x^{(i)}$, the labels $y^{(i)}$ are 0 or 1.\n\n"
    "## Logistic regression\n\n$$z^{(i)} = w^T x^{(i)} + b$$\n\n$$\\hat y^{(i)} = \\sigma(z^{(i)})$$\n\n"
    "$$J = -\\frac1m \\sum_{i=1}^m \\left[ y^{(i)} \\log \\hat y^{(i)} + (1 - y^{(i)}) \\log (1 - \\hat y^{(i)}) \\right]$$\n\n"
    "$$\\frac{\\partial J}{\\partial w_j} = \\frac1m \\sum_{i=1}^m (\\hat y^{(i)} - y^{(i)}) x_j^{(i)}$$\n\n"
    "$$\\frac{\\partial J}{\\partial b} = \\frac1m \\sum_{i=1}^m (\\hat y^{(i)} - y^{(i)})$$\n\n"
    "## A hidden layer\n\n$$z^{[1](i)} = W^{[1]} x^{(i)} + b^{[1]}$$\n\n$$a^{[1](i)} = \\sigma(z^{[1](i)})$$\n\n"
    "$$z^{[2](i)} = W^{[2]} a^{[1](i)} + b^{[2]}$$\n\n$$\\hat y^{(i)} = \\sigma(z^{[2](i)})$$\n\nJ is as before.\n\n"
    "$$\\frac{\\partial J}{\\partial W^{[2]}} = \\frac1m \\sum_{i=1}^m (\\hat y^{(i)} - y^{(i)}) (a^{[1](i)})^T$$\n\n"
    "$$\\frac{\\partial J}{\\partial b^{[2]}} = \\frac1m \\sum_{i=1}^m (\\hat y^{(i)} - y^{(i)})$$\n"
)

TEXTS = {
    "weights alone, then weights of layers": (BARE_THEN_LAYERS, ("(a^{[1](i)})^T", "(a^{[2](i)})^T")),
    "a slip in the weights alone": (BARE_THEN_LAYERS, (" x_j^{(i)}$$", " x_i^{(j)}$$")),
    "a label without one-hot targets": (DELTAS, ("h_j(1-h_j)", "h_j(1+h_j)")),
    "the same by custom's letter": (
        DELTAS.replace("ik}", "iy}").replace("k$", "y$").replace("p_k", "p_y"),
        ("h_j(1-h_j)", "h_j(1-a_j)"),
    ),
    "a logistic unit, then a layer before it": (LOGISTIC, ("(1 - H \\odot H)", "(1 - S \\odot S)")),
    "the same without headings": (
        LOGISTIC.replace("## Logistic regression", "").replace(
            "## A hidden layer", "Now with units before it:"
        ),
        ("= H^\\top \\frac", "= S^\\top \\frac"),
    ),
    "the same, with a slip in its first part": (LOGISTIC, ("X^\\top (q - t)", "X^\\top q")),
    "a layer before softmax, its label a class": (CLASSES, ("&= A^T (\\pi", "&= A (\\pi")),
    "the same, with a slip in the class": (CLASSES, ("- \\mathbb{1}[k = c]", "+ \\mathbb{1}[k = c]")),
    "one-hot labels, then numbers of classes": (NUMBERED, ("= -z_t +", "= z_t +")),
    "three networks": (THREE, ("= H^\\top", "= Z_1^\\top")),
    "a loss of any letter, of its parameters": (REGRESSION, ("X^\\top (P - Y)", "X^\\top (Y - P)")),
    "a regression, then a hidden layer": (REGRESSION + HIDDEN, ("(1 - Z \\odot Z)", "(1 + Z \\odot Z)")),
    "a slip before the second network": (REGRESSION + HIDDEN, ("+ \\lambda W$$", "+ 2 \\lambda W$$")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_it_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_lines_of_both_parts_are_counted_once():
    whole = check_document(REGRESSION + HIDDEN)
    parts = [check_document(part) for part in (REGRESSION, HIDDEN)]
    assert whole.statements == sum(part.statements for part in parts)
    assert "from line" in whole.reading
    assert [one.line for one in whole.checked] == sorted(one.line for one in whole.checked)
