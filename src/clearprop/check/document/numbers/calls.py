"""Functions applied: known ones, those of the text, activations that the text leaves open, and their slopes."""

from dataclasses import replace

import numpy as np

from clearprop.check.document.meaning.notation import Role, layer_script
from clearprop.check.document.numbers import (
    differentials,
    functions,
    losses,
    matrices,
    quantities,
    vectorised,
)
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.quantities import Spot
from clearprop.check.document.numbers.values import Value, check_broadcast
from clearprop.check.document.read.limits import OutOfRange, Undefined, Unread
from clearprop.check.document.read.moved import DIFFERENTIAL
from clearprop.check.document.read.tree import Call, Matrix, Sym


def call(node: Call, env: Env) -> Value:
    """The value of a function."""
    role = env.notation.roles.get(node.name)
    if role is not None and role.kind == "loss" and not node.primes:
        return losses.value(node, role, env)
    if (
        role is not None
        and role.kind not in ("loss",)
        and node.name not in env.notation.functions
        and node.name not in functions.ENTRYWISE
    ):
        return _of_quantity(node, env)
    if node.name in env.notation.definitions and not node.primes:
        return matrices.defined(Sym(node.name, node.sup, node.sub), env)
    if not node.args and (own := _at_its_layer(node, env)) is not None:
        return call(own, env)
    if node.name == DIFFERENTIAL and len(node.args) == 1:
        return differentials.of_formula(node.args[0], env)
    if not node.args:
        msg = f"the function {node.name} without an argument"
        raise Unread(msg, node.name)
    if env.notation.functions.get(node.name) == "output":
        return _output(node, env)
    if node.name in SPECIAL and not node.primes:
        return SPECIAL[node.name](node, env)
    slope = env.notation.diagonals.get(node.name + "'" * node.primes)
    if slope is not None:
        return _diag(Call("diag", (replace(slope, args=node.args, sup=node.sup),)), env)
    if node.name in ("softmax",) or env.notation.functions.get(node.name) in ("head", "softmax"):
        return _head(node, env)
    if env.notation.functions.get(node.name) == "body":
        return _own(node, env)
    argument = _argument(node, env)
    function = entrywise(node, env)
    with np.errstate(all="ignore"):
        if node.primes:
            if np.iscomplexobj(argument):
                return np.real(argument) * 0 + _complex_slope(function, argument, node.primes)
            return functions.slope(function, argument, node.primes)
        return np.asarray(function(argument))


def _at_its_layer(node: Call, env: Env) -> Call | None:
    """(f^l)' as the slope at z^l, where the text has a letter for what goes into an activation."""
    layered = layer_script(node, env.notation) is not None
    names = [name for name, role in env.notation.roles.items() if role.kind == "pre" and role.layer is None]
    return replace(node, args=(Sym(names[0], node.sup),)) if layered and names else None


def _output(node: Call, env: Env) -> Value:
    """What the network gives for an input: of one sample, or of all."""
    arg = node.args[0]
    role = env.notation.roles.get(arg.name) if isinstance(arg, Sym) else None
    if role is None or role.kind != "input" or not isinstance(arg, Sym):
        msg = f"{node.name} of something that is no input"
        raise Undefined(msg, node.name)
    where = quantities.spot(arg, role, env)
    output = Spot("a", env.world.L, where.first, None, where.batch, Role("prediction", -1))
    return quantities.exposed(env.state.a[-1], output, env)


def _of_quantity(node: Call, env: Env) -> Value:
    """A quantity written with what it depends on: a(x), z(W, b)."""
    from clearprop.check.document.numbers.evaluate import plain

    return plain(Sym(node.name, node.sup, node.sub), env)


def _complex_slope(function, z: Value, order: int) -> Value:
    """The slope at a point that is itself a step off the real line."""
    real, h = np.real(z), 1e-4
    first = functions.slope(function, real, order)
    second = (functions.slope(function, real + h, order) - functions.slope(function, real - h, order)) / (
        2 * h
    )
    return first + 1j * np.imag(z) * second


def _argument(node: Call, env: Env) -> Value:
    from clearprop.check.document.numbers.evaluate import plain

    return plain(node.args[0], env)


def entrywise(node: Call, env: Env):
    """The function to apply to every entry."""
    name = env.notation.functions.get(node.name, node.name)
    if name == "activation" or (node.name in env.notation.hidden_functions and _is_of_last(node, env)):
        name = env.world.plan.activation(_layer(node, env), env.world.L)
        if name == "softmax" and not np.ndim(_argument(node, env)):
            msg = f"{node.name} of one unit of the last layer"
            raise OutOfRange(msg, layer=True)
        if name == "softmax":
            return lambda z: functions.softmax(z, _units_axis(z, env))
    if name not in functions.ENTRYWISE:
        msg = f"the text does not say what the function {node.name} is"
        raise Undefined(msg, node.name)
    return functions.ENTRYWISE[name]


def _is_of_last(node: Call, env: Env) -> bool:
    """Whether the name or the argument of an activation says the last layer."""
    try:
        return _layer(node, env) == env.world.L
    except Undefined:
        return False


def _layer(call: Call, env: Env) -> int:
    """The layer of an activation, by its name or its argument; a hidden one if it cannot be told."""
    own, node = layer_script(call, env.notation), call.args[0]
    if own is not None:
        return quantities.layer_number(own, "z", Sym(call.name), env)
    if env.notation.graph is not None and (said := env.notation.graph.layer_of(node, env)) is not None:
        return said
    if (
        isinstance(node, Sym)
        and (node.name not in env.params or env.notation.style == "plain")
        and (role := env.notation.roles.get(node.name)) is not None
        and role.kind == "pre"
    ):
        return quantities.spot(node, role, env).layer
    return 1 if env.world.L > 1 else env.world.L


def _units_axis(z: Value, env: Env) -> int:
    """The axis along which a softmax goes: over the units of a sample."""
    if z.ndim < 2 or z.shape[0] == 1:
        return 1
    if z.shape[1] == 1:
        return 0
    return 1 if env.notation.rows else 0


def _head(node: Call, env: Env) -> Value:
    z = np.asarray(_argument(node, env))
    if node.primes:
        msg = "a dash on a function of vectors"
        raise Unread(msg, node.name)
    head = "softmax" if node.name == "softmax" else env.world.plan.head
    if head != "softmax":
        return functions.ENTRYWISE[head](z)
    if z.ndim == 0:
        msg = "softmax needs a vector; this is a number"
        raise Unread(msg, node.name)
    value = functions.softmax(z, _units_axis(z, env))
    return matrices.picked(value, node.sub, env) if node.sub and node.name == "softmax" else value


def _own(node: Call, env: Env) -> Value:
    """A function that the text defines, its letter bound to the argument."""
    from clearprop.check.document.numbers.evaluate import plain

    letters, body = env.notation.bodies[node.name]
    given = [plain(arg, env) for arg in node.args]
    if len(given) < len(letters):
        msg = f"{node.name} takes {len(letters)} arguments"
        raise Unread(msg, node.name)
    inner = env.with_params(**dict(zip(letters, given, strict=False)))
    if not node.primes:
        return plain(body, inner)
    if np.iscomplexobj(given[0]):
        msg = "a derivative of a derivative"
        raise Unread(msg)
    return functions.slope(lambda z: plain(body, inner.with_params(**{letters[0]: z})), given[0], node.primes)


def _extreme(node: Call, env: Env) -> Value:
    from clearprop.check.document.numbers.evaluate import plain

    parts = [np.asarray(plain(arg, env)) for arg in node.args]
    sign = 1 if node.name == "max" else -1
    if len(parts) == 1:
        flat = parts[0].reshape(-1)
        return np.asarray(flat[np.argmax(sign * np.real(flat))])
    value = parts[0]
    for other in parts[1:]:
        check_broadcast(value, other, "compared")
        value = np.where(sign * np.real(value) > sign * np.real(other), value, other)
    return value


def _diag(node: Call, env: Env) -> Value:
    value = matrices.matrix(Matrix((node.args,)), env) if len(node.args) > 1 else _argument(node, env)
    return (
        np.diag(value.reshape(-1))
        if value.ndim == 2 and 1 in value.shape
        else np.diag(np.diag(value))
        if value.ndim == 2
        else value
    )


def _trace(node: Call, env: Env) -> Value:
    value = _argument(node, env)
    return np.asarray(np.trace(value)) if value.ndim == 2 else value


def _total(node: Call, env: Env) -> Value:
    return np.asarray(np.sum(_argument(node, env)))


def _vec(node: Call, env: Env) -> Value:
    return vectorised.stacked(_argument(node, env), env)


SPECIAL = {"vec": _vec, "max": _extreme, "min": _extreme, "diag": _diag, "trace": _trace, "sum": _total}
