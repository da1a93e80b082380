"""For what a line is said: on both sides of a kink, of either label, of one case, where parameters are 0."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

BATCH = (
    "Rows of $X$ are the $N$ samples: $Z = X W + b$, $H = \\psi(Z)$, $S = H V + c$, $P = \\mathrm{softmax}(S)$ and\n\n"
    "$$J = -\\frac1N \\sum_{n=1}^N \\sum_{k=1}^K Y_{nk} \\log P_{nk}.$$\n\n"
)
LEAKY = "Here $\\psi(u) = u$ for $u > 0$, otherwise $\\psi(u) = 0.2 u$.\n\n"
TWO_CLASSES = (
    "Samples are columns: $Z^{[1]} = W^{[1]} X + b^{[1]}$, $A^{[1]} = \\tanh(Z^{[1]})$, $Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, "
    "$A^{[2]} = \\sigma(Z^{[2]})$, and $J$ is the mean of $\\mathcal{L}$ over the $m$ samples. Consider a single example: "
    "$\\mathcal{L} = -y \\log a - (1-y) \\log(1-a)$ with $a = a^{[2]}$.\n\n## One sample\n\nWe drop the sample index.\n\n"
)
COLUMNS = (
    "Columns of $X$ are the $M$ samples: $U_1 = V_1 X + c_1 \\mathbf{1}^\\top$, $H_1 = \\tanh(U_1)$, "
    "$U_2 = V_2 H_1 + c_2 \\mathbf{1}^\\top$, $Q = \\mathrm{softmax}(U_2)$ and "
    "$E = -\\sum_{i=1}^M t_i^\\top \\log q_i$ with the columns $t_i$ of $T$.\n\n"
)

TEXTS = {
    "a slope on both sides of the kink": (
        BATCH + LEAKY + "The slope is\n\n$$\\psi'(u) = 0.2 + 0.8 \\, \\mathbb{1}(u > 0)$$\n\n"
        "$$\\frac{\\partial J}{\\partial Z} = \\frac{\\partial J}{\\partial H} \\odot \\psi'(Z)$$\n",
        ("0.2 + 0.8 ", "0.2 + 1.2 "),
    ),
    "a kink as an absolute value": (
        "One sample, a column: $z = W x + b$, $h = \\mathrm{relu}(z)$, $s = V h + c$, $L = \\frac12 \\|s - t\\|^2$. Note\n\n"
        "$$\\mathrm{relu}(u) = \\frac{u + |u|}{2}$$\n\n$$\\frac{\\partial L}{\\partial s} = s - t$$\n",
        ("{u + |u|}{2}", "{3 u - |u|}{2}"),
    ),
    "a side of 0 in prose": (
        "One sample, a column: $z = W x + b$, $h = \\mathrm{relu}(z)$, $s = V h + c$, $L = \\frac12 \\|s - t\\|^2$. For positive inputs "
        "the slope is\n\n$$\\mathrm{relu}'(u) = 1$$\n\nand for negative inputs\n\n$$\\mathrm{relu}'(u) = 0$$\n\n当输入为负数时，"
        "$\\mathrm{relu}(u) = 0$。\n",
        ("(u) = 1$$", "(u) = 2$$"),
    ),
    "either label of one sample": (
        TWO_CLASSES
        + "$$\\frac{\\partial \\mathcal{L}}{\\partial a^{[2]}} = -\\frac{y}{a^{[2]}} + \\frac{1-y}{1-a^{[2]}}$$\n\n"
        "$$\\frac{\\partial \\mathcal{L}}{\\partial z^{[2]}} = a^{[2]} - y$$\n",
        ("} + \\frac{1-y}", "} - \\frac{1-y}"),
    ),
    "all parameters zero": (
        BATCH + "Here $\\psi = \\tanh$.\n\n$$\\frac{\\partial J}{\\partial S} = \\frac1N (P - Y)$$\n\n"
        "As a check: if all weights and biases are zero, then $P_{nk} = 1 / K$ and $J = \\log K$.\n",
        ("J = \\log K", "J = -\\log K"),
    ),
    "parameters of 0 in Chinese": (
        BATCH + "Here $\\psi = \\tanh$.\n\n$$\\frac{\\partial J}{\\partial S} = \\frac1N (P - Y)$$\n\n"
        "检查：参数全部初始化为 0 时，\n\n$$P_{nk} = \\frac1K$$\n",
        ("\\frac1K", "\\frac1N"),
    ),
    "columns that the prose names": (
        COLUMNS + "Let $u_i$ be the $i$-th column of $U_2$ and $q_i$ the $i$-th column of $Q$. Then\n\n"
        "$$E = \\sum_{i=1}^M \\left( \\log \\left( \\mathbf{1}^\\top \\exp(u_i) \\right) - t_i^\\top u_i \\right)$$\n\n"
        "$$dE = \\sum_{i=1}^M (q_i - t_i)^\\top du_i$$\n",
        ("(q_i - t_i)^\\top du_i", "(q_i + t_i)^\\top du_i"),
    ),
    "a column written before its name": (
        COLUMNS + "The $i$-th column of $U_2$ is written $u_i$, that of $Q$ is $q_i$. Then\n\n"
        "$$E = -\\sum_{i=1}^M t_i^\\top \\log \\mathrm{softmax}(u_i)$$\n",
        ("-\\sum_{i=1}^M t_i^\\top \\log \\mathrm", "\\sum_{i=1}^M t_i^\\top \\log \\mathrm"),
    ),
    "one letter for the loss of one sample and of all": (
        "One sample, a column: $u_1 = V_1 x + c_1$, $h_1 = \\tanh(u_1)$, $u_2 = V_2 h_1 + c_2$,\n\n"
        "$$E = -t^\\top \\log \\mathrm{softmax}(u_2)$$\n\n$$\\frac{\\partial E}{\\partial u_2} = \\mathrm{softmax}(u_2) - t$$\n\n"
        "$$\\frac{\\partial E}{\\partial V_2} = \\frac{\\partial E}{\\partial u_2} h_1^\\top$$\n\n"
        "Now $X = [x_1, \\dots, x_M]$ has $M$ samples as columns, $T = [t_1, \\dots, t_M]$, and we add up:\n\n"
        "$$E = -\\sum_{i=1}^M t_i^\\top \\log \\mathrm{softmax}(V_2 \\tanh(V_1 x_i + c_1) + c_2)$$\n\n"
        "With $U_1 = V_1 X + c_1 \\mathbf{1}^\\top$, $H_1 = \\tanh(U_1)$ and $U_2 = V_2 H_1 + c_2 \\mathbf{1}^\\top$\n\n"
        "$$\\frac{\\partial E}{\\partial U_2} = \\mathrm{softmax}(U_2) - T$$\n",
        ("\\mathrm{softmax}(U_2) - T", "\\frac{1}{M} (\\mathrm{softmax}(U_2) - T)"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_true_text_holds(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_in_it_is_found(name):
    text, (old, new) = TEXTS[name]
    assert_found(text, old, new)


def test_the_case_that_does_not_hold_is_told():
    text = (
        BATCH
        + LEAKY
        + "$$\n\\frac{\\partial P_{nj}}{\\partial S_{nk}} =\n\\begin{cases}\nP_{nj} (1 - P_{nj}), & j = k \\\\\n"
        "-P_{nj} P_{nk}, & j \\ne k\n\\end{cases}\n$$\n"
    )
    assert check_document(text).ok
    (found,) = check_document(text.replace("\n-P_{nj}", "\nP_{nj}")).findings
    assert text.splitlines()[found.line - 1].startswith("-P_{nj}")
    (found,) = check_document(text.replace("(1 - P", "(1 + P")).findings
    assert text.splitlines()[found.line - 1].startswith("P_{nj}")


CASES = (
    "Rows of $X$ are the $N$ samples: $Z = X W + \\mathbf{1} b^\\top$, $P = \\mathrm{softmax}(Z)$,\n\n"
    "$$J = -\\frac1N \\sum_{n=1}^N \\sum_{k=1}^K Y_{nk} \\ln P_{nk} + \\frac{\\lambda}{2} \\|W\\|_F^2$$\n\n"
    "$$\\frac{\\partial J}{\\partial W} = \\frac1N X^\\top (P - Y) + \\lambda W$$\n\n"
    "$$\\frac{\\partial J}{\\partial b} = \\frac1N (P - Y)^\\top \\mathbf{1}$$\n\n"
)
SAID = [
    "For $\\lambda = 0$ this is\n\n$$\\frac{\\partial J}{\\partial W} = \\frac1N X^\\top (P - Y)$$\n",
    "At the optimum the gradient vanishes, so\n\n$$\\lambda W = \\frac1N X^\\top (Y - P)$$\n",
    "在最优解处，\n\n$$\\lambda W = \\frac1N X^\\top (Y - P)$$\n",
]


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_of_a_case_is_not_wrong_and_hides_no_slip_of_other_lines(said):
    check = check_document(CASES + said)
    assert check.ok, str(check)
    assert check.verified == check.statements - 1
    slip = check_document((CASES + said).replace("(P - Y) + \\lambda W", "(P + Y) + \\lambda W"))
    assert {found.line for found in slip.findings} == {5}
