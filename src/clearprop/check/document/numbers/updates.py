"""Steps of gradient descent: W <- W - alpha (dW + lambda W)."""

from dataclasses import replace

import numpy as np

from clearprop.check.document.meaning.notation import ANY, OWN, PARAMETERS, Role, place
from clearprop.check.document.numbers import losses, memories, penalty, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.evaluate import evaluate
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.splitting import ASSIGN
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Call, Derivative, Node, Sym, bases, symbols, walk


def is_update(statement: Statement, env_roles: dict) -> bool:
    """Whether the first side is a parameter that the second side holds again: an assignment, no equation."""
    parts = statement.parts
    if len(parts) < 2 or not isinstance(parts[0].node, Sym) or parts[1].node is None:
        return False
    left = parts[0].node
    role = env_roles.get(left.name)
    if role is None or not (role.kind in (*PARAMETERS, "memory") or role.added_up):
        return False
    again = any(one == left for one in bases(parts[1].node))
    return again and (parts[1].sign in ("=", ":=") or parts[1].sign in ASSIGN)


def unrolled(statement: Statement, env_roles: dict) -> bool:
    """Whether a line says what a memory is in the end, without itself: that takes all steps together."""
    nodes = [part.node for part in statement.parts if part.node is not None]
    alone = [n for n in nodes if isinstance(n, Sym) and not n.sub and env_roles.get(n.name) is not None]
    remembered = [n.name for n in alone if env_roles[n.name].kind == "memory"]
    others = {one.name for node in nodes if node not in alone for one in bases(node)}
    return bool(remembered) and not set(remembered) & others


def expected(left: Sym, right: Node, env: Env) -> list[Value]:
    """What a parameter, or what is kept of its gradients, becomes with a step."""
    role = env.notation.roles[left.name]
    if role.kind == "memory":
        return memories.expected(left, right, _gradients(memories.owner(left, role, env), env), env)
    if role.added_up:
        return _added_up(left, role, env)
    if memories.reached(right, env):
        return memories.moved(_value(left, env), right, _gradients(left, env), env)
    found = _descended(left, right, env)
    if not found:
        msg = "a step without a loss"
        raise Unread(msg)
    return found


def _added_up(left: Sym, role: Role, env: Env) -> list[Value]:
    """What a sum over the samples becomes with one sample more, or with all of them at once."""
    of = replace(left, name=role.of)
    slopes = [_gradient(of, "sum", sample, "", env) for sample in (env.sample, None)]
    return [losses.named_gradient(left, role, env) + slope for slope in slopes]


def _value(sym: Sym, env: Env) -> Value:
    """A parameter as the text has it."""
    role = env.notation.roles[sym.name]
    where = quantities.spot(sym, role, env)
    return quantities.sign_of(role) * quantities.exposed(quantities.array(where, env), where, env)


def _gradient(sym: Sym, how: str, sample: int | None, penalised: str, env: Env) -> Value:
    """The loss's gradient by it."""
    role = env.notation.roles[sym.name]
    where = quantities.spot(sym, role, env)
    whole = losses.whole(where, how, sample, env, penalised)
    return quantities.sign_of(role) * quantities.exposed(whole, where, env)


def _penalised(env: Env, name: str | None = None) -> str:
    """The penalty of a loss, else of the text's own; of its loss of all samples, where it has one of each, too."""
    own = penalty.here(name or env.notation.main_loss or "", env)
    return own if own or not env.decays else penalty.here(ANY, env)


def _is_weight(sym: Sym, env: Env) -> bool:
    return quantities.spot(sym, env.notation.roles[sym.name], env).kind == "W"


def _descended(left: Sym, right: Node, env: Env) -> list[Value]:
    """Down the gradient of the text's loss; with decay where the line has a lambda."""
    old, rate, decay = _value(left, env), env.world.constants["rate"], env.world.constants["decay"]
    objective = _own_objective(right, env)
    if objective is not None:
        return [old - rate * np.asarray(evaluate(replace(objective, by=left), env))]
    decays = any(env.notation.kind(one.name) == "decay" for one in bases(right))
    found = []
    whole = _loss_said(right, env)
    total = losses.labelled(whole, env.notation) == "total"
    for how, sample in _ways(env, whole.name if whole is not None else env.notation.main_loss):
        penalised = _penalised(env, whole.name if whole is not None else None)
        if total and whole is not None:  # dJ_reg/dW
            penalised = losses.penalty_in(whole, whole.name, env)
            found.append(old - rate * _gradient(left, how, sample, penalised, env))
            continue
        penalised = penalised if penalised == OWN or (sample is None and not decays) else ""
        gradient = _gradient(left, how, sample, penalised, env)
        if decays and penalised != OWN and _is_weight(left, env):
            shares = (1.0, 2.0, 1.0 / env.world.m)
            found += [old - rate * (gradient + share * decay * old) for share in shares]
        else:
            shares = (1.0, 0.5, 2.0, 1.0 / env.world.m, env.world.m) if env.notation.rate_absorbs else (1.0,)
            found += [old - share * rate * gradient for share in shares]
    return found


def _own_objective(right: Node, env: Env) -> Derivative | None:
    r"""The slope that a step writes of a name that the text defines with its loss: \tilde{J} = J + lambda / 2 |W|^2."""
    for one in walk(right):
        of = one.of if isinstance(one, Derivative) else None
        if isinstance(one, Derivative) and isinstance(of, Sym) and env.notation.kind(of.name) != "loss":
            bodies = [body for _, body in env.notation.definitions.get(of.name, ())]
            if any(env.notation.kind(s.name) == "loss" for body in bodies for s in symbols(body)):
                return one
    return None


def _gradients(of: Sym, env: Env) -> list[Value]:
    """The gradients by a parameter that a memory may take in: with the text's penalty, without, or with lambda W."""
    found = []
    for how, sample in _ways(env, env.notation.main_loss):
        within = _penalised(env)
        found += [_gradient(of, how, sample, one, env) for one in dict.fromkeys((within, ""))]
        if _is_weight(of, env):
            found.append(found[-1] + env.world.constants["decay"] * _value(of, env))
    return found


def _loss_said(right: Node, env: Env) -> Sym | Call | None:
    """The loss of which a step writes the gradient; None if it writes none."""
    of = (one.of for one in walk(right) if isinstance(one, Derivative))
    losses_of = (one for one in of if isinstance(one, (Sym, Call)) and env.notation.kind(one.name) == "loss")
    return next(losses_of, None)


def _ways(env: Env, name: str | None) -> list[tuple[str, int | None]]:
    """Whose gradient a step takes: of the text's loss; of one sample or of the mean if the text's loss is of one."""
    how = env.reading.ask("weights", name) if name else "mean"
    if how == "sample":
        return [("sum", env.sample), ("mean", None)]
    return [(how, None)]


__all__ = ["expected", "is_update", "place"]
