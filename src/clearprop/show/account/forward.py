"""The forward half of a step: what is given, z, a, p, and the loss."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.maths import derivation, expressions
from clearprop.maths.equations import by_id
from clearprop.maths.expression_kinks import kinks
from clearprop.maths.trees import named
from clearprop.network import Network, Parameters
from clearprop.show.account import symbols
from clearprop.show.account.activations import forward_line
from clearprop.show.account.embedding import embedding_forward, embedding_given
from clearprop.show.account.heads import loss_line, output_line
from clearprop.show.account.quantity import Line, Quantity
from clearprop.show.account.step import Step, biases, column, loss_grid, number, rows, weights

NOWHERE = np.zeros((0, 2), int)
BENT = ("relu", "leaky_relu", "selu")  # which have a kink at 0


def given(s: Step) -> Iterator[Quantity]:
    if s.outer:
        yield from embedding_given(s)
    else:
        yield rows(s, "a[0]", "given", 0, symbols.matrix("a", 0), s.X)
    yield rows(s, "Y", "given", None, symbols.matrix("Y"), s.y)
    if s.weighted:
        yield column("w", "given", symbols.row_number("w"), s.w)
    if len(set(s.net.head_constants)) > 1:
        kappa = symbols.Symbol(r"\kappa_{#2}", None, r"\kappa")
        yield biases("kappa", "given", s.net.L, kappa, np.array(s.net.head_constants, float))
    for l in range(1, s.net.L + 1):
        yield weights(f"W[{l}]", "given", l, symbols.parameter("W", l), s.params.W[l])
        yield biases(f"b[{l}]", "given", l, symbols.parameter("b", l), s.params.b[l])
        if s.params.c[l] is not None:
            yield biases(f"c[{l}]", "given", l, symbols.parameter("c", l), s.params.c[l])


def forward(s: Step, params: Parameters, done: Any, mark: str) -> Iterator[Quantity]:
    part, m, n, L = "next" if mark else "forward", len(s.X), s.net.sizes, s.net.L
    if s.outer:
        embedding = (s.outer.after if mark else s.outer.params).embedding
        yield from embedding_forward(s, embedding, done.a[0], mark)
    for l in range(1, L + 1):
        below = "a[0]" if l == 1 and not s.outer else f"a{mark}[{l - 1}]"
        grids = (
            s.grid(below, m, n[l - 1]),
            s.grid(f"W{mark}[{l}]", n[l - 1], n[l]),
            s.grid(f"b{mark}[{l}]", 1, n[l]),
        )
        line = s.line("G2", "affine", s.page.affine(*grids).cell("i", "j"), l)
        bent = kinks_of(s.net, l, done.z[l]) if l < L else NOWHERE
        symbol = symbols.matrix("z", l, mark)
        yield rows(s, f"z{mark}[{l}]", part, l, symbol, done.z[l], lines=(line,), kinks=bent)
        z = s.grid(f"z{mark}[{l}]", m, n[l])
        if l < L:
            c = s.grid(f"c{mark}[{l}]", 1, n[l])
            lines = (forward_line(s.net, l, z, c),)
            yield rows(s, f"a{mark}[{l}]", part, l, symbols.matrix("a", l, mark), done.a[l], lines=lines)
        else:
            symbol = symbols.matrix("p", None, mark)
            yield rows(s, f"p{mark}", part, None, symbol, done.p, lines=(output_line(s.net, z),))


def kinks_of(net: Network, l: int, z: np.ndarray) -> np.ndarray:
    """The cells of z[l] that stand on a kink of the activation, where its slope is a convention."""
    name = net.activations[l - 1]
    if name not in derivation.ACTIVATIONS:
        found = expressions.activation(name, net.relu_grad_at_zero)
        return np.argwhere(kinks(found.tree, found.slope, found.variable, z))
    return np.argwhere(z == 0) if name in BENT else NOWHERE


def losses(s: Step, params: Parameters, done: Any, mark: str) -> Iterator[Quantity]:
    part, m = "next" if mark else "loss", len(s.X)
    row = loss_line(s.net)
    line = Line(row.id, row.rule, row.name, row.latex, loss_grid(s, mark).cell("i", 0), row.requirements)
    yield column(f"losses{mark}", part, symbols.each("J", mark), done.losses, lines=(line,))
    losses, w = s.grid(f"losses{mark}", m, 1), s.weight
    total = s.line("G5.sum", "sum", s.page.mean(losses, w, 1.0).cell(0, 0))
    if s.weighted:
        total = replace(total, latex={"sample": r"J_{\text{sum}} = \sum_{i} w_{i} J_{i}"})
    J_sum = derivation.mean(done.losses, s.w, 1.0)
    yield number(f"J_sum{mark}", part, symbols.number(rf"J{mark}_{{\text{{sum}}}}"), J_sum, total)
    mean = s.line(
        "G5.weighted" if s.weighted else "G5", "mean", s.page.mean(losses, w, named("m")).cell(0, 0)
    )
    if s.weighted:  # what m is stands among the conventions: beside J it would take J's number
        mean = replace(mean, latex={"sample": (mean.latex["sample"] or "").partition(r", \quad")[0]})
    elif s.net.head != "softmax":  # written out it is the cross-entropy's
        mean = replace(mean, latex={"sample": mean.latex["sample"]})
    yield number(f"J{mark}", part, symbols.number(f"J{mark}"), done.J, mean)
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
    yield number(f"penalty{mark}", part, symbols.number(rf"\Omega{mark}"), value, omega)
    base = f"J{mark}" if s.mean else f"J_sum{mark}"
    cell = ["+", ["ref", base, 0, 0], ["ref", f"penalty{mark}", 0, 0]]
    name = rf"J{mark}_{{\text{{total}}}}"
    total = Line("G5.penalty", "sum", "the loss with the penalty", {"batch": whole}, cell, row.requirements)
    yield number(f"J_total{mark}", part, symbols.number(name), J + value, total)
