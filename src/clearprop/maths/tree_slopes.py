"""The derivative of a tree by one cell: sums, products, quotients, exp and ln, as they are done by hand.

What is 0 or 1 goes; nothing else is simplified, so that the rule that was used still shows.
"""

from typing import Any

from clearprop.maths.trees import LETTERS, Index, Tree

ZERO, ONE = ["num", 0.0], ["num", 1.0]


def slope(tree: Tree, key: str, by: tuple[Index, ...]) -> Tree:
    """The derivative of a tree by cell `by` of what is called `key`.

    Raises NotImplementedError for an operation that has no rule here.

    Examples
    --------
    >>> slope(["/", ["exp", ["ref", "z", "i", "c"]], ["sym", "S"]], "z", ("i", "c"))
    ['/', ['exp', ['ref', 'z', 'i', 'c']], ['sym', 'S']]
    """
    kind, *rest = tree
    if kind in ("num", "sym", "is"):
        return ZERO
    if kind == "ref":
        return _of_cell(tree, key, by)
    if kind == "sum":
        letter, first, last, body = rest
        if letter in by:  # the sum's own letter is free to choose
            other = next(x for x in LETTERS if x not in by and x not in str(body).split("'"))
            letter, body = other, replaced(body, letter, other)
        return _of_sum(letter, first, last, slope(body, key, by))
    if kind == "*":
        terms = [times(*rest[:n], slope(f, key, by), *rest[n + 1 :]) for n, f in enumerate(rest)]
        return plus(*terms)
    if kind == "/":
        return _of_quotient(rest[0], rest[1], slope(rest[0], key, by), slope(rest[1], key, by))
    parts = [slope(part, key, by) for part in rest]
    if kind == "+":
        return plus(*parts)
    if kind == "neg":
        return minus(parts[0])
    if kind == "exp":
        return times(tree, parts[0])
    if kind == "ln":
        return times(["/", ONE, rest[0]], parts[0])
    msg = f"There is no rule for the derivative of `{kind}`."
    raise NotImplementedError(msg)


def _of_cell(tree: Tree, key: str, by: tuple[Index, ...]) -> Tree:
    """1 for the cell itself, ["is", ...] where the indices may be equal, 0 for another quantity."""
    if tree[1] != key:
        return ZERO
    return times(*(["is", x, y] for x, y in zip(tree[2:], by, strict=True) if x != y)) or ONE


def _of_sum(letter: str, first: int, last: int, body: Tree) -> Tree:
    """A sum with ["is", letter, j] in it is its one term that is not 0."""
    if body == ZERO:
        return ZERO
    factors = body[1:] if body[0] == "*" else [body]
    for n, factor in enumerate(factors):
        if factor[0] == "is" and letter in factor[1:]:
            other = factor[2] if factor[1] == letter else factor[1]
            return replaced(times(*factors[:n], *factors[n + 1 :]) or ONE, letter, other)
    if body[0] == "+":
        return plus(*(_of_sum(letter, first, last, part) for part in body[1:]))
    if body[0] == "neg":
        return minus(_of_sum(letter, first, last, body[1]))
    return ["sum", letter, first, last, body]


def _of_quotient(above: Tree, below: Tree, d_above: Tree, d_below: Tree) -> Tree:
    if d_below == ZERO:
        return ZERO if d_above == ZERO else ["/", d_above, below]
    top = plus(times(d_above, below), minus(times(above, d_below)))
    return ["/", top, ["pow", below, ["num", 2.0]]]


def replaced(tree: Any, letter: str, other: Index) -> Any:
    """The tree with another index in place of a letter.

    Examples
    --------
    >>> replaced(["ref", "z", "i", "c"], "c", 2)
    ['ref', 'z', 'i', 2]
    """
    if isinstance(tree, list):
        head = tree[:2] if tree[0] == "ref" else tree[:1]
        return [*head, *(replaced(part, letter, other) for part in tree[len(head) :])]
    return other if tree == letter else tree


def plus(*terms: Tree) -> Tree:
    """A sum without its zeros."""
    kept = [term for term in terms if term != ZERO]
    return ["+", *kept] if len(kept) > 1 else kept[0] if kept else ZERO


def times(*factors: Tree) -> Tree:
    """A product without its ones; signs come first, and 1/x divides the rest. No factor at all is the empty list.

    Examples
    --------
    >>> times(["sym", "y"], ["neg", ["/", ["num", 1.0], ["sym", "p"]]])
    ['neg', ['/', ['sym', 'y'], ['sym', 'p']]]
    """
    if ZERO in factors:
        return ZERO
    signs = sum(factor[0] == "neg" for factor in factors)
    bare = [factor[1] if factor[0] == "neg" else factor for factor in factors]
    kept = [f for factor in bare if factor != ONE for f in (factor[1:] if factor[0] == "*" else [factor])]
    below = next((f for f in kept if f[0] == "/" and f[1] == ONE), None)
    if below is not None and len(kept) > 1 and not any(f[0] == "is" for f in kept):
        kept.remove(below)
        kept = [["/", times(*kept), below[2]]]
    made = ["*", *kept] if len(kept) > 1 else kept[0] if kept else (ONE if factors else [])
    return minus(made) if signs % 2 else made


def minus(tree: Tree) -> Tree:
    """The opposite."""
    return ZERO if tree == ZERO else tree[1] if tree[0] == "neg" else ["neg", tree]
