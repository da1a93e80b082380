"""The lines of an activation: LaTeX by the rows of `equations`, trees by the page."""

import re
from dataclasses import replace
from typing import Any

from clearprop.batch import activation_pairs
from clearprop.maths import derivation, expressions, trees
from clearprop.maths.equation import Equation
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Grid
from clearprop.network import Network
from clearprop.show.account.blended_lines import DA, Written, blended_backward, blended_forward
from clearprop.show.account.quantity import Line, localised

SLOPE = r"\frac{\partial a^{(l)}_{i,j}}{\partial z^{(l)}_{i,j}}"


def forward_line(net: Network, l: int, z: Grid, c: Grid) -> Line:
    """a = g(z) of layer l, or its blend with z by the shares c."""
    g = _pair(net, l, c)[0]
    written = blended_forward(_forward(net, l), operator(net, l)) if net.blended else _forward(net, l)
    return _line(written, "activation", g(z).cell("i", "j"), l, net)


def _pair(net: Network, l: int, c: Grid) -> tuple[Any, Any]:
    """(g, g_back) of layer l in the language of trees."""
    return activation_pairs(net, trees.page(), [c] * (net.L + 1))[l]


def plain_pair(net: Network, l: int) -> tuple[Any, Any]:
    """(g, g_back) of layer l without its shares, in the language of trees."""
    return activation_pairs(replace(net, blended=False), trees.page())[l]


def plain_latex(net: Network, l: int) -> str:
    """g(z) of layer l in LaTeX, for one number."""
    return (localised(_forward(net, l).latex["scalar"], l, net.sizes) or "").partition(" = ")[2]


def backward_lines(net: Network, l: int, grids: tuple[Grid, Grid, Grid], c: Grid) -> tuple[Line, Line]:
    """What undoes layer l, by its z, a, da and, if it is blended, its shares c; and its slope alone."""
    name, (z, a, da) = net.activations[l - 1], grids
    g_back, back = _pair(net, l, c)[1], _backward(net, l)
    own = _slope(net, l, back)
    if net.blended:
        back, own = blended_backward(_forward(net, l), own, operator(net, l))
    rule = "mask" if name == "relu" and not net.blended else "slope"
    whole = _line(back, rule, g_back(da, z, a).cell("i", "k" if back.id == "G7" else "j"), l, net)
    one = g_back(1.0, z, a)
    tree = one.cell("i", "j") if isinstance(one, Grid) else ["num", float(one)]
    slope = Written("G7.slope", "the slope of the activation", {"scalar": f"{SLOPE} = {own}"})
    return whole, _line(slope, rule, tree, l, net)


def operator(net: Network, l: int) -> str:
    """The name of the activation of layer l in LaTeX; an expression is g of its layer."""
    name = net.activations[l - 1]
    return (
        r"\operatorname{" + name.replace("_", r"\_") + "}"
        if name in derivation.ACTIVATIONS
        else f"g^{{({l})}}"
    )


def _line(written: Written, rule: str, tree: list, l: int, net: Network) -> Line:
    forms = {form: localised(text, l, net.sizes) for form, text in written.latex.items()}
    return Line(written.id, rule, written.name, forms, tree, written.requirements)


def _forward(net: Network, l: int) -> Written:
    name = net.activations[l - 1]
    if name not in derivation.ACTIVATIONS:
        return Written("A.expression", name, _forms(net, l, _of_expression(net, l, "g")))
    if name == "tanh":  # a word of the page, not a line of it
        return Written("A.tanh", name, _forms(net, l, r"\tanh(z^{(l)}_{i,j})"))
    return _of_row(by_id("G3" if name == "relu" else f"A.{name}"))


def _backward(net: Network, l: int) -> Written:
    name = net.activations[l - 1]
    if name in derivation.ACTIVATIONS:
        return _of_row(by_id("G7" if _one_at_zero(net, name) else f"A.{name}_back"))
    g, da = f"{{g'}}^{{({l})}}", r"\frac{{\partial {}}}{{\partial {}}}"
    of_sample, of_batch = da.format("J_{i}", "a^{(l)}_{i}"), da.format(r"J_{\text{sum}}", "a^{(l)}")
    latex: dict[str, str | None] = {
        "scalar": rf"\delta^{{(l)}}_{{i,j}} = {DA} ({_of_expression(net, l, 'slope')})",
        "sample": rf"\delta^{{(l)}}_{{i}} = {of_sample} \odot {g}(z^{{(l)}}_{{i}})",
        "batch": rf"\delta^{{(l)}} = {of_batch} \odot {g}(z^{{(l)}})",
    }
    return Written("A.expression_back", f"{name}, undone", latex)


def _slope(net: Network, l: int, back: Written) -> str:
    """g'(z) on paper: what the line that undoes g has beside dJ_i/da."""
    name = net.activations[l - 1]
    if name not in derivation.ACTIVATIONS:
        return _of_expression(net, l, "slope")
    scalar = (by_id("A.relu_back").scalar if name == "relu" else back.latex["scalar"]) or ""
    slope = scalar.partition(DA)[2].strip() or "1"
    return slope.replace("> 0", r"\ge 0") if _one_at_zero(net, name) else slope


def _one_at_zero(net: Network, name: str) -> bool:
    return name == "relu" and net.relu_grad_at_zero == 1


def _of_row(row: Equation) -> Written:
    forms = {form: getattr(row, form) for form in ("scalar", "sample", "batch")}
    return Written(row.id, row.name, forms, row.requirements)


def _forms(net: Network, l: int, scalar: str) -> dict[str, str | None]:
    g = r"\tanh" if net.activations[l - 1] == "tanh" else operator(net, l)
    return {
        "scalar": rf"a^{{(l)}}_{{i,j}} = {scalar}",
        "sample": rf"a^{{(l)}}_{{i}} = {g}(z^{{(l)}}_{{i}})",
        "batch": rf"a^{{(l)}} = {g}(z^{{(l)}})",
    }


def _of_expression(net: Network, l: int, what: str) -> str:
    """g(z) or g'(z) of an expression, in LaTeX."""
    name = net.activations[l - 1]
    x = expressions.activation(name, net.relu_grad_at_zero).variable
    found = expressions.formulas((name,), "identity", net.relu_grad_at_zero)
    latex = found[f"g({x})" if what == "g" else f"g'({x})"].latex.partition(" = ")[2]
    latex = re.sub(rf"(?<![\\A-Za-z]){x}(?=\^)", r"{z^{(l)}_{i,j}}", latex)
    return re.sub(rf"(?<![\\A-Za-z{{]){x}(?![A-Za-z^])|(?<={{){x}(?![A-Za-z^])", r"z^{(l)}_{i,j}", latex)
