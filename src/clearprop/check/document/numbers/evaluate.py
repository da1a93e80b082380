"""The value of a formula: a number or a matrix, by the forward pass of a real network."""

from collections.abc import Callable

import numpy as np

from clearprop.check.document.meaning.notation import is_letter, power_of
from clearprop.check.document.numbers import (
    comparing,
    derive,
    differentials,
    extents,
    losses,
    matrices,
    memories,
    products,
    quantities,
    values,
)
from clearprop.check.document.numbers.calls import call
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.second import second
from clearprop.check.document.numbers.values import Jacobian, Value
from clearprop.check.document.read.limits import MOST_TERMS, Misfit, OutOfRange, Undefined, Unread
from clearprop.check.document.read.tree import (
    Add,
    Big,
    Both,
    Call,
    Cases,
    Derivative,
    Div,
    Dots,
    Indicator,
    Likelihood,
    Listed,
    Matrix,
    Mul,
    Neg,
    Node,
    Norm,
    Num,
    Ones,
    Pick,
    Pow,
    Probability,
    Relation,
    Second,
    Space,
    Sym,
    Transpose,
)  # fmt: skip

AT_STEP = 3  # of steps in time, the one at which lines are looked at


def evaluate(node: Node, env: Env) -> Value:
    """The value of a node.

    Raises
    ------
    Undefined, Unread
        If a symbol or a construction has no meaning here.
    Misfit, OutOfRange
        If shapes do not fit, or an index leaves its range.
    """
    env.budget.spend()
    kind = type(node)
    if kind not in TABLE:
        msg = f"a {kind.__name__.lower()} here"
        raise Unread(msg)
    return TABLE[kind](node, env)


def plain(node: Node, env: Env) -> Value:
    """A value that is an array: a derivative of a vector by a vector as its matrix."""
    value = evaluate(node, env)
    return derive.as_array(value, env) if isinstance(value, Jacobian) else value


def _num(node: Num, env: Env) -> Value:
    return np.asarray(node.value)


def _sym(node: Sym, env: Env) -> Value:
    notation = env.notation
    if notation.kind(node.name) == "memory":
        return _powered(memories.value(node, notation.roles[node.name], env), memories.power(node, env), env)
    if node.name in env.params:
        return _raised(matrices.picked(np.asarray(env.params[node.name]), node.sub, env), node, env)
    letter = is_letter(node)
    if letter is not None and letter in env.letters:
        return np.asarray(float(env.letters[letter]))
    size = quantities.size_of(node, env) if letter is None or letter in notation.sizes else None
    if size is not None:
        return np.asarray(float(size))
    if size is None and notation.graph is not None and notation.graph.knows(node.name):
        return notation.graph.symbol(node, env)
    role = notation.roles.get(node.name)
    if role is None:
        return _without_role(node, env)
    if role.kind in ("rate", "decay"):
        return np.asarray(env.world.constants[role.kind])
    if role.kind == "constant" and node.name in notation.values:
        return _raised(np.asarray(notation.values[node.name]), node, env)
    if role.kind == "constant":
        return _raised(
            np.asarray(env.world.free(node.name, *(quantities.index(s.node, env) for s in node.sub))),
            node,
            env,
        )
    if role.kind == "loss":
        return losses.value(node, role, env)
    if role.kind == "delta" and extents.is_kronecker(node, env):
        return np.asarray(
            float(quantities.index(node.sub[0].node, env) == quantities.index(node.sub[1].node, env))
        )
    if role.kind in ("delta", "gradient"):
        return _powered(losses.named_gradient(node, role, env), power_of(node, role, notation), env)
    if role.kind == "differential":
        return differentials.value(node, role, env)
    return _powered(quantities.value_of(node, role, env), power_of(node, role, notation), env)


def _powered(value: Value, power: Node | None, env: Env) -> Value:
    if power is None:
        return value
    exponent = values.scalar(plain(power, env))
    if exponent.ndim:
        msg = "a power that is no number"
        raise Misfit(msg)
    if exponent == -1 and value.ndim == 2 and len(set(value.shape)) == 1:
        return np.linalg.inv(value)
    with np.errstate(all="ignore"):
        return value**exponent


def _raised(value: Value, node: Sym, env: Env) -> Value:
    powers = [item.node for item in node.sup if item.kind == "plain" and item.node is not None]
    return _powered(value, powers[0] if powers else None, env)


def _without_role(node: Sym, env: Env) -> Value:
    if node.name in env.notation.definitions:
        return matrices.defined(node, env)
    if node.name in env.notation.counters:
        return np.asarray(float(AT_STEP))
    if node.name == "pi" and not node.sub:
        return np.asarray(np.pi)
    if node.name == "e":
        return matrices.unit_vector(node, env) if node.sub else np.asarray(np.e)
    if node.name == "delta" and len(node.sub) == 2:
        return np.asarray(
            float(quantities.index(node.sub[0].node, env) == quantities.index(node.sub[1].node, env))
        )
    if node.name in matrices.IDENTITY:
        return matrices.identity(node, env)
    msg = f"the text does not say what {node.name} is"
    raise Undefined(msg, node.name)


def _neg(node: Neg, env: Env) -> Value:
    return -plain(node.of, env)


def _add(node: Add, env: Env) -> Value:
    left, right = _sides(node, env)
    try:
        return values.plus(left, right, node.sign)
    except Misfit:
        if isinstance(node.left, Ones):
            return values.plus(np.asarray(1.0), right, node.sign)
        if isinstance(node.right, Ones):
            return values.plus(left, np.asarray(1.0), node.sign)
        fitted = matrices.beside_ones(node, left, right, env)
        if fitted is None:
            raise
        return values.plus(*fitted, node.sign)


def _sides(node: Add, env: Env) -> tuple[Value, Value]:
    """Both sides of a sum; an identity matrix in one is as large as the other."""
    left, right = plain(node.left, env), plain(node.right, env)
    for one, other in ((node.right, left), (node.left, right)):
        if (
            "I" not in env.params
            and other.ndim == 2
            and len(set(other.shape)) == 1
            and matrices.has_identity(one)
        ):
            inner = matrices.sized(env, len(other))
            return plain(node.left, inner), plain(node.right, inner)
    return left, right


def _div(node: Div, env: Env) -> Value:
    above, below = values.scalar(plain(node.above, env)), values.scalar(plain(node.below, env))
    values.check_broadcast(above, below, "divided")
    with np.errstate(all="ignore"):
        return above / below


def _pow(node: Pow, env: Env) -> Value:
    power = plain(node.power, env)
    if isinstance(node.base, Norm) and node.base.kind == "2" and power == 2:
        inner = _in_norm(node.base, env)
        return (inner * inner).sum()
    base = plain(node.base, env)
    if power.ndim == 0 and power == -1 and base.ndim == 2 and len(set(base.shape)) == 1:
        return np.linalg.inv(base)
    values.check_broadcast(base, power, "raised")
    with np.errstate(all="ignore"):
        if np.isrealobj(power) and power.ndim == 0 and float(power) == int(power) and 0 < power < 10:
            return base ** int(power)
        if np.isrealobj(base) and np.any(base < 0):
            return np.real_if_close(base.astype(complex) ** power)
        return base**power


def _transpose(node: Transpose, env: Env) -> Value:
    value = evaluate(node.of, env)
    if isinstance(value, Jacobian):
        return Jacobian(value.matrix.T, value.diagonal, value.by, value.of)  # type: ignore[return-value]
    if isinstance(node.of, Matrix) and node.of.listed and matrices.is_row(node.of, env):
        return value
    return value.T if value.ndim == 2 else value


def _pick(node: Pick, env: Env) -> Value:
    return matrices.picked(plain(node.of, env), node.sub, env)


def _big(node: Big, env: Env) -> Value:
    if node.index is None:
        value = plain(node.body, env)
        return {"sum": np.sum, "product": np.prod, "max": _largest, "min": lambda v: -_largest(-v)}[
            node.what
        ](value)
    numbers = [n for n in _range(node, env) if _holds(node.condition, env.with_letter(node.index, n))]
    if not numbers:
        return np.asarray(0.0 if node.what == "sum" else 1.0)
    terms = [plain(node.body, env.with_letter(node.index, n)) for n in numbers]
    if node.what in ("max", "min"):
        key = (lambda t: float(np.real(t))) if node.what == "max" else (lambda t: -float(np.real(t)))
        return max(terms, key=key)
    value = terms[0]
    for term in terms[1:]:
        value = values.plus(value, term, 1) if node.what == "sum" else value * term
    return value


def _largest(value: Value) -> Value:
    return value.reshape(-1)[np.argmax(np.real(value))]


def _holds(condition: Node | None, env: Env) -> bool:
    return condition is None or bool(np.all(plain(condition, env)))


def _first(index: str, env: Env) -> int:
    """Where a sum over all units of a letter's layer begins."""
    layer = env.notation.unit_layers.get(index)
    return 1 if layer is None else quantities.start(layer, env)


def _range(node: Big, env: Env) -> range:
    """The values of a sum's index: as written, or as far as the index reaches in the body."""
    index = str(node.index)
    first = _first(index, env) if node.first is None else quantities.index(node.first, env)
    if node.last is not None:
        last = _end(node.last, env)
    else:
        found = extents.sizes(node.body, index, env)
        if not found and node.first is None and extents.counts_layers(node.body, index, env):
            return extents.layers(env)
        if len(found) > 1:
            msg = f"the index {index} runs to {min(found)} in one place of the sum and to {max(found)} in another"
            raise OutOfRange(msg)
        if not found and index in env.notation.sample_letters:
            found = {env.world.m}
        if not found:
            msg = f"the sum over {index} does not say how far it goes"
            raise Undefined(msg, index)
        last = found.pop()
    if first == 0 and node.last is not None and extents.sizes(node.body, index, env) == {last + 1}:
        first, last = 1, last + 1  # counted from 0
    if last - first + 1 > MOST_TERMS:
        msg = f"a sum of {last - first + 1:,} terms; {MOST_TERMS:,} are let be"
        raise Unread(msg, str(last))
    return range(first, last + 1)


def _end(last: Node, env: Env) -> int:
    """Where a sum ends; at the layer's width where the text's number is that of a layer too wide to build."""
    size = env.notation.sizes.get(str(int(last.value))) if isinstance(last, Num) else None
    return quantities.index(last, env) if size is None else env.world.sizes[size[1]]


def _both(node: Both, env: Env) -> Value:
    return np.logical_and(plain(node.left, env), plain(node.right, env))


def _indicator(node: Indicator, env: Env) -> Value:
    return np.asarray(plain(node.condition, env), float)


def _ones(node: Ones, env: Env) -> Value:
    count = env.params.get(matrices.ONES, env.world.m)
    count = count if node.size is None else quantities.index(node.size, env)
    return np.ones((count, 1))


SETS = {"B", "S", "D", "I"}  # |B| is the number of samples in a batch B, where B means nothing else


def _is_batch(node: Node, env: Env) -> bool:
    name = is_letter(node) or ""
    known = env.notation.roles, env.notation.sizes, env.notation.definitions, env.params
    return name.removeprefix("mathcal ") in SETS and not any(name in one for one in known)


def _norm(node: Norm, env: Env) -> Value:
    if node.kind == "abs" and _is_batch(node.of, env):
        return np.asarray(float(env.world.m))
    value = _in_norm(node, env)
    if node.kind == "abs":
        return np.where(np.real(value) < 0, -value, value)
    if node.kind == "1":
        return np.where(np.real(value) < 0, -value, value).sum()
    return np.sqrt((value * value).sum())


def _in_norm(node: Norm, env: Env) -> Value:
    """What a norm is of."""
    if _is_every_weight(node.of, env):
        return np.concatenate([W.reshape(-1) for W in env.state.W[1:]])
    return plain(node.of, env)


def _is_every_weight(node: Node, env: Env) -> bool:
    """Whether it is a W without a layer where weights have layers: ||W||^2 is the sum over all of them."""
    letter = is_letter(node)
    role = env.notation.roles.get(letter or "")
    known = role is not None and role.kind == "weight" and role.layer is None
    return known and env.notation.style is not None and env.world.L > 1


def _cases(node: Cases, env: Env) -> Value:
    for value, condition in node.rows:
        if condition is None:
            return plain(value, env)
        holds = np.asarray(plain(condition, env))
        if holds.ndim and not (holds.all() or not holds.any()):
            return _mixed(node, env)
        if holds.all():
            return plain(value, env)
    msg = "no case holds"
    raise Undefined(msg)


def _mixed(node: Cases, env: Env) -> Value:
    """Cases entry by entry."""
    result: Value | None = None
    for value, condition in reversed(node.rows):
        one = plain(value, env)
        result = one if condition is None or result is None else np.where(plain(condition, env), one, result)
    return np.asarray(result)


def _unvalued(node: Node, env: Env) -> Value:
    msg = {"Dots": "dots that stand for nothing that can be told", "Listed": "a list", "Space": "a set"}.get(
        type(node).__name__, "this"
    )
    raise Unread(msg, "\\dots" if isinstance(node, Dots) else "")


TABLE: dict[type, Callable] = {
    Num: _num, Sym: _sym, Neg: _neg, Add: _add, Mul: products.product, Div: _div, Pow: _pow, Transpose: _transpose,
    Pick: _pick, Big: _big,
    Relation: comparing.relation, Both: _both, Indicator: _indicator, Probability: comparing.probability,
    Likelihood: comparing.likelihood,
    Ones: _ones, Norm: _norm, Cases: _cases,
    Call: call, Matrix: matrices.matrix, Derivative: derive.derivative, Second: second,
    Dots: _unvalued, Listed: _unvalued,
    Space: _unvalued,
}  # fmt: skip
