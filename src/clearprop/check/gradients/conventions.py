"""How other libraries' gradients differ from the derivation's, so that theirs can be put on trial as they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.errors import SpecError


@dataclass(frozen=True)
class Convention:
    """One library's conventions.

    Attributes
    ----------
    penalty : callable
        lambda from the library's own constant and m.
    transposed : bool
        Whether W[l] is (out, in).
    biases : bool
        Whether biases are penalised too.
    divided : bool
        Whether 1/m is already in delta and da.
    relu_grad_at_zero : int
        relu'(0).
    """

    penalty: Callable[[float, float], float] = lambda c, m: c
    transposed: bool = False
    biases: bool = False
    divided: bool = True
    relu_grad_at_zero: int = 0


CONVENTIONS = {
    "clearprop": Convention(divided=False, relu_grad_at_zero=1),
    "scikit-learn": Convention(lambda alpha, m: alpha / m, divided=False),
    "pytorch": Convention(transposed=True, biases=True),
    "keras": Convention(lambda c, m: 2 * c),
    "jax": Convention(),
}


def convention(name: str) -> Convention:
    """The convention of a library; SpecError if it is not known."""
    if name not in CONVENTIONS:
        msg = f"`convention` must be one of {', '.join(CONVENTIONS)}; got {name!r}."
        raise SpecError(msg)
    return CONVENTIONS[name]


def mapped(given: dict[str, list[Any]], of: Convention, m: float) -> dict[str, list[Any]]:
    """Gradients as a library gives them, as the derivation has them."""
    found = dict(given)
    if of.transposed and "dW" in found:
        found["dW"] = [None if g is None else np.asarray(g).T for g in found["dW"]]
    if of.divided and "delta" in found:
        found["delta"] = [None if g is None else np.asarray(g) * m for g in found["delta"]]
    return found
