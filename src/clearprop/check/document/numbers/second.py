"""Second derivatives: central differences of gradients that are taken by the complex step."""

import numpy as np

from clearprop.check.document.numbers import derive, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value, scalar
from clearprop.check.document.read.limits import Undefined, Unread
from clearprop.check.document.read.tree import Call, Derivative, Node, Second, Sym

H = 1e-4  # the error is H^2 / 6 of the fourth derivative, 1e-9


def second(node: Second, env: Env) -> Value:
    """The matrix of second derivatives, a row for each entry of `by`, a column for each of `other`."""
    of, by, other = node.of, node.by, node.other
    if of is None:  # nabla^2 J
        of, by = by, derive.parameter(by, env)
        other = by
    where = _spot(other, env)
    columns = [_column(Derivative(of, by), where, entry, env) for entry in derive.entries(where, env)]
    return scalar(np.stack(columns, axis=1))


def _spot(by: Node, env: Env) -> quantities.Spot:
    role = env.notation.roles.get(by.name) if isinstance(by, (Sym, Call)) else None
    if not isinstance(by, Sym) or role is None or role.kind not in ("weight", "bias"):
        msg = "a second derivative by something that is no parameter"
        raise Undefined(msg, by.name if isinstance(by, Sym) else "")
    return quantities.spot(by, role, env)


def _column(slope: Derivative, where: quantities.Spot, entry: tuple[int, ...], env: Env) -> Value:
    from clearprop.check.document.numbers.evaluate import plain

    found = []
    for step in (H, -H):
        world = env.world.shifted(where.kind, where.layer, entry, step)
        value = scalar(plain(slope, env.at(world=world, state=world.state)))
        if value.ndim == 2 and 1 not in value.shape:
            msg = "the second derivative by a matrix"
            raise Unread(msg)
        found.append(value.reshape(-1))
    return (found[0] - found[1]) / (2 * H) * quantities.sign_of(where.role)


__all__ = ["second"]
