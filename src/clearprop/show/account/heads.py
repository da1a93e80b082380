"""The lines of a head: p, the loss of a sample, and the residual; of the logistic function also its slope."""

import re

from clearprop.batch import head_of
from clearprop.maths import derivation, expressions, trees
from clearprop.maths.equation import Equation
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Grid
from clearprop.network import Network
from clearprop.show.account.quantity import Line, localised

PAPER = {  # h of one number
    "logistic": r"\frac{1}{1 + \exp(-z^{(L)}_{i,j})}",
    "exp": r"\exp(z^{(L)}_{i,j})",
    "identity": r"z^{(L)}_{i,j}",
}
LOGISTIC = (
    (
        "H.logistic_loss",
        "derivative of ln",
        "the loss of a sample by one probability",
        r"\frac{\partial J_{i}}{\partial p_{i,c}} = -\frac{Y_{i,c}}{p_{i,c}} + \frac{1 - Y_{i,c}}{1 - p_{i,c}}",
    ),
    (
        "H.logistic_chain",
        "chain rule",
        "the chain rule through the probability",
        r"\frac{\partial J_{i}}{\partial z^{(L)}_{i,j}} ="
        r" \frac{\partial J_{i}}{\partial p_{i,j}} \frac{\partial p_{i,j}}{\partial z^{(L)}_{i,j}}",
    ),
    (
        "H.logistic_slope",
        "slope",
        "the slope of the logistic function",
        r"\frac{\partial p_{i,j}}{\partial z^{(L)}_{i,j}} = p_{i,j} (1 - p_{i,j})",
    ),
)


def output_line(net: Network, z: Grid) -> Line:
    """p, as it is written on paper."""
    name, page = net.out_activation, trees.page()
    h = trees.PLAIN[name][0] if name in trees.PLAIN else page.head_lines(head_of(net, page=page))[0]
    cell = h(z).cell("i", "j")
    if name == "softmax":
        row = by_id("G4")
        return Line("G4", "softmax", row.name, _forms(net, row), cell, row.requirements)
    g = {"logistic": r"\sigma({})", "exp": r"\exp({})", "identity": "{}"}[name]
    forms = {
        "scalar": f"p_{{i,j}} = {PAPER[name]}",
        "sample": f"p_{{i}} = {g.replace('{}', 'z^{(L)}_{i}')}",
        "batch": f"p = {g.replace('{}', 'z^{(L)}')}",
    }
    forms = {form: localised(latex, None, net.sizes) for form, latex in forms.items()}
    return Line(f"H.{name}", "activation", name, forms, cell)


def loss_line(net: Network) -> Line:
    """The loss of a sample; its tree is that of `step.loss_grid`."""
    if net.head not in derivation.HEADS:
        latex = _of_expression(net, "J_i").replace("J_i", "J_{i}")
        return Line("H.expression", "loss", net.head, {"scalar": latex}, None)
    function = derivation.HEADS[net.head][1].__name__
    row = by_id("G5.row" if net.head == "softmax" else f"H.{function}")
    return Line(row.id, "loss", row.name, _forms(net, row), None, row.requirements)


def logistic_lines(net: Network) -> tuple[Line, Line, Line]:
    """dJ_i/dp, the chain rule, and the slope of the logistic function; without their trees."""
    a, b, c = (
        Line(id, rule, name, {"scalar": localised(latex, None, net.sizes)}, None)
        for id, rule, name, latex in LOGISTIC
    )
    return a, b, c


def residual_line(net: Network) -> Line:
    """The residual of a head of another kind than p - Y, without its tree."""
    if net.head not in derivation.HEADS:
        right = _of_expression(net, "dJ_i/dp").partition(" = ")[2]
        latex = rf"\delta^{{({net.L})}}_{{i,j}} = {right}"
        return Line("H.expression_back", "residual", net.head, {"scalar": latex}, None)
    row = by_id(f"H.{derivation.HEADS[net.head][2].__name__}")
    return Line(
        row.id, "residual", row.name, {"scalar": _indexed(row.scalar or "", net.L)}, None, row.requirements
    )


def _forms(net: Network, row: Equation) -> dict[str, str | None]:
    return {form: localised(getattr(row, form), None, net.sizes) for form in ("scalar", "sample", "batch")}


def _of_expression(net: Network, key: str) -> str:
    latex = expressions.formulas((), net.head, 1)[key].latex
    return (localised(latex, None, net.sizes) or "").replace("_{ij}", "_{i,j}").replace("y_{", "Y_{")


def _indexed(latex: str, L: int) -> str:
    """A row without indices, of sample i and output j."""
    names = {r"\\delta": rf"\\delta^{{({L})}}_{{i,j}}", "w": "w_{i}", "p": "p_{i,j}", "y": "Y_{i,j}"}
    for name, cell in names.items():
        latex = re.sub(rf"(?<![\\A-Za-z]){name}(?![A-Za-z_])", cell, latex)
    return latex
