"""What a worksheet computes, in order: each quantity with the tree of its cell, by the page's own lines."""

from dataclasses import dataclass, field
from typing import Any

from clearprop.batch import activation_pairs
from clearprop.maths import trees
from clearprop.maths.trees import Grid, Tree, given, named
from clearprop.network import Network
from clearprop.show.exercise.slips import slips_of

ACTIVATIONS = {"logistic": trees.logistic}  # as on paper: the page's own has no large exp


@dataclass(frozen=True)
class Line:
    """One quantity of the sheet.

    Attributes
    ----------
    key : str
        ``z[1]``, ``dW[2]``, ``W'[1]``.
    id : str
        The row of `equations` that it is computed by.
    layer : int or None
        l.
    shape : tuple of int
        Rows and columns.
    tree : Tree
        Of its cell [i, j].
    slips : dict of str to Tree
        The same cell with a classic slip in it.
    """

    key: str
    id: str
    layer: int | None
    shape: tuple[int, int]
    tree: Tree
    slips: dict[str, Tree] = field(default_factory=dict)


class Plan:
    """The lines of a worksheet, by key, in the order in which they are computed.

    Parameters
    ----------
    net : Network
        Softmax, logistic or identity at its end.
    rows : int
        The samples.
    l2 : float
        Whether there is a penalty to forget.

    Examples
    --------
    >>> list(Plan(Network((3, 2)), 4, 0.0).lines)
    ['z[1]', 'p', 'J', 'delta[1]', 'dW[1]', 'db[1]', "W'[1]", "b'[1]"]
    """

    def __init__(self, net: Network, rows: int, l2: float) -> None:
        self.net, self.rows, self.l2 = net, rows, l2
        self.lines: dict[str, Line] = {}
        self.shapes = self._given_shapes()
        self._forward()
        self._backward()
        self._update()

    def _given_shapes(self) -> dict[str, tuple[int, int]]:
        sizes = self.net.sizes
        found = {"a[0]": (self.rows, sizes[0]), "Y": (self.rows, sizes[-1])}
        for l in range(1, self.net.L + 1):
            found |= {f"W[{l}]": (sizes[l - 1], sizes[l]), f"b[{l}]": (1, sizes[l])}
        return found

    def grid(self, key: str) -> Grid:
        """A quantity whose cells are known."""
        return given(key, self.shapes[key])

    def _add(self, key: str, id: str, layer: int | None, made: Grid) -> None:
        self.shapes[key] = made.shape
        slips = {
            name: grid.cell("i", "j")
            for name, grid in slips_of(self, key, layer).items()
            if grid.shape == made.shape
        }
        self.lines[key] = Line(key, id, layer, made.shape, made.cell("i", "j"), slips)

    def _forward(self) -> None:
        page, L = trees.page(), self.net.L
        for l in range(1, L + 1):
            inputs = self.grid(f"a[{l - 1}]"), self.grid(f"W[{l}]"), self.grid(f"b[{l}]")
            self._add(f"z[{l}]", "G2", l, page.affine(*inputs))
            if l < L:
                g = self.activation(l)[0]
                id = {"relu": "G3"}.get(self.net.activations[l - 1], f"A.{self.net.activations[l - 1]}")
                self._add(f"a[{l}]", id, l, g(self.grid(f"z[{l}]")))
        h, _ = self.head()
        self._add(
            "p", {"softmax": "G4"}.get(self.net.head, f"H.{self.net.head}"), None, h(self.grid(f"z[{L}]"))
        )
        self._add("J", "G5", None, page.mean(self.losses(), 1.0, named("m")))

    def _backward(self) -> None:
        page, L, m = trees.page(), self.net.L, named("m")
        for l in range(L, 0, -1):
            if l == L:
                self._add(f"delta[{l}]", "G6", l, page.residual(self.grid("p"), self.grid("Y"), 1.0))
            else:
                back = self.activation(l)[1]
                known = (self.grid(f"{name}[{l}]") for name in ("da", "z", "a"))
                name = self.net.activations[l - 1]
                self._add(f"delta[{l}]", {"relu": "G7"}.get(name, f"A.{name}_back"), l, back(*known))
            delta = self.grid(f"delta[{l}]")
            self._add(f"dW[{l}]", "G8", l, page.weight_grad(self.grid(f"a[{l - 1}]"), delta, m))
            self._add(f"db[{l}]", "G9", l, page.bias_grad(delta, m))
            if l > 1:
                self._add(f"da[{l - 1}]", "G7.da", l - 1, page.pull_back(delta, self.grid(f"W[{l}]")))

    def _update(self) -> None:
        page, lr, l2 = trees.page(), named("lr"), named("l2") if self.l2 else 0.0
        for l in range(1, self.net.L + 1):
            self._add(f"W'[{l}]", "G10", l, page.descend(self.grid(f"W[{l}]"), self.grid(f"dW[{l}]"), lr, l2))
            self._add(
                f"b'[{l}]", "G11", l, page.descend_bias(self.grid(f"b[{l}]"), self.grid(f"db[{l}]"), lr)
            )

    # ---- The page's lines, as they are written on paper ----------------------------------------------------
    def activation(self, l: int) -> tuple[Any, Any]:
        """The activation of layer l, and what undoes it."""
        g, back = activation_pairs(self.net, trees.page())[l]
        return ACTIVATIONS.get(self.net.activations[l - 1], g), back

    def head(self) -> Any:
        """p of z[L], and the losses of p and Y."""
        lines: Any = trees.page().HEADS[self.net.head]
        return trees.PLAIN.get(self.net.head, lines[:2])

    def losses(self) -> Grid:
        """J_i."""
        return self.head()[1](self.grid("p"), self.grid("Y"))


def operands(tree: Any) -> set[str]:
    """The keys of the quantities that a tree is made of.

    Examples
    --------
    >>> sorted(operands(["+", ["ref", "a", 0, 1], ["sum", "k", 0, 2, ["ref", "b", "k", 0]]]))
    ['a', 'b']
    """
    if not isinstance(tree, list) or not tree:
        return set()
    return {tree[1]} if tree[0] == "ref" else set().union(*(operands(part) for part in tree))
