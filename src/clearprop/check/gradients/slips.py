"""The classic slips of a backward pass, each as the whole step that it makes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FunctionType
from typing import Any

import numpy as np

from clearprop.batch import activation_pairs, head_of
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters


def slipped_steps(net: Network, params: Parameters, batch: tuple[Any, ...]) -> Iterator[tuple[str, Working]]:
    """What is said of each slip, and the step with it; slips that the shapes do not allow are left out."""
    pairs, head = activation_pairs(net, shares=params.c), head_of(net)

    def step(changes: dict[str, Callable[..., Any]], pairs: Any = pairs, head: Any = head) -> Working:
        with np.errstate(all="ignore"):
            return _with(changes)(params.W, params.b, *batch, pairs, head)

    slopes = [_slopes(*pairs[l]) for l in range(1, net.L)]
    if net.blended:
        plain = activation_pairs(replace(net, blended=False))
        slopes = [slopes[l - 1] | _blends(plain[l][0], plain[l][1], params.c[l]) for l in range(1, net.L)]
    for said in slopes[0] if slopes else ():
        wrong = [None, *((pairs[l][0], slopes[l - 1][said]) for l in range(1, net.L)), None]
        for l in range(1, net.L):
            yield said.format(of=f"layer {l}", l=l), step({}, pairs=[*pairs[:l], wrong[l], *pairs[l + 1 :]])
        if net.L > 2:
            yield said.format(of="every hidden layer", l="l"), step({}, pairs=wrong)
    for said, changes in _lines(params).items():
        try:
            yield said, step(changes)
        except ValueError:  # matrices that are not square cannot be taken the wrong way round
            continue
    h, losses, back = derivation.head_lines(head)
    yield (
        "the residual is p (1 - p) (p - y), that of a squared error",
        step({}, head=(h, losses, lambda p, y, w: back(p, y, w) * p * (1 - p))),
    )
    yield (
        "the residual has the wrong sign: y - p for p - y",
        step({}, head=(h, losses, lambda p, y, w: -back(p, y, w))),
    )
    X, y, w = batch
    if (w != w[0]).any():
        yield (
            "row weights are left out",
            derivation.step(params.W, params.b, X, y, np.ones_like(w), pairs, head),
        )


def _with(changes: dict[str, Callable[..., Any]]) -> Callable[..., Working]:
    """The page's `step` with some of its lines replaced."""
    return FunctionType(derivation.step.__code__, vars(derivation) | changes)


def _slopes(g: Callable[..., Any], back: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Wrong backward lines of one activation."""
    slope = "the slope of the activation of {of}"
    return {
        f"{slope}, its mask 1(z[{{l}}] >= 0) if it is relu, is forgotten": lambda da, z, a: da,
        f"{slope} is taken at a[{{l}}] in place of z[{{l}}]": lambda da, z, a: back(da, a, g(a)),
        f"{slope} is written for a[{{l}}], but z[{{l}}] is put in": lambda da, z, a: back(da, a, z),
        f"{slope} is applied twice": lambda da, z, a: back(back(da, z, a), z, a),
    }


def _blends(g: Callable[..., Any], back: Callable[..., Any], c: Any) -> dict[str, Callable[..., Any]]:
    """Wrong backward lines of a layer whose units blend one activation with z, by their shares c."""
    return {
        "the shares c[{l}] are left out in {of}": lambda da, z, a: back(da, z, g(z)),
        "the part of z, 1 - c[{l}], is left out in {of}": lambda da, z, a: c * back(da, z, g(z)),
    }


def _lines(params: Parameters) -> dict[str, dict[str, Callable[..., Any]]]:
    """Wrong lines of the page."""
    page = derivation
    W, L = params.W, len(params.W) - 1

    def layer_of(given: Any) -> int:
        return next(l for l in range(1, L + 1) if given is W[l])

    def other(delta: Any, given: Any) -> Any:
        l = layer_of(given)
        return page.pull_back(delta, W[l - 1] if l > 1 else given)

    return {
        "delta is pulled back by W in place of its transpose": {"pull_back": lambda delta, W: delta @ W},
        "delta is pulled back by the weights of the layer before": {"pull_back": other},
        "1/m is in delta as well": {
            "weight_grad": lambda a, delta, m: page.weight_grad(a, delta, m) / m,
            "bias_grad": lambda delta, m: page.bias_grad(delta, m) / m,
        },
        "the last row's delta is taken for every row": {
            "weight_grad": lambda a, delta, m: page.weight_grad(a, 0 * delta + delta[-1:], m),
            "bias_grad": lambda delta, m: page.bias_grad(0 * delta + delta[-1:], m),
        },
        "only the first row is counted": {
            "weight_grad": lambda a, delta, m: page.weight_grad(a[:1], delta[:1], m),
            "bias_grad": lambda delta, m: page.bias_grad(delta[:1], m),
        },
    }


def from_wrong_shares(net: Network, working: Working, l: int) -> Iterator[tuple[str, np.ndarray]]:
    """dc[l] made of the wrong arrays."""
    z, a, da, delta = working.z[l], working.a[l], working.da[l], working.delta[l]
    v = activation_pairs(replace(net, blended=False))[l][0](z)
    wrong = {
        f"dc[{l}] is made of delta[{l}] in place of dJ/da[{l}]": (delta, z, v),
        f"dc[{l}] is made of a[{l}] - z[{l}] in place of g(z[{l}]) - z[{l}]": (da, z, a),
        f"dc[{l}] is made of g(z[{l}]) in place of g(z[{l}]) - z[{l}]": (da, 0.0 * z, v),
    }
    for said, arrays in wrong.items():
        yield said, derivation.bias_grad(derivation.share_term(*arrays), working.m)


def from_wrong_inputs(working: Working, l: int) -> Iterator[tuple[str, np.ndarray]]:
    """dW[l] made of the wrong matrices."""
    z, a, delta, m = working.z, working.a, working.delta, working.m
    last = len(z) - 1
    if l > 1:
        yield (
            f"dW[{l}] is made of z[{l - 1}] in place of a[{l - 1}]",
            derivation.weight_grad(z[l - 1], delta[l], m),
        )
    for k in range(last + 1):
        for n in range(1, last + 1):
            if (k, n) != (l - 1, l) and (a[k].shape[1], delta[n].shape[1]) == (
                a[l - 1].shape[1],
                delta[l].shape[1],
            ):
                wrong = derivation.weight_grad(a[k], delta[n], m)
                yield f"the wrong layer: a[{k}] and delta[{n}] in place of a[{l - 1}] and delta[{l}]", wrong
