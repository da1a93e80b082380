"""Steps of gradient descent: W <- W - alpha (dW + lambda W)."""

from clearprop.check.document.meaning.notation import OWN, place
from clearprop.check.document.numbers import losses, penalty, quantities
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
    if role is None or role.kind not in PARAMETERS:
        return False
    again = any(one == left for one in bases(parts[1].node))
    return again and (parts[1].sign in ("=", ":=") or parts[1].sign in ASSIGN)


def expected(left: Sym, right: Node, env: Env) -> list[Value]:
    """What a parameter becomes: by the gradient of the text's loss; with decay where the line has a lambda."""
    role = env.notation.roles[left.name]
    where = quantities.spot(left, role, env)
    sign = quantities.sign_of(role)
    old = sign * quantities.exposed(quantities.array(where, env), where, env)
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
            found.append(old - rate * gradient)
    if not found:
        msg = "a step without a loss"
        raise Unread(msg)
    return found


def _ways(env: Env) -> list[tuple[str, int | None]]:
    """Whose gradient a step takes: of the text's loss; of one sample or of the mean if the text's loss is of one."""
    name = env.notation.main_loss
    how = losses.reduction(name, env)[2] if name else "mean"
    if how == "sample":
        return [("sum", env.sample), ("mean", None)]
    return [(how, None)]


__all__ = ["expected", "is_update", "place"]
