"""Sums from one number to another, written out: sum_{k=1}^2 f(k) as f(1) + f(2)."""

from functools import reduce

from clearprop.check.document.read.tree import Add, Big, Node, Num, Sym, mapped, swapped, walk

MOST = 20  # terms
LONGEST = 2000  # nodes of what is written out


def written_out(node: Node) -> Node:
    """The same formula without such sums; as it is where it would be long, as sums within sums soon are."""
    if not any(isinstance(one, Big) for one in walk(node)) or _length(node) > LONGEST:
        return node
    return _expanded(node)


def _length(node: Node) -> int:
    """How many nodes the formula has when it is written out."""
    below = 1 + sum(map(_length, node.children))
    return below * max(1, len(_numbers(node))) if isinstance(node, Big) else below


def _expanded(node: Node) -> Node:
    below = mapped(node, _expanded)
    numbers = _numbers(below) if isinstance(below, Big) else range(0)
    if not isinstance(below, Big) or not numbers:
        return below
    terms = [swapped(below.body, {Sym(str(below.index)): Num(float(k))}) for k in numbers]
    return reduce(lambda left, right: Add(left, right, 1), terms)


def _numbers(one: Big) -> range:
    """The values of the index of a sum between two numbers; none where it is another sum."""
    bounds = (one.first, one.last)
    if one.what != "sum" or not one.index or one.condition is not None:
        return range(0)
    if not all(isinstance(bound, Num) and bound.value == int(bound.value) for bound in bounds):
        return range(0)
    first, last = (int(bound.value) for bound in bounds if isinstance(bound, Num))
    return range(first, last + 1) if last - first < MOST else range(0)
