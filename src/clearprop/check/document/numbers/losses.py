"""The loss and its gradients under a reading: of one sample, summed, or averaged."""

import numpy as np

from clearprop.check.document.meaning.notation import (
    ANY,
    OWN,
    ROWLIKE,
    WITH_PENALTY,
    Notation,
    Role,
    holds_biases,
    is_letter,
    place,
)
from clearprop.check.document.numbers import ones, penalty, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.layout import laid
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import OutOfRange, Undefined
from clearprop.check.document.read.tree import Call, Node, Num, Sym, Text


def sample_of(node: Node, env: Env) -> int | None:
    """The sample that a loss is of, from 0: L_i, l^{(i)}, L(p^{(i)}, y^{(i)}); None if it is the text's total."""
    if isinstance(node, Sym):
        where = place(node, env.notation.roles[node.name], env.notation)
        if len(where.indices) > 1 and any(isinstance(one.node, Num) for one in where.indices):
            msg = f"the text does not say what part of {node.name} this is"  # E_{o1}: of one output
            raise Undefined(msg, node.name)
        index = (
            where.sample
            if where.sample is not None
            else where.indices[0].node
            if len(where.indices) == 1
            else None
        )
        return (
            None
            if index is None or not _is_index(index, env)
            else _checked(quantities.index(index, env) - 1, env)
        )
    if isinstance(node, Call):
        own = sample_of(Sym(node.name, node.sup, node.sub), env)
        return own if own is not None else _of_arguments(node, env)
    return None


def _is_index(index: Node, env: Env) -> bool:
    try:
        quantities.index(index, env)
    except Undefined:
        return False
    return True


def _of_arguments(node: Call, env: Env) -> int | None:
    for arg in node.args:
        role = env.notation.roles.get(arg.name) if isinstance(arg, Sym) else None
        if isinstance(arg, Sym) and role is not None and role.kind in ROWLIKE:
            spot = quantities.spot(arg, role, env) if role.kind != "target" or env.world.sizes[-1] else None
            if (
                spot is not None
                and not spot.batch
                and (place(arg, role, env.notation).sample is not None or _by_sample(arg, role, env))
            ):
                return spot.first
            if node.name in env.notation.losses_of_one:
                return env.sample
    return None


def _by_sample(arg: Sym, role: Role, env: Env) -> bool:
    where = place(arg, role, env.notation)
    return bool(where.indices) and quantities._is_sample_index(where.indices[0], role, env)


def _checked(sample: int, env: Env) -> int:
    if not 0 <= sample < env.world.m:
        msg = f"sample {sample + 1} of {env.world.m}"
        raise OutOfRange(msg)
    return sample


def labelled(node: Node | None, notation: Notation) -> str | None:
    r"""J_{\text{sum}}, J_{\text{total}}, L_{\text{data}}, C_0, E_\lambda: what a loss says of itself."""
    scripts = node.sub if isinstance(node, (Sym, Call)) else ()
    if any(isinstance(s.node, Num) and s.node.value == 0 for s in scripts):
        return "data"  # C_0: without the penalty of C
    texts = [s.node.value.lower() for s in scripts if isinstance(s.node, Text)]
    if any(notation.kind(is_letter(s.node) or "") == "decay" for s in scripts):
        return "total"
    if not texts:
        return None
    return {"sum": "sum", "mean": "mean"}.get(texts[0]) or ("total" if texts[0] in WHOLE else "data")


WHOLE = {"total", "reg", "regularized", "regularised", "ridge", "tot", "all"}


def _reduced(what: str, node: Node | None, name: str, env: Env) -> str:
    """How a loss, `what` value, or one of its gradients is reduced."""
    said = labelled(node, env.notation)
    return said if said in ("sum", "mean") else env.reading.ask(what, name)


def penalty_in(node: Node | None, name: str, env: Env) -> str:
    """The penalty in a loss; J_total has it."""
    said = labelled(node, env.notation)
    if said in ("sum", "mean", "data"):
        return ""
    usual = "lambda/2" if env.notation.penalty is None else OWN
    penalises = env.notation.penalty is not None or any(
        r.kind == "decay" for r in env.notation.roles.values()
    )
    return penalty.here(name, env) or (usual if said == "total" and penalises else "")


def value(node: Node, role: Role, env: Env) -> Value:
    """The value of a loss."""
    name = node.name if isinstance(node, (Sym, Call)) else ""
    sample = sample_of(node, env)
    how = _reduced("value", node, name, env)
    penalised = "" if sample is not None else penalty_in(node, name, env)
    if sample is None and how == "sample":
        sample = env.sample
    if sample is not None:
        total = env.state.losses[sample]
    else:
        total = env.state.losses.sum() / (env.world.m if how == "mean" else 1.0)
    if penalised:
        total = total + penalty.value(penalised, env)
    return np.asarray(role.sign * total)


def gradient(of: Node | None, by: Sym, role: Role, env: Env) -> Value:
    """A loss's derivative by a quantity of the network, as the text lays it out."""
    name = of.name if isinstance(of, (Sym, Call)) else env.notation.main_loss or ""
    sign = env.notation.roles.get(name, Role("loss")).sign * quantities.sign_of(role)
    where = quantities.spot(by, role, env)
    sample = sample_of(of, env) if of is not None else None
    how = _reduced("rows" if where.kind in ("z", "a") else "weights", of, name, env)
    penalised = "" if sample is not None or where.kind in ("z", "a") else penalty_in(of, name, env)
    if sample is None and how == "sample":
        sample = env.sample
        if where.first is not None and where.kind in ("z", "a"):
            sample = where.first
    return sign * quantities.exposed(whole(where, how, sample, env, penalised), where, env)


def whole(where: quantities.Spot, how: str, sample: int | None, env: Env, penalised: str = "") -> Value:
    """The gradient as an array of the network."""
    world = env.world
    if where.kind in ("z", "a"):
        found = world.gradient(where.kind, where.layer)
        if ones.has_one(where.role, where.layer, env):
            found = _beside_ones(found, where, env)
        if sample is not None:
            return np.where(np.arange(world.m)[:, None] == sample, found, 0.0)
        return found / world.m if how == "mean" else found
    parts = [world.gradient("W", where.layer), world.gradient("b", where.layer)]
    if sample is not None:
        W, b = parts[0][sample], parts[1][sample]
    else:
        share = world.m if how == "mean" else 1.0
        W, b = parts[0].sum(axis=0) / share, parts[1].sum(axis=0) / share
    if penalised:
        extra = penalty.gradients(penalised, where.layer, env)
        W, b = W + extra[0], b + extra[1]
    if holds_biases(where.role):
        return ones.stacked(W, b, env)
    return W if where.kind == "W" else b


def _beside_ones(found: Value, where: quantities.Spot, env: Env) -> Value:
    """The gradient by a layer with that by its ones, which the bias of the layer above multiplies."""
    above = where.layer + 1
    of_one = env.world.gradient("z", above) @ env.state.b[above][:, None]
    return ones.beside_one(found, of_one, env)


def named_gradient(node: Sym, role: Role, env: Env) -> Value:
    """The value of delta, dZ, dW: a gradient that has a name of its own."""
    said = env.reading.ask("gradient", node.name)
    how = said.removesuffix(WITH_PENALTY)
    penalised = penalty.here(ANY, env) if said != how else ""
    base, times = role, role.sign * (env.world.constants["rate"] if role.rate else 1.0)
    if role.kind == "gradient":
        of = env.notation.roles.get(role.of)
        if of is not None and of.kind == "loss":  # the loss by itself
            return np.asarray(float(role.sign))
        if of is None or of.kind not in quantities.KINDS:
            msg = f"the text does not say what {role.of} is"
            raise Undefined(msg, role.of)
        times *= quantities.sign_of(of)
        layer = of.layer if of.layer is not None else role.layer
        base = Role(of.kind, layer, role.batch or of.batch, of.of, ones=of.ones)
    where = quantities.spot(node, base, env)
    sample = None
    if how == "sample":
        sample = env.sample if where.kind not in ("z", "a") else None
    value = times * quantities.exposed(whole(where, how, sample, env, penalised), where, env)
    return laid(value, env, base) if role.slope else value
