"""Which columns matter to a fitted model of tables: `importances` and `feature_importances_`."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from clearprop.errors import ShapeError, SpecError
from clearprop.estimators.inputs import one_column
from clearprop.estimators.judging import Judged
from clearprop.estimators.rows import Rows
from clearprop.tables.table import Table
from clearprop.tables.weights import weights
from clearprop.train.examined import Examined
from clearprop.train.importances import Importances
from clearprop.train.model import Model
from clearprop.train.scores import checked_metric
from clearprop.train.shuffling import MOST, REPEATS, affordable, examined, importances

SEEDS = 2**31


class Important:
    """The method `importances`, and what is known of them after a fit."""

    model_: Model

    @abstractmethod
    def _model(self) -> Model:
        """The fitted model."""

    @abstractmethod
    def _table(self, X: Any) -> Table:
        """A table, read as the model needs it."""

    def importances(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        metric: str | None = None,
        n_repeats: int = REPEATS,
        max_rows: int | None = MOST,
        random_state: Any = 0,
    ) -> Importances:
        """How much each raw column matters to the answers for these rows: by shuffling it, and by slopes.

        Parameters
        ----------
        X, y, sample_weight
            Rows as `fit` takes them, best such as it has not seen.
        metric : str, optional
            The score that a shuffled column makes worse; by default the estimator's own.
        n_repeats : int
            How often each column is shuffled.
        max_rows : int, optional
            Of more rows than this, so many evenly spaced ones are taken; slopes are taken of at most 500.
        random_state : int, RandomState or None
            Of the shuffles.

        Returns
        -------
        Importances
            `.columns`, `.mean`, `.std`, `.each`, `.gradient`, `.order`, `.score`; ``str()`` of it is readable.

        Raises
        ------
        SpecError
            If the metric is unknown, or `n_repeats` or `max_rows` is no whole number above 0.

        Examples
        --------
        >>> import numpy as np
        >>> from clearprop import TabularRegressor
        >>> rng = np.random.default_rng(0)
        >>> X = {"a": rng.normal(size=300), "b": rng.normal(size=300)}
        >>> y = 3 * X["a"]
        >>> found = TabularRegressor("fast", max_iter=10).fit(X, y).importances(X, y)
        >>> found.columns[found.order[0]], bool(found.mean[0] > 2), bool(abs(found.mean[1]) < 0.3)
        ('a', True, True)
        """
        for name, value in {"n_repeats": n_repeats, "max_rows": max_rows or 1}.items():
            if not isinstance(value, int | np.integer) or value < 1:
                msg = f"`{name}` must be a whole number, 1 or more; got {value!r}."
                raise SpecError(msg)
        model = self._model()
        name = model.metric if metric is None else checked_metric(metric, model.task)
        rows = _examined(model, self._table(X), y, sample_weight)
        rows = rows if max_rows is None else rows.thinned(int(max_rows))
        seed = int(check_random_state(random_state).randint(SEEDS))
        return importances(rows, name, model.level, repeats=int(n_repeats), seed=seed)

    @property
    def importances_(self) -> Importances:
        """How much each raw column matters, on rows that were set aside to choose the epoch.

        It is found when it is first asked for, saved or pickled, on at most 2,000 of these rows; of a committee each
        row is answered by the members that did not learn from it. With `refit` it is that of the network before it
        learned anew. A fit without held-out rows, and `partial_fit`, leave none: use `importances(X, y)`.
        """
        model = self._model()
        found = settle(model)
        if found is None:
            msg = (
                "There are no importances: no rows were set aside in the fit to find them on. "
                "Use `importances(X, y)` with other rows."
            )
            raise AttributeError(msg)
        return found

    @property
    def feature_importances_(self) -> np.ndarray:
        """How much worse the score becomes when each raw column is shuffled, (`n_features_in_`,).

        The means of `importances_`, in the unit of the estimator's metric (log-loss, or the target's unit for rmse);
        in the order of `feature_names_in_`, not normalised; about 0, or by chance below, where a column does not
        matter.
        """
        return self.importances_.mean

    def __getstate__(self) -> Any:
        """For pickles: the importances stay, and the rows that they are found on do not."""
        state: Any = super().__getstate__()
        model = state.get("model_")
        if model is None or model.judges is None:
            return state
        settle(model)
        return {**state, "model_": replace(model, judges=None)}


def settle(model: Model) -> Importances | None:
    """The importances of a model, found now if they were not yet; None where there are no rows for it."""
    if model.importances is None and model.judges is not None:
        model.importances = importances(model.judges, model.metric, model.level)
    return model.importances


def _examined(model: Model, table: Table, y: Any, sample_weight: Any) -> Examined:
    """Rows as the user gives them, checked against each other."""
    column = one_column(y, model.target_name)
    w = None if sample_weight is None else weights(one_column(sample_weight, "sample_weight"))
    for name, given in {"y": column.n_rows, "sample_weight": table.n_rows if w is None else len(w)}.items():
        if given != table.n_rows:
            sizes = f"`X` has {table.n_rows:,} rows, `{name}` has {given:,}"
            msg = f"`{name}` must have one entry a row of `X`: {sizes}."
            raise ShapeError(msg)
    return examined(model, table, column, w)


def judges_of(model: Model, held: Rows, judged: Judged, aside: np.ndarray | None = None) -> Examined | None:
    """Of the rows that chose the epoch as many as importances are found on; `aside`: who answers for them.

    Rows that only members set aside for which there was no time are left out; None if no row is left.
    """
    parts = model.members, model.encoding, model.target, model.held.temperature
    table = held.table.select(model.encoding.needed)
    found = Examined(*parts, table, judged.y, judged.w, aside)
    if aside is not None and len(model.members) < len(aside):
        theirs = aside[: len(model.members)]
        found = replace(found, aside=theirs).taken(np.flatnonzero(theirs.any(axis=0)))
    return affordable(found) if len(found.y) else None
