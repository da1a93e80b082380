"""A regression at its minimum: where normal equations, and what solves them, hold."""

import numpy as np

from clearprop.check.document.meaning.notation import Notation, Role
from clearprop.check.document.numbers import losses, penalty
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.quantities import Spot
from clearprop.check.document.numbers.world import Plan, World
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Derivative, Neg, Node, Num, Pow, Second, Sym, bases, walk


def is_said_of_it(statement: Statement, plan: Plan, notation: Notation) -> bool:
    """Whether a line can hold only there: parameters solve equations that name no loss and no derivative."""
    if (plan.loss, plan.head) != ("squared", "identity") or len(statement.parts) != 2:
        return False
    left, right = (part.node for part in statement.parts)
    if left is None or right is None or any(_names_a_slope(node, notation) for node in (left, right)):
        return False
    if isinstance(right, Num) and right.value == 0:
        return _has_weight(left, notation)
    if isinstance(left, Sym) and notation.kind(left.name) == "bias":
        return _has_weight(right, notation)  # b* = mean of y - w^T mean of x
    if isinstance(left, Sym):
        return _is_weight(left, notation) and any(_is_inverse(one) for one in walk(right))
    return (
        _has_weight(left, notation)
        and not _has_weight(right, notation)
        and not _has_output(left, right, notation)
    )


def _names_a_slope(node: Node, notation: Notation) -> bool:
    kinds = {notation.kind(getattr(one, "name", "")) for one in walk(node)}
    return bool(kinds & {"loss", "delta", "gradient", "rate"}) or any(
        isinstance(one, (Derivative, Second)) for one in walk(node)
    )


def _has_output(left: Node, right: Node, notation: Notation) -> bool:
    kinds = {notation.kind(s.name) for node in (left, right) for s in bases(node)}
    return bool(kinds & {"prediction", "pre", "act"}) or "target" not in kinds


def _has_weight(node: Node, notation: Notation) -> bool:
    return any(_is_weight(one, notation) for one in bases(node))


def _is_weight(node: Node, notation: Notation) -> bool:
    return isinstance(node, Sym) and notation.kind(node.name) == "weight"


def _is_inverse(node: Node) -> bool:
    power = node.power if isinstance(node, Pow) else None
    return isinstance(power, Neg) and isinstance(power.of, Num) and power.of.value == 1


def at(world: World, statement: Statement, env: Env) -> World:
    """The network with the parameters that make the text's loss smallest, its bias 0 where the line has none: one
    step of Newton, exact for squares.
    """
    if world.L != 1:
        return world
    names = {s.name for part in statement.parts if part.node is not None for s in bases(part.node)}
    biased = any(env.notation.kind(name) == "bias" for name in names)
    key = "minimum", biased
    if key not in world.states:
        start = world.with_parameters(world.state.W, [b * biased for b in world.state.b])
        base = _vector(start, biased)
        slope = _slope(start, biased, env)
        columns = [
            _slope(_with(start, base + unit, biased), biased, env) - slope for unit in np.eye(base.size)
        ]
        step = np.linalg.lstsq(np.stack(columns, axis=1), slope, rcond=None)[0]
        world.states[key] = _with(start, base - step, biased)
    return world.states[key]


def _vector(world: World, biased: bool) -> np.ndarray:
    return np.concatenate([world.state.W[1].reshape(-1), *([world.state.b[1]] if biased else [])])


def _with(world: World, values: np.ndarray, biased: bool) -> World:
    (W0, W), (b0, b) = world.state.W, world.state.b
    return world.with_parameters(
        [W0, values[: W.size].reshape(W.shape)], [b0, values[W.size :] if biased else b]
    )


def _slope(world: World, biased: bool, env: Env) -> np.ndarray:
    """The loss's gradient by all parameters, with its penalty."""
    here = env.at(world=world, state=world.state, decays=True)
    name = env.notation.main_loss or ""
    reduced = "mean" if env.reading.ask("weights", name) == "mean" else "sum"
    penalised = penalty.here(name, here)
    spots = [Spot("W", 1, None, None, False, Role("weight")), Spot("b", 1, None, None, False, Role("bias"))]
    found = [losses.whole(spot, reduced, None, here, penalised) for spot in spots[: 1 + biased]]
    return np.concatenate([np.real(one).reshape(-1) for one in found])


__all__ = ["at", "is_said_of_it"]
