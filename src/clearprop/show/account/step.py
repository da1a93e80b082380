"""A step, and how its quantities are made: what the account is written from."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.batch import head_of
from clearprop.maths import trees
from clearprop.maths.equations import by_id
from clearprop.maths.trees import Grid, Tree, given, named
from clearprop.network import Network, Parameters
from clearprop.show.account.quantity import Axis, Line, Quantity, held, line_of

ONE = Axis("one")
SAMPLE = Axis("sample", None, "i")


@dataclass(frozen=True)
class Outer:
    """A network whose inputs are embedded.

    Attributes
    ----------
    net, params, X, after : Network, Parameters, ndarray, Parameters
        The whole network, its parameters, its inputs (m, n[0]), and the parameters after the update.
    kept : tuple of int
        The columns of a[0] that the account keeps.
    """

    net: Network
    params: Parameters
    X: np.ndarray
    after: Parameters
    kept: tuple[int, ...] = ()

    @property
    def shown(self) -> list[tuple[int, int]]:
        """The embeddings that the account shows, each with its input."""
        return [(n, k) for n, k in enumerate(self.net.embedded) if k in self.kept]


@dataclass(frozen=True)
class Step:
    """What the quantities are made from.

    Attributes
    ----------
    net, params, working : Network, Parameters, Working
        The step, in float64.
    X, y, w : ndarray
        The batch as the page takes it: (m, n[0]), (m, n[L]), (m,).
    weighted : bool
        Whether rows have weights.
    m : float
        What J, dW and db are divided by: the sum of w, or 1 where the loss is the sum.
    after : Parameters
        Those of after the update.
    then : Working
        The step that follows, at `after`.
    outer : Outer or None
        Where inputs are embedded, what is before a[0]; all else is then of the core of the network, whose X is a[0].
    """

    net: Network
    params: Parameters
    working: Any
    X: np.ndarray
    y: np.ndarray
    w: np.ndarray
    weighted: bool
    mean: bool
    lr: float
    l2: float
    after: Parameters
    then: Any
    outer: "Outer | None" = None
    page: Any = field(default_factory=trees.page)

    @property
    def divisor(self) -> Any:
        return named("m") if self.mean else 1.0

    @property
    def weight(self) -> Any:
        return given("w", (len(self.w), 1)) if self.weighted else 1.0

    def grid(self, key: str, *shape: int) -> Grid:
        return given(key, (shape[0], shape[1]))

    def line(self, id: str, rule: str, tree: Tree | None, l: int | None = None) -> Line:
        return line_of(by_id(id), rule, tree, l, self.net.sizes, self.mean)


def units(layer: int, letter: str = "j") -> Axis:
    return Axis("unit", layer, letter)


def rows(
    s: Step, key: str, part: str, l: int | None, symbol: Any, values: np.ndarray, **more: Any
) -> Quantity:
    """A quantity with a row a sample and a column a unit of layer l."""
    layer = s.net.L if l is None else l
    axes = more.pop("axes", (SAMPLE, units(layer)))
    return Quantity(key, part, l, symbol, axes, values.shape, held(values), **more)


def weights(key: str, part: str, l: int, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    axes = (units(l - 1, "k"), units(l))
    return Quantity(key, part, l, symbol, axes, values.shape, held(values), **more)


def biases(key: str, part: str, l: int, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    return Quantity(key, part, l, symbol, (ONE, units(l)), (1, len(values)), held(values[None]), **more)


def column(key: str, part: str, symbol: Any, values: np.ndarray, **more: Any) -> Quantity:
    axes = (SAMPLE, ONE)
    return Quantity(key, part, None, symbol, axes, (len(values), 1), held(values[:, None]), **more)


def number(key: str, part: str, symbol: Any, value: float, *lines: Line) -> Quantity:
    return Quantity(key, part, None, symbol, (ONE, ONE), (1, 1), held(np.array([[float(value)]])), lines)


def loss_grid(s: Step, mark: str = "") -> Grid:
    """The losses of the samples, as a column."""
    m, n = len(s.X), s.net.sizes[-1]
    p, y = s.grid(f"p{mark}", m, n), s.grid("Y", m, n)
    if s.net.head in trees.PLAIN:
        return trees.PLAIN[s.net.head][1](p, y)
    if s.net.out_activation == "identity":
        return derivation_head(s)[1](p, y)
    return derivation_head(s)[1](s.grid(f"z{mark}[{s.net.L}]", m, n), y)


def derivation_head(s: Step) -> Any:
    """The lines of the head in the language of trees; the constants of one output each are columns."""
    head = head_of(s.net, page=s.page)
    if isinstance(head, tuple) and len(head) == 2:
        constants = s.net.head_constants
        c = constants[0] if len(set(constants)) == 1 else given("kappa", (1, len(constants)))
        return s.page.head_lines((head[0], c))
    return s.page.head_lines(head)
