"""Optimisers as texts write them, free constants, and names that carry the name of another quantity."""

import pytest

from clearprop import check_document
from oracles.derivations import read_whole

NET = r"""
One hidden layer, a sample in each row: $Z_1 = X W_1 + b_1$, $A_1 = \tanh(Z_1)$, $Z_2 = A_1 W_2 + b_2$,
$P = \operatorname{softmax}(Z_2)$, and over a batch of $m$ samples
$$J = -\frac{1}{m} \sum_{i=1}^{m} \sum_k Y_{ik} \log P_{ik} .$$
$$\frac{\partial J}{\partial W_2} = \frac{1}{m} A_1^T (P - Y)$$
"""
ADAM = (
    NET
    + r"""
Let $\theta$ be any parameter and $g_t$ its gradient at step $t$.
$$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t$$
$$v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$$
$$\hat{m}_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat{v}_t = \frac{v_t}{1 - \beta_2^t}$$
$$\theta_t = \theta_{t-1} - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}$$
"""
)
MOMENTUM = r"""
One sample, a column $x$, with target $t$: $u = A x + a$, $h = \sigma(u)$, $s = B h + b$, $o = \sigma(s)$ with the
sigmoid $\sigma$, and $E = \frac12 \sum_k (t_k - o_k)^2$.
$$\delta_o = \frac{\partial E}{\partial s} = (o - t) \odot o \odot (1 - o)$$
$$\delta_h = \frac{\partial E}{\partial u} = (B^T \delta_o) \odot h \odot (1 - h)$$
$$\frac{\partial E}{\partial B} = \delta_o h^T, \quad \frac{\partial E}{\partial A} = \delta_h x^T$$
With momentum $\mu$:
$$v_B \leftarrow \mu v_B - \eta (\delta_o h^T + \lambda B), \quad B \leftarrow B + v_B$$
$$v_b \leftarrow \mu v_b - \eta \delta_o, \quad b \leftarrow b + v_b$$
"""
RUN = r"""
A linear model $\hat{y} = X w + b \mathbf{1}$ on a batch of $B$ rows:
$$C(w, b) = \frac{1}{2B} \sum_{i=1}^{B} (\hat{y}_i - y_i)^2 .$$
With $r = \hat{y} - y$,
$$g_w = \frac{\partial C}{\partial w} = \frac{1}{B} X^T r$$
$$g_b = \frac{\partial C}{\partial b} = \frac{1}{B} \sum_{i=1}^{B} r_i$$
$$w_{t+1} = w_t - \eta g_w(w_t) = w_t - \frac{\eta}{B} X^T r_t$$
$$v_{t+1} = \mu v_t + g_w(w_t)$$
$$w_{t+1} = w_t - \eta v_{t+1}$$
"""
LEAKY = r"""
Samples are the columns of $X$, $m$ of them. Take a constant $0 < \gamma < 1$ and
$$g(z) = \begin{cases} z, & z \ge 0 \\ \gamma z, & z < 0 \end{cases} \qquad
g'(z) = \begin{cases} 1, & z \ge 0 \\ \gamma, & z < 0 \end{cases}$$
$$Z_1 = W_1 X + b_1, \quad A_1 = g(Z_1), \quad Z_2 = W_2 A_1 + b_2, \quad P = \operatorname{softmax}(Z_2)$$
$$C = -\sum_{i=1}^{m} \sum_k Y_{ki} \log P_{ki}$$
$$D_2 = \frac{\partial C}{\partial Z_2} = P - Y$$
$$D_1 = \frac{\partial C}{\partial Z_1} = (W_2^T D_2) \odot g'(Z_1)$$
"""
TRUE = {"adam": ADAM, "momentum": MOMENTUM, "linear": RUN, "leaky": LEAKY}
SLIPS = [
    ("adam", r"\beta_2 v_{t-1}", r"\beta_1 v_{t-1}"),
    ("adam", r"(1 - \beta_1) g_t", r"(1 + \beta_1) g_t"),
    ("adam", r"\theta_{t-1} - \eta", r"\theta_{t-1} + \eta"),
    ("momentum", r"\mu v_B - \eta (\delta_o h^T + \lambda B)", r"\mu v_B - \eta (\delta_o h^T - \lambda B)"),
    ("momentum", r"B \leftarrow B + v_B", r"B \leftarrow B - v_B"),
    ("momentum", r"\mu v_b - \eta \delta_o", r"\mu v_b - \eta \delta_o h"),
    ("momentum", r"(B^T \delta_o)", r"(B \delta_o)"),
    ("linear", r"- \frac{\eta}{B} X^T r_t", r"- \eta X^T r_t"),
    ("linear", r"w_t - \eta v_{t+1}", r"w_t + \eta v_{t+1}"),
    ("linear", r"\mu v_t + g_w(w_t)", r"\mu v_t + 2 g_w(w_t)"),
    ("leaky", r"\gamma, & z < 0", r"\gamma z, & z < 0"),
    ("leaky", r"\odot g'(Z_1)", r"\odot g'(Z_2)"),
]


@pytest.mark.parametrize("name", TRUE)
def test_true_lines_hold(name):
    check = read_whole(TRUE[name])
    assert check.verified == check.statements > 6


@pytest.mark.parametrize(("name", "line", "slip"), SLIPS)
def test_a_slip_is_found_at_its_line(name, line, slip):
    assert TRUE[name].count(line) == 1
    text = TRUE[name].replace(line, slip)
    check = check_document(text)
    where = next(
        k
        for k, (a, b) in enumerate(zip(TRUE[name].splitlines(), text.splitlines(), strict=True), 1)
        if a != b
    )
    assert [finding.line for finding in check.findings] == [where], check.findings


def test_what_many_steps_come_to_is_unread():
    check = check_document(RUN + r"$$v_{t+1} = \sum_{k=0}^{t} \mu^k g_w(w_{t-k})$$")
    assert not check.findings
    assert [one.why for one in check.unread] == ["what a memory comes to over many steps"]


def test_a_temperature_is_a_constant():
    true = NET + r"With a temperature $\tau$, $S = \operatorname{softmax}(Z_2 / \tau)$ and $\tau S = S \tau$."
    assert not check_document(true).findings
    assert check_document(true.replace(r"= S \tau", "= S")).findings


def test_a_quantity_that_is_defined_anew_is_no_slip():
    anew = (
        NET + r"With a temperature $T$, $P = \operatorname{softmax}(Z_2 / T)$ and "
        r"$T \frac{\partial J}{\partial Z_2} = P - Y$."
    )
    check = check_document(anew)
    assert not check.findings
    assert {one.why for one in check.unread} == {"P is defined anew here, with T"}


def test_numbers_that_a_text_takes_for_its_constants_are_no_slips():
    read_whole(ADAM + r"Usual are $\beta_1 = 0.9$, $\beta_2 = 0.999$ and $\epsilon = 10^{-8}$.")


GRADIENTS = r"""
$S = X U + c$, $H = \tanh(S)$, $O = H V + d$ for the $N$ rows of $X$, and $L = \frac{1}{2N} \|O - T\|_F^2$.
$$G_O = \frac{\partial L}{\partial O} = \frac1N (O - T), \quad G_V = H^\top G_O, \quad G_H = G_O V^\top$$
$$G_S = G_H \odot (1 - H \odot H), \quad G_U = X^\top G_S, \quad G_c = \mathbf{1}^\top G_S$$
$$\frac{\partial L}{\partial U} = G_U, \quad \frac{\partial L}{\partial c} = G_c$$
"""


def test_gradients_named_by_their_quantities():
    read_whole(GRADIENTS)
    assert check_document(GRADIENTS.replace(r"(1 - H \odot H)", r"(1 + H \odot H)")).findings
