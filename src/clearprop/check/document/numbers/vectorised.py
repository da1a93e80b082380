"""vec(W), the columns of a matrix on each other; derivatives by it."""

import numpy as np

from clearprop.check.document.numbers import derive, losses, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.layout import laid
from clearprop.check.document.numbers.values import Jacobian, Value
from clearprop.check.document.read.limits import MOST_ENTRIES, Undefined, Unread
from clearprop.check.document.read.tree import Call, Derivative, Node, Sym, Transpose

NAME = "vec"


def order(env: Env) -> str:
    """In which order numpy lists the entries: by columns, or by rows where the text says so."""
    return "C" if env.notation.vec_by_rows else "F"


def stacked(value: Value, env: Env) -> Value:
    """The entries of a matrix as one column."""
    value = np.asarray(value)
    return value if value.ndim == 0 else value.reshape(-1, 1, order=order(env))  # type: ignore[call-overload]


def derivative(node: Derivative, by: Call, env: Env) -> Value | Jacobian:
    """The derivative by vec(W): of a number laid out as the text does, of a vector as a matrix of all entries."""
    if len(by.args) != 1:
        msg = f"{NAME} takes one matrix"
        raise Unread(msg, NAME)
    turned = isinstance(by.args[0], Transpose)
    sym = by.args[0].of if isinstance(by.args[0], Transpose) else by.args[0]
    role = env.notation.roles.get(sym.name) if isinstance(sym, Sym) else None
    if not isinstance(sym, Sym) or role is None or role.kind not in quantities.KINDS:
        msg = "a derivative by something that is no quantity of the network"
        raise Undefined(msg, NAME)
    if env.state is not env.world.state:
        msg = "a derivative of a derivative"
        raise Unread(msg)
    if node.of is None or derive.is_loss(node.of, env):
        value = losses.gradient(node.of, sym, role, env)
        value = stacked(value.T if turned else value, env)
        return value if node.nabla else laid(value, env, role)
    return _of_any(node.of, quantities.spot(sym, role, env), turned, env)


def _of_any(of: Node, where: quantities.Spot, turned: bool, env: Env) -> Value | Jacobian:
    entries = derive.entries(where, env, "T" * turned + order(env))
    base = derive.number_or_array(of, env)
    if len(entries) * base.size > MOST_ENTRIES:
        msg = "a derivative by too many entries"
        raise Unread(msg)
    if base.ndim == 2 and 1 not in base.shape:
        msg = f"the derivative of a matrix by a {NAME}: it is that of its own {NAME}"
        raise Unread(msg, NAME)
    slopes = [np.ravel(derive.moved(of, where, entry, env)) for entry in entries]
    matrix = np.stack(slopes, axis=1)
    return Jacobian(matrix, None, NAME, "") if base.ndim else laid(matrix.T, env, where.role)
