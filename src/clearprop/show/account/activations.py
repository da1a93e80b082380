"""The lines of an activation and of a head: LaTeX by the rows of `equations`, trees by the page."""

from clearprop.batch import activation_pairs, head_of
from clearprop.maths import derivation, expressions, trees
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Grid
from clearprop.network import Network
from clearprop.show.account.quantity import Line, localised

DA, Z = r"\frac{\partial J_{i}}{\partial a^{(l)}_{i,j}}", "z^{(l)}"
PROBABILITY = r"\frac{\partial J_{i}}{\partial p_{i,c}}"


def activation_lines(net: Network, l: int, z: Grid, a: Grid | None = None, da: Grid | None = None) -> list[Line]:
    """The lines of layer l: forward; and with `a` and `da` backward, and the slope alone."""
    name, page = net.activations[l - 1], trees.page()
    g, g_back = activation_pairs(net, page)[l]
    forward, back, slope = _latex(net, name, l)
    g = trees.logistic if name == "logistic" else g
    lines = [_line(*forward, "activation", g(z).cell("i", "j"), l, net)]
    if a is not None and da is not None:
        k = "k" if back[0] == "G7" else "j"
        lines.append(_line(*back, _rule(name), g_back(da, z, a).cell("i", k), l, net))
        one = g_back(1.0, z, a)
        tree = one.cell("i", "j") if isinstance(one, Grid) else ["num", float(one)]
        lines.append(_line(*slope, _rule(name), tree, l, net))
    return lines


def _rule(name: str) -> str:
    return "mask" if name == "relu" else "slope"


def _line(id: str, name: str, latex: dict, requirements: tuple, rule: str, tree: list, l: int, net: Network) -> Line:  # fmt: skip
    forms = {form: localised(text, l, net.sizes) for form, text in latex.items()}
    return Line(id, rule, name, forms, tree, requirements)


def _latex(net: Network, name: str, l: int) -> list[tuple[str, str, dict, tuple]]:
    """Of the activation, of what undoes it, and of its slope: id, name, the forms, requirements."""
    if name not in derivation.ACTIVATIONS:
        return _of_expression(net, l)
    one = name == "relu" and net.relu_grad_at_zero == 1
    back = by_id("G7" if one else f"A.{name}_back")
    g = r"\operatorname{" + name.replace("_", r"\_") + "}"
    if name == "relu":
        forward = by_id("G3")
    elif name == "tanh":  # a word of the page, not a line of it
        forward = None
    else:
        forward = by_id(f"A.{name}")
    scalar = (by_id("A.relu_back").scalar if name == "relu" else back.scalar) or ""
    slope = scalar.partition(DA)[2].strip() or "1"
    slope = slope.replace("> 0", r"\ge 0") if one else slope
    return [
        (f"A.{name}", name, _forms(g), ()) if forward is None else _of_row(forward),
        _of_row(back),
        ("G7.slope", "the slope of the activation", _slope_forms(g, slope), ()),
    ]


def _of_row(row: object) -> tuple[str, str, dict, tuple]:
    forms = {form: getattr(row, form) for form in ("scalar", "sample", "batch")}
    return getattr(row, "id"), getattr(row, "name"), forms, getattr(row, "requirements")  # noqa: B009


def _forms(g: str, scalar: str | None = None) -> dict[str, str]:
    return {
        "scalar": rf"a^{{(l)}}_{{i,j}} = {scalar or g + '(z^{(l)}_{i,j})'}",
        "sample": rf"a^{{(l)}}_{{i}} = {g}(z^{{(l)}}_{{i}})",
        "batch": rf"a^{{(l)}} = {g}(z^{{(l)}})",
    }


def _slope_forms(g: str, slope: str) -> dict[str, str]:
    left = r"\frac{\partial a^{(l)}_{i,j}}{\partial z^{(l)}_{i,j}}"
    return {"scalar": rf"{left} = {slope}"}


def _of_expression(net: Network, l: int) -> list[tuple[str, str, dict, tuple]]:
    name = net.activations[l - 1]
    found = expressions.formulas((name,), "identity", net.relu_grad_at_zero)
    x = expressions.activation(name, net.relu_grad_at_zero).variable
    texts = [found[key].latex.partition(" = ")[2] for key in (f"g({x})", f"g'({x})")]
    g, slope = (_at_cell(text, x) for text in texts)
    own = rf"g^{{(l)}}"
    left = r"\delta^{(l)}_{i,j}"
    back = {
        "scalar": rf"{left} = {DA} ({slope})",
        "sample": rf"\delta^{{(l)}}_{{i}} = \frac{{\partial J_{{i}}}}{{\partial a^{{(l)}}_{{i}}}} \odot {own}'(z^{{(l)}}_{{i}})",
        "batch": rf"\delta^{{(l)}} = \frac{{\partial J_{{\text{{sum}}}}}}{{\partial a^{{(l)}}}} \odot {own}'(z^{{(l)}})",
    }
    return [
        ("A.expression", name, _forms(own, g), ()),
        ("A.expression_back", f"{name}, undone", back, ()),
        ("G7.slope", "the slope of the activation", _slope_forms(own, slope), ()),
    ]


def _at_cell(latex: str, x: str) -> str:
    import re

    return re.sub(rf"(?<![\\A-Za-z]){x}(?![A-Za-z])", r"z^{(l)}_{i,j}", latex)


# ---- Heads -------------------------------------------------------------------------------------------------
def head_lines(net: Network, z: Grid) -> list[Line]:
    """The lines of a head: p; the loss of a sample; dJ_i/dp; and of logistic the chain rule and the slope."""
    L, h = net.L, net.out_activation
    p = _p_line(net, z)
    losses = _loss_line(net)
    lines = [p, losses]
    if h == "logistic":
        rate = rf"{PROBABILITY} = -\frac{{Y_{{i,c}}}}{{p_{{i,c}}}} + \frac{{1 - Y_{{i,c}}}}{{1 - p_{{i,c}}}}"
        chain = (
            r"\frac{\partial J_{i}}{\partial z^{(L)}_{i,j}} = \frac{\partial J_{i}}{\partial p_{i,j}}"
            r" \frac{\partial p_{i,j}}{\partial z^{(L)}_{i,j}}"
        )
        slope = r"\frac{\partial p_{i,j}}{\partial z^{(L)}_{i,j}} = p_{i,j} (1 - p_{i,j})"
        page = trees.page()
        q = trees.given("p", z.shape)
        for id, name, latex, tree in (
            ("H.logistic_loss", "the loss of a sample by one probability", rate, None),
            ("H.logistic_chain", "the chain rule through the probability", chain, None),
            ("H.logistic_slope", "the slope of the logistic function", slope, page.logistic_back(1.0, z, q).cell("i", "j")),
        ):  # fmt: skip
            lines.append(Line(id, "chain rule", name, {"scalar": localised(latex, None, net.sizes)}, tree))
    del L
    return [*lines, _residual(net)]


def _p_line(net: Network, z: Grid) -> Line:
    name, page = net.out_activation, trees.page()
    cell = trees.PLAIN[name][0](z) if name in trees.PLAIN else head_of_page(net)[0](z)
    if name == "softmax":
        row = by_id("G4")
        forms = {form: localised(getattr(row, form), None, net.sizes) for form in ("scalar", "sample", "batch")}
        return Line("G4", "softmax", row.name, forms, cell.cell("i", "j"), row.requirements)
    g = {"logistic": r"\sigma", "exp": r"\exp", "identity": ""}[name]
    del page
    scalar = {
        "logistic": r"\frac{1}{1 + \exp(-z^{(L)}_{i,j})}", "exp": r"\exp(z^{(L)}_{i,j})", "identity": r"z^{(L)}_{i,j}",
    }[name]  # fmt: skip
    around = (lambda x: f"{g}({x})") if g else (lambda x: x)
    forms = {
        "scalar": rf"p_{{i,j}} = {scalar}",
        "sample": rf"p_{{i}} = {around('z^{(L)}_{i}')}",
        "batch": rf"p = {around('z^{(L)}')}",
    }
    forms = {form: localised(text, None, net.sizes) for form, text in forms.items()}
    return Line(f"H.{name}", name, name, forms, cell.cell("i", "j"))


def head_of_page(net: Network) -> tuple:
    page = trees.page()
    return page.head_lines(head_of(net, page=page))


def _loss_line(net: Network) -> Line:
    if net.head not in derivation.HEADS:
        found = expressions.formulas((), net.head, 1)
        latex = found["J_i"].latex
        latex = latex.replace("_{ij}", "_{i,j}").replace("y_{", "Y_{").replace("J_i", "J_{i}")
        return Line("H.expression", "loss", net.head, {"scalar": localised(latex, None, net.sizes)}, None)
    function = derivation.HEADS[net.head][1].__name__
    row = by_id("G5.row" if net.head == "softmax" else f"H.{function}")
    forms = {form: localised(getattr(row, form), None, net.sizes) for form in ("scalar", "sample", "batch")}
    return Line(row.id, "loss", row.name, forms, None, row.requirements)


def _residual(net: Network) -> Line:
    if net.head not in derivation.HEADS:
        found = expressions.formulas((), net.head, 1)
        latex = found["dJ_i/dp"].latex.replace("_{ij}", "_{i,j}").replace("y_{", "Y_{")
        right = latex.partition(" = ")[2]
        left = rf"\delta^{{({net.L})}}_{{i,j}}"
        return Line("H.expression_back", "residual", net.head, {"scalar": f"{left} = {right}"}, None)
    function = derivation.HEADS[net.head][2].__name__
    row = by_id("G6" if function == "residual" else f"H.{function}")
    latex = localised(row.scalar, None, net.sizes) or ""
    if function != "residual":
        latex = _indexed(latex, net.L)
    return Line(row.id, "residual", row.name, {"scalar": latex}, None)


def _indexed(latex: str, L: int) -> str:
    import re

    latex = latex.replace(r"\delta", rf"\delta^{{({L})}}_{{i,j}}")
    latex = re.sub(r"(?<![\\A-Za-z])w(?![A-Za-z])", "w_{i}", latex)
    latex = re.sub(r"(?<![\\A-Za-z])p(?![A-Za-z_])", "p_{i,j}", latex)
    return re.sub(r"(?<![\\A-Za-z])y(?![A-Za-z])", "Y_{i,j}", latex)
