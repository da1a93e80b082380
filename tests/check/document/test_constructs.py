"""Constructs of written derivations, each in a short text of its own that holds, and with a slip that does not."""

import pytest

from clearprop import check_document
from oracles.derivations import read_whole, with_slip

NET = r"""One sample, $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$, $a^{(l)} = \tanh(z^{(l)})$,
$J = \frac12 \|a^{(L)} - y\|^2$. """
ROWS = r"""For $N$ samples in the rows of $X$: $Z = X W + b$, $P = \operatorname{softmax}(Z)$,
$L = -\frac1N \sum_{n=1}^N \sum_k Y_{nk} \log P_{nk}$. """
TWO = r"""Input $x$, $p = \sigma(w^\top x + b)$, the loss of one sample is $J = -y \ln p - (1 - y) \ln(1 - p)$. """

TRUE = {
    "a sum over a slice": ROWS
    + r"$\frac{\partial L}{\partial b} = \sum_n (\frac{\partial L}{\partial Z})_{n,:}$",
    "classes counted from 0": ROWS
    + r"$P_{nk} = \frac{e^{Z_{nk}}}{\sum_{c=0}^{K-1} e^{Z_{nc}}}$ with $K$ classes",
    "a layer without a bias": r"The $m$ samples are the rows of $X$: $Z = X W + \mathbf{1} b^\top$, $H = \tanh(Z)$,"
    r" $O = H V$, $E = \frac12 \|O - T\|_F^2$, $\frac{\partial E}{\partial V} = H^\top (O - T)$",
    "the likelihood of a sample": TWO + r"$P(y \mid x) = p^y (1 - p)^{1 - y}$",
    "W_0 as a bias": r"""One sample $x$, a column: $z = W^T x + W_0$, $a = \tanh(z)$, $L = \frac12 \|a - y\|^2$.
$\frac{\partial L}{\partial W_0} = (a - y) \odot (1 - a^2)$""",
    "a batch as a set": r"""$\hat y^{(i)} = w^\top x^{(i)} + b$, $\ell^{(i)} = \frac12 (\hat y^{(i)} - y^{(i)})^2$. With
a batch $\mathcal{B}$ of samples,
$b \leftarrow b - \frac{\eta}{|\mathcal{B}|} \sum_{i \in \mathcal{B}} (w^\top x^{(i)} + b - y^{(i)})$""",
    "the best bias": r"""$\hat y^{(i)} = w^\top x^{(i)} + b$ and
$L = \frac{1}{2n} \sum_{i=1}^n (\hat y^{(i)} - y^{(i)})^2$. The best bias is $b^* = \bar y - w^\top \bar x$ with
$\bar y = \frac1n \sum_i y^{(i)}$ and $\bar x = \frac1n \sum_i x^{(i)}$""",
    "samples by a letter that the data share": r"""$X \in \mathbb{R}^{n \times N}$, $Y \in \mathbb{R}^{m \times N}$.
$Z = W X + b \mathbf{1}_N^T$, $L = \frac{1}{2N} \|Z - Y\|_F^2$,
$\frac{\partial L}{\partial b} = \frac1N (Z - Y) \mathbf{1}_N$""",
    "layers by the letters of units": r"""$s_h^{(n)} = \sum_{d=1}^{D} A_{hd} x_d^{(n)} + a_h$,
$r_h^{(n)} = \max(0, s_h^{(n)})$, $o_c^{(n)} = \sum_{h=1}^{H} B_{ch} r_h^{(n)} + b_c$,
$p_c^{(n)} = \frac{\exp(o_c^{(n)})}{\sum_{j=1}^{C} \exp(o_j^{(n)})}$,
$\ell = -\frac1N \sum_{n=1}^{N} \log p_{y^{(n)}}^{(n)}$ for $N$ samples.
$\frac{\partial \ell}{\partial r_h^{(n)}} = \frac1N (\sum_{c=1}^{C} p_c^{(n)} B_{ch} - B_{y^{(n)} h})$""",
    "a slope with its number": r"""For $N$ samples in the rows of $X$, with a negative slope $\alpha=0.01$:
$A = \mathrm{LeakyReLU}(X W) = \begin{cases} X W, & X W > 0 \\ \alpha X W, & X W \le 0 \end{cases}$""",
}
FALSE = {
    "a sum over a slice": (r"\sum_n (\frac", r"\sum_n 2 (\frac"),
    "classes counted from 0": (r"\sum_{c=0}^{K-1}", r"\sum_{c=0}^{K-2}"),
    "a layer without a bias": (r"$O = H V$", r"$O = V H$"),
    "the likelihood of a sample": (r"^{1 - y}", r"^{y}"),
    "W_0 as a bias": (r"\odot (1 - a^2)$", r"\odot (1 + a^2)$"),
    "a batch as a set": (r"x^{(i)} + b - y^{(i)})", r"x^{(i)} + b + y^{(i)})"),
    "the best bias": (r"\bar y - w", r"\bar y + w"),
    "samples by a letter that the data share": (r"= \frac1N (Z - Y)", r"= (Z - Y)"),
    "layers by the letters of units": (r"p_c^{(n)} B_{ch}", r"p_c^{(n)} B_{hc}"),
    "a slope with its number": (r"\alpha X W", r"2 \alpha X W"),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_construct_is_read_and_holds(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize("name", TRUE)
def test_a_slip_in_a_construct_is_found(name):
    old, new = FALSE[name]
    check = with_slip(TRUE[name], old, new)
    assert check.findings, str(check)


@pytest.mark.parametrize(
    "formula",
    [
        r"f: \mathbb{R}^n \to \mathbb{R}^m",
        r"t \to \infty",
        r"g^{(1)} = \tanh",
        r"\frac{\partial J}{\partial b^{(1)}} = 0",
    ],
)
def test_what_claims_nothing_is_no_statement(formula):
    without = check_document(NET + r"$g(t) = \tanh(t)$")
    check = check_document(NET + rf"$g(t) = \tanh(t)$ and ${formula}$")
    assert check.statements == without.statements
    assert len(check.unread) == len(without.unread)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (r"\lim_{t \to \infty} v_t = 0", "a limit"),
        (r"J = \mathbb{E}[\ell]", "an expected value"),
        (r"y = \arg\max_j z_j", "place of an extremum"),
    ],
)
def test_what_is_not_computed_is_unread_with_a_word(formula, why):
    check = check_document(NET + f"${formula}$")
    assert any(why in u.why for u in check.unread), str(check)
    assert not check.findings


def test_a_calligraphic_R_is_a_risk_unless_it_is_a_set():
    text = r"""$z = W x + b$ with $x \in \mathcal{R}^3$. The risk $\mathcal{R} = \frac12 \|z - y\|^2$,
    $\frac{\partial \mathcal{R}}{\partial z} = z - y$."""
    check = check_document(text)
    assert not check.findings, str(check)
    assert check.verified >= 2


PENALISED = r"""For $m$ samples in the rows of $X$: $Z = X W + b$, $P = \operatorname{softmax}(Z)$, and
$J = -\frac1m \sum_{i=1}^m \sum_k Y_{ik} \log P_{ik} + \frac{\lambda}{2m} \|W\|_F^2$. With
$G = \frac{1}{m} (P - Y)$: $\frac{\partial J}{\partial W} = X^\top G + \frac{\lambda}{m} W$,
$\frac{\partial J}{\partial b} = \mathbf{1}^\top G$, and $W \leftarrow W - \eta (X^\top G + \frac{\lambda}{m} W)$."""


def test_a_penalty_is_taken_as_the_text_writes_it():
    read_whole(PENALISED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"G + \frac{\lambda}{m} W$,", r"G + \lambda W$,"),
        (r"G + \frac{\lambda}{m} W$,", r"G - \frac{\lambda}{m} W$,"),
        (r"\frac{\lambda}{2m} \|W", r"\frac{\lambda}{m} \|W"),
        (r"G + \frac{\lambda}{m} W)", r"G + \frac{\lambda}{2m} W)"),
    ],
)
def test_a_slip_in_one_place_of_a_penalty_is_found(old, new):
    assert len(with_slip(PENALISED, old, new).findings) == 1


ADDED_LATER = r"""Layers $l = 1, \dots, L$, one sample in each column of $X = A^{[0]}$; $m$ samples.

$$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}, \qquad A^{[l]} = g^{[l]}(Z^{[l]})$$

where $g^{[l]}$ is tanh for $l < L$, and in the last layer $g^{[L]}(t) = \frac{1}{1+e^{-t}}$.

$$J = -\frac1m \sum_{i=1}^m \left[ y^{(i)} \log a^{[L](i)} + (1 - y^{(i)}) \log (1 - a^{[L](i)}) \right]$$

$$dZ^{[L]} = A^{[L]} - Y, \quad dW^{[l]} = \frac1m dZ^{[l]} A^{[l-1]T}, \quad dA^{[l-1]} = W^{[l]T} dZ^{[l]},$$

$$dZ^{[l-1]} = dA^{[l-1]} \odot g^{[l-1]\prime}(Z^{[l-1]})$$

Adding $\frac{\lambda}{2m} \sum_{l=1}^L \|W^{[l]}\|_F^2$ to the cost changes it to

$$dW^{[l]} = \frac1m dZ^{[l]} A^{[l-1]T} + \frac{\lambda}{m} W^{[l]}$$"""


def test_a_penalty_that_is_added_later_changes_only_the_lines_that_have_it():
    read_whole(ADDED_LATER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"+ \frac{\lambda}{m} W", r"+ \frac{2\lambda}{3m} W"),
        (r"g^{[l-1]\prime}(Z^{[l-1]})", r"g^{[l-1]\prime}(A^{[l-1]})"),
    ],
)
def test_slips_beside_a_penalty_that_is_added_later_are_found(old, new):
    assert len(with_slip(ADDED_LATER, old, new).findings) == 1


REGRESSION = r"""Logistic regression: $h_\theta(x) = g(\theta^T x)$ with $g(z) = \frac{1}{1+e^{-z}}$ and, by
agreement, $x_0 = 1$.
There are $m$ samples; each row of $X$ is a sample.
$$J(\theta) = -\frac1m \sum_{i=1}^m \left[ y^{(i)} \log h_\theta(x^{(i)}) +
 (1-y^{(i)}) \log (1 - h_\theta(x^{(i)})) \right]$$
$$\frac{\partial J(\theta)}{\partial \theta_j} = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}$$
$$\nabla J(\theta) = \frac1m X^T (g(X\theta) - y)$$
$$J_{reg}(\theta) = J(\theta) + \frac{\lambda}{2m} \sum_{j=1}^n \theta_j^2$$
$$\frac{\partial J_{reg}(\theta)}{\partial \theta_0} = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_0^{(i)}$$
$$\frac{\partial J_{reg}(\theta)}{\partial \theta_j} =
\frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)} + \frac{\lambda}{m} \theta_j
\qquad (j \ge 1)$$
There are $n$ features."""


def test_a_first_input_that_is_always_one_stands_for_the_bias():
    read_whole(REGRESSION)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"x_0^{(i)}$$", r"x_1^{(i)}$$"),
        (r"\frac1m X^T (g(X\theta) - y)", r"\frac1m X^T (y - g(X\theta))"),
        (r"+ \frac{\lambda}{m} \theta_j", r"+ \lambda \theta_j"),
    ],
)
def test_slips_in_a_regression_with_a_first_input_of_one_are_found(old, new):
    assert len(with_slip(REGRESSION, old, new).findings) == 1


def test_a_sum_over_a_layer_too_wide_to_build_runs_over_the_narrower_one():
    text = r"""The input $x \in \mathbb{R}^{784}$ is a column, $W \in \mathbb{R}^{10\times 784}$, $b \in
    \mathbb{R}^{10}$. $$z_k = \sum_{j=1}^{784} W_{kj} x_j + b_k$$ $$p = \mathrm{softmax}(z)$$
    $$L = -\sum_{k=1}^{10} y_k \log p_k$$
    $$\frac{\partial L}{\partial x_j} = \sum_{k=1}^{10} W_{kj} (p_k - y_k)$$"""
    read_whole(text)
    wrong = check_document(text.replace(r"\sum_{k=1}^{10} W_{kj}", r"\sum_{k=1}^{784} W_{kj}"))
    assert wrong.findings or wrong.unread, str(wrong)


@pytest.mark.parametrize(
    ("true", "slip"),
    [
        (
            ROWS + r"$\frac{\partial L}{\partial Z} = \frac1N (P - Y)$. Calling this matrix $G$, "
            r"$\frac{\partial L}{\partial W} = X^\top G$.",
            (r"X^\top G$", r"X G$"),
        ),
        (
            ROWS + r"$\Delta = \frac{\partial L}{\partial Z}$, so $\frac{\partial L}{\partial X} = \Delta W^\top$.",
            (r"\Delta W^\top", r"\Delta W"),
        ),
        (
            ROWS + r"The mask $M_{+} = [Z > 0]$ has $M_{+} \odot M_{+} = M_{+}$ for $M$ outputs.",
            (r"\odot M_{+} =", r"+ M_{+} ="),
        ),
    ],
)  # fmt: skip
def test_a_name_given_in_words(true, slip):
    read_whole(true)
    assert true.count(slip[0]) == 1
    assert check_document(true.replace(*slip)).findings


def test_a_matrix_given_by_its_entries():
    text = (
        r"With $h_j = \tanh(\sum_i w_{ij} x_i)$ and $o_k = \sum_j v_{jk} h_j$, one sample costs "
        r"$E = \frac12 \sum_k (o_k - t_k)^2$. Let $V = (v_{jk})$. $\sum_{jk} v_{jk}^2 = \|V\|_F^2$."
    )
    read_whole(text)
    assert check_document(text.replace(r"\|V\|_F^2", r"\|V\|_F")).findings


SHORT = (
    NET
    + r"""Only the last layer: $\frac{\partial J}{\partial z^{(L)}} = (a^{(L)} - y)
\odot (1 - a^{(L)} \odot a^{(L)})$, WORDS $\boldsymbol{e}$.
Then $\frac{\partial J}{\partial W^{(L)}} = \boldsymbol{e} a^{(L-1)T}$ and
$\frac{\partial J}{\partial a^{(L-1)}} = W^{(L)T} \boldsymbol{e}$
and $\boldsymbol{e}^T z^{(L)} = z^{(L)T} \boldsymbol{e}$."""
)


@pytest.mark.parametrize("words", ["which we denote by", "abbreviated as", "下面简记为", "call it"])
def test_a_name_that_the_prose_gives_is_what_the_formula_before_it_says(words):
    read_whole(SHORT.replace("WORDS", words))


def test_a_slip_with_a_name_of_the_prose_is_found():
    text = SHORT.replace("WORDS", "call it").replace(
        "W^{(L)T} \\boldsymbol{e}$\nand", "W^{(L)} \\boldsymbol{e}$\nand"
    )
    assert len(check_document(text).findings) == 1


@pytest.mark.parametrize("words", ["We fold the constant 2 into the learning rate.", "常数并入学习率。"])
def test_a_constant_in_the_learning_rate(words):
    text = r"""One sample: $z = W x + b$, $E = \|z - t\|^2$, $\frac{\partial E}{\partial W} = 2 (z - t) x^\top$.
    WORDS $W \leftarrow W - \eta (z - t) x^\top$."""
    read_whole(text.replace("WORDS", words))
    assert check_document(text.replace("WORDS", "")).findings
    assert check_document(text.replace("WORDS", words).replace(r"W - \eta", r"W + \eta")).findings


def test_an_entry_of_an_unsaid_matrix_is_no_layer():
    """`w_{kj}` beside `W_{ih}` and `W_{ho}`: which of the two it is an entry of, the prose alone says."""
    text = r"""Signals are columns: $X_h = W_{ih} I$, $O_h = \mathrm{sigmoid}(X_h)$, $X_o = W_{ho} O_h$,
    $O_o = \mathrm{sigmoid}(X_o)$, $E = \frac12 \sum_k (T_k - O_{o,k})^2$. Then
    $\frac{\partial E}{\partial w_{kj}} = -(T_k - O_{o,k}) O_{o,k} (1 - O_{o,k}) O_{h,j}$."""
    check = check_document(text)
    assert not check.findings, str(check)
    assert check.verified == 5
