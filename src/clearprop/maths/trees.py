"""The derivation page read as trees: how one cell of a matrix comes about from the cells of others.

`Grid` is an array of which only the formula of its cell [i, j] is known. The page's own lines, called with grids,
give the tree of the line: the code that computes a number is the code that shows how. A tree is a list, so that
JSON takes it::

    ["num", 0.5]                     ["sym", "m"]                 a number; a number with a name
    ["ref", "W[1]", "k", "j"]        cell [k, j] of what is called W[1]; an index is a letter or a number
    ["sum", "k", 0, 3, tree]         over k = 0, 1, 2
    ["+", ...] ["*", ...] ["/", a, b] ["neg", a] ["pow", a, b] ["max", a, b] ["min", a, b]
    ["exp", a] ["ln", a] ["call", "tanh", a]
    ["where", ["<", a, b], x, y]     x where a < b, else y; also "<=", ">"
"""

import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import erf

from clearprop.maths import languages, words

Tree = list[Any]
Index = str | int
LETTERS = ("i", "j", "k", "c", "s", "t", "u", "v")


class Grid:
    """A matrix (rows, columns) by the tree of its cell; an axis of length 1 is repeated as far as it must be."""

    def __init__(self, shape: tuple[int, int], cell: Callable[[Index, Index], Tree]) -> None:
        self.shape, self._cell = shape, cell

    def cell(self, i: Index, j: Index) -> Tree:
        """The tree of one cell."""
        return self._cell(0 if self.shape[0] == 1 else i, 0 if self.shape[1] == 1 else j)

    @property
    def T(self) -> "Grid":
        return Grid((self.shape[1], self.shape[0]), lambda i, j: self.cell(j, i))

    def __add__(self, other: Any) -> "Grid":
        return _wide(_plus, self, other)

    def __radd__(self, other: Any) -> "Grid":
        return _wide(_plus, other, self)

    def __sub__(self, other: Any) -> "Grid":
        return _wide(lambda a, b: _plus(a, _minus(b)), self, other)

    def __rsub__(self, other: Any) -> "Grid":
        return _wide(lambda a, b: _plus(a, _minus(b)), other, self)

    def __mul__(self, other: Any) -> "Grid":
        return _wide(_times, self, other)

    def __rmul__(self, other: Any) -> "Grid":
        return _wide(_times, other, self)

    def __truediv__(self, other: Any) -> "Grid":
        return _wide(_over, self, other)

    def __rtruediv__(self, other: Any) -> "Grid":
        return _wide(_over, other, self)

    def __pow__(self, other: Any) -> "Grid":
        return _wide(lambda a, b: ["pow", a, b], self, other)

    def __neg__(self) -> "Grid":
        return _wide(_minus, self)


def given(key: str, shape: tuple[int, int]) -> Grid:
    """What is called `key`: its cells are their own trees.

    Examples
    --------
    >>> given("W[1]", (3, 4)).T.cell("j", "k")
    ['ref', 'W[1]', 'k', 'j']
    """
    return Grid(shape, lambda i, j: ["ref", key, i, j])


def named(name: str) -> Grid:
    """A number with a name: m, lr, l2."""
    return Grid((1, 1), lambda i, j: ["sym", name])


@languages.once
def page() -> ModuleType:
    """The derivation page in this language; lines that need the largest of a row are not for it."""
    read = languages.read("trees", _words())
    read.__dict__.update(
        sigmoid=lambda x, z, e: x * logistic(z), tanh_softplus=lambda x, z, e: x * tanh_softplus(z)
    )
    return read


def _words() -> dict[str, Any]:
    def compare(sign: str) -> Callable[..., Grid]:
        return lambda a, b: _wide(lambda x, y: [sign, x, y], a, b)

    def one(*head: Any) -> Callable[[Any], Grid]:
        return lambda a: _wide(lambda x: [*head, x], a)

    return {
        "INV_SQRT_2PI": words.INV_SQRT_2PI, "PI": words.PI, "SQRT_HALF": words.SQRT_HALF,
        "absolute": one("call", "abs"), "cos": one("call", "cos"), "erf": one("call", "erf"), "exp": one("exp"),
        "expm1": lambda a: _wide(lambda x: ["+", ["exp", x], ["num", -1.0]], a),
        "greater": compare(">"), "largest": _no_tree, "less": compare("<"), "less_equal": compare("<="),
        "log": one("ln"), "log1p": lambda a: _wide(lambda x: ["ln", ["+", ["num", 1.0], x]], a),
        "matmul": _matmul, "maximum": lambda a, b: _wide(lambda x, y: ["max", x, y], a, b),
        "minimum": lambda a, b: _wide(lambda x, y: ["min", x, y], a, b), "ratio": words.ratio,
        "sqrt": one("call", "sqrt"),
        "tanh": one("call", "tanh"), "total": _total,
        "where": lambda c, a, b: _wide(_choice, c, a, b),
    }  # fmt: skip


def _no_tree(*_: Any) -> Grid:
    msg = "The largest of a row has no tree."
    raise NotImplementedError(msg)


def _wide(make: Callable[..., Tree], *parts: Any) -> Grid:
    """Cell by cell."""
    grids = [part if isinstance(part, Grid) else Grid((1, 1), _constant(part)) for part in parts]
    shape = max(g.shape[0] for g in grids), max(g.shape[1] for g in grids)
    return Grid(shape, lambda i, j: make(*(g.cell(i, j) for g in grids)))


def _constant(value: Any) -> Callable[[Index, Index], Tree]:
    return lambda i, j: ["num", float(value)]


def _matmul(a: Grid, b: Grid) -> Grid:
    def cell(i: Index, j: Index) -> Tree:
        k = _other(i, j)
        return ["sum", k, 0, a.shape[1], _times(a.cell(i, k), b.cell(k, j))]

    return Grid((a.shape[0], b.shape[1]), cell)


def _total(x: Grid, axis: int | None = None, keepdims: bool = False) -> Grid:
    """Sums keep both axes: a cell of a sum over the columns is one of its row."""
    rows, columns = x.shape

    def cell(i: Index, j: Index) -> Tree:
        r = _other(i, j) if axis in (None, 0) and rows > 1 else i
        c = _other(i, j, r) if axis in (None, 1) and columns > 1 else j
        tree = x.cell(r, c)
        if axis in (None, 1) and columns > 1:
            tree = ["sum", c, 0, columns, tree]
        return ["sum", r, 0, rows, tree] if axis in (None, 0) and rows > 1 else tree

    return Grid((rows if axis == 1 else 1, columns if axis == 0 else 1), cell)


def _other(*used: Index) -> str:
    return next(letter for letter in LETTERS if letter not in used)


def _choice(condition: Tree, x: Tree, y: Tree) -> Tree:
    """x or y; a line that asks whether a number is finite has none that is not in an account."""
    return (
        x if condition[0] in ("<", "<=") and condition[2] == ["num", math.inf] else ["where", condition, x, y]
    )


def _plus(a: Tree, b: Tree) -> Tree:
    if ["num", 0.0] in (a, b):
        return b if a == ["num", 0.0] else a
    left = a[1:] if a[0] == "+" else [a]
    return ["+", *left, *(b[1:] if b[0] == "+" else [b])]


def _minus(a: Tree) -> Tree:
    return a[1] if a[0] == "neg" else ["num", -a[1]] if a[0] == "num" else ["neg", a]


def _times(a: Tree, b: Tree) -> Tree:
    if a == ["num", 1.0] or b == ["num", 1.0]:
        return b if a == ["num", 1.0] else a
    left = a[1:] if a[0] == "*" else [a]
    return ["*", *left, *(b[1:] if b[0] == "*" else [b])]


def _over(a: Tree, b: Tree) -> Tree:
    return a if b == ["num", 1.0] else ["/", a, b]


# ---- Heads as they are written on paper: the page writes them so that no exp is too large ----------------
def softmax(z: Grid) -> Grid:
    """p (G4), without the shift by the largest logit, which changes nothing."""

    def cell(i: Index, j: Index) -> Tree:
        c = _other(i, j)
        return ["/", ["exp", z.cell(i, j)], ["sum", c, 0, z.shape[1], ["exp", z.cell(i, c)]]]

    return Grid(z.shape, cell)


def logistic(z: Grid) -> Grid:
    """p, in place of the page's by exp(-|z|)."""
    return 1.0 / (1.0 + _wide(lambda x: ["exp", _minus(x)], z))


def tanh_softplus(z: Grid) -> Grid:
    """tanh(ln(1 + exp(z))), in place of the page's quotient."""
    return page().tanh(page().log1p(page().exp(z)))


def cross_entropy(p: Grid, y: Grid) -> Grid:
    """J_i from p (G5.row)."""
    return -_total(y * _wide(lambda x: ["ln", x], p), axis=1)


def binary_cross_entropy(p: Grid, y: Grid) -> Grid:
    """J_i from p."""
    ln = page().log
    return -_total(y * ln(p) + (1.0 - y) * ln(1.0 - p), axis=1)


PLAIN = {"softmax": (softmax, cross_entropy), "logistic": (logistic, binary_cross_entropy)}


# ---- Numbers ----------------------------------------------------------------------------------------------
NUMBERS: dict[str, Any] = {
    "exp": math.exp, "ln": math.log, "max": max, "min": min, "abs": abs, "cos": math.cos, "erf": math.erf,
    "sqrt": math.sqrt, "tanh": math.tanh, "num": float, "is": lambda a, b: float(a == b),
    "where": lambda sign, a, b, x, y: x() if compared(sign, a, b) else y(),
}  # fmt: skip
ARRAYS: dict[str, Any] = {  # of many cells at once: the indices are arrays
    "exp": np.exp, "ln": np.log, "max": np.maximum, "min": np.minimum, "abs": np.abs, "cos": np.cos, "erf": erf,
    "sqrt": np.sqrt, "tanh": np.tanh, "num": float, "is": lambda a, b: np.equal(a, b).astype(float),
    "where": lambda sign, a, b, x, y: np.where(compared(sign, a, b), x(), y()),
}  # fmt: skip


def compared(sign: str, a: Any, b: Any) -> Any:
    """Whether ``a sign b``."""
    return a < b if sign == "<" else a <= b if sign == "<=" else a > b


def value(
    tree: Tree, look_up: Callable[..., Any], at: Mapping[str, int], scalars: Mapping[str, Any],
    functions: Mapping[str, Any] = NUMBERS,
) -> Any:  # fmt: skip
    """What a tree comes to.

    Parameters
    ----------
    tree : list
        Of a cell.
    look_up : callable
        ``look_up(key, i, j)``: a cell of a matrix.
    at : mapping
        What the free letters are: ``{"i": 0, "j": 1}``.
    scalars : mapping
        The numbers with names.
    functions : mapping
        What the functions of a tree do; `NUMBERS`, or those of another kind of number.

    Examples
    --------
    >>> value(["sum", "k", 0, 3, ["pow", ["ref", "a", "i", "k"], ["num", 2.0]]], lambda key, i, k: k, {"i": 0}, {})
    5.0
    """
    kind, *rest = tree

    def of(part: Tree, **more: int) -> Any:
        return value(part, look_up, {**at, **more}, scalars, functions)

    if kind == "num":
        return functions["num"](rest[0])
    if kind == "sym":
        return scalars[rest[0]]
    if kind == "ref":
        return look_up(rest[0], *(at[x] if isinstance(x, str) else x for x in rest[1:]))
    if kind == "is":
        a, b = (at.get(x, x) if isinstance(x, str) else x for x in rest)
        return functions["is"](a, b)
    if kind == "sum":
        letter, *over, body = rest
        return sum(of(body, **{letter: n}) for n in (over[0] if len(over) == 1 else range(*over)))
    if kind == "where":
        (sign, a, b), x, y = rest
        return functions["where"](sign, of(a), of(b), lambda: of(x), lambda: of(y))
    if kind == "call":
        return functions[rest[0]](of(rest[1]))
    parts = [of(part) for part in rest]
    if kind == "+":
        return sum(parts[1:], parts[0])
    if kind == "*":
        return math.prod(parts[1:], start=parts[0])
    if kind == "/":
        return parts[0] / parts[1]
    if kind == "neg":
        return -parts[0]
    return parts[0] ** parts[1] if kind == "pow" else functions[kind](*parts)
