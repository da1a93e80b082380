"""Letters of a text's own with the numbers of layers: their steps tell what they are."""

import pytest

from clearprop.check.document.meaning.families import find_families
from clearprop.check.document.read.parse import Words, parse
from clearprop.check.document.read.tokens import lex
from oracles.derivations import read_whole, with_slip

TOTAL = r"""We write $\mathrm{D}_u \ell$ for the derivative of the loss by $u$, a row vector. One sample:
$$z_1 = A_1 x + c_1, \quad y_1 = \varphi(z_1), \quad z_2 = A_2 y_1 + c_2, \quad y_2 = \varphi(z_2),
\quad \ell = \tfrac12 \|y_2 - t\|_2^2$$
with $\varphi = \tanh$. Then $\mathrm{D}_{y_2} \ell = (y_2 - t)^\top$, $\frac{\partial z_2}{\partial y_1} = A_2$,
$\mathrm{D}_{z_1} \ell = (y_2 - t)^\top \operatorname{diag}(\varphi'(z_2)) A_2 \operatorname{diag}(\varphi'(z_1))$,
$\mathrm{D}_{x} \ell = \mathrm{D}_{z_1} \ell\, A_1$ and $\nabla_{A_2} \ell = (\mathrm{D}_{z_2} \ell)^\top y_1^\top$."""
PARENS = r"""One sample:
$u^{(1)} = M^{(1)} x + c^{(1)}$, $v^{(1)} = \tanh(u^{(1)})$, $u^{(2)} = M^{(2)} v^{(1)} + c^{(2)}$,
$E = \frac12 \|u^{(2)} - t\|^2$, $\frac{\partial E}{\partial M^{(2)}} = (u^{(2)} - t) v^{(1)\top}$,
$\frac{\partial E}{\partial c^{(1)}} = (1 - v^{(1)} \odot v^{(1)}) \odot (M^{(2)\top} (u^{(2)} - t))$."""
TRUE = {"numbers below": TOTAL, "numbers above": PARENS}
SLIPS = [
    ("numbers below", r"{y_2} \ell = (y_2 - t)^\top", r"{y_2} \ell = (t - y_2)^\top"),
    ("numbers below", r"A_2 \operatorname{diag}(\varphi'(z_1))", r"A_1 \operatorname{diag}(\varphi'(z_1))"),
    ("numbers below", r"^\top y_1^\top", r"^\top y_1"),
    ("numbers above", r"v^{(1)\top}$,", r"v^{(2)\top}$,"),
    ("numbers above", r"(M^{(2)\top} (u", r"(M^{(2)} (u"),
]


@pytest.mark.parametrize("name", TRUE)
def test_letters_of_a_texts_own_are_read_by_their_steps(name):
    read_whole(TRUE[name])


@pytest.mark.parametrize(("name", "old", "new"), SLIPS)
def test_a_slip_among_letters_of_a_texts_own_is_found(name, old, new):
    assert with_slip(TRUE[name], old, new).findings


def _families(*steps: str):
    words = Words(frozenset({"f"}))
    sides = [[parse(lex(side), words) for side in step.split("=")] for step in steps]
    return find_families([(left, right) for left, right in sides])


@pytest.mark.parametrize(
    ("steps", "style", "kinds"),
    [
        (
            ("s_1 = A_1 x + c_1", "s_2 = A_2 q_1 + c_2"),
            "sub",
            {"s": "pre", "A": "weight", "c": "bias", "q": "act"},
        ),
        (("q_1 = f(A_1 x)", "q_2 = f(A_2 q_1)"), "sub", {"q": "act", "A": "weight"}),
        (("s_l = A_l q_{l-1} + c_l",), "sub", {"s": "pre", "A": "weight", "c": "bias", "q": "act"}),
        (("s_t = A_t q_{t-1} + c_t",), None, {}),
        (("s_1 = A_1 x + c_1",), None, {}),  # one layer: the number may be an index
        (("G_1 = D_1 x^\\top", "G_2 = D_2 q_1^\\top"), None, {}),  # gradients, not steps
        (("s_1 = A_1 x", "s_2 = A_2 x"), None, {}),
        (
            ("s_1 = A_1 x + c_1", "s_2 = A_2 s_1 + c_2"),
            None,
            {},
        ),  # before and behind an activation are one letter
    ],
)
def test_two_steps_tell_four_letters(steps, style, kinds):
    found = _families(*steps)
    assert (found.style, found.kinds) == (style, kinds)
