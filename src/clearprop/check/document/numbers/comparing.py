"""Comparisons, of labels too, and the probability of a class."""

from collections.abc import Callable

import numpy as np

from clearprop.check.document.meaning.notation import is_letter, place
from clearprop.check.document.numbers import quantities, values
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import OutOfRange, Unread
from clearprop.check.document.read.tree import Likelihood, Node, Probability, Relation, Sym


def relation(node: Relation, env: Env) -> Value:
    left, right = _compared(node.left, env), _compared(node.right, env)
    left, right = np.real(left), np.real(right)
    values.check_broadcast(left, right, "compared")
    compare: dict[str, Callable] = {
        "=": lambda a, b: np.abs(a - b) < 1e-12, "<": np.less, ">": np.greater, r"\le": np.less_equal,
        r"\ge": np.greater_equal,
        r"\ne": lambda a, b: np.abs(a - b) >= 1e-12,
    }  # fmt: skip
    if node.sign not in compare:
        msg = f"the comparison {node.sign}"
        raise Unread(msg, node.sign)
    return np.asarray(compare[node.sign](left, right))


def _compared(node: Node, env: Env) -> Value:
    """A side of a comparison: a target without a unit is a label, where there are classes."""
    if isinstance(node, Sym) and env.world.plan.loss == "cross-entropy":
        role = env.notation.roles.get(node.name)
        if role is not None and role.kind == "target" and not _has_unit(node, env):
            return _labels(node, env)
    from clearprop.check.document.numbers.evaluate import plain

    return plain(node, env)


def _has_unit(node: Sym, env: Env) -> bool:
    """Whether a target names a unit: y_{ij}, or y_j of one sample."""
    role = env.notation.roles[node.name]
    where = place(node, role, env.notation)
    count = len(where.indices) + (where.sample is not None)
    if count == 2:
        return True
    if count == 0 or where.sample is not None:
        return False
    letter = is_letter(where.indices[0].node)
    return not (
        letter in env.notation.sample_letters
        or (letter and env.notation.sizes.get(letter) == ("m",))
        or not letter
    )


def _labels(node: Sym, env: Env) -> Value:
    role = env.notation.roles[node.name]
    where = place(node, role, env.notation)
    if (
        not where.indices
        and where.sample is None
        and (env.notation.sample_letters and not env.notation.samples_above and not env.notation.one_sample)
    ):
        labels = env.world.labels.astype(float)
        return labels[:, None] if env.notation.rows else labels[None]
    return np.asarray(float(quantities.label(node, role, env)))


def likelihood(node: Likelihood, env: Env) -> Value:
    """p(y | x) of a sample's own target: what its loss is the negative logarithm of."""
    role = env.notation.roles.get(node.target.name) if isinstance(node.target, Sym) else None
    if role is None or role.kind != "target" or not isinstance(node.target, Sym):
        msg = "a probability of something that is no target"
        raise Unread(msg, node.name)
    if env.world.plan.loss not in ("cross-entropy", "binary"):
        msg = "a density, which is not computed"
        raise Unread(msg, node.name)
    where = quantities.spot(node.target, role, env)
    sample = where.first if where.first is not None else env.sample
    return np.exp(-env.state.losses[sample])


def probability(node: Probability, env: Env) -> Value:
    """p(y_i = j): the network's output for that sample and class."""
    p = env.state.a[-1]
    if not isinstance(node.target, Sym) or node.target.name not in env.notation.roles:
        msg = "a probability of something that is no target"
        raise Unread(msg, node.name)
    where = place(node.target, env.notation.roles[node.target.name], env.notation)
    if _has_unit(node.target, env):
        spot = quantities.spot(node.target, env.notation.roles[node.target.name], env)
        sample, unit = spot.first, spot.second
    else:
        node_of = (
            where.sample if where.sample is not None else where.indices[0].node if where.indices else None
        )
        one = env.notation.one_sample or env.notation.samples_above or not env.notation.sample_letters
        sample = quantities.index(node_of, env) - 1 if node_of is not None else env.sample if one else None
        unit = quantities.index(node.value, env) - 1
    if unit is None or not 0 <= unit < p.shape[1] or (sample is not None and not 0 <= sample < len(p)):
        msg = "a probability of a class or sample that does not exist"
        raise OutOfRange(msg)
    return np.asarray(p[sample, unit]) if sample is not None else p[:, unit][:, None]
