"""Steps with a memory: v <- mu v - eta g and W <- W + v, held against the gradient that v must take in."""

import numpy as np

from clearprop.check.document.meaning.notation import Role
from clearprop.check.document.numbers import quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.tree import Node, Sym, bases


def value(sym: Sym, role: Role, env: Env) -> Value:
    """Numbers between 0 and 1, as many as its parameter has."""
    if sym.sub:
        msg = f"{sym.name} at one step"
        raise Undefined(msg, sym.name)
    where = quantities.spot(Sym(role.of), env.notation.roles[role.of], env)
    shape = np.shape(quantities.exposed(quantities.array(where, env), where, env))
    rng = np.random.default_rng([env.world.seed, *sym.name.encode()])
    return rng.uniform(0.15, 0.85, shape)


def kept(name: str, right: Node, env: Env) -> tuple[Value, Value]:
    """What a memory becomes, and what of that is new: its value where there was nothing before."""
    from clearprop.check.document.numbers.evaluate import plain

    before = value(Sym(name), env.notation.roles[name], env)
    return plain(right, env), plain(right, env.with_params(**{name: np.zeros_like(before)}))


def shares(right: Node, remains: Value, env: Env) -> list[float]:
    """The factors that a gradient may have in a memory: 1, the rate, what the memory loses (1 - beta), both."""
    from clearprop.check.document.numbers.evaluate import plain

    constants = [s for s in bases(right) if env.notation.roles.get(s.name, Role("")).kind == "constant"]
    less = [
        1.0,
        *(1.0 - c for c in (float(plain(one, env)) for one in constants) if np.allclose(remains, c, 1e-9)),
    ]
    rate = env.world.constants["rate"]
    return [sign * share * step for share in less for step in (1.0, rate) for sign in (1.0, -1.0)]


def expected(name: str, right: Node, gradients: list[Value], env: Env) -> list[Value]:
    """What a memory may become: what is left of it, and the gradient or its squares."""
    after, new = kept(name, right, env)
    factors = shares(right, (after - new) / value(Sym(name), env.notation.roles[name], env), env)
    taken = [k * g for g in gradients for k in factors] + [
        k * g * g for g in gradients for k in factors if k > 0
    ]
    return [after - new + one for one in taken]


def direction(name: str, gradients: list[Value], env: Env) -> int:
    """1 if a memory takes in the gradient, -1 if minus the gradient, 0 if its squares or anything else."""
    right = env.notation.memories[name]
    try:
        after, new = kept(name, right, env)
    except (Misfit, OutOfRange):
        return 0  # told where that line stands
    factors = shares(right, (after - new) / value(Sym(name), env.notation.roles[name], env), env)
    for g in gradients:
        for k in factors:
            if np.shape(new) == np.shape(g) and np.allclose(new, k * g, 1e-7):
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

    signs = {name: direction(name, gradients, env) for name in reached(right, env)}
    along = [(name, sign) for name, sign in signs.items() if sign]
    step = plain(right, env) - old
    if len(along) != 1:
        msg = "a step by several memories"
        raise Unread(msg, ", ".join(sorted(signs)))
    down = -along[0][1] * np.ones_like(old)  # memories are positive here
    if np.all(step * down > 0):
        return [old + step]
    if np.all(step * down < 0):
        return [old - step]
    msg = "a step that goes with its memory in some entries and against it in others"
    raise Unread(msg, along[0][0])


__all__ = ["expected", "moved", "reached", "value"]
