"""The tree of an expression: numbers, variables and operations, and constructors that simplify.

A tree is what `expression_text` reads and prints, what `expression_slope` differentiates and what
`expression_code` compiles. Numbers in a tree are never negative: -2 is the operation ``neg`` on 2.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.maths import derivation, words

SUMS, PRODUCTS, COMPARISONS = ("+", "-"), ("*", "/"), ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Tree:
    """One node: a number, a variable, or an operation on other trees.

    Parameters
    ----------
    op : str
        "number", "variable", "neg", one of + - * / **, a comparison, or the name of a function.
    args : tuple of Tree
        What the operation acts on.
    value : float
        Of a number.
    name : str
        Of a variable.
    """

    op: str
    args: tuple["Tree", ...] = ()
    value: float = 0.0
    name: str = ""
    key: int = field(init=False, repr=False, compare=False, default=0)
    variables: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    size: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        names = frozenset([self.name] if self.name else []).union(*(a.variables for a in self.args))
        object.__setattr__(self, "key", hash((self.op, self.args, self.value, self.name)))
        object.__setattr__(self, "variables", names)
        object.__setattr__(self, "size", 1 + sum(a.size for a in self.args))

    def __hash__(self) -> int:
        return self.key


def variable(name: str) -> Tree:
    return Tree("variable", name=name)


def number(value: float) -> Tree:
    """A number of either sign."""
    return Tree("number", value=float(value)) if value >= 0 else Tree("neg", (number(-value),))


ZERO, ONE, TWO = number(0.0), number(1.0), number(2.0)


def number_of(tree: Tree) -> float | None:
    """The number that a tree is, or None."""
    if tree.op == "number":
        return tree.value
    if tree.op == "neg" and tree.args[0].op == "number":
        return -tree.args[0].value
    return None


_VALUES: dict[str, Callable[..., Any]] = {
    "pi": lambda: words.PI, "neg": operator.neg, "+": operator.add, "-": operator.sub, "*": operator.mul,
    "/": np.divide, "**": np.power, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "abs": np.abs, "erf": words.erf, "logcosh": lambda u: np.log(np.cosh(u)), "logistic": derivation.logistic,
    "max": np.maximum, "min": np.minimum, "relu": derivation.relu, "softplus": derivation.softplus,
}  # fmt: skip


def constant(tree: Tree) -> float | None:
    """The value of a tree without variables, infinite or NaN where it has none; None of others."""
    if tree.variables:
        return None
    with np.errstate(all="ignore"):
        return float(_value(tree))


def _value(tree: Tree) -> Any:
    if tree.op == "number":
        return np.float64(tree.value)
    operation = _VALUES.get(tree.op) or getattr(np, tree.op)
    return operation(*(_value(a) for a in tree.args))


def replaced(tree: Tree, by: dict[Tree, Tree]) -> Tree:
    """The tree with some of its parts replaced by others."""
    if tree in by:
        return by[tree]
    return Tree(tree.op, tuple(replaced(a, by) for a in tree.args), tree.value, tree.name)


# ---- Constructors: the same value, printed shorter ----------------------------------------------------


def plus(a: Tree, b: Tree) -> Tree:
    """a + b."""
    left, right = number_of(a), number_of(b)
    if left is not None and right is not None:
        return number(left + right)
    if left == 0.0:
        return b
    if right == 0.0:
        return a
    if a == b:
        return times(TWO, a)
    if b.op in SUMS:  # a + (b + c) is a + b + c
        return plus(plus(a, b.args[0]), b.args[1] if b.op == "+" else negated(b.args[1]))
    negative, rest = _unsigned(b)
    return Tree("-", (a, rest)) if negative else Tree("+", (a, b))


def minus(a: Tree, b: Tree) -> Tree:
    """a - b."""
    if a == b:
        return ZERO
    if b.op == "+":  # a - (b + c) is a - b - c
        return minus(minus(a, b.args[0]), b.args[1])
    return plus(a, negated(b))


def negated(a: Tree) -> Tree:
    """-a, the sign at the first factor of a product."""
    value = number_of(a)
    if value is not None:
        return number(-value + 0.0)
    if a.op == "neg":
        return a.args[0]
    if a.op == "-":
        return minus(a.args[1], a.args[0])
    if a.op in PRODUCTS:
        return Tree(a.op, (negated(a.args[0]), a.args[1]))
    return Tree("neg", (a,))


def times(a: Tree, b: Tree) -> Tree:
    """a b, the number in front."""
    (left, a), (right, b) = _coefficient(a), _coefficient(b)
    factor = left * right
    if factor == 0.0:
        return ZERO
    if a == ONE or b == ONE:
        return _scaled(factor, b if a == ONE else a)
    if b.op == "*":  # a (b c) is a b c
        return _scaled(factor, times(times(a, b.args[0]), b.args[1]))
    if a.op == "/" or b.op == "/":  # one fraction
        (top, below), (over_b, below_b) = _fraction(a), _fraction(b)
        return _scaled(factor, over(times(top, over_b), times(below, below_b)))
    return _scaled(factor, power(a, TWO) if a == b else Tree("*", (a, b)))


def over(a: Tree, b: Tree) -> Tree:
    """a / b, numbers taken together in front where that keeps them short."""
    (top, a), (bottom, b) = _coefficient(a), _coefficient(b)
    if a == b:
        a, b = ONE, ONE
    if a.op == "/" and b != ONE:
        a, b = a.args[0], times(a.args[1], b)
    if bottom and _is_short(top / bottom):
        return _scaled(top / bottom, a if b == ONE else Tree("/", (a, b)))
    return Tree("/", (_scaled(top, a), _scaled(bottom, b)))


def power(a: Tree, b: Tree) -> Tree:
    """a ** b."""
    exponent = number_of(b)
    if exponent == 0.0:
        return ONE
    inner = number_of(a.args[1]) if a.op == "**" else None
    if exponent and inner and exponent % 1.0 == inner % 1.0 == 0.0 and abs(exponent * inner) <= 64.0:
        return power(a.args[0], number(exponent * inner))
    return a if exponent == 1.0 else Tree("**", (a, b))


def where(condition: Tree, a: Tree, b: Tree) -> Tree:
    """a where the condition holds, else b."""
    return a if a == b else Tree("where", (condition, a, b))


def call(name: str, *args: Tree) -> Tree:
    """A function, or a comparison."""
    return Tree(name, args)


def _fraction(tree: Tree) -> tuple[Tree, Tree]:
    """What stands above and below a bar."""
    return (tree.args[0], tree.args[1]) if tree.op == "/" else (tree, ONE)


def _unsigned(tree: Tree) -> tuple[bool, Tree]:
    """Whether a tree begins with a minus, and the tree without it."""
    if tree.op == "neg":
        return True, tree.args[0]
    if tree.op in PRODUCTS:
        negative, rest = _unsigned(tree.args[0])
        if negative:
            return True, times(rest, tree.args[1]) if tree.op == "*" else over(rest, tree.args[1])
    return False, tree


def _coefficient(tree: Tree) -> tuple[float, Tree]:
    """The number in front of a tree, and the rest."""
    value = number_of(tree)
    if value is not None:
        return value, ONE
    if tree.op == "neg":
        factor, rest = _coefficient(tree.args[0])
        return -factor, rest
    if tree.op in PRODUCTS:
        factor, rest = _coefficient(tree.args[0])
        if factor != 1.0:
            return factor, times(rest, tree.args[1]) if tree.op == "*" else over(rest, tree.args[1])
        bottom = number_of(tree.args[1]) if tree.op == "/" else None
        if bottom and _is_short(1.0 / bottom):
            return 1.0 / bottom, rest
    return 1.0, tree


def _scaled(factor: float, rest: Tree) -> Tree:
    """A number times a tree that has none in front."""
    if rest == ONE or factor == 0.0:
        return number(factor)
    if factor == 1.0:
        return rest
    if factor == -1.0:
        return negated(rest)
    if rest.op == "*":  # the number stands first: 2*a*b is (2*a)*b
        return Tree("*", (_scaled(factor, rest.args[0]), rest.args[1]))
    if rest.op == "/":
        return Tree("/", (_scaled(factor, rest.args[0]), rest.args[1]))
    return Tree("*", (number(factor), rest))


def _is_short(value: float) -> bool:
    """Whether a number is printed in a few digits: whole, or some sixteenths."""
    return (16.0 * value) % 1.0 == 0.0
