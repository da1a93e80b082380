"""What a loss holds of the parameters alone: as the text writes it, or a share of all squared weights."""

import numpy as np

from clearprop.check.document.meaning.notation import OWN, PENALTIES
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.values import Value, scalar
from clearprop.check.document.read.limits import Misfit


def here(name: str, env: Env) -> str:
    """Which penalty of a loss a line means: none, if it is only where lambda is and the line has none."""
    return env.reading.ask("penalty" if env.decays else "bare", name)


def value(kind: str, env: Env) -> Value:
    """The penalty: a number."""
    if kind == OWN:
        from clearprop.check.document.numbers.evaluate import plain

        found = scalar(plain(env.notation.penalty, env))  # type: ignore[arg-type]
        if np.ndim(found):
            msg = "a penalty that is no number"
            raise Misfit(msg)
        return found
    return 0.5 * _times(kind, env) * np.asarray(sum((W * W).sum() for W in env.state.W[1:]))


def gradients(kind: str, layer: int, env: Env) -> tuple[Value, Value]:
    """Its gradients by W[l] and by b[l], as arrays of the network."""
    W, b = env.world.state.W[layer], env.world.state.b[layer]
    if kind == OWN:
        return _slopes("W", layer, W.shape, env), _slopes("b", layer, b.shape, env)
    return _times(kind, env) * W, 0.0 * b


def _times(kind: str, env: Env) -> float:
    """How many times W the slope of a penalty is."""
    return env.world.constants["decay"] * PENALTIES[kind](env.world.m)


def _slopes(kind: str, layer: int, shape: tuple[int, ...], env: Env) -> Value:
    """By the complex step, entry by entry; remembered with the network."""
    states = env.world.states
    key = ("penalty", env.notation.penalty, kind, layer)
    if key not in states:
        found = np.zeros(shape)
        for index in np.ndindex(shape):
            found[index] = np.imag(value(OWN, env.at(state=env.world.moved(kind, layer, index)))) / STEP
        states[key] = found
    return states[key]


__all__ = ["gradients", "here", "value"]
