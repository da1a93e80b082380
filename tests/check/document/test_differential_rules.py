"""Derivations by differentials: rules of any matrices, then one sample, then many, with one letter for the loss."""

import pytest

from clearprop import check_document
from slipped import assert_found, assert_holds

RULES = r"""# Backpropagation by differentials

## Rules

Here $F$, $G$ and $X$ are matrices whose sizes fit.

$$\mathrm{d}(FG) = (\mathrm{d}F) G + F (\mathrm{d}G)$$

$$\mathrm{d}\phi(F) = \phi'(F) \odot \mathrm{d}F$$

$$\mathrm{d}(F^{-1}) = -F^{-1} (\mathrm{d}F) F^{-1}$$

$$\mathrm{d}(A X B) = A\,\mathrm{d}X\,B$$

for constant $A$ and $B$, and

$$\mathrm{tr}(F^\top (G \odot X)) = \mathrm{tr}((F \odot G)^\top X)$$

"""

ONE = r"""## One sample

An input $x$ has the one-hot label $y$, so $\mathbf{1}^\top y = 1$. Columns are samples.

$$z = W x + b, \qquad h = \phi(z), \qquad o = V h + c$$

where $\phi$ is the sigmoid.

$$E = \log(\mathbf{1}^\top \exp(o)) - y^\top o$$

$$\mathrm{d}E = \frac{\mathbf{1}^\top (\exp(o) \odot \mathrm{d}o)}{\mathbf{1}^\top \exp(o)} - y^\top \mathrm{d}o$$

$$\mathrm{d}o = (\mathrm{d}V) h + V\,\mathrm{d}h + \mathrm{d}c$$

$$\frac{\partial E}{\partial o} = \mathrm{softmax}(o) - y$$

$$\frac{\partial E}{\partial z} = \left(V^\top \frac{\partial E}{\partial o}\right) \odot \phi'(z)$$

$$\frac{\partial E}{\partial W} = \frac{\partial E}{\partial z} x^\top$$

"""

MANY = r"""## $m$ samples

$$Z = W X + b \mathbf{1}^\top, \qquad H = \phi(Z), \qquad O = V H + c \mathbf{1}^\top, \qquad P = \mathrm{softmax}(O)$$

$$E = -\frac{1}{m} \mathrm{tr}(Y^\top \log P)$$

$$\frac{\partial E}{\partial O} = \frac{1}{m} (P - Y)$$

$$\frac{\partial E}{\partial V} = \frac{\partial E}{\partial O} H^\top$$

$$\frac{\partial E}{\partial c} = \frac{\partial E}{\partial O} \mathbf{1}$$

$$\frac{\partial E}{\partial Z} = \left(V^\top \frac{\partial E}{\partial O}\right) \odot \phi'(Z)$$
"""
TEXT = RULES + ONE + MANY

SLIPS = [
    (r"G + F (\mathrm{d}G)", r"G - F (\mathrm{d}G)"),
    (r"G + F (\mathrm{d}G)", r"G + G (\mathrm{d}G)"),
    (r"\phi'(F) \odot \mathrm{d}F", r"\phi(F) \odot \mathrm{d}F"),
    (r"= -F^{-1} (\mathrm{d}F) F^{-1}", r"= -F^{-1} (\mathrm{d}F) F"),
    (r"((F \odot G)^\top X)", r"((F \odot X)^\top F)"),
    (r"- y^\top o$$", r"+ y^\top o$$"),
    (r"- y^\top \mathrm{d}o", r"- o^\top \mathrm{d}o"),
    (r"\mathrm{softmax}(o) - y", r"y - \mathrm{softmax}(o)"),
    (r"= \frac{1}{m} (P - Y)", r"= (P - Y)"),
    (r"O} \mathbf{1}$$", r"O} H^\top$$"),
]


def test_rules_and_what_is_made_of_them_hold():
    assert_holds(TEXT)


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_a_slip_is_found(old, new):
    assert_found(TEXT, old, new)


@pytest.mark.parametrize("letters", [("X", "Y"), ("W", "X"), ("Z", "H")])
def test_letters_of_rules_may_be_those_of_the_network_too(letters):
    text = RULES.replace("F", letters[0]).replace("G", letters[1])
    assert_holds(text.replace("A X B", "A R B").replace(r"\mathrm{d}X\,B", r"\mathrm{d}R\,B") + ONE + MANY)


def test_a_change_of_what_is_not_told_holds_of_nothing():
    check = check_document(ONE + r"Also $\mathrm{d}(R S) = R\,\mathrm{d}T$.")
    assert not check.findings, str(check)
    assert check.unread
