"""Every quantity of a step, each with the ways to compute it, in the order in which it is read."""

from collections.abc import Iterator

import numpy as np

from clearprop.maths import derivation
from clearprop.maths.trees import named
from clearprop.show.account import symbols
from clearprop.show.account.backward import backward
from clearprop.show.account.blending import share_update
from clearprop.show.account.embedding import embedding_update
from clearprop.show.account.forward import forward, given, losses
from clearprop.show.account.quantity import Quantity
from clearprop.show.account.step import Step, biases, weights


def quantities(step: Step) -> Iterator[Quantity]:
    """All of a step, in the order in which it is read."""
    yield from given(step)
    yield from forward(step, step.params, step.working, "")
    yield from losses(step, step.params, step.working, "")
    yield from backward(step)
    yield from _update(step)
    yield from forward(step, step.after, step.then, "'")
    yield from losses(step, step.after, step.then, "'")


def _update(s: Step) -> Iterator[Quantity]:
    n, lr, l2 = s.net.sizes, named("lr"), named("l2")
    if s.outer:
        yield from embedding_update(s)
    for l in range(1, s.net.L + 1):
        W, dW = s.grid(f"W[{l}]", n[l - 1], n[l]), s.grid(f"dW[{l}]", n[l - 1], n[l])
        b, db = s.grid(f"b[{l}]", 1, n[l]), s.grid(f"db[{l}]", 1, n[l])
        if s.l2:
            line = s.line("G10.decayed", "decay", s.page.decayed(dW, W, l2).cell("k", "j"), l)
            symbol = symbols.mean_by(symbols.parameter("W", l), r"J_{\text{total}}")
            values = derivation.decayed(gradient_of(s, "W", l), s.params.W[l], s.l2)
            yield weights(f"decayed[{l}]", "update", l, symbol, values, lines=(line,))
        line = s.line("G10", "update", s.page.descend(W, dW, lr, l2 if s.l2 else 0.0).cell("k", "j"), l)
        yield weights(f"W'[{l}]", "update", l, symbols.parameter("W", l, "'"), s.after.W[l], lines=(line,))
        line = s.line("G11", "update", s.page.descend_bias(b, db, lr).cell(0, "j"), l)
        yield biases(f"b'[{l}]", "update", l, symbols.parameter("b", l, "'"), s.after.b[l], lines=(line,))
        if s.net.blended and l < s.net.L:
            c, dc = s.grid(f"c[{l}]", 1, n[l]), s.grid(f"dc[{l}]", 1, n[l])
            line = share_update(s, l, s.page.descend_bias(c, dc, lr).cell(0, "j"))
            yield biases(f"c'[{l}]", "update", l, symbols.parameter("c", l, "'"), s.after.c[l], lines=(line,))


def gradient_of(s: Step, name: str, l: int) -> np.ndarray:
    """dW[l] or db[l] of the loss that is meant, the mean or the sum."""
    own = (s.working.dW if name == "W" else s.working.db)[l]
    return own if s.mean else own * s.working.m
