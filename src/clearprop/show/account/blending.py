"""The shares of a blended layer in an account: their gradient, and their update."""

from typing import Any

from clearprop.batch import share_gradients
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Tree
from clearprop.show.account import symbols
from clearprop.show.account.activations import plain_latex, plain_pair
from clearprop.show.account.quantity import Line, Quantity, line_of
from clearprop.show.account.step import Step, biases


def share_gradient(s: Step, l: int) -> Quantity:
    """dc[l], the mean over the batch of what each sample adds; or their sum, where that is the loss."""
    m, n = len(s.X), s.net.sizes[l]
    z, da = (s.grid(f"{key}[{l}]", m, n) for key in ("z", "da"))
    terms = s.page.share_term(da, z, plain_pair(s.net, l)[0](z))
    cell = s.page.bias_grad(terms, s.divisor).cell(0, "j")
    own = share_gradients(s.net, s.working)[l]
    of = "J" if s.mean else r"J_{\text{sum}}"
    symbol = symbols.mean_by(symbols.parameter("c", l), of)
    line = line_of(by_id("A.share_term"), "mean", cell, l, s.net.sizes, s.mean)
    line = Line(line.id, line.rule, line.name, _gradient(s, l), cell)
    values = own if s.mean else own * s.working.m
    return biases(f"dc[{l}]", "backward", l, symbol, values, lines=(line,), oracle=("c", l))


def share_update(s: Step, l: int, cell: Tree) -> Line:
    """c[l] after the update: as a bias, without decay."""
    change = symbols.mean_by(symbols.parameter("c", l), "J" if s.mean else r"J_{\text{sum}}").batch
    latex = {"batch": rf"{{c'}}^{{({l})}} = c^{{({l})}} - \alpha {change}"}
    return Line("G11", "update", by_id("G11").name, latex, cell)


def _gradient(s: Step, l: int) -> dict[str, Any]:
    """dc[l] on paper."""
    left = symbols.mean_by(symbols.parameter("c", l), "J" if s.mean else r"J_{\text{sum}}").scalar
    left = left.replace("#2", "j")
    share = r"\frac{1}{m} " if s.mean else ""
    g, z = plain_latex(s.net, l), f"z^{{({l})}}_{{i,j}}"
    da = rf"\frac{{\partial J_{{i}}}}{{\partial a^{{({l})}}_{{i,j}}}}"
    return {"scalar": rf"{left} = {share}\sum_{{i=1}}^{{m}} {da} ({g} - {z})"}
