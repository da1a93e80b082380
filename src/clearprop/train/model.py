"""A trained model: the network and its parameters, with the encoding that its inputs came through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.engine.committee import agreed, heads
from clearprop.engine.engine import Engine
from clearprop.network import Parameters
from clearprop.tables.encoding import Encoding
from clearprop.tables.names import as_names
from clearprop.tables.read import read_table
from clearprop.tables.table import Table
from clearprop.tables.target import Classes, Scale
from clearprop.train.record import Record


@dataclass
class Model:
    """All that is needed to predict, and to tell how it came about.

    Attributes
    ----------
    params : Parameters
        The weights, with their network (`params.net`).
    encoding : Encoding
        Of the raw columns.
    target : Classes or Scale
        Of the target; tells the task.
    target_name : str
        The name of the target's column.
    record : Record
        Of the training.
    baseline : list of float
        What is known without the columns: the share of each class, or the mean, in the rows of training.
    estimator : dict
        ``{"class": ..., "params": {...}}``: what made it.
    others : list of Parameters
        The further members of a committee, of the same network; `params` are the first.
    """

    params: Parameters
    encoding: Encoding
    target: Classes | Scale
    target_name: str
    record: Record
    baseline: list[float]
    estimator: dict[str, Any]
    others: Sequence[Parameters] = field(default_factory=list)

    @property
    def members(self) -> list[Parameters]:
        """The parameters of all networks that answer together; mostly there is one."""
        return [self.params, *self.others]

    @property
    def task(self) -> str:
        """classification or regression."""
        return self.target.task

    @property
    def missing(self) -> tuple[str, ...]:
        """The texts that meant a missing value in training, besides the usual ones."""
        params = self.estimator.get("params")
        given = params.get("missing", ()) if isinstance(params, dict) else ()
        return as_names(given) if isinstance(given, str | list | tuple) else ()

    def read(self, source: Any, missing: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Table:
        """The columns that the model needs, and `also` others, of any table; `missing` are further texts."""
        if isinstance(source, Table):
            return source
        return read_table(
            source,
            missing=(*self.missing, *missing),
            categorical=self.encoding.categorical,
            only=[*self.encoding.needed, *also],
        )

    def predict_proba(self, source: Any) -> np.ndarray:
        """Probabilities, (rows, classes) float64, of a classification."""
        p = self._output(source).astype(np.float64)
        return p / p.sum(axis=1, keepdims=True)

    def predict_number(self, source: Any) -> np.ndarray:
        """Numbers, (rows,) float64, of a regression, in the target's units."""
        assert isinstance(self.target, Scale)
        return self.target.decode(self._output(source)[:, 0].astype(np.float64))

    def predict(self, source: Any) -> np.ndarray:
        """Classes in their own type, or numbers, (rows,)."""
        if isinstance(self.target, Classes):
            return self.target.decode(self._output(source).argmax(axis=1))
        return self.predict_number(source)

    def _output(self, source: Any) -> np.ndarray:
        return self.answer(self.encoding.encode(self.read(source)))

    def answer(self, X: np.ndarray) -> np.ndarray:
        """p of encoded rows, (rows, n[L]): of a committee the mean of its members'."""
        if not self.others:
            return Engine(self.params, dtype=self.encoding.dtype).predict(X)
        z = [Engine(params, dtype=self.encoding.dtype).logits(X) for params in self.members]
        return heads(self.params.net)(agreed(self.params.net, z))
