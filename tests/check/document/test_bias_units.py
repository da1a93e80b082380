"""A unit of value 1 in every layer, the biases inside the weights: lines that hold, and slips that are found."""

import pytest

from oracles.derivations import read_whole, with_slip

COURSE = r"""There are $m$ examples and $L = 4$ layers; $s_l$ is the number of units in layer $l$ without the bias
unit, and $\Theta^{(l)}$ has dimension $s_{l+1} \times (s_l + 1)$. There are $K$
outputs, and $g(z) = \frac{1}{1 + e^{-z}}$.

$$a^{(1)} = x \qquad (\text{add } a_0^{(1)} = 1)$$

$$z^{(2)} = \Theta^{(1)} a^{(1)}, \qquad a^{(2)} = g(z^{(2)}) \qquad (\text{add } a_0^{(2)} = 1)$$

$$z^{(3)} = \Theta^{(2)} a^{(2)}, \qquad a^{(3)} = g(z^{(3)}) \qquad (\text{add } a_0^{(3)} = 1)$$

$$z^{(4)} = \Theta^{(3)} a^{(3)}, \qquad a^{(4)} = h_\Theta(x) = g(z^{(4)})$$

$$J(\Theta) = -\frac{1}{m} \left[ \sum_{i=1}^{m} \sum_{k=1}^{K} y_k^{(i)} \log (h_\Theta(x^{(i)}))_k
+ (1 - y_k^{(i)}) \log (1 - (h_\Theta(x^{(i)}))_k) \right]
+ \frac{\lambda}{2m} \sum_{l=1}^{L-1} \sum_{i=1}^{s_l} \sum_{j=1}^{s_{l+1}} (\Theta_{ji}^{(l)})^2$$

$$\delta^{(4)} = a^{(4)} - y$$

$$\delta^{(3)} = (\Theta^{(3)})^T \delta^{(4)} .* g'(z^{(3)})$$

$$\delta^{(2)} = (\Theta^{(2)})^T \delta^{(3)} \;.\!*\; a^{(2)} .* (1 - a^{(2)})$$

(we remove $\delta_0$). Set $\Delta_{ij}^{(l)} = 0$; each example adds

$$\Delta^{(l)} := \Delta^{(l)} + \delta^{(l+1)} (a^{(l)})^T$$

$$D_{ij}^{(l)} := \frac{1}{m} \Delta_{ij}^{(l)} + \frac{\lambda}{m} \Theta_{ij}^{(l)} \qquad \text{if } j \neq 0$$

$$D_{ij}^{(l)} := \frac{1}{m} \Delta_{ij}^{(l)} \qquad \text{if } j = 0$$

$$\frac{\partial}{\partial \Theta_{ij}^{(l)}} J(\Theta) = D_{ij}^{(l)}$$"""

ROWS = r"""$X \in \mathbb{R}^{N \times d}$ has a sample in each row,
$Y \in \mathbb{R}^{N \times C}$ is one-hot. Every layer gets a column of ones,
$W_1 \in \mathbb{R}^{(d+1) \times h}$ and $W_2 \in \mathbb{R}^{(h+1) \times C}$:

$$\bar{X} = [X, \mathbf{1}], \quad Z = \bar{X} W_1, \quad H = \tanh(Z), \quad \bar{H} = [H, \mathbf{1}], \quad
O = \bar{H} W_2, \quad P = \mathrm{softmax}(O)$$

$$L = -\frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik}, \qquad
\frac{\partial L}{\partial O} = \frac{1}{N} (P - Y)$$

Let $\hat{W}_2$ be $W_2$ without its last row. Then

$$\frac{\partial L}{\partial W_2} = \bar{H}^T \frac{\partial L}{\partial O}$$

$$\frac{\partial L}{\partial Z} = \left( \frac{\partial L}{\partial O} \hat{W}_2^T \right) \odot (1 - H \odot H)$$

$$\frac{\partial L}{\partial W_1} = \bar{X}^T \frac{\partial L}{\partial Z}$$"""

COLUMNS = r"""For one of $m$ examples $a^{(1)} = \begin{pmatrix} 1 \\ x \end{pmatrix}$ and

$$z^{(2)} = \Theta^{(1)} a^{(1)}, \qquad a^{(2)} = \begin{pmatrix} 1 \\ \tanh(z^{(2)}) \end{pmatrix}, \qquad
a^{(3)} = z^{(3)} = \Theta^{(2)} a^{(2)}$$

Let $\bar\Theta^{(l)}$ be $\Theta^{(l)}$ with its first column set to zero.

$$J = \frac{1}{2m} \sum_{i=1}^m \| a^{(3)(i)} - y^{(i)} \|^2
+ \frac{\lambda}{2m} \left( \| \bar\Theta^{(1)} \|_F^2 + \| \bar\Theta^{(2)} \|_F^2 \right)$$

$$\delta^{(3)} = a^{(3)} - y$$

$$\delta^{(2)} = \left[ (\Theta^{(2)})^T \delta^{(3)} \right]_{1:} \odot (1 - \tanh^2(z^{(2)}))$$

$$\delta^{(2)} = \left( (\Theta_{:,1:}^{(2)})^T \delta^{(3)} \right) \odot (1 - \tanh^2(z^{(2)}))$$

$$\frac{\partial J}{\partial \Theta^{(l)}} =
\frac{1}{m} \sum_{i=1}^m \delta^{(l+1)(i)} (a^{(l)(i)})^T + \frac{\lambda}{m} \bar\Theta^{(l)}, \qquad l = 1, 2$$"""

UNITS = r"""Layer $l = 0, 1, \dots, L$ has $n_l$ units, and below the last one more, number 0, of which $a_0^{[l]} = 1$.

$$z_j^{[l]} = \sum_{i=0}^{n_{l-1}} w_{ji}^{[l]} a_i^{[l-1]}, \qquad a_j^{[l]} = \tanh(z_j^{[l]}), \qquad
z^{[l]} = W^{[l]} a^{[l-1]}$$

$$E = \frac12 \sum_{k=1}^{n_L} (a_k^{[L]} - t_k)^2, \qquad \delta_j^{[l]} = \frac{\partial E}{\partial z_j^{[l]}}$$

For $l < L$, where $\hat{W}^{[l]}$ is $W^{[l]}$ without its column of biases,

$$\delta^{[l]} = \left( (\hat{W}^{[l+1]})^T \delta^{[l+1]} \right) \odot \tanh'(z^{[l]})$$

$$\frac{\partial E}{\partial w_{ji}^{[l]}} = \delta_j^{[l]} a_i^{[l-1]}$$

$$\frac{\partial E}{\partial w_{j0}^{[l]}} = \delta_j^{[l]}$$"""

LISTS = r"""Three inputs, two hidden units, two outputs; a sample is a row, $x = (x_1, x_2, x_3)$, and
$\tilde{x} = (x_1, x_2, x_3, 1)$. The last rows of

$$V = \begin{pmatrix} v_{11} & v_{12} \\ v_{21} & v_{22} \\ v_{31} & v_{32} \\ v_{41} & v_{42} \end{pmatrix}, \quad
W = \begin{pmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \\ w_{31} & w_{32} \end{pmatrix}$$

are the biases. With the logistic function $\sigma$

$$u_1 = x_1 v_{11} + x_2 v_{21} + x_3 v_{31} + v_{41}$$

$$u = \tilde{x} V, \quad h = \sigma(u), \quad \tilde{h} = (h_1, h_2, 1), \quad s = \tilde{h} W, \quad o = \sigma(s)$$

$$E = \frac{1}{2} \sum_{k=1}^{2} (o_k - t_k)^2, \qquad \delta_k = \frac{\partial E}{\partial s_k}$$

$$\delta = (\delta_1, \delta_2) = (o - t) \odot o \odot (1 - o)$$

$$\frac{\partial E}{\partial W} =
\begin{pmatrix} h_1 \\ h_2 \\ 1 \end{pmatrix} (\delta_1, \delta_2) = \tilde{h}^T \delta$$

With the rows of $W$ but the last, $\bar{W} = \begin{pmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{pmatrix}$,

$$\frac{\partial E}{\partial h} = \delta \bar{W}^T$$"""

ENTRIES = r"""A sample is a row $x = (x_1, \dots, x_n)$; $g(z) = 1/(1+e^{-z})$, $g'(z) = g(z)(1 - g(z))$. With
$\Theta^{(1)} \in \mathbb{R}^{(n+1) \times h}$ and $\Theta^{(2)} \in \mathbb{R}^{(h+1) \times K}$

$$a^{(1)} = (1, x_1, \dots, x_n), \qquad z^{(2)} = a^{(1)} \Theta^{(1)}$$

$$a^{(2)} = (1, g(z_1^{(2)}), \dots, g(z_h^{(2)})), \qquad z^{(3)} = a^{(2)} \Theta^{(2)}, \qquad
p = \mathrm{softmax}(z^{(3)})$$

and $\ell = -\sum_{k=1}^K y_k \log p_k$. Where $\check\Theta^{(2)}$ is $\Theta^{(2)}$ without row 0,

$$\delta^{(3)} = \frac{\partial \ell}{\partial z^{(3)}} = p - y$$

$$\delta^{(2)} = \frac{\partial \ell}{\partial z^{(2)}} = \delta^{(3)} (\check\Theta^{(2)})^T \odot g'(z^{(2)})$$

$$\frac{\partial \ell}{\partial \Theta^{(2)}} = (a^{(2)})^T \delta^{(3)}$$"""

BATCH = r"""Samples are rows, $X$ all $N$ of them. $\tilde{X} = [X, \mathbf{1}]$ and $\tilde{H} = [H, \mathbf{1}]$ have
a column of ones, and the last rows of $V$ and $W$ are biases:

$$U = \tilde{X} V, \quad H = \sigma(U), \quad S = \tilde{H} W, \quad O = \sigma(S), \quad
\sigma(t) = \frac{1}{1 + e^{-t}}$$

$$E = \frac{1}{2} \| O - T \|_F^2, \qquad
\Delta = \frac{\partial E}{\partial S} = (O - T) \odot O \odot (1 - O)$$

With $\bar{W}$ for $W$ without its last row

$$\frac{\partial E}{\partial W} = \tilde{H}^T \Delta$$

$$\frac{\partial E}{\partial U} = (\Delta \bar{W}^T) \odot H \odot (1 - H)$$

$$\frac{\partial E}{\partial V} = \tilde{X}^T \frac{\partial E}{\partial U}$$"""

TRUE = {"course": COURSE, "rows": ROWS, "columns": COLUMNS, "units": UNITS, "lists": LISTS}
TRUE |= {"entries": ENTRIES, "batch": BATCH}
SLIPS = [
    ("course", r"a^{(2)} .* (1 - a^{(2)})", r"a^{(2)} .* (1 + a^{(2)})"),
    ("course", r"(\Theta^{(3)})^T \delta^{(4)}", r"\Theta^{(3)} \delta^{(4)}"),
    ("course", r"\delta^{(l+1)} (a^{(l)})^T", r"\delta^{(l+1)} (a^{(l+1)})^T"),
    ("course", r"+ \frac{\lambda}{m} \Theta_{ij}", r"+ \lambda \Theta_{ij}"),
    (
        "course",
        r"\frac{1}{m} \Delta_{ij}^{(l)} \qquad \text{if } j = 0",
        r"\Delta_{ij}^{(l)} \qquad \text{if } j = 0",
    ),
    ("rows", r"= \bar{X}^T", r"= X^T"),
    ("rows", r"{\partial O} \hat{W}_2^T", r"{\partial O} W_2^T"),
    ("columns", r"\right]_{1:} \odot (1 - \tanh^2", r"\right]_{1:} \odot (1 - \tanh"),
    ("columns", r"(\Theta_{:,1:}^{(2)})^T", r"(\Theta^{(2)})^T"),
    ("columns", r"\bar\Theta^{(l)}, \qquad", r"\Theta^{(l)}, \qquad"),
    ("units", r"\sum_{i=0}^{n_{l-1}}", r"\sum_{i=1}^{n_{l-1}}"),
    ("units", r"(\hat{W}^{[l+1]})^T", r"(\hat{W}^{[l]})^T"),
    ("entries", r"\delta^{(3)} (\check\Theta^{(2)})^T", r"\delta^{(3)} (\Theta^{(2)})^T"),
    ("entries", r"(a^{(2)})^T \delta", r"(a^{(1)})^T \delta"),
    ("batch", r"(\Delta \bar{W}^T)", r"(\Delta W^T)"),
    ("batch", r"= \tilde{H}^T \Delta", r"= H^T \Delta"),
    ("lists", r"x_3 v_{31} + v_{41}", r"x_3 v_{31} + v_{42}"),
    ("lists", r"= \delta \bar{W}^T", r"= \delta \bar{W}"),
    ("lists", r"\end{pmatrix} (\delta_1, \delta_2)", r"\end{pmatrix} (\delta_2, \delta_1)"),
]


@pytest.mark.parametrize("name", TRUE)
def test_a_text_with_a_1_in_every_layer_is_read_whole(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize(("name", "old", "new"), SLIPS)
def test_a_slip_is_found_at_its_line(name, old, new):
    text = TRUE[name]
    line = text[: text.index(old)].count("\n") + 1
    check = with_slip(text, old, new)
    assert line in [one.line for one in check.findings], str(check)
