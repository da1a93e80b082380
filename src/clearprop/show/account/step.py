"""Every quantity of a step, each with the ways to compute it: the page's own lines and the steps on the way to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, head_of
from clearprop.maths import derivation, trees
from clearprop.maths.derivation import Working
from clearprop.maths.equations import by_id
from clearprop.maths.tree_slopes import slope
from clearprop.maths.trees import Grid, Tree, given, named
from clearprop.network import Network, Parameters
from clearprop.show.account import symbols
from clearprop.show.account.activations import activation_lines, head_lines
from clearprop.show.account.quantity import Axis, Line, Quantity, held, line_of

ONE = Axis("one")
SAMPLE = Axis("sample", None, "i")


@dataclass(frozen=True)
class Step:
    """What the quantities are made from.

    Attributes
    ----------
    net, params, working : Network, Parameters, Working
        The step, in float64.
    X, y, w : ndarray
        The batch as the page takes it: (m, n[0]), (m, n[L]), (m,).
    weighted : bool
        Whether rows have weights.
    m : float
        What J, dW and db are divided by: the sum of w, or 1 where the loss is the sum.
    after : Parameters
        Those of after the update.
    then : Working
        The step that follows, at `after`.
    """

    net: Network
    params: Parameters
    working: Working
    X: np.ndarray
    y: np.ndarray
    w: np.ndarray
    weighted: bool
    mean: bool
    lr: float
    l2: float
    after: Parameters
    then: Working
    page: Any = field(default_factory=trees.page)

    @property
    def divisor(self) -> Any:
        return named("m") if self.mean else 1.0

    @property
    def weight(self) -> Any:
        return given("w", (len(self.w), 1)) if self.weighted else 1.0

    def grid(self, key: str, *shape: int) -> Grid:
        return given(key, (shape[0], shape[1]))

    def line(self, id: str, rule: str, tree: Tree | None, l: int | None = None) -> Line:
        return line_of(by_id(id), rule, tree, l, self.net.sizes, self.mean)


def units(layer: int, letter: str = "j") -> Axis:
    return Axis("unit", layer, letter)


def quantities(step: Step) -> Iterator[Quantity]:
    """All of a step, in the order in which it is read."""
    yield from _given(step)
    yield from _forward(step, step.params, step.working, "")
    yield from _loss(step, step.params, step.working, "")
    yield from _backward(step)
    yield from _update(step)
    yield from _forward(step, step.after, step.then, "'")
    yield from _loss(step, step.after, step.then, "'")


def _rows(s: Step, key: str, part: str, l: int | None, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    """A quantity with a row a sample and a column a unit of layer l."""
    layer = s.net.L if l is None else l
    axes = more.pop("axes", (SAMPLE, units(layer)))
    return Quantity(key, part, l, symbol, axes, values.shape, held(values), **more)


def _given(s: Step) -> Iterator[Quantity]:
    yield _rows(s, "a[0]", "given", 0, symbols.matrix("a", 0), s.X)
    yield _rows(s, "Y", "given", None, symbols.matrix("Y"), s.y)
    if s.weighted:
        yield _column("w", "given", symbols.row_number("w"), s.w)
    for l in range(1, s.net.L + 1):
        yield _weights(f"W[{l}]", "given", l, symbols.parameter("W", l), s.params.W[l])
        yield _biases(f"b[{l}]", "given", l, symbols.parameter("b", l), s.params.b[l])


def _weights(key: str, part: str, l: int, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    axes = (units(l - 1, "k"), units(l))
    return Quantity(key, part, l, symbol, axes, values.shape, held(values), **more)


def _biases(key: str, part: str, l: int, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    return Quantity(key, part, l, symbol, (ONE, units(l)), (1, len(values)), held(values[None]), **more)


def _column(key: str, part: str, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    axes = (SAMPLE, ONE)
    return Quantity(key, part, None, symbol, axes, (len(values), 1), held(values[:, None]), **more)


def _number(key: str, part: str, symbol: Any, value: float, *lines: Line) -> Quantity:
    return Quantity(key, part, None, symbol, (ONE, ONE), (1, 1), held(np.array([[float(value)]])), lines)


# ---- Forward ----------------------------------------------------------------------------------------------
def _forward(s: Step, params: Parameters, done: Working, mark: str) -> Iterator[Quantity]:
    part, m, n, L = "next" if mark else "forward", len(s.X), s.net.sizes, s.net.L
    for l in range(1, L + 1):
        below = "a[0]" if l == 1 else f"a{mark}[{l - 1}]"
        grids = s.grid(below, m, n[l - 1]), s.grid(f"W{mark}[{l}]", n[l - 1], n[l]), s.grid(f"b{mark}[{l}]", 1, n[l])
        line = s.line("G2", "affine", s.page.affine(*grids).cell("i", "j"), l)
        kinks = np.argwhere(done.z[l] == 0) if l < L and bent(s.net.activations[l - 1]) else np.zeros((0, 2), int)
        symbol = symbols.matrix("z", l, mark)
        yield _rows(s, f"z{mark}[{l}]", part, l, symbol, done.z[l], lines=(line,), kinks=kinks)
        z = s.grid(f"z{mark}[{l}]", m, n[l])
        if l < L:
            lines = activation_lines(s.net, l, z)[:1]
            yield _rows(s, f"a{mark}[{l}]", part, l, symbols.matrix("a", l, mark), done.a[l], lines=lines)
        else:
            symbol = symbols.matrix("p", None, mark)
            yield _rows(s, f"p{mark}", part, None, symbol, done.p, lines=head_lines(s.net, z)[:1])


def bent(name: str) -> bool:
    """Whether an activation of this name has a kink at 0, where its slope is a convention."""
    return name in ("relu", "leaky_relu", "selu")


# ---- Loss -------------------------------------------------------------------------------------------------
def loss_grid(s: Step, mark: str = "") -> Grid:
    """The losses of the samples, as a column."""
    m, n = len(s.X), s.net.sizes[-1]
    p, y = s.grid(f"p{mark}", m, n), s.grid("Y", m, n)
    if s.net.head in trees.PLAIN:
        return trees.PLAIN[s.net.head][1](p, y)
    if s.net.out_activation == "identity":
        return derivation_head(s)[1](p, y)
    return derivation_head(s)[1](s.grid(f"z{mark}[{s.net.L}]", m, n), y)


def derivation_head(s: Step) -> Any:
    """The lines of the head in the language of trees; the constants of one output each are columns."""
    head = head_of(s.net, page=s.page)
    if isinstance(head, tuple) and len(head) == 2:
        constants = s.net.head_constants
        c = constants[0] if len(set(constants)) == 1 else given("kappa", (1, len(constants)))
        return s.page.head_lines((head[0], c))
    return s.page.head_lines(head)


def _loss(s: Step, params: Parameters, done: Working, mark: str) -> Iterator[Quantity]:
    part, m, L = "next" if mark else "loss", len(s.X), s.net.L
    row = head_lines(s.net, s.grid("z", m, s.net.sizes[-1]))[1]
    line = Line(row.id, row.rule, row.name, row.latex, loss_grid(s, mark).cell("i", 0), row.requirements)
    yield _column(f"losses{mark}", part, symbols.row_number("J", mark), done.losses, lines=(line,))
    losses, w = s.grid(f"losses{mark}", m, 1), s.weight
    total = s.line("G5.sum", "sum", s.page.mean(losses, w, 1.0).cell(0, 0))
    J_sum = derivation.mean(done.losses, s.w, 1.0)
    yield _number(f"J_sum{mark}", part, symbols.number(rf"J{mark}_{{\text{{sum}}}}"), J_sum, total)
    mean = s.line(
        "G5.weighted" if s.weighted else "G5", "mean", s.page.mean(losses, w, named("m")).cell(0, 0)
    )
    yield _number(f"J{mark}", part, symbols.number(f"J{mark}"), done.J, mean)
    if s.l2:
        yield from _penalty(s, params, J_sum if not s.mean else done.J, part, mark)


def _penalty(s: Step, params: Parameters, J: float, part: str, mark: str) -> Iterator[Quantity]:
    value = sum(float(derivation.penalty(W, s.l2)) for W in params.W[1:])
    layers = [
        s.page.penalty(s.grid(f"W{mark}[{l}]", *params.W[l].shape), named("l2")).cell(0, 0)
        for l in range(1, s.net.L + 1)
    ]
    row = by_id("G5.penalty")
    whole = (row.batch or "").replace("{L}", f"{{{s.net.L}}}")
    latex = whole.partition("J + ")[2]
    whole = whole if s.mean else whole.replace("= J +", r"= J_{\text{sum}} +")
    tree = ["+", *layers] if len(layers) > 1 else layers[0]
    omega = Line("G5.penalty", "penalty", row.name, {"batch": rf"\Omega = {latex}"}, tree, row.requirements)
    yield _number(f"penalty{mark}", part, symbols.number(rf"\Omega{mark}"), value, omega)
    base = f"J{mark}" if s.mean else f"J_sum{mark}"
    cell = ["+", ["ref", base, 0, 0], ["ref", f"penalty{mark}", 0, 0]]
    name = rf"J{mark}_{{\text{{total}}}}"
    total = Line(
        "G5.penalty", "sum", "the loss with the penalty", {"batch": whole}, cell, row.requirements
    )
    yield _number(f"J_total{mark}", part, symbols.number(name), J + value, total)


# ---- Backward ---------------------------------------------------------------------------------------------
def _backward(s: Step) -> Iterator[Quantity]:
    yield from _last_residual(s)
    for l in range(s.net.L, 0, -1):
        if l < s.net.L:
            yield from _hidden_residual(s, l)
        yield _mean_residual(s, l)
        yield from _gradients(s, l)
        yield _pulled_back(s, l - 1)


def _last_residual(s: Step) -> Iterator[Quantity]:
    m, C, L, done = len(s.X), s.net.sizes[-1], s.net.L, s.working
    lines: list[Line] = []
    if s.net.head == "softmax":
        yield _by_probability(s, s.line("G6.loss", "derivative of ln", None))
        yield _jacobian(s)
        cell = ["sum", "c", 0, C, ["*", ["ref", "dp", "i", "c"], ["ref", "jacobian", "i", "c", "j"]]]
        lines.append(s.line("G6.chain", "chain rule", cell))
        cell = _put_in(s)
        lines.append(s.line("G6.sum", "chain rule", cell))
    elif s.net.head == "logistic":
        yield _by_probability(s, head_lines(s.net, s.grid("z", m, C))[2])
        yield _slope(s, L, "p", logistic_slope)
        cell = ["*", ["ref", "dp", "i", "j"], ["ref", f"slope[{L}]", "i", "j"]]
        row = head_lines(s.net, s.grid("z", m, C))[3]
        lines.append(Line(row.id, "chain rule", row.name, row.latex, cell, row.requirements))
    grids = s.grid("p", m, C), s.grid("Y", m, C)
    own = derivation_head(s)[2](*grids, s.weight).cell("i", "j")
    lines.append(_residual_line(s, own))
    yield _rows(
        s, f"delta[{L}]", "backward", L, symbols.matrix(r"\delta", L), done.delta[L], lines=tuple(lines),
        oracle=("z", L), other=symbols.by_row("z", L),
    )  # fmt: skip


def _put_in(s: Step) -> Tree:
    """The chain rule with dp_c/dz_j put in: p_c, which divides Y_c, goes."""
    left: Tree = ["+", ["is", "c", "j"], ["neg", ["ref", "p", "i", "j"]]]
    total: Tree = ["sum", "c", 0, s.net.sizes[-1], ["*", ["ref", "Y", "i", "c"], left]]
    return ["neg", ["*", ["ref", "w", "i", 0], total] if s.weighted else total]


def _residual_line(s: Step, tree: Tree) -> Line:
    if derivation.head_lines(head_of(s.net))[2] is derivation.residual:
        return s.line("G6.weighted" if s.weighted else "G6", "residual", tree)
    row = head_lines(s.net, s.grid("z", len(s.X), s.net.sizes[-1]))[-1]
    return Line(row.id, "residual", row.name, row.latex, tree, row.requirements)


def _by_probability(s: Step, line: Line) -> Quantity:
    """dJ_i/dp, by the rules of derivatives from the loss as it is written."""
    losses = loss_grid(s) if not s.weighted else s.weight * loss_grid(s)
    tree = slope(losses.cell("i", 0), "p", ("i", "c"))
    symbol = symbols.by_row("p")
    line = Line(line.id, line.rule, line.name, line.latex, tree, line.requirements)
    done, y, w = s.working, s.y, s.w[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(y == 0, 0.0, -w * y / done.p) + (
            np.where(y == 1, 0.0, w * (1 - y) / (1 - done.p)) if s.net.head == "logistic" else 0.0
        )
    axes = (SAMPLE, units(s.net.L, "c"))
    return _rows(s, "dp", "backward", None, symbol, values, axes=axes, lines=(line,), oracle=("p",))


def _jacobian(s: Step) -> Quantity:
    """dp_c/dz_j: by the quotient rule from softmax, and as the residual that class c would leave, times -p_c."""
    m, C, L, p = len(s.X), s.net.sizes[-1], s.net.L, s.working.p
    quotient = slope(trees.softmax(s.grid(f"z[{L}]", m, C)).cell("i", "c"), f"z[{L}]", ("i", "j"))
    one = Grid((m, C), lambda i, j: ["is", "c", j])
    left = s.page.residual(s.grid("p", m, C), one, 1.0).cell("i", "j")
    short = ["neg", ["*", ["ref", "p", "i", "c"], left]]

    def values(at: list[np.ndarray]) -> np.ndarray:
        i, c, j = np.ix_(*at)
        return -p[i, c] * derivation.residual(p[i, j], (c == j).astype(float), 1.0)

    lines = (s.line("G6.quotient", "quotient rule", quotient), s.line("G6.jacobian", "softmax", short))
    axes = (SAMPLE, units(L, "c"), units(L))
    symbol = symbols.jacobian(L)
    return Quantity("jacobian", "backward", L, symbol, axes, (m, C, C), values, lines, ("jacobian", L))


def logistic_slope(s: Step) -> Line:
    return head_lines(s.net, s.grid("z", len(s.X), s.net.sizes[-1]))[4]


def _slope(s: Step, l: int, out: str, line: Any) -> Quantity:
    """g'(z): what a layer's own gradient is multiplied with; of relu the mask."""
    m, n, done = len(s.X), s.net.sizes[l], s.working
    made = line(s)
    name = s.net.activations[l - 1] if l < s.net.L else s.net.out_activation
    values = (activation_pairs(s.net)[l] if l < s.net.L else derivation.ACTIVATIONS[name])[1](
        np.ones((m, n)), done.z[l], done.a[l]
    )
    symbol = symbols.slope(l, operator(name, l), out)
    return _rows(s, f"slope[{l}]", "backward", l, symbol, values, lines=(made,), oracle=("slope", l))


def operator(name: str, l: int) -> str:
    """The name of an activation in LaTeX; an expression is g of its layer."""
    if name not in derivation.ACTIVATIONS:
        return f"g^{{({l})}}"
    return r"\operatorname{" + name.replace("_", r"\_") + "}"


def _hidden_residual(s: Step, l: int) -> Iterator[Quantity]:
    m, n = len(s.X), s.net.sizes
    z, a, da = (s.grid(f"{key}[{l}]", m, n[l]) for key in ("z", "a", "da"))
    forward, back, mask = activation_lines(s.net, l, z, a, da)
    del forward
    yield _slope(s, l, "a", lambda _: mask)
    k = "k" if back.id == "G7" else "j"
    chain = ["*", ["ref", f"da[{l}]", "i", k], ["ref", f"slope[{l}]", "i", k]]
    step_on = s.line("G7.chain", "chain rule", chain, l)
    if k == "j":
        step_on = Line(step_on.id, step_on.rule, step_on.name, _with_j(step_on.latex), chain, ())
    lines = (step_on, back)
    axes = (SAMPLE, units(l, k))
    symbol, values = symbols.matrix(r"\delta", l), s.working.delta[l]
    other = symbols.by_row("z", l)
    yield _rows(
        s, f"delta[{l}]", "backward", l, symbol, values, axes=axes, lines=lines, oracle=("z", l), other=other
    )


def _with_j(latex: Any) -> dict[str, str | None]:
    return {form: text.replace("{i,k}", "{i,j}") if text else None for form, text in latex.items()}


def _mean_residual(s: Step, l: int) -> Quantity:
    values, key = s.working.delta[l], f"delta[{l}]"
    tree = (s.grid(key, *values.shape) / s.divisor).cell("i", "j")
    of = "J" if s.mean else r"J_{\text{sum}}"
    symbol = symbols.mean_by(symbols.matrix("z", l), of)
    divided = values / (s.working.m if s.mean else 1.0)
    return _rows(s, f"dz[{l}]", "backward", l, symbol, divided, lines=(s.line("G1.mean", "mean", tree, l),))


def _gradients(s: Step, l: int) -> Iterator[Quantity]:
    m, n, done = len(s.X), s.net.sizes, s.working
    a, delta = s.grid(f"a[{l - 1}]", m, n[l - 1]), s.grid(f"delta[{l}]", m, n[l])
    of, d = ("J", done.m) if s.mean else (r"J_{\text{sum}}", 1.0)
    cell = s.page.weight_grad(a, delta, s.divisor).cell("k", "j")
    W, b = symbols.parameter("W", l), symbols.parameter("b", l)
    yield _outer(s, l, cell)
    lines = (s.line("G8.chain", "chain rule", cell, l), s.line("G8", "outer product", cell, l))
    values = done.dW[l] if s.mean else derivation.weight_grad(done.a[l - 1], done.delta[l], d)
    yield _weights(f"dW[{l}]", "backward", l, symbols.mean_by(W, of), values, lines=lines, oracle=("W", l))
    cell = s.page.bias_grad(delta, s.divisor).cell(0, "j")
    lines = (s.line("G9.chain", "chain rule", cell, l), s.line("G9", "mean", cell, l))
    values = done.db[l] if s.mean else derivation.bias_grad(done.delta[l], d)
    yield _biases(f"db[{l}]", "backward", l, symbols.mean_by(b, of), values, lines=lines, oracle=("b", l))


def _outer(s: Step, l: int, gradient: Tree) -> Quantity:
    """What each sample adds to dW, before the mean: the summand of the page's own sum."""
    a, delta = s.working.a[l - 1], s.working.delta[l]
    summand = (gradient[1] if gradient[0] == "/" else gradient)[-1]
    whole = s.line("G8", "outer product", summand, l)
    sample = rf"\frac{{\partial J_{{i}}}}{{\partial W^{{({l})}}}} = (a^{{({l - 1})}}_{{i}})^{{\top}} \cdot \delta^{{({l})}}_{{i}}"
    line = Line("G8.summand", whole.rule, "what one sample adds to the gradient", {"sample": sample}, summand, whole.requirements)

    def values(at: list[np.ndarray]) -> np.ndarray:
        i, k, j = np.ix_(*at)
        return a[i, k] * delta[i, j]

    axes = (SAMPLE, units(l - 1, "k"), units(l))
    shape = (len(a), a.shape[1], delta.shape[1])
    symbol = symbols.summand(symbols.parameter("W", l))
    return Quantity(f"outer[{l}]", "backward", l, symbol, axes, shape, values, (line,), ("outer", l))


def _pulled_back(s: Step, l: int) -> Quantity:
    m, n = len(s.X), s.net.sizes
    delta, W = s.grid(f"delta[{l + 1}]", m, n[l + 1]), s.grid(f"W[{l + 1}]", n[l], n[l + 1])
    cell = s.page.pull_back(delta, W).cell("i", "k")
    lines = (s.line("G7.da.chain", "chain rule", cell, l), s.line("G7.da", "pull back", cell, l))
    axes = (SAMPLE, units(l, "k"))
    symbol, values = symbols.by_row("a", l), s.working.da[l]
    return _rows(s, f"da[{l}]", "backward", l, symbol, values, axes=axes, lines=lines, oracle=("a", l))


# ---- Update -----------------------------------------------------------------------------------------------
def _update(s: Step) -> Iterator[Quantity]:
    n, lr, l2 = s.net.sizes, named("lr"), named("l2")
    for l in range(1, s.net.L + 1):
        W, dW = s.grid(f"W[{l}]", n[l - 1], n[l]), s.grid(f"dW[{l}]", n[l - 1], n[l])
        b, db = s.grid(f"b[{l}]", 1, n[l]), s.grid(f"db[{l}]", 1, n[l])
        if s.l2:
            line = s.line("G10.decayed", "decay", s.page.decayed(dW, W, l2).cell("k", "j"), l)
            symbol = symbols.mean_by(symbols.parameter("W", l), r"J_{\text{total}}")
            values = derivation.decayed(gradient_of(s, "W", l), s.params.W[l], s.l2)
            yield _weights(f"decayed[{l}]", "update", l, symbol, values, lines=(line,))
        line = s.line("G10", "update", s.page.descend(W, dW, lr, l2 if s.l2 else 0.0).cell("k", "j"), l)
        yield _weights(f"W'[{l}]", "update", l, symbols.parameter("W", l, "'"), s.after.W[l], lines=(line,))
        line = s.line("G11", "update", s.page.descend_bias(b, db, lr).cell(0, "j"), l)
        yield _biases(f"b'[{l}]", "update", l, symbols.parameter("b", l, "'"), s.after.b[l], lines=(line,))


def gradient_of(s: Step, name: str, l: int) -> np.ndarray:
    """dW[l] or db[l] of the loss that is meant, the mean or the sum."""
    own = (s.working.dW if name == "W" else s.working.db)[l]
    return own if s.mean else own * s.working.m
