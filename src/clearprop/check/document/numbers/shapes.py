"""Sides that are sets, as in A B = R^{4 x m} R^{m x 2} = R^{4 x 2}: read as the shape of the side before."""

from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.quantities import index
from clearprop.check.document.read.limits import MOST_UNITS, Misfit, Unread
from clearprop.check.document.read.parse import names_index
from clearprop.check.document.read.tree import Big, Div, Mul, Neg, Node, Num, Space, Sym, Transpose, walk

SOME = 0  # units, however many


class Shape(tuple):
    """The shape that a side claims."""


class Surplus(Misfit):
    """A sum whose index is not in what it sums: that many times too much."""


def has_space(node: Node) -> bool:
    return any(isinstance(one, Space) for one in walk(node))


def shape_of(node: Node, env: Env) -> Shape:
    """The shape of a product of sets."""
    if isinstance(node, Space):
        return Shape(_side(d, env) for d in node.dims)
    if isinstance(node, Transpose):
        return Shape(reversed(shape_of(node.of, env)))
    if isinstance(node, Mul):
        return _product(_or_number(node.left, env), _or_number(node.right, env), node.kind)
    if isinstance(node, Big):
        if node.index and not names_index(node.body, node.index):
            msg = (
                f"the sum over {node.index} has nothing left to sum: the product of matrices has done it, "
                f"so this is {_times(node)} times too much"
            )
            raise Surplus(msg)
        return shape_of(node.body, env)
    if isinstance(node, Neg):
        return shape_of(node.of, env)
    msg = "a set in a formula"
    raise Unread(msg)


def _side(dim: Node, env: Env) -> int:
    """A side of a shape; a number of units that no network here has stands for some number of them."""
    number = index(dim, env)
    return number if number <= MOST_UNITS or number in (*env.world.sizes, env.world.m) else SOME


def _times(node: Big) -> str:
    return node.last.name if isinstance(node.last, Sym) else "as many"


def _or_number(node: Node, env: Env) -> Shape:
    if isinstance(node, (Num, Div, Sym)) and not has_space(node):
        return Shape()
    return shape_of(node, env)


def _product(left: Shape, right: Shape, kind: str) -> Shape:
    if not left or not right:
        return left or right
    if kind in ("star", "hadamard"):
        if left == right:
            return left
    elif len(left) == 2 and left[1] == right[0]:
        return Shape((left[0], *right[1:]))
    msg = f"R^({' x '.join(map(str, left))}) and R^({' x '.join(map(str, right))}) do not fit"
    raise Misfit(msg)


def fits(shape: Shape, value_shape: tuple[int, ...]) -> bool:
    """Whether a value has a claimed shape: R^n is a row, a column or a list of n; R^1 a number."""
    claimed, found = ([n for n in one if n != 1] for one in (shape, value_shape))
    if len(shape) == len(value_shape) == 2:
        claimed, found = list(shape), list(value_shape)
    return len(claimed) == len(found) and all(a in (b, SOME) for a, b in zip(claimed, found, strict=True))
