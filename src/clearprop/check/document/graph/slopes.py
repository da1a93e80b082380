"""How a formula of a text's own moves with one of its quantities, by the complex step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.check.document.numbers import derive
from clearprop.check.document.numbers.env import Env
from clearprop.check.document.numbers.functions import STEP
from clearprop.check.document.numbers.values import Jacobian, Value, scalar
from clearprop.check.document.read.limits import Unread
from clearprop.check.document.read.tree import Node

if TYPE_CHECKING:
    from clearprop.check.document.graph.values import Graph, Key, View


@dataclass
class Moving:
    """A formula while one quantity moves."""

    graph: "Graph"
    of: Node
    key: "Key"
    start: Value
    view: "View"
    env: Env

    def moved(self, mark: int) -> Value:
        """How the formula moves with this entry."""
        from clearprop.check.document.numbers.evaluate import plain

        view = self.graph.moved(self.view, self.key, mark, self.start)
        found = scalar(plain(self.of, self.env.at(view=view)))
        return np.imag(found) / STEP

    def by(self, kept: Value) -> Any:
        if kept.ndim == 0:
            return self._checked(self.moved(int(kept)))
        columns = [self.moved(int(mark)) for mark in kept.reshape(-1)]
        first = columns[0]
        if first.ndim == 0:
            return self._checked(np.array(columns).reshape(kept.shape))
        if 1 not in kept.shape:
            return self._of_batches(kept, columns)
        matrix, diagonal = self._matrix(columns)
        return Jacobian(matrix, diagonal, "", "")

    def _of_batches(self, kept: Value, columns: list[Value]) -> Any:
        """Of a batch by a batch: entry by entry if it is so."""
        if columns[0].shape != kept.shape:
            msg = "the derivative of a vector by a matrix"
            raise derive.TooManyAxes(msg)
        matrix, diagonal = self._matrix(columns)
        if diagonal is None:
            msg = "the derivative of a batch by a batch"
            raise derive.TooManyAxes(msg)
        return Jacobian(matrix, diagonal, "batch", "varies")

    def _matrix(self, columns: list[Value]) -> tuple[Value, Value | None]:
        """All slopes, and those on the diagonal if there are no others."""
        matrix = self._checked(np.stack([column.reshape(-1) for column in columns], axis=1))
        diagonal = np.diag(matrix)
        square = matrix.shape[0] == matrix.shape[1]
        own = square and not np.any(matrix - np.diag(diagonal))
        return matrix, diagonal.reshape(columns[0].shape) if own else None

    def _checked(self, value: Value) -> Value:
        """A slope that is 0 everywhere means that the text leaves out what lies between."""
        if not np.any(value):
            name = self.graph.names.found[self.key[0]].of
            msg = f"the text does not define how this depends on {name}"
            raise Unread(msg, name)
        return value
