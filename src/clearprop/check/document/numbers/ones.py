"""The 1 that a text writes beside the units of a layer, and the biases that it writes inside the weights."""

from dataclasses import replace

import numpy as np

from clearprop.check.document.meaning.notation import Place, Role, ones_first
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.scripts import is_rest
from clearprop.check.document.read.tree import Num


def meant(where: Place, env: Env) -> Place:
    """The place of a symbol as the line has it: W_0 may be W without its biases, a whole layer may be without its 1."""
    role, indices = where.role, where.indices
    if not role.ones:
        return where
    if role.kind == "weight" and env.notation.zero_index and [one.node for one in indices] == [Num(0.0)]:
        return where._replace(role=replace(role, zeroed=True), indices=())
    if any(map(is_rest, indices)):
        rest = tuple(one for one in indices if one.node is not None and not is_rest(one))
        return where._replace(role=replace(role, ones=""), indices=rest)
    bare = env.inner and not (role.kind == "weight" and env.notation.cut_weights)
    return where._replace(role=replace(role, ones="")) if bare and not indices else where


def has_one(role: Role, layer: int, env: Env) -> bool:
    """Whether a layer has a unit of value 1 beside its own, as the text writes it; the outputs have none."""
    return role.kind == "augmented" or (bool(role.ones) and role.kind != "weight" and layer < env.world.L)


def beside_one(found: Value, ones: Value, env: Env) -> Value:
    """What is of the units of a layer, with what is of its 1."""
    return np.hstack([ones, found] if ones_first(env.notation) else [found, ones])


def stacked(W: Value, b: Value, env: Env) -> Value:
    """Weights with the bias as their first or last row."""
    return np.concatenate([b[None], W] if ones_first(env.notation) else [W, b[None]], axis=0)
