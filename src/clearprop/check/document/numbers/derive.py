"""Derivatives, taken numerically from the forward pass by the complex step."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.check.document.meaning.notation import SHAPED, Role, holds_biases, is_letter, ones_first, place
from clearprop.check.document.numbers import kronecker, losses, ones, quantities
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.layout import laid
from clearprop.check.document.numbers.values import Jacobian, Value, product, scalar
from clearprop.check.document.read.limits import MOST_ENTRIES, Misfit, Undefined, Unread
from clearprop.check.document.read.tree import Call, Derivative, Node, Pick, Probability, Sym, Transpose


class TooManyAxes(Unread):
    """The derivative of a vector by a matrix: no array of two axes."""


def derivative(node: Derivative, env: Env) -> Any:
    of, by = node.of, node.by
    if isinstance(by, Pick) and env.notation.graph is None:
        by = _entry(by)
    if isinstance(of, Sym) and of.name in env.notation.functions and isinstance(by, Sym):
        of = Call(of.name, (by,), 0, of.sub, of.sup)  # d sigma / dz
    if isinstance(by, Transpose) and isinstance(by.of, (Sym, Call)) and env.notation.graph is None:
        return _by_row(Derivative(of, by.of), env)
    if of is None and is_loss(by, env):
        of, by = by, parameter(by, env)
    if isinstance(by, Sym) and by.name in env.params:
        return _by_parameter(of, by, env)
    if env.notation.graph is not None:
        return env.notation.graph.derivative(Derivative(of, by, nabla=node.nabla), env)
    role = env.notation.roles.get(by.name) if isinstance(by, (Sym, Call)) else None
    loss = of is None or is_loss(of, env)
    if isinstance(by, Probability):
        return _by_probability(of, by, env)
    if isinstance(by, Call):
        return _by_call(node, by, env)
    if not isinstance(by, Sym) or role is None:
        msg = "a derivative by something that is no quantity of the network"
        raise Undefined(msg, by.name if isinstance(by, Sym) else "")
    if role.kind == "loss" and is_loss(of, env) and isinstance(of, (Sym, Call)):
        return _loss_by_loss(of, by, env)
    if role.kind == "act" and not _says_layer(
        by, role, env
    ):  # the gradient by a, no layer said: by the output
        role = Role("prediction", -1, role.batch)
    if role.kind not in quantities.KINDS or role.kind == "delta":
        msg = f"a derivative by {by.name}"
        raise Undefined(msg, by.name)
    if env.state is not env.world.state:
        msg = "a derivative of a derivative"
        raise Unread(msg)
    value = losses.gradient(of, by, role, env) if loss or of is None else _general(of, by, role, env)
    return value if node.nabla or isinstance(value, Jacobian) else laid(value, env, role)


def _entry(pick: Pick) -> Node:
    """(W_1)_{ij} as a symbol with all its indices; of (W_1^T)_{ij} they change places."""
    of, sub = pick.of, pick.sub
    if isinstance(of, Transpose) and len(sub) == 2:
        of, sub = of.of, sub[::-1]
    return replace(of, sub=(*of.sub, *sub)) if isinstance(of, Sym) else pick


def _by_row(node: Derivative, env: Env) -> Value:
    """d of / d z^T: a row of a column z, a column for each entry of z, whatever the text's layout."""
    value = derivative(node, env.at(reading=env.reading.laid_out("numerator", SHAPED)))
    return value.matrix if isinstance(value, Jacobian) else value.T if value.ndim == 2 else value


def parameter(loss: Node, env: Env) -> Node:
    r"""What \nabla J(\theta) is taken by: the only argument, or all that a one-layer network is made of."""
    args = loss.args if isinstance(loss, Call) else ()
    if len(args) == 1:
        return args[0]
    names = [n for n, role in env.notation.roles.items() if role.kind in ("weight", "stack", "bias")]
    return Sym(names[0]) if len(names) == 1 and not args else loss


def _says_layer(sym: Sym, role: Role, env: Env) -> bool:
    """Whether a symbol's layer is written, or goes by the letter of its unit."""
    where = place(sym, role, env.notation)
    return where.layer is not None or any(
        is_letter(i.node) in env.notation.unit_layers for i in where.indices
    )


def is_loss(node: Node | None, env: Env) -> bool:
    if not isinstance(node, (Sym, Call)):
        return False
    role = env.notation.roles.get(node.name)
    return role is not None and role.kind == "loss" and not (isinstance(node, Call) and node.primes)


def _loss_by_loss(of: Sym | Call, by: Sym, env: Env) -> Value:
    """dJ/dL_i: 1 or 1/m."""
    how = env.reading.ask("value", of.name)
    return np.asarray(1.0 / env.world.m if how == "mean" else 1.0)


def _by_parameter(of: Node | None, by: Sym, env: Env) -> Any:
    """d/dz of a function's letter."""
    from clearprop.check.document.numbers.evaluate import plain

    if of is None:
        msg = "a derivative of nothing"
        raise Unread(msg)
    value = np.asarray(env.params[by.name])
    if np.iscomplexobj(value):
        msg = "a derivative of a derivative"
        raise Unread(msg)
    return np.imag(plain(of, env.with_params(**{by.name: value + 1j * STEP}))) / STEP


def _by_probability(of: Node | None, by: Probability, env: Env) -> Value:
    """dJ/dp(y_i = j)."""
    role = Role("prediction", -1)
    target = by.target
    if not isinstance(target, Sym) or of is None:
        msg = "a derivative by a probability"
        raise Unread(msg)
    sample = target.sub[0] if target.sub else None
    from clearprop.check.document.read.tree import Script

    scripts = ((sample,) if sample else ()) + (Script("plain", by.value),)
    sym = Sym("p", (), scripts)
    wide = Role("prediction", -1, batch=sample is not None)
    return losses.gradient(of, sym, wide, env) if is_loss(of, env) else _general(of, sym, role, env)


def _by_call(node: Derivative, by: Call, env: Env) -> Any:
    """The derivative by a function's value, such as a^{(l)} written as g(z^{(l)}) or h(x^{(i)}): by the
    output it gives.
    """
    from clearprop.check.document.numbers import vectorised

    if by.name == vectorised.NAME:
        return vectorised.derivative(node, by, env)
    is_output = env.notation.functions.get(by.name) in ("head", "body") or by.name in env.notation.bodies
    if is_output and node.of is not None and is_loss(node.of, env):
        sample = losses._of_arguments(by, env)
        sample = sample if sample is not None else env.sample
        where = quantities.Spot("a", env.world.L, sample, None, False, Role("prediction", -1))
        name = node.of.name if isinstance(node.of, (Sym, Call)) else ""
        how = env.reading.ask("rows", name)
        return quantities.exposed(losses.whole(where, how, None, env), where, env)
    msg = f"a derivative by {by.name}(...)"
    raise Unread(msg, by.name)


def _general(of: Node, by: Sym, role: Role, env: Env) -> Any:
    """The derivative of any expression by a quantity of the network."""
    where = quantities.spot(by, role, env)
    found = entries(where, env)
    if len(found) == 1 and (where.first is not None or where.kind in ("W", "b")) and _is_entry(where, env):
        value = moved(of, where, found[0], env)
        return value.T if env.reading.jacobian == "denominator" and value.ndim == 2 else value
    base = number_or_array(of, env)
    if base.ndim == 0:
        return _of_number(of, where, found, env)
    if where.kind in ("W", "b") and where.kind == "W":
        msg = "the derivative of a vector by a matrix"
        raise TooManyAxes(msg)
    return _jacobian(of, base, where, env)


def number_or_array(node: Node, env: Env) -> Value:
    from clearprop.check.document.numbers.evaluate import plain

    return scalar(plain(node, env))


def _is_entry(where: quantities.Spot, env: Env) -> bool:
    if where.kind == "W":
        return where.first is not None and (where.second is not None or 1 in _shape(where, env))
    if where.kind == "b":
        return where.second is not None or _shape(where, env) == (1,)
    return where.first is not None and (where.second is not None or env.world.sizes[where.layer] == 1)


def _shape(where: quantities.Spot, env: Env) -> tuple[int, ...]:
    n = env.world.sizes
    if where.kind == "W":
        return (n[where.layer - 1] + holds_biases(where.role), n[where.layer])
    units = n[where.layer] + ones.has_one(where.role, where.layer, env)
    return (n[where.layer],) if where.kind == "b" else (env.world.m, units)


def entries(where: quantities.Spot, env: Env, order: str = "C") -> list[tuple[int, ...]]:
    """The entries of the network's array that a symbol takes in; `order` "F" by columns, with a T of its transpose."""
    shape = _shape(where, env)
    marks = np.arange(int(np.prod(shape))).reshape(shape)
    kept = quantities.exposed(marks, where, env)
    listed = np.ravel(kept.T if order.startswith("T") else kept, order=order[-1])  # type: ignore[call-overload]
    return [tuple(int(i) for i in np.unravel_index(int(n), shape)) for n in listed]


def moved(of: Node, where: quantities.Spot, entry: tuple[int, ...], env: Env) -> Value:
    kind, index = where.kind, entry
    if holds_biases(where.role):
        kind, index = _unstacked(entry, where, env)
    elif ones.has_one(where.role, where.layer, env):
        kind, index = _without_one(entry, where, env)
    state = env.world.moved(kind, where.layer, index)
    return quantities.sign_of(where.role) * np.imag(number_or_array(of, env.at(state=state))) / STEP


def _unstacked(entry: tuple[int, ...], where: quantities.Spot, env: Env) -> tuple[str, tuple[int, ...]]:
    """An entry of weights with the bias inside: of W or of b."""
    first = ones_first(env.notation)
    bias_row = 0 if first else env.world.sizes[where.layer - 1]
    if entry[0] == bias_row:
        return "b", (entry[1],)
    return "W", (entry[0] - first, entry[1])


def _without_one(entry: tuple, where: quantities.Spot, env: Env) -> tuple[str, tuple]:
    """A unit of a layer that the text writes with a 1: as in the network, or that 1."""
    first = ones_first(env.notation)
    if entry[-1] == (0 if first else env.world.sizes[where.layer]):
        return "one", ()
    return where.kind, (*entry[:-1], entry[-1] - first)


def _of_number(of: Node, where: quantities.Spot, found: list[tuple[int, ...]], env: Env) -> Value:
    if len(found) > MOST_ENTRIES:
        msg = "a derivative by too many entries"
        raise Unread(msg)
    whole = np.zeros(_shape(where, env))
    for entry in found:
        whole[entry] = moved(of, where, entry, env)
    return quantities.exposed(whole, where, env)


def _jacobian(of: Node, base: Value, where: quantities.Spot, env: Env) -> Jacobian:
    """The derivative of a vector by a vector, or of a batch by a batch, sample by sample."""
    columns = (
        [_column(of, where, j, env) for j in range(_shape(where, env)[-1])]
        if where.second is None
        else [_column(of, where, where.second, env)]
    )
    stack = np.stack(columns)  # (inputs, *shape of `of`)
    name = where.role.kind
    if not where.batch or 1 in base.shape:
        matrix = stack.reshape(len(columns), -1).T
        square = matrix.shape[0] == matrix.shape[1] and not np.any(matrix - np.diag(np.diag(matrix)))
        return Jacobian(matrix, np.diag(matrix).reshape(base.shape) if square else None, name, "")
    return _of_batch(stack, base, env)


def _column(of: Node, where: quantities.Spot, unit: int, env: Env) -> Value:
    kind, index = where.kind, (unit,)
    if kind != "b":
        index = (slice(None) if where.batch else where.first, unit)
        if ones.has_one(where.role, where.layer, env):
            kind, index = _without_one(index, where, env)
    state = env.world.moved(kind, where.layer, index)
    return quantities.sign_of(where.role) * np.imag(number_or_array(of, env.at(state=state))) / STEP


def _of_batch(stack: Value, base: Value, env: Env) -> Jacobian:
    """(inputs, m, outputs): the same matrix for every sample, or a diagonal for each."""
    if not env.notation.rows:
        stack = stack.transpose(0, 2, 1)
    n, _, outputs = stack.shape
    diagonal = None
    if n == outputs and not any(np.any(stack[j][:, [k for k in range(n) if k != j]]) for j in range(n)):
        diagonal = np.stack([stack[j][:, j] for j in range(n)], axis=1)
        diagonal = diagonal if env.notation.rows else diagonal.T
    same = np.allclose(stack, stack[:, :1])
    return Jacobian(
        stack[:, 0].T if same else np.full((outputs, n), np.nan), diagonal, "batch", "" if same else "varies"
    )


def as_array(value: Jacobian, env: Env) -> Value:
    """A derivative of vectors where an array is wanted: entry by entry if it is so, or its matrix."""
    if value.diagonal is not None:
        return value.diagonal
    if value.of == "varies":
        msg = "the derivative of a batch by a batch"
        raise TooManyAxes(msg)
    return value.matrix if env.reading.ask("jacobian") == "numerator" else value.matrix.T


def as_matrix(value: Jacobian, env: Env) -> Value | None:
    """The matrix of a derivative of a vector by a vector, whatever it is entry by entry."""
    return None if value.of == "varies" else _matrix(value, env)


def multiply(left: Any, right: Any, kind: str, env: Env) -> Any:
    """A product in which derivatives of vectors by vectors may stand."""
    if kind == "outer":
        left, right = (_matrix(one, env) if isinstance(one, Jacobian) else one for one in (left, right))
        return kronecker.product(left, right, env)
    if isinstance(left, Jacobian) and isinstance(right, Jacobian):
        if left.diagonal is not None and right.diagonal is not None:
            return as_array(left, env) * as_array(right, env)
        return product(_matrix(left, env), _matrix(right, env), kind)
    if kind == "dot" and env.entrywise and np.asarray(left).shape == np.asarray(right).shape:
        kind = "hadamard"
    if isinstance(right, Jacobian):
        other = scalar(np.asarray(left))
        return _with_array(right, other, lambda j: product(other, j, kind), kind, env)
    if isinstance(left, Jacobian):
        other = scalar(np.asarray(right))
        return _with_array(left, other, lambda j: product(j, other, kind), kind, env)
    return product(left, right, kind)


def _with_array(jacobian: Jacobian, other: Value, multiplied, kind: str, env: Env) -> Value:
    if other.ndim == 0:
        return other * as_array(jacobian, env)
    if jacobian.diagonal is not None and (
        kind in ("hadamard", "star") or jacobian.of == "varies" or other.shape == jacobian.diagonal.shape
    ):
        if other.shape != jacobian.diagonal.shape:
            msg = "the factors of a chain rule differ in shape"
            raise Misfit(msg)
        return other * jacobian.diagonal
    return multiplied(_matrix(jacobian, env))


def _matrix(jacobian: Jacobian, env: Env) -> Value:
    if jacobian.of == "varies":
        msg = "the derivative of a batch by a batch"
        raise TooManyAxes(msg)
    return jacobian.matrix if env.reading.ask("jacobian") == "numerator" else jacobian.matrix.T


def telescoped(factors: list[Node], env: Env) -> Value:
    """dJ/dz dz/dW written with whole matrices: the chain rule's left end by its right end."""
    chain = [f for f in factors if isinstance(f, Derivative)]
    if len(chain) != len(factors) or any(a.by != b.of for a, b in itertools.pairwise(chain)):
        msg = "the derivative of a vector by a matrix, in a product that is no plain chain rule"
        raise Unread(msg)
    value = derivative(Derivative(chain[0].of, chain[-1].by), env)
    return as_array(value, env) if isinstance(value, Jacobian) else value


__all__ = ["TooManyAxes", "derivative", "is_letter", "multiply", "telescoped"]
