"""Sums from one number to another, written out: sum_{k=1}^2 f(k) as f(1) + f(2)."""

from functools import reduce

from clearprop.check.document.read.tree import Add, Big, Node, Num, Sym, mapped, swapped, walk

MOST = 20  # terms


def written_out(node: Node) -> Node:
    """The same formula without such sums of a few terms."""
    if not any(isinstance(one, Big) for one in walk(node)):
        return node
    below = mapped(node, written_out)
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
