"""What a text adds to its loss, and its gradient by the complex step; half the decay times all squared weights
where the text does not write it.
"""

import numpy as np

from clearprop.check.document.numbers import quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.values import Value, scalar
from clearprop.check.document.read.limits import Misfit


def value(name: str, env: Env) -> Value:
    """The penalty in a loss of this name."""
    node = env.notation.penalties.get(name)
    if node is None:
        return 0.5 * env.world.constants["decay"] * np.asarray(sum((W * W).sum() for W in env.state.W[1:]))
    from clearprop.check.document.numbers.evaluate import plain

    found = scalar(plain(node, env))
    if found.ndim:
        msg = "a penalty that is no number"
        raise Misfit(msg)
    return found


def gradient(name: str, where: quantities.Spot, env: Env) -> Value:
    """Its gradient by W[l], by b[l], or by both in one array."""
    W, b = _by("W", name, where.layer, env), _by("b", name, where.layer, env)
    if where.role.kind == "stack":
        return quantities.stacked(W, b, env)
    return W if where.kind == "W" else b


def _by(kind: str, name: str, layer: int, env: Env) -> Value:
    world = env.world
    if name not in env.notation.penalties:
        return (
            world.constants["decay"] * world.state.W[layer] if kind == "W" else np.zeros(world.sizes[layer])
        )
    shape = world.state.W[layer].shape if kind == "W" else (world.sizes[layer],)
    found = np.zeros(shape)
    for index in np.ndindex(shape):
        found[index] = np.imag(value(name, env.at(state=world.moved(kind, layer, index)))) / STEP
    return found
