"""Shapes of formulas that tell what their symbols are: affine steps, activations, softmax, losses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clearprop.check.document.read.tree import (
    Add,
    Big,
    Call,
    Div,
    Mul,
    Neg,
    Node,
    Norm,
    Num,
    Ones,
    Pow,
    Sym,
    Transpose,
    symbols,
    walk,
)


@dataclass(frozen=True)
class Affine:
    """Two factors and what is added, or taken off: `first`, `second` as they stand, with whether each is transposed."""

    first: Sym
    first_turned: bool
    second: Sym
    second_turned: bool
    bias: Sym | None
    summed: str | None = None
    taken_off: bool = False  # the bias


def affine(node: Node) -> Affine | None:
    """The affine step in a node, if it is one and nothing else."""
    terms = list(_terms(node))
    products = [t for t in terms if _pair(t) is not None]
    others = [t for t in terms if _pair(t) is None]
    if not products or len(others) > 1:
        return None
    bias = _bias(others[0]) if others else None
    if others and bias is None:
        return None
    pair = _pair(products[0])
    if len(products) > 1:
        pairs = [_pair(t) for t in products]
        second = {p.second.name for p in pairs if p} if pair else set()
        if not others and len(products) == 2:  # x W + 1 b: the second product is the bias
            extra = [_bias(t) for t in products]
            if extra[1] is not None and pair:
                return Affine(
                    pair.first, pair.first_turned, pair.second, pair.second_turned, extra[1], pair.summed
                )
        if len(second) != 1 or len({p.first.name for p in pairs if p}) != 1:
            return None
    if pair is None:
        return None
    off = bool(others) and isinstance(node, Add) and node.sign < 0
    return Affine(pair.first, pair.first_turned, pair.second, pair.second_turned, bias, pair.summed, off)


def _terms(node: Node) -> Iterator[Node]:
    """What is added up; a product or a bias b that is taken off is a slip in a step: v_1 h_1 - v_2 h_2 + c, W x - b."""
    if isinstance(node, Add) and (node.sign == 1 or _pair(node.right) is not None or _is_b(node.right)):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _is_b(node: Node) -> bool:
    """Whether it is a bias by custom; what is taken off a product may also be a target."""
    bias = _bias(node)
    return bias is not None and re.fullmatch(r"[bc]\d?|b[a-d]|theta", bias.name) is not None


def _pair(node: Node) -> Affine | None:
    summed = None
    while isinstance(node, Big) and node.what == "sum" and node.index:
        summed, node = node.index, node.body
    if not isinstance(node, Mul) or node.kind in ("hadamard", "outer"):
        return None
    left, right = _turned(node.left), _turned(node.right)
    if left is None or right is None:
        return None
    return Affine(*left, *right, None, summed)


def _turned(node: Node) -> tuple[Sym, bool] | None:
    if isinstance(node, Transpose) and isinstance(node.of, Sym):
        return node.of, True
    return (node, False) if isinstance(node, Sym) else None


def _bias(node: Node) -> Sym | None:
    if isinstance(node, Transpose):
        node = node.of
    if isinstance(node, Mul):
        parts = [node.left, node.right]
        ones = [
            p
            for p in parts
            if isinstance(p.of if isinstance(p, Transpose) else p, Ones) or isinstance(p, Num)
        ]
        rest = [p for p in parts if p not in ones]
        if len(ones) == 1 and len(rest) == 1:
            return _bias(rest[0])
        return None
    return node if isinstance(node, Sym) else None


def applied(node: Node) -> tuple[str, Node] | None:
    """The function and argument of an entrywise step: relu(z), max(0, z), 1 / (1 + e^-z), exp(z) / sum exp(z)."""
    if isinstance(node, Call) and not node.primes:
        if node.name == "max" and len(node.args) == 2:
            zero = [a for a in node.args if not _is_zero(a)]
            return ("relu", zero[0]) if len(zero) == 1 else None
        if len(node.args) == 1:
            return _softplus(node) or (node.name, node.args[0])
    if isinstance(node, Div):
        return _logistic(node) or _softmax(node)
    return None


def shifted(node: Node) -> tuple[Sym, Sym, int] | None:
    """alpha - theta, inside an activation: what is shifted, by what, and the sign."""
    if isinstance(node, Add) and isinstance(node.left, Sym) and isinstance(node.right, Sym):
        return node.left, node.right, node.sign
    return None


def _is_zero(node: Node) -> bool:
    return isinstance(node, Num) and node.value == 0


def _softplus(node: Call) -> tuple[str, Node] | None:
    """log(1 + e^z)."""
    inner = node.args[0]
    if node.name != "log" or not isinstance(inner, Add) or inner.sign < 0:
        return None
    for one, other in ((inner.left, inner.right), (inner.right, inner.left)):
        if one == Num(1.0) and isinstance(other, Call) and other.name == "exp":
            return "softplus", other.args[0]
    return None


def _logistic(node: Div) -> tuple[str, Node] | None:
    below = node.below
    if not (isinstance(node.above, Num) and isinstance(below, Add) and below.sign == 1):
        return None
    for one, other in ((below.left, below.right), (below.right, below.left)):
        if (
            isinstance(one, Num)
            and isinstance(other, Call)
            and other.name == "exp"
            and isinstance(other.args[0], Neg)
        ):
            return "logistic", other.args[0].of
    return None


def _softmax(node: Div) -> tuple[str, Node] | None:
    above = node.above
    if not (isinstance(above, Call) and above.name == "exp" and above.args):
        return None
    sums = [
        b
        for b in walk(node.below)
        if isinstance(b, Big) and any(isinstance(c, Call) and c.name == "exp" for c in walk(b.body))
    ]
    return ("softmax", above.args[0]) if sums else None


def tempered(node: Node) -> Sym | None:
    r"""The T of softmax(z / T), where a letter divides what goes in."""
    step = applied(node)
    inner = step[1] if step is not None and step[0] in ("softmax", "sigma", "logistic") else None
    below = inner.below if isinstance(inner, Div) and isinstance(inner.above, (Sym, Transpose)) else None
    return below if isinstance(below, Sym) and not below.sub and not below.sup else None


def has(node: Node, kind: type, name: str = "") -> bool:
    return any(isinstance(one, kind) and (not name or getattr(one, "name", "") == name) for one in walk(node))


def bounds(nodes: Iterable[Node]) -> set[str]:
    """Letters that sums end at: the p of sum_{j=1}^p is how many, though p is an output by custom."""
    sums = (one for node in nodes for one in walk(node) if isinstance(one, Big))
    return {one.last.name for one in sums if isinstance(one.last, Sym)}


def loss_family(node: Node) -> str | None:
    """Which loss a formula is: binary if it has the logarithm of 1 - p, cross-entropy of p alone, squared if
    it squares.
    """
    logs = [one for one in walk(node) if isinstance(one, Call) and one.name == "log" and one.args]
    if any(_complement(one.args[0]) for one in logs):
        return "binary"
    if logs:
        return "cross-entropy"
    squares = [
        one
        for one in walk(node)
        if isinstance(one, Pow) and isinstance(one.power, Num) and one.power.value == 2
    ]
    differences = [one.base for one in squares] + [one.of for one in walk(node) if isinstance(one, Norm)]
    products = [one for one in walk(node) if isinstance(one, Mul)]
    differences += [one.right for one in products if _last(one.left) == Transpose(one.right)]
    if any(isinstance(_plain(one), Add) for one in differences):
        return "squared"
    return None


def _last(node: Node) -> Node:
    """The last factor of a product."""
    return node.right if isinstance(node, Mul) else node


def logarithms(node: Node, sign: int = 1) -> Iterator[tuple[int, Call]]:
    """Each logarithm in a sum of products, with the sign that it is added with."""
    if isinstance(node, Call) and node.name == "log" and node.args:
        yield sign, node
    elif isinstance(node, Neg):
        yield from logarithms(node.of, -sign)
    elif isinstance(node, Add):
        yield from logarithms(node.left, sign)
        yield from logarithms(node.right, sign * node.sign)
    elif isinstance(node, Mul):
        left, right = list(logarithms(node.left, 1)), list(logarithms(node.right, 1))
        yield from ((sign * own * _sign(other), log) for logs, other in ((left, node.right), (right, node.left))
                    for own, log in logs)  # fmt: skip
    elif isinstance(node, Div):
        yield from logarithms(node.above, sign)
    elif isinstance(node, Big) and node.what == "sum":
        yield from logarithms(node.body, sign)


def _sign(node: Node) -> int:
    """The sign of a factor, where it is written."""
    if isinstance(node, Neg):
        return -_sign(node.of)
    if isinstance(node, Mul):
        return _sign(node.left) * _sign(node.right)
    return _sign(node.above) if isinstance(node, Div) else 1


def _plain(node: Node) -> Node:
    return node.of if isinstance(node, Norm) else node


def _complement(node: Node) -> bool:
    return isinstance(node, Add) and node.sign == -1 and isinstance(node.left, Num) and node.left.value == 1


def names(node: Node) -> set[str]:
    return {one.name for one in symbols(node)}


def ones_at_zero(nodes: list[Node | None]) -> set[str]:
    """The names x and z of x_0 = z_0 = 1: their unit 0 stands for the bias of the layer above."""
    *units, last = nodes
    one = isinstance(last, Num) and last.value == 1
    found = {
        unit.name
        for unit in units
        if isinstance(unit, Sym) and [getattr(s.node, "value", None) for s in unit.sub] == [0]
    }
    return found if one and len(found) == len(units) else set()
