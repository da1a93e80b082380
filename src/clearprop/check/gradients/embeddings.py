"""The gradients of embedded inputs on trial: df, ds, dV and dr of all of them, at layer 0."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from clearprop.batch import embedded, embedding_gradients
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import FURTHER, Embedding, Network, Parameters

GRADIENTS = ("df", "ds", "dV", "dr")
LETTERS = {name: name[1] for name in GRADIENTS}


def gradients(net: Network, params: Parameters, X: np.ndarray, working: Working) -> dict[str, np.ndarray]:
    """By name; f and s of each input are (inputs, 16), V (inputs, 16, 3), r (inputs, 3)."""
    own, _ = embedding_gradients(net, params, X, working.da[0], working.m)
    return dict(zip(GRADIENTS, own, strict=True))


def size(name: str, net: Network, params: Parameters, X: np.ndarray, working: Working) -> float:
    """The largest sum of |terms| of one of them."""
    own, worst = params.embedding, 0.0
    assert own is not None
    da = derivation.pull_back(np.abs(working.delta[1]), np.abs(params.W[1]))
    for n, k in enumerate(net.embedded):
        at = net.sizes[0] + FURTHER * n
        x, de = X[:, k : k + 1], da[:, at : at + FURTHER]
        h = derivation.embed(x, *(numbers[n] for numbers in own))[1]
        dt = derivation.pull_back(de, np.abs(own.V[n]))  # times a slope of at most 1
        terms = {
            "df": derivation.bias_grad(derivation.frequency_term(dt, np.abs(x)), working.m),
            "ds": derivation.bias_grad(dt, working.m),
            "dV": derivation.weight_grad(np.abs(h), de, working.m),
            "dr": derivation.bias_grad(de, working.m),
        }[name]
        worst = max(worst, float(terms.max()))
    return worst


def fed(net: Network, given: dict[str, Any], X: Any, page: Any, own: Callable[[Any], Any]) -> Any:
    """a[0] in the language of a page, whose arrays `own` makes: put side by side by products with 0 and 1."""
    if not net.embedded:
        return X
    places, width = np.eye(net.widths[0]), net.sizes[0]
    starts = [0, *(width + FURTHER * n for n in range(len(net.embedded) + 1))]
    blocks = [own(places[first:last]) for first, last in pairwise(starts)]

    def join(parts: list[Any]) -> Any:
        first, *others = (page.matmul(part, block) for part, block in zip(parts, blocks, strict=True))
        return sum(others, first)

    return embedded(net, Embedding(*(given[letter][0] for letter in "fsVr")), X, page, join)


def slips(
    name: str, net: Network, params: Parameters, X: np.ndarray, working: Working
) -> Iterator[tuple[str, np.ndarray]]:
    """One of them with a classic slip in it, and what is said of it."""
    right, own, m = gradients(net, params, X, working)[name], params.embedding, working.m
    assert own is not None
    if name == "df":
        yield "the 2 pi of the phase is forgotten in df[0]", right / (2 * np.pi)
    if name in ("df", "ds"):
        yield f"the slope of the wave has the wrong sign in {name}[0]: sin(t) for -sin(t)", -right
    found = []
    for n, k in enumerate(net.embedded):
        at = net.sizes[0] + FURTHER * n
        x, de = X[:, k : k + 1], working.da[0][:, at : at + FURTHER]
        t, *_ = derivation.embed(x, *(numbers[n] for numbers in own))
        dh = derivation.pull_back(de, own.V[n])
        found.append({
            "df": derivation.bias_grad(derivation.frequency_term(dh, x), m),
            "ds": derivation.bias_grad(dh, m),
            "dV": derivation.weight_grad(t, de, m),
        }.get(name))  # fmt: skip
    if found[0] is not None:
        what = "t in place of h" if name == "dV" else "dJ_i/dh in place of dJ_i/dt"
        yield f"{name}[0] is made of {what}", np.stack([one for one in found if one is not None])
