"""Lines that are said of any matrices, as vec(ABC) = (C^T x A) vec(B): their letters get random arrays that fit, and
in rules of differentials, as d(AB) = dA B + A dB, random changes.
"""

import numpy as np

from clearprop.check.document.meaning.differentials import MARK
from clearprop.check.document.meaning.vectors import any_letter
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.read.limits import Misfit
from clearprop.check.document.read.moved import DIFFERENTIAL
from clearprop.check.document.read.tree import Add, Call, Mul, Neg, Node, Pow, Sym, Transpose, bases, walk

SIZES = (2, 3, 4, 5, 6)
SQUARE = 3
ENTRYWISE = ("hadamard", "star")
CONSTANTS = set("ABCDabcd")  # by custom, beside an X that moves


def drawn(nodes: list[Node], env: Env, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """An array for each letter of such a line, a column for a small one; nothing for other lines.

    The sizes are as different as the products let them be; alike where not both sides can be computed so.
    """
    names = sorted({any_letter(s) for node in nodes for s in bases(node)})
    anything = env.notation.anything
    if not anything & set(names) or not set(names) <= anything | env.notation.beside or _names_one(nodes):
        return {}
    moving = _moving(nodes, names)
    for shapes in (
        _shapes(nodes, names),
        {name: (SQUARE, SQUARE if name.isupper() else 1) for name in names},
    ):
        arrays = {name: rng.uniform(-1.0, 1.0, shape) for name, shape in shapes.items()}
        arrays |= {f"{MARK}{name}": rng.uniform(-1.0, 1.0, shapes[name]) for name in moving}
        if _computes(nodes, env.with_params(**arrays)):
            break
    return arrays


def _names_one(nodes: list[Node]) -> bool:
    """Whether a line only gives a letter another's value: with P = W."""
    return all(isinstance(node, Sym) for node in nodes)


def _moving(nodes: list[Node], names: list[str]) -> list[str]:
    """The letters that move in a rule of differentials; in d(AX) = A dX the A of custom does not."""
    every = [one for node in nodes for one in walk(node)]
    named = {
        one.name.removeprefix(MARK) for one in every if isinstance(one, Sym) and one.name.startswith(MARK)
    }
    if not named and not any(isinstance(one, Call) and one.name == DIFFERENTIAL for one in every):
        return []
    fixed = set(names) - named
    return sorted(named) if named and fixed <= CONSTANTS and not named & CONSTANTS else names


def _computes(nodes: list[Node], env: Env) -> bool:
    from clearprop.check.document.numbers.evaluate import plain

    try:
        return all(np.all(np.isfinite(plain(node, env))) for node in nodes)
    except (Misfit, np.linalg.LinAlgError):
        return False


def _shapes(nodes: list[Node], names: list[str]) -> dict[str, tuple[int, int]]:
    dims = _Dims({name: (f"{name} rows", f"{name} columns" if name.isupper() else "1") for name in names})
    sides = [dims.shape(node) for node in nodes]
    for side in sides[1:]:
        dims.join(sides[0], side)
    size = {dim: SIZES[k % len(SIZES)] for k, dim in enumerate(dims.classes())} | {dims.root("1"): 1}
    return {name: (size[dims.root(a)], size[dims.root(b)]) for name, (a, b) in dims.of.items()}


Pair = tuple[str, str] | None


class _Dims:
    """Which dimensions must be equal: each is a name with the one that it equals, "1" that of a column."""

    def __init__(self, of: dict[str, tuple[str, str]]) -> None:
        self.of = of
        self.parent = {dim: dim for pair in of.values() for dim in pair} | {"1": "1"}

    def root(self, dim: str) -> str:
        while self.parent[dim] != dim:
            dim = self.parent[dim]
        return dim

    def classes(self) -> list[str]:
        return [dim for dim in self.parent if dim != self.root("1") and self.root(dim) == dim]

    def same(self, one: str, other: str) -> None:
        self.parent[self.root(one)] = self.root(other)

    def join(self, one: Pair, other: Pair) -> None:
        for a, b in zip(one or (), other or (), strict=False):
            self.same(a, b)

    def shape(self, node: Node) -> Pair:
        """Rows and columns, joining what the node demands; None for a number, or where it is a product of sizes."""
        if isinstance(node, Sym):
            rows, columns = self.of[node.name.removeprefix(MARK)]
            if node.sup:  # an inverse
                self.same(rows, columns)
            return rows, columns
        if isinstance(node, Transpose):
            inner = self.shape(node.of)
            return None if inner is None else (inner[1], inner[0])
        if isinstance(node, Neg):
            return self.shape(node.of)
        if isinstance(node, (Mul, Add)):
            return self._two(node)
        inner = [self.shape(child) for child in node.children]
        if isinstance(node, (Call, Pow)) and inner and inner[0] is not None:
            return self._applied(node, inner[0])
        return None

    def _two(self, node: Mul | Add) -> Pair:
        left, right = self.shape(node.left), self.shape(node.right)
        if isinstance(node, Add) or node.kind in ENTRYWISE:
            self.join(left, right)
            return left or right
        if node.kind == "outer" or left is None or right is None:
            return None
        self.same(left[1], right[0])
        return left[0], right[1]

    def _applied(self, node: Call | Pow, inner: tuple[str, str]) -> Pair:
        name = node.name if isinstance(node, Call) else ""
        if isinstance(node, Pow) or name == "trace":
            self.same(*inner)
            return inner if isinstance(node, Pow) else None
        if name == DIFFERENTIAL:
            return inner
        return (inner[0], inner[0]) if name == "diag" else None
