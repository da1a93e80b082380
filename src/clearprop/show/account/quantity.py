"""One quantity of a step, as the account knows it before it is cut to size and written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from clearprop.maths.equation import Equation
from clearprop.maths.trees import Tree
from clearprop.show.account.symbols import Symbol


class Axis(NamedTuple):
    """What an axis runs over: the samples, the units of a layer, or nothing (length 1)."""

    kind: str
    layer: int | None = None
    letter: str | None = None


@dataclass(frozen=True)
class Line:
    """One way to compute a quantity: its id, the rule that is used, its LaTeX in three forms, the tree of a cell."""

    id: str
    rule: str
    name: str
    latex: Mapping[str, str | None]
    tree: Tree | None
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quantity:
    """A quantity of a step.

    Attributes
    ----------
    key : str
        What trees call it: ``z[1]``, ``dW[2]``, ``W'[1]``.
    part : str
        given, forward, loss, backward, update or next.
    values : callable
        The numbers at a list of indices for each axis.
    oracle : tuple or None
        What the complex step has to move for this quantity: ("z", l), ("a", l), ("W", l), ("b", l), ...
    other : Symbol or None
        Another way to write it: the residual is the derivative by z.
    kinks : ndarray
        Cells that stand on a kink.
    """

    key: str
    part: str
    layer: int | None
    symbol: Symbol
    axes: tuple[Axis, ...]
    shape: tuple[int, ...]
    values: Callable[[list[np.ndarray]], np.ndarray]
    lines: tuple[Line, ...] = ()
    oracle: tuple[Any, ...] | None = None
    other: Symbol | None = None
    kinks: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), int))

    def all_values(self) -> np.ndarray:
        """Every cell."""
        return self.values([np.arange(n) for n in self.shape])


def held(array: np.ndarray) -> Callable[[list[np.ndarray]], np.ndarray]:
    """The cells of an array."""
    return lambda at: array[np.ix_(*at)]


def localised(latex: str | None, l: int | None, sizes: tuple[int, ...]) -> str | None:
    r"""A row of `equations` for one layer of one network.

    Examples
    --------
    >>> print(localised(r"\sum_{k=1}^{n^{(l-1)}} a^{(l-1)}_{i,k}", 2, (3, 4, 2)))
    \sum_{k=1}^{4} a^{(1)}_{i,k}
    """
    if latex is None:
        return None
    L = len(sizes) - 1
    l = L if l is None else l
    for name, layer in (("(l-1)", l - 1), ("(l+1)", l + 1), ("(l)", l), ("(L)", L)):
        if 0 <= layer <= L:
            latex = latex.replace(f"n^{{{name}}}", str(sizes[layer]))
        latex = latex.replace(f"^{{{name}}}", f"^{{({layer})}}")
    return latex.replace("^{C}", f"^{{{sizes[-1]}}}").replace(
        r"\mathbf{1}_{C}", rf"\mathbf{{1}}_{{{sizes[-1]}}}"
    )


def line_of(
    row: Equation, rule: str, tree: Tree | None, l: int | None, sizes: tuple[int, ...], divided: bool = True
) -> Line:
    """A line after a row of `equations`; not `divided` where the loss is the sum over the batch."""
    forms = {name: localised(getattr(row, name), l, sizes) for name in ("scalar", "sample", "batch")}
    if not divided:
        forms = {name: undivided(latex) for name, latex in forms.items()}
    return Line(row.id, rule, row.name, forms, tree, row.requirements)


def undivided(latex: str | None) -> str | None:
    r"""The LaTeX without 1/m, for J_sum.

    Examples
    --------
    >>> print(undivided(r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^{m} \delta_{i}"))
    \frac{\partial J_{\text{sum}}}{\partial b} = \sum_{i=1}^{m} \delta_{i}
    """
    if latex is None:
        return None
    latex = latex.replace(r"\frac{1}{m} ", "").replace(r"{\partial J}", r"{\partial J_{\text{sum}}}")
    return r"J_{\text{sum}}" + latex[1:] if latex.startswith("J =") else latex
