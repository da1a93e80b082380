"""A trained model: the network and its parameters, with the encoding that its inputs came through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.engine.committee import agreed
from clearprop.engine.engine import Engine
from clearprop.maths import derivation
from clearprop.network import Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.names import as_names
from clearprop.tables.read import read_table
from clearprop.tables.scale import Scale
from clearprop.tables.table import Table
from clearprop.train.examined import Examined
from clearprop.train.held_out import HeldOut
from clearprop.train.importances import Importances
from clearprop.train.record import Record
from clearprop.train.scores import DEFAULT, OF_QUANTILES, names_for
from clearprop.train.threads import peak_share


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
    held : HeldOut
        What the held-out rows taught: temperature, residuals, notes.
    importances : Importances or None
        Of the raw columns, once they are found.
    judges : Examined or None
        Some of the rows that chose the epoch, to find them on; they are in no file.
    """

    params: Parameters
    encoding: Encoding
    target: Classes | Scale
    target_name: str
    record: Record
    baseline: list[float]
    estimator: dict[str, Any]
    others: Sequence[Parameters] = field(default_factory=list)
    held: HeldOut = field(default_factory=HeldOut)
    importances: Importances | None = None
    judges: Examined | None = field(default=None, repr=False)

    @property
    def members(self) -> list[Parameters]:
        """The parameters of all networks that answer together; mostly there is one."""
        return [self.params, *self.others]

    @property
    def task(self) -> str:
        """classification or regression."""
        return self.target.task

    @property
    def metric(self) -> str:
        """The name of the score that chose the epoch."""
        params = self.estimator.get("params")
        given = params.get("metric") if isinstance(params, dict) else None
        return given if given in (*names_for(self.task), *OF_QUANTILES) else DEFAULT[self.task]

    @property
    def level(self) -> float:
        """Which quantile is meant where a quantile is learned; else 0.5."""
        net = self.params.net
        return net.head_constants[0] if net.head == "quantile" else 0.5

    @property
    def missing(self) -> tuple[str, ...]:
        """The texts that meant a missing value in training, besides the usual ones."""
        params = self.estimator.get("params")
        given = params.get("missing", ()) if isinstance(params, dict) else ()
        return as_names(given) if isinstance(given, str | list | tuple) else ()

    def peak_share(self) -> float | None:
        """The rate of the products in training over what so many threads reach in a large product.

        It is measured when first asked for, on the machine that asks, and kept in the record; None before an epoch.
        """
        record = self.record
        if record.peak_share is None:
            rate = len(self.members) * record.rows_per_second
            record.peak_share = peak_share(self.params, rate, record.threads)
        return record.peak_share

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
        """Probabilities, (rows, classes) float64, of a classification: those that the temperature makes."""
        return derivation.softmax(derivation.tempered(self.logits(source), self.held.temperature))

    def predict_number(self, source: Any) -> np.ndarray:
        """Numbers, (rows,) float64, of a regression, in the target's units, within the range of training."""
        assert isinstance(self.target, Scale)
        return self.target.answer(self.logits(source)[:, 0])

    def predict_interval(self, source: Any, coverage: float = 0.9) -> np.ndarray:
        """Below and above the prediction, (rows, 2) float64: see `HeldOut.margin`."""
        assert isinstance(self.target, Scale)
        margin, t = self.held.margin(coverage), self.logits(source)[:, 0]
        t = self.held_within(t)
        return np.column_stack([self.target.decode(t - margin), self.target.decode(t + margin)])

    def held_within(self, t: np.ndarray) -> np.ndarray:
        """Standardised predictions held within the range of the target in training."""
        assert isinstance(self.target, Scale)
        return derivation.within(t, *self.target.bounds)

    def predict(self, source: Any) -> np.ndarray:
        """Classes in their own type, or numbers, (rows,)."""
        if isinstance(self.target, Classes):
            return self.target.decode(self.predict_proba(source).argmax(axis=1))
        return self.predict_number(source)

    def logits(self, source: Any) -> np.ndarray:
        """z[L] of each row, (rows, n[L]) float64: before temperature and softmax, or in the target's scale.

        Of a committee: the logarithm of the mean of its members' p, or the mean of their numbers.
        """
        return self.outputs(self.encoding.encode(self.read(source)))

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """As `logits`, of encoded rows."""
        z = [Engine(params, dtype=self.encoding.dtype).logits(X) for params in self.members]
        return agreed(self.params.net, z)
