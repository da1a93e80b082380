"""The backward half of a step: residuals and gradients, each by the chain rule and by the page's own line."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, head_of
from clearprop.maths import derivation, trees
from clearprop.maths.tree_slopes import slope
from clearprop.maths.trees import Grid, Tree
from clearprop.show.account import symbols
from clearprop.show.account.activations import backward_lines, operator
from clearprop.show.account.blending import share_gradient
from clearprop.show.account.embedding import embedding_backward
from clearprop.show.account.heads import logistic_lines, residual_line
from clearprop.show.account.quantity import Line, Quantity
from clearprop.show.account.step import SAMPLE, Step, biases, derivation_head, loss_grid, rows, units, weights


def backward(s: Step) -> Iterator[Quantity]:
    yield from _last_residual(s)
    for l in range(s.net.L, 0, -1):
        if l < s.net.L:
            yield from _hidden_residual(s, l)
            if s.net.blended:
                yield share_gradient(s, l)
        yield _mean_residual(s, l)
        yield from _gradients(s, l)
        yield _pulled_back(s, l - 1)
    if s.outer:
        yield from embedding_backward(s)


def _last_residual(s: Step) -> Iterator[Quantity]:
    m, C, L, done = len(s.X), s.net.sizes[-1], s.net.L, s.working
    lines: list[Line] = []
    if s.net.head == "softmax":
        yield _by_probability(s, _weighing(s, s.line("G6.loss", "derivative of ln", None)))
        yield _jacobian(s)
        cell = ["sum", "c", 0, C, ["*", ["ref", "dp", "i", "c"], ["ref", "jacobian", "i", "c", "j"]]]
        lines.append(_weighing(s, s.line("G6.chain", "chain rule", cell)))
        cell = _put_in(s)
        lines.append(_weighing(s, s.line("G6.sum", "chain rule", cell)))
    elif s.net.head == "logistic":
        yield _by_probability(s, _weighing(s, logistic_lines(s.net)[0]))
        yield _slope(s, L, "p", _logistic_slope(s))
        cell = ["*", ["ref", "dp", "i", "j"], ["ref", f"slope[{L}]", "i", "j"]]
        row = logistic_lines(s.net)[1]
        lines.append(Line(row.id, "chain rule", row.name, row.latex, cell, row.requirements))
    grids = s.grid("p", m, C), s.grid("Y", m, C)
    own = derivation_head(s)[2](*grids, s.weight).cell("i", "j")
    lines.append(_residual_line(s, own))
    yield rows(
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
    row = residual_line(s.net)
    latex = row.latex if s.weighted else {form: _unweighted(text) for form, text in row.latex.items()}
    return Line(row.id, "residual", row.name, latex, tree, row.requirements)


def _unweighted(latex: str | None) -> str | None:
    """A residual without the weight of its row, which is 1."""
    return latex and re.sub(r"w_\{i\} (?=[\\(])", "", latex).replace("w_{i}", "1")


def _weighing(s: Step, line: Line) -> Line:
    """A line of one row's loss, with the weight of that row where rows have weights."""
    scalar = line.latex.get("scalar")
    if not s.weighted or not scalar:
        return line
    left, right = scalar.split(" = ", maxsplit=1)
    if " + " in right:
        weighed = f"w_{{i}} ({right})"
    else:
        weighed = f"-w_{{i}} {right[1:]}" if right.startswith("-") else f"w_{{i}} {right}"
    return replace(line, latex={"scalar": f"{left} = {weighed}"})


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
    return rows(s, "dp", "backward", None, symbol, values, axes=axes, lines=(line,), oracle=("p",))


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


def _logistic_slope(s: Step) -> Line:
    row = logistic_lines(s.net)[2]
    p = s.grid("p", len(s.X), s.net.sizes[-1])
    return Line(row.id, row.rule, row.name, row.latex, s.page.logistic_back(1.0, p, p).cell("i", "j"))


def _slope(s: Step, l: int, out: str, line: Line) -> Quantity:
    """g'(z): what a layer's own gradient is multiplied with; of relu the mask."""
    m, n, done = len(s.X), s.net.sizes[l], s.working
    last = l == s.net.L
    back = derivation.logistic_back if last else activation_pairs(s.net, shares=s.params.c)[l][1]
    values = back(np.ones((m, n)), done.z[l], done.a[l])
    symbol = symbols.slope(l, r"\sigma" if last else operator(s.net, l), out)
    return rows(s, f"slope[{l}]", "backward", l, symbol, values, lines=(line,), oracle=("slope", l))


def _hidden_residual(s: Step, l: int) -> Iterator[Quantity]:
    m, n = len(s.X), s.net.sizes
    z, a, da = (s.grid(f"{key}[{l}]", m, n[l]) for key in ("z", "a", "da"))
    back, mask = backward_lines(s.net, l, (z, a, da), s.grid(f"c[{l}]", 1, n[l]))
    yield _slope(s, l, "a", mask)
    k = "k" if back.id == "G7" else "j"
    chain = ["*", ["ref", f"da[{l}]", "i", k], ["ref", f"slope[{l}]", "i", k]]
    step_on = s.line("G7.chain", "chain rule", chain, l)
    if k == "j":
        step_on = Line(step_on.id, step_on.rule, step_on.name, _with_j(step_on.latex), chain, ())
    lines = (step_on, back)
    axes = (SAMPLE, units(l, k))
    symbol, values = symbols.matrix(r"\delta", l), s.working.delta[l]
    other = symbols.by_row("z", l)
    yield rows(
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
    return rows(s, f"dz[{l}]", "backward", l, symbol, divided, lines=(s.line("G1.mean", "mean", tree, l),))


def _gradients(s: Step, l: int) -> Iterator[Quantity]:
    m, n, done = len(s.X), s.net.sizes, s.working
    a, delta = s.grid(f"a[{l - 1}]", m, n[l - 1]), s.grid(f"delta[{l}]", m, n[l])
    of, d = ("J", done.m) if s.mean else (r"J_{\text{sum}}", 1.0)
    cell = s.page.weight_grad(a, delta, s.divisor).cell("k", "j")
    W, b = symbols.parameter("W", l), symbols.parameter("b", l)
    yield _outer(s, l, cell)
    lines = (s.line("G8.chain", "chain rule", cell, l), s.line("G8", "outer product", cell, l))
    values = done.dW[l] if s.mean else derivation.weight_grad(done.a[l - 1], done.delta[l], d)
    yield weights(f"dW[{l}]", "backward", l, symbols.mean_by(W, of), values, lines=lines, oracle=("W", l))
    cell = s.page.bias_grad(delta, s.divisor).cell(0, "j")
    lines = (s.line("G9.chain", "chain rule", cell, l), s.line("G9", "mean", cell, l))
    values = done.db[l] if s.mean else derivation.bias_grad(done.delta[l], d)
    yield biases(f"db[{l}]", "backward", l, symbols.mean_by(b, of), values, lines=lines, oracle=("b", l))


def _outer(s: Step, l: int, gradient: Tree) -> Quantity:
    """What each sample adds to dW, before the mean: the summand of the page's own sum."""
    a, delta = s.working.a[l - 1], s.working.delta[l]
    summand = (gradient[1] if gradient[0] == "/" else gradient)[-1]
    whole = s.line("G8", "outer product", summand, l)
    symbol = symbols.summand(symbols.parameter("W", l))
    sample = rf"{symbol.batch} = (a^{{({l - 1})}}_{{i}})^{{\top}} \cdot \delta^{{({l})}}_{{i}}"
    line = Line(
        "G8.summand",
        whole.rule,
        "what one sample adds to the gradient",
        {"sample": sample},
        summand,
        whole.requirements,
    )

    def values(at: list[np.ndarray]) -> np.ndarray:
        i, k, j = np.ix_(*at)
        return a[i, k] * delta[i, j]

    axes = (SAMPLE, units(l - 1, "k"), units(l))
    shape = (len(a), a.shape[1], delta.shape[1])
    return Quantity(f"outer[{l}]", "backward", l, symbol, axes, shape, values, (line,), ("outer", l))


def _pulled_back(s: Step, l: int) -> Quantity:
    m, n = len(s.X), s.net.sizes
    delta, W = s.grid(f"delta[{l + 1}]", m, n[l + 1]), s.grid(f"W[{l + 1}]", n[l], n[l + 1])
    cell = s.page.pull_back(delta, W).cell("i", "k")
    lines = (s.line("G7.da.chain", "chain rule", cell, l), s.line("G7.da", "pull back", cell, l))
    axes = (SAMPLE, units(l, "k"))
    symbol, values = symbols.by_row("a", l), s.working.da[l]
    return rows(s, f"da[{l}]", "backward", l, symbol, values, axes=axes, lines=lines, oracle=("a", l))
