"""How `TabularClassifier` and `TabularRegressor` are looked at: tables are encoded first."""

from abc import abstractmethod
from typing import Any

import numpy as np

from clearprop.errors import ShapeError
from clearprop.estimators.inputs import one_column
from clearprop.estimators.seeing import Seeing
from clearprop.maths import derivation
from clearprop.network import Network, Parameters
from clearprop.show.account.account import Account
from clearprop.show.account.naming import Names
from clearprop.show.account.tabular import explain_member, names_of
from clearprop.tables.scale import Scale
from clearprop.tables.table import Table
from clearprop.tables.weights import weights
from clearprop.train.doctor.case import Run, Scores
from clearprop.train.model import Model
from clearprop.train.scores import LOWER_IS_BETTER, better, checked_metric, score

RECENT = 0.75  # of the run: a best epoch before it was not bettered in the last quarter
TOL = 1e-4  # a fall of J an epoch that no longer counts: J is of classes, or of a standardised target


class SeeingTabular(Seeing):
    """The methods of `Seeing` on tables."""

    metric: str
    early_stopping: bool
    validation_fraction: float

    @abstractmethod
    def _model(self) -> Model:
        """The fitted model."""

    @abstractmethod
    def _table(self, X: Any) -> Table:
        """A table, read as the model needs it."""

    @property
    def input_names_(self) -> list[str]:
        """The columns of a[0]: those that the encoding makes of the table's."""
        return self._model().encoding.feature_names

    def _seen(self) -> tuple[Network, Parameters]:
        params = self._model().params
        return params.net, params

    def _seen_rows(self, X: Any, y: Any = None) -> tuple[Any, Any]:
        model = self._model()
        encoded = model.encoding.encode(self._table(X))
        if y is None:
            return encoded, None
        return encoded, _as_many("y", model.target.encode(one_column(y, model.target_name)), encoded)

    def _seen_weights(self, X: Any, w: Any) -> np.ndarray | None:
        return None if w is None else _as_many("sample_weight", weights(one_column(w, "sample_weight")), X)

    def _explained(self, net: Network, params: Parameters, X: Any, y: Any, w: Any, options: Any) -> Account:
        options = {"member": 0} | options
        return explain_member(self._model(), options.pop("member"), X, y, w, **options)

    def _seen_names(self, X: Any) -> Names:
        return names_of(self._model(), self._table(X))

    def _seen_unit(self) -> float:
        target = self._model().target
        return target.sd if isinstance(target, Scale) else 1.0

    def _seen_run(self) -> Run:
        model = self._model()
        record, settings = model.record, model.estimator.get("settings") or {}
        most = settings.get("max_iter") or len(record.rows)
        rests = settings.get("learning_rate") != "constant"
        stale = 0 < record.best_epoch < RECENT * len(record.rows)
        return Run(record.losses, len(record.rows), most, TOL, rests, stale)

    def _seen_scores(self, X: Any, y: np.ndarray, w: np.ndarray | None) -> Scores | None:
        model = self._model()
        kept = model.record.rows[model.record.best_epoch - 1].score if model.record.best_epoch else None
        if kept is None:
            return None
        name = checked_metric(self.metric, model.task)
        z = model.outputs(np.asarray(X, model.encoding.dtype))
        constant: Any = np.tile(model.baseline, (len(y), 1))
        if isinstance(model.target, Scale):
            y, p, constant = model.target.decode(y), model.target.answer(z[:, 0]), constant[:, 0]
        else:
            p = derivation.softmax(derivation.tempered(z, model.held.temperature))
        lower, level = name in LOWER_IS_BETTER, getattr(self, "quantile", 0.5)
        train, baseline = (better(name, score(name, y, q, w, level)) for q in (p, constant))
        rows = self.validation_fraction * len(y)
        return Scores(f"minus {name}" if lower else name, train, kept, baseline, 0.0 if lower else 1.0, rows)

    def _seen_l2(self, m: float) -> float:
        return 0.0


def _as_many(name: str, values: np.ndarray, X: np.ndarray) -> np.ndarray:
    if len(values) != len(X):
        msg = f"`{name}` must have one entry a row of `X`: `X` has {len(X):,} rows, `{name}` has {len(values):,}."
        raise ShapeError(msg)
    return values
