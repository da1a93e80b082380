"""The functions that stand in the formulas of a trace, by the names that they have there."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clearprop.maths import derivation, expressions
from clearprop.show.account.parts import SIGMA


def functions_of(network: Mapping[str, Any]) -> dict[str, Callable[[Any], Any]]:
    """relu, relu', softmax and so on; of a layer with an expression ``g(l)``."""
    at_zero = network["relu_grad_at_zero"]
    found: dict[str, Any] = {"softmax": derivation.softmax, SIGMA.text: derivation.logistic}
    for l, name in enumerate(network["activations"], 1):
        g, back = expressions.pair(name, at_zero)
        own = name if name in derivation.ACTIVATIONS else f"g({l})"
        found[own] = g
        found[f"{own}'"] = lambda z, g=g, back=back: back(np.ones_like(z), z, g(z))
    return found
