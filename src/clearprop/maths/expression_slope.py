"""The derivative of a tree: the chain rule and one line for each function, written in the grammar itself.

At a kink the derivative is a convention: abs'(0) = sign(0) = 0; max and min of equals take half of each; and
relu'(0) is what `relu_grad_at_zero` says. ``where`` takes the derivative of the branch that holds.
"""

from functools import cache

from clearprop.maths.expression_text import FUNCTIONS, SAME, read_expression
from clearprop.maths.expression_tree import (
    ONE,
    TWO,
    ZERO,
    Tree,
    call,
    constant,
    minus,
    negated,
    number,
    over,
    plus,
    power,
    replaced,
    times,
    variable,
    where,
)

SLOPES = {  # f'(u)
    "abs": "sign(u)",
    "cos": "-sin(u)",
    "cosh": "sinh(u)",
    "erf": "2/sqrt(pi)*exp(-u**2)",
    "exp": "exp(u)",
    "expm1": "exp(u)",
    "log": "1/u",
    "log1p": "1/(1 + u)",
    "logcosh": "tanh(u)",
    "logistic": "logistic(u)*(1 - logistic(u))",
    "relu": "where(u > 0, 1, 0)",
    "sign": "0",
    "sin": "cos(u)",
    "sinh": "cosh(u)",
    "softplus": "logistic(u)",
    "sqrt": "1/(2*sqrt(u))",
    "tanh": "1 - tanh(u)**2",
}
RELU_SLOPE_1 = "where(u >= 0, 1, 0)"
AT_KINKS = {  # what is said of each function that bends
    "abs": "abs'(0) = 0",
    "max": "max of equals: half of each derivative",
    "min": "min of equals: half of each derivative",
    "relu": "relu'(0) = {}",
}
_U = variable("u")


@cache
def _line(text: str) -> Tree:
    return read_expression(text, "u")


def slope(tree: Tree, name: str, relu_grad_at_zero: int = 0) -> Tree:
    """The derivative of a tree with respect to the variable `name`, simplified.

    Examples
    --------
    >>> from clearprop.maths.expression_text import plain
    >>> plain(slope(read_expression("x*tanh(x)", "x"), "x"))
    'tanh(x) + x*(1 - tanh(x)**2)'
    """
    if name not in tree.variables:
        return ZERO
    if tree.op == "variable":
        return ONE
    if tree.op == "where":
        return where(tree.args[0], *(slope(a, name, relu_grad_at_zero) for a in tree.args[1:]))
    args = [slope(a, name, relu_grad_at_zero) for a in tree.args]
    if tree.op == "neg":
        return negated(args[0])
    if tree.op in SLOPES:
        line = RELU_SLOPE_1 if tree.op == "relu" and relu_grad_at_zero == 1 else SLOPES[tree.op]
        return _chain(line, tree.args[0], args[0])
    return _slope_of_pair(tree.op, *tree.args, *args)


def _chain(line: str, u: Tree, du: Tree) -> Tree:
    """f'(u) u'."""
    outer = replaced(_line(line), {_U: u})
    if outer.op == "/":
        return over(times(outer.args[0], du), outer.args[1])
    return times(outer, du) if constant(du) is None else times(du, outer)


def _slope_of_pair(op: str, u: Tree, v: Tree, du: Tree, dv: Tree) -> Tree:
    if op == "+":
        return plus(du, dv)
    if op == "-":
        return minus(du, dv)
    if op == "*":
        return plus(times(du, v), times(u, dv))
    if op == "/":
        return _slope_of_quotient(u, v, du, dv)
    if op == "**":
        return _slope_of_power(u, v, du, dv)
    first, second = (du, dv) if op == "max" else (dv, du)
    half = times(number(0.5), plus(first, second))
    return where(call(">", u, v), first, where(call("<", u, v), second, half))


def _slope_of_quotient(u: Tree, v: Tree, du: Tree, dv: Tree) -> Tree:
    if dv == ZERO:
        return over(du, v)
    return minus(over(du, v), over(times(u, dv), power(v, TWO)))


def _slope_of_power(u: Tree, v: Tree, du: Tree, dv: Tree) -> Tree:
    if dv == ZERO:  # v u^(v-1) u'
        return times(times(v, power(u, plus(v, number(-1.0)))), du)
    if du == ZERO:  # u^v ln(u) v'
        return times(times(power(u, v), call("log", u)), dv)
    return times(power(u, v), plus(times(dv, call("log", u)), over(times(v, du), u)))


# ---- The same value, kept from overflow and cancellation -----------------------------------------------


def steady(tree: Tree) -> Tree:
    """The tree with log(cosh(u)), log(1 + exp(u)) and a/(1 + exp(u)) in forms that large u does not break."""
    args = tuple(steady(a) for a in tree.args)
    tree = Tree(tree.op, args, tree.value, tree.name)
    if tree.op == "log" and args[0].op == "cosh":
        return call("logcosh", args[0].args[0])
    inside = _one_and_exp(args[0]) if tree.op == "log" else _one_and_exp(args[1]) if tree.op == "/" else None
    if tree.op == "log1p" and args[0].op == "exp":
        inside = args[0].args[0]
    if inside is None:
        return tree
    return times(args[0], call("logistic", negated(inside))) if tree.op == "/" else call("softplus", inside)


def _one_and_exp(tree: Tree) -> Tree | None:
    """The u of 1 + exp(u) or exp(u) + 1, or None."""
    if tree.op == "+" and ONE in tree.args:
        other = tree.args[1] if tree.args[0] == ONE else tree.args[0]
        return other.args[0] if other.op == "exp" else None
    return None


def kinks(tree: Tree, relu_grad_at_zero: int = 0) -> list[str]:
    """What is taken for the derivative at each kind of kink that a tree has, in words."""
    found = {tree.op} if tree.op in AT_KINKS else set()
    lines = {AT_KINKS[op].format(relu_grad_at_zero) for op in found}
    return sorted(lines.union(*(kinks(a, relu_grad_at_zero) for a in tree.args)))


assert set(SLOPES) | {"max", "min", "where"} == set(FUNCTIONS) - set(SAME)
