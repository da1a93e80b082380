"""Steps of gradient descent: W <- W - alpha (dW + lambda W)."""

from clearprop.check.document.meaning.notation import OWN, place
from clearprop.check.document.numbers import losses, memories, penalty, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.splitting import ASSIGN
from clearprop.check.document.read.statements import Statement
from clearprop.check.document.read.tree import Node, Sym, bases

PARAMETERS = ("weight", "bias", "stack")


def is_update(statement: Statement, env_roles: dict) -> bool:
    """Whether the first side is a parameter that the second side holds again: an assignment, no equation."""
    parts = statement.parts
    if len(parts) < 2 or not isinstance(parts[0].node, Sym) or parts[1].node is None:
        return False
    left = parts[0].node
    role = env_roles.get(left.name)
    if role is None or role.kind not in (*PARAMETERS, "memory"):
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
    """What a parameter becomes: by the gradient of the text's loss; with decay where the line has a lambda."""
    role = env.notation.roles[left.name]
    if role.kind == "memory":
        return memories.expected(left.name, right, _gradients(Sym(role.of), env), env)
    where = quantities.spot(left, role, env)
    sign = quantities.sign_of(role)
    old = sign * quantities.exposed(quantities.array(where, env), where, env)
    if memories.reached(right, env):
        return memories.moved(old, right, _gradients(left, env), env)
    rate, decay = env.world.constants["rate"], env.world.constants["decay"]
    names = [env.notation.roles.get(one.name) for one in bases(right)]
    decays = any(r is not None and r.kind == "decay" for r in names)
    found = []
    for how, sample in _ways(env):
        name = env.notation.main_loss or ""
        penalised = penalty.here(env.reading.penalised.get(name, ""), env)
        penalised = penalised if sample is None and (penalised == OWN or not decays) else ""
        whole = losses.whole(where, how, sample, env, penalised)
        gradient = sign * quantities.exposed(whole, where, env)
        if decays and where.kind == "W" and penalised != OWN:
            found += [
                old - rate * (gradient + share * decay * old) for share in (1.0, 2.0, 1.0 / env.world.m)
            ]
        else:
            shares = (1.0, 0.5, 2.0, 1.0 / env.world.m, env.world.m) if env.notation.rate_absorbs else (1.0,)
            found += [old - share * rate * gradient for share in shares]
    if not found:
        msg = "a step without a loss"
        raise Unread(msg)
    return found


def _gradients(of: Sym, env: Env) -> list[Value]:
    """The gradients by a parameter that a text may mean: with its penalty in it, or added, or without."""
    role = env.notation.roles[of.name]
    where = quantities.spot(of, role, env)
    old = quantities.exposed(quantities.array(where, env), where, env)
    found = []
    for how, sample in _ways(env):
        penalised = penalty.here(env.reading.penalised.get(env.notation.main_loss or "", ""), env)
        for one in {penalised if sample is None else "", ""}:
            whole = quantities.exposed(losses.whole(where, how, sample, env, one), where, env)
            found += (
                [whole, whole + env.world.constants["decay"] * old]
                if where.kind == "W" and not one
                else [whole]
            )
    return found


def _ways(env: Env) -> list[tuple[str, int | None]]:
    """Whose gradient a step takes: of the text's loss; of one sample or of the mean if the text's loss is of one."""
    name = env.notation.main_loss
    how = losses.reduction(name, env)[2] if name else "mean"
    if how == "sample":
        return [("sum", env.sample), ("mean", None)]
    return [(how, None)]


__all__ = ["expected", "is_update", "place"]
