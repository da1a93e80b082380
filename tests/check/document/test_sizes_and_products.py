"""Sizes by layer, layers counted from the last, products over layers, calls as in code, penalties that get lost."""

import pytest

from slipped import assert_found, assert_holds

DEEP = r"""
One sample $(x, t)$, columns. Layer $l$ has $n_l$ units, $n_0 = d$ and $n_L = C$;
for $l = 1, \dots, L$, with $a^{(0)} = x$,

$$z^{(l)}_j = \sum_{k=1}^{n_{l-1}} w^{(l)}_{jk} a^{(l-1)}_k + b^{(l)}_j$$

where $W^{(l)}$ has the entries $w^{(l)}_{jk}$. Hidden layers have $a^{(l)} = h(z^{(l)})$, the last one a softmax, and

$$E = -\sum_{c=1}^{C} t_c \ln a^{(L)}_c, \qquad \delta^{(l)}_j = \frac{\partial E}{\partial z^{(l)}_j}$$

$$\delta^{(L)} = a^{(L)} - t$$

$$\delta^{(l)}_k = h'(z^{(l)}_k) \sum_{j=1}^{n_{l+1}} w^{(l+1)}_{jk} \delta^{(l+1)}_j$$

With $D^{(l)} = \mathrm{diag}(h'(z^{(l)}))$,

$$\delta^{(L-2)} = D^{(L-2)} (W^{(L-1)})^T D^{(L-1)} (W^{(L)})^T (a^{(L)} - t)$$

$$\delta^{(l)} = D^{(l)} (W^{(l+1)})^T D^{(l+1)} (W^{(l+2)})^T \cdots D^{(L-1)} (W^{(L)})^T (a^{(L)} - t)$$
"""
SQUARES = r"""
One sample, a column. $z^l = W^l a^{l-1} + b^l$, $a^l = \sigma(z^l)$ with the sigmoid $\sigma$, $a^0 = x$ and
$C = \frac{1}{2} \| a^L - y \|^2$, $\delta^l = \frac{\partial C}{\partial z^l}$.

$$\delta^L = (a^L - y) \odot \sigma'(z^L)$$

Let $\Sigma'(z^l)$ be the diagonal matrix whose entries on the diagonal are $\sigma'(z^l_j)$. Then

$$\delta^l = \Sigma'(z^l) (W^{l+1})^T \cdots \Sigma'(z^{L-1}) (W^L)^T \Sigma'(z^L) (a^L - y)$$

$$\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T$$
"""
CALLS = r"""
The $m$ examples are the columns of $X = A^{[0]}$. $Z^{[l]} = np.dot(W^{[l]}, A^{[l-1]}) + b^{[l]}$,
$A^{[l]} = np.tanh(Z^{[l]})$ in the hidden layers, $A^{[L]} = \sigma(Z^{[L]})$, and

$$J = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log a^{[L](i)} + (1 - y^{(i)}) \log(1 - a^{[L](i)}) \right)$$

$$dZ^{[L]} = A^{[L]} - Y, \qquad dW^{[l]} = \frac{1}{m} np.dot(dZ^{[l]}, A^{[l-1]T})$$

$$db^{[l]} = \frac{1}{m} np.sum(dZ^{[l]}, axis=1, keepdims=True)$$
"""
DECAY = r"""
The $N$ examples are the columns of $X$: $S = U X + a$, $H = \tanh(S)$, $O = V H + c$. We minimise $E = E_D + E_W$ with

$$E_D = \frac{1}{2N} \| O - T \|_F^2, \qquad E_W = \frac{\lambda}{2} \left( \|U\|_F^2 + \|V\|_F^2 \right)$$

$$\frac{\partial E}{\partial V} = \frac{1}{N} (O - T) H^T + \lambda V$$

$$\frac{\partial E}{\partial c} = \frac{1}{N} (O - T) \mathbf{1}$$

$$\frac{\partial E}{\partial U} = \frac{1}{N} \left( V^T (O - T) \odot (1 - H \odot H) \right) X^T + \lambda U$$
"""
ENTRIES = r"""
There are $n$ pairs $(x_i, y_i)$ with $x_i = (x_{i1}, \dots, x_{ip})^\top$ and $y_i = (y_{i1}, \dots, y_{iK})^\top$.

$$v_{im} = \alpha_{0m} + \sum_{j=1}^{p} \alpha_{mj} x_{ij}, \qquad z_{im} = \tanh(v_{im})$$

$$f_{ik} = \beta_{0k} + \sum_{m=1}^{M} \beta_{km} z_{im}, \qquad R = \sum_{i=1}^{n} R_i$$

$$R_i = \sum_{k=1}^{K} (y_{ik} - f_{ik})^2$$

$$\delta_{ik} = \frac{\partial R_i}{\partial f_{ik}} = -2 (y_{ik} - f_{ik})$$

Let $X$ be the matrix of the $x_{ij}$, $Z$ the $n \times M$ matrix of the $z_{im}$,
$\Delta$ the matrix of the $\delta_{ik}$,
and $B = (\beta_{km})$. Then

$$\frac{\partial R}{\partial B} = \Delta^\top Z$$

$$\beta_{km}^{(r+1)} = \beta_{km}^{(r)} - \gamma_r \sum_{i=1}^{n} \delta_{ik} z_{im}$$
"""
NAMED = r"""
A network with $z = W x + b$, $h = \tanh(z)$, $o = V h + c$, columns, and $E = \frac{1}{2} \sum_k (o_k - t_k)^2$.

$$\delta^{o}_k = \frac{\partial E}{\partial o_k} = o_k - t_k$$

$$\frac{\partial E}{\partial V} = \delta^{o} h^T, \qquad \frac{\partial E}{\partial h_i} = \sum_k V_{ki} \delta^{o}_k$$

$$\delta^{h} = \frac{\partial E}{\partial z} = (V^T \delta^{o}) \odot (1 - h \odot h)$$

$$\frac{\partial E}{\partial W_{ij}} = \delta^{h}_i x_j$$
"""
TEXTS = {
    "sizes by layer, with one that has a letter": (DEEP, (r"h'(z^{(l)}_k) \sum", r"h'(z^{(l+1)}_k) \sum")),
    "a layer counted from the last": (DEEP, (r"= D^{(L-2)}", r"= D^{(L-1)}")),
    "a product over layers": (DEEP, (r"\cdots D^{(L-1)} (W", r"\cdots D^{(L)} (W")),
    "a diagonal matrix that the prose names": (
        SQUARES,
        (r"(W^L)^T \Sigma'(z^L)", r"(W^L)^T \Sigma'(z^{L-1})"),
    ),
    "sums over an axis": (CALLS, ("axis=1", "axis=0")),
    "products as calls": (CALLS, ("(dZ^{[l]}, A^{[l-1]T})", "(dZ^{[l]}, A^{[l]T})")),
    "a penalty that gets lost": (DECAY, (r" X^T + \lambda U", r" X^T")),
    "matrices of entries, and p that is how many": (ENTRIES, (r"\Delta^\top Z", r"Z^\top \Delta")),
    "iterations above entries": (ENTRIES, (r"- \gamma_r", r"+ \gamma_r")),
    "errors with their quantity above": (
        NAMED,
        (r"\sum_k V_{ki} \delta^{o}_k", r"\sum_k V_{ik} \delta^{o}_k"),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_true_texts_hold(name):
    assert_holds(TEXTS[name][0])


@pytest.mark.parametrize("name", TEXTS)
def test_a_slip_is_found_at_its_line(name):
    text, slip = TEXTS[name]
    assert_found(text, *slip)
