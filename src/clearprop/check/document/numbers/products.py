"""Products of many factors: of numbers, of matrices, entry by entry, in the order that fits."""

from clearprop.check.document.numbers import derive, long_products, matrices
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.values import Value
from clearprop.check.document.read.limits import Misfit
from clearprop.check.document.read.tree import Mul, Node


def _factors(node: Node) -> list[tuple[str, Node]]:
    """A product as a flat list, each factor with the sign before it."""
    if isinstance(node, Mul):
        return [*_factors(node.left), (node.kind, node.right)]
    return [("near", node)]


def product(node: Mul, env: Env) -> Value:
    """The value of a product; what does not fit as it stands is tried with vectors of ones and identities that do."""
    from clearprop.check.document.numbers.evaluate import evaluate

    written = _factors(node)
    factors = long_products.written_out(written, env)
    try:
        parts = [(kind, evaluate(factor, env)) for kind, factor in factors]
    except derive.TooManyAxes:
        return derive.telescoped([factor for _, factor in factors], env)
    fitted = matrices.with_ones([factor for _, factor in factors], [value for _, value in parts])
    long = parts if fitted is None else list(zip((kind for kind, _ in parts), fitted, strict=True))
    try:
        return _folded(long if env.world.m == 1 else parts, env)  # a single 1 would fit everywhere
    except Misfit:
        if factors is not written:
            return _folded_back(parts, env)
        if fitted is not None:
            return _folded(long, env)
        sized = _with_identity(node, env)
        if sized is not None:
            return sized
        if len(parts) == 2 or not any(kind in ("hadamard", "star") for kind, _ in parts[1:]):
            raise
    return _tight(parts, env)


def _folded(parts: list[tuple[str, Value]], env: Env) -> Value:
    value = parts[0][1]
    for kind, factor in parts[1:]:
        value = derive.multiply(value, factor, kind, env)
    return value


def _folded_back(parts: list[tuple[str, Value]], env: Env) -> Value:
    """From the right, as errors go back through layers: W^T (f' * (W^T (f' * g)))."""
    kind, value = parts[-1]
    for before, factor in reversed(parts[:-1]):
        value, kind = derive.multiply(factor, value, kind, env), before
    return value


def _tight(parts: list[tuple[str, Value]], env: Env) -> Value:
    """Matrix products before entrywise ones: s * W d as s * (W d)."""
    groups: list[list[tuple[str, Value]]] = [[]]
    for kind, value in parts:
        if kind in ("hadamard", "star") and groups[-1]:
            groups.append([])
        groups[-1].append((kind, value))
    done = [_folded(group, env) for group in groups]
    value = done[0]
    for factor in done[1:]:
        value = derive.multiply(value, factor, "hadamard", env)
    return value


def _with_identity(node: Mul, env: Env) -> Value | None:
    """The product with a bare I as large as one of the layers, if one fits, as in a Kronecker product beside vec(W)."""
    if not set(matrices.IDENTITY).isdisjoint(env.params) or not matrices.has_identity(node):
        return None
    for size in sorted(set(env.world.sizes)):
        try:
            return product(node, matrices.sized(env, size))
        except Misfit:
            continue
    return None
