"""The tree of one cell: its letters have become numbers, its sums are written out."""

from collections.abc import Iterator, Mapping
from typing import Any

from clearprop.maths.tree_slopes import ONE, ZERO, minus
from clearprop.maths.trees import Tree


def concrete(tree: Tree, at: Mapping[str, int]) -> Tree:
    """A tree at one cell. Terms that are 0 because two indices differ are left out.

    Examples
    --------
    >>> concrete(["sum", "k", 0, 2, ["*", ["ref", "a", "i", "k"], ["is", "k", "j"]]], {"i": 0, "j": 1})
    ['ref', 'a', 0, 1]
    """
    kind, *rest = tree
    if kind in ("num", "sym"):
        return tree
    if kind == "ref":
        return [kind, rest[0], *(_index(x, at) for x in rest[1:])]
    if kind == "is":
        return ONE if _index(rest[0], at) == _index(rest[1], at) else ZERO
    if kind == "sum":
        letter, *over, body = rest
        indices = over[0] if len(over) == 1 else range(*over)
        return _sum([concrete(body, {**at, letter: n}) for n in indices])
    if kind == "where":
        (sign, a, b), x, y = rest
        return [kind, [sign, concrete(a, at), concrete(b, at)], concrete(x, at), concrete(y, at)]
    if kind == "call":
        return [kind, rest[0], concrete(rest[1], at)]
    parts = [concrete(part, at) for part in rest]
    if kind == "+":
        return _sum(parts)
    if kind == "*":
        return _product(parts)
    if kind == "neg":
        return minus(parts[0])
    return ZERO if kind == "/" and parts[0] is ZERO else [kind, *parts]


def _index(x: Any, at: Mapping[str, int]) -> Any:
    return at[x] if isinstance(x, str) else x


def _sum(terms: list[Tree]) -> Tree:
    """A sum without the terms that vanished."""
    flat = [t for term in terms for t in (term[1:] if term[0] == "+" else [term]) if t is not ZERO]
    return ["+", *flat] if len(flat) > 1 else flat[0] if flat else ZERO


def _product(factors: list[Tree]) -> Tree:
    if any(f is ZERO for f in factors):
        return ZERO
    kept = [f for f in factors if f is not ONE]
    return ["*", *kept] if len(kept) > 1 else kept[0] if kept else ONE


def leaves(tree: Any) -> Iterator[Tree]:
    """The cells, and the numbers with names, that a tree is made of, in order."""
    if isinstance(tree, list):
        if tree and tree[0] in ("ref", "sym"):
            yield tree
        else:
            for part in tree[1:]:
                yield from leaves(part)


def rational(tree: Any) -> bool:
    """Whether a tree takes nothing but sums, products, quotients, and choices: whether it can come out exact."""
    if not isinstance(tree, list):
        return True
    if tree[0] in ("exp", "ln") or (tree[0] == "call" and tree[1] != "abs"):
        return False
    if tree[0] == "pow" and not (tree[2][0] == "num" and float(tree[2][1]).is_integer()):
        return False
    return all(rational(part) for part in tree[1:])
