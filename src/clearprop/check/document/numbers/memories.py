"""Steps with a memory: v <- mu v - eta g and W <- W + v, held against the gradient that v must take in."""

from typing import NamedTuple

import numpy as np

from clearprop.check.document.meaning.notation import Role
from clearprop.check.document.numbers import quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value, equal
from clearprop.check.document.read.limits import Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.tree import Node, Sym, bases


def value(sym: Sym, role: Role, env: Env) -> Value:
    """Numbers between 0 and 1, as many as its parameter has."""
    if sym.name in env.params:
        return np.asarray(env.params[sym.name])
    where = quantities.spot(owner(sym, role, env), env.notation.roles[role.of], env)
    shape = np.shape(quantities.exposed(quantities.array(where, env), where, env))
    rng = np.random.default_rng([env.world.seed, where.layer, *sym.name.encode()])
    return rng.uniform(0.15, 0.85, shape)


def owner(sym: Sym, role: Role, env: Env) -> Sym:
    """The parameter of a memory, of the same layer: W^{(l)} of v^{(l)}."""
    below = env.notation.style == "sub"
    if sym.sub and not below:
        msg = f"{sym.name} at one step"
        raise Undefined(msg, sym.name)
    return Sym(role.of, () if below else sym.sup, sym.sub)


def power(sym: Sym, env: Env) -> Node | None:
    """What a memory is raised to; a script that says its layer is no power."""
    return next((s.node for s in sym.sup if s.kind == "plain" and env.notation.style != "plain"), None)


class Kept(NamedTuple):
    """What a memory becomes: `left` of what it was, and `new`. `shares`: the factors that a gradient may have in it."""

    left: Value
    new: Value
    shares: list[float]


def _kept(sym: Sym, right: Node, env: Env) -> Kept:
    """By two looks at the line, as it is and with nothing remembered."""
    from clearprop.check.document.numbers.evaluate import plain

    before = value(sym, env.notation.roles[sym.name], env)
    new = plain(right, env.with_params(**{sym.name: np.zeros_like(before)}))
    left = plain(right, env) - new
    return Kept(left, new, _shares(right, left / before, env))


def _shares(right: Node, remains: Value, env: Env) -> list[float]:
    """1, the rate, what the memory loses (1 - beta), both; of either sign."""
    from clearprop.check.document.numbers.evaluate import plain

    named = [one for one in bases(right) if env.notation.kind(one.name) == "constant"]
    constants = [float(plain(one, env)) for one in named]
    less = [1.0, *(1.0 - c for c in constants if np.allclose(remains, c, 1e-9))]
    rate = env.world.constants["rate"]
    return [sign * share * step for share in less for step in (1.0, rate) for sign in (1.0, -1.0)]


def expected(sym: Sym, right: Node, gradients: list[Value], env: Env) -> list[Value]:
    """What a memory may become: what is left of it, and the gradient or its squares."""
    kept = _kept(sym, right, env)
    taken = [k * g for g in gradients for k in kept.shares]
    squares = [k * g * g for g in gradients for k in kept.shares if k > 0]
    return [kept.left + one for one in (*taken, *squares)]


def _direction(name: str, gradients: list[Value], env: Env) -> int:
    """1 if a memory takes in the gradient, -1 if minus the gradient, 0 if its squares or anything else."""
    try:
        kept = _kept(*env.notation.memories[name], env)
    except (Misfit, OutOfRange):
        return 0  # told where that line stands
    for g in gradients:
        for k in kept.shares:
            if equal(kept.new, k * g, 1e-7):
                return int(np.sign(k))
    return 0


def reached(right: Node, env: Env) -> set[str]:
    """The memories in a formula, also by way of the text's own quantities."""
    found, seen, waiting = set(), set(), [one.name for one in bases(right)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in env.notation.memories:
            found.add(name)
        waiting += [one.name for _, node in env.notation.definitions.get(name, []) for one in bases(node)]
    return found


def moved(old: Value, right: Node, gradients: list[Value], env: Env) -> list[Value]:
    """What a parameter may become by its memories: any step whose every entry goes against what they keep."""
    from clearprop.check.document.numbers.evaluate import plain

    signs = {name: _direction(name, gradients, env) for name in reached(right, env)}
    directions = [sign for sign in signs.values() if sign]
    if len(directions) != 1:
        msg = "a step by several memories"
        raise Unread(msg, ", ".join(sorted(signs)))
    step = plain(right, env) - old
    along = step * directions[0]  # memories are positive here
    if np.all(along < 0):
        return [old + step]
    if np.all(along > 0):
        return [old - step]
    msg = "a step that goes with its memory in some entries and against it in others"
    raise Unread(msg, ", ".join(sorted(signs)))


__all__ = ["expected", "moved", "owner", "power", "reached", "value"]
