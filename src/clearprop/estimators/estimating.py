"""What a fit would cost: a trial fit of a few rows gives the network, then some steps are timed."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils import _safe_indexing

from clearprop.engine.engine import Engine
from clearprop.engine.solver import Solver
from clearprop.engine.team import available
from clearprop.train.cost import Cost, cost

SAMPLE = 1000  # rows of the trial fit


def of_arrays(mlp: Any, X: Any, y: Any) -> Cost:
    """The cost of fitting `MLPClassifier` or `MLPRegressor`; see `Perceptron.estimate`."""
    n = X.shape[0] if hasattr(X, "shape") else len(X)
    y = _some_target(mlp, n) if y is None else y
    probe: Any = clone(mlp)
    probe.set_params(max_iter=1, early_stopping=False, warm_start=False, verbose=False)
    rows = _sample(y, n, is_classifier(mlp))
    _fitted(probe, _safe_indexing(X, rows), _safe_indexing(y, rows))
    epochs = mlp.max_iter
    if mlp.solver == "lbfgs":
        engine = Engine(probe._parameters(), Solver("sgd"), n, probe.coefs_[0].dtype)
        return cost(engine, n, epochs, mlp.threads)
    n = n - int(np.ceil(mlp.validation_fraction * n)) if mlp.early_stopping else n
    engine = probe._optimizer.engine
    engine.batch_size = mlp._batch_rows(n)
    return cost(engine, n, epochs, mlp.threads)


def of_tables(estimator: Any, X: Any, y: Any) -> Cost:
    """The cost of fitting `TabularClassifier` or `TabularRegressor`; see `Tabular.estimate`."""
    from clearprop.estimators.presets import resolved
    from clearprop.estimators.rows import rows_of, table_of
    from clearprop.estimators.specified import settings_of

    table = table_of(X, estimator)
    rows = rows_of(table, _some_target(estimator, table.n_rows) if y is None else y, None, estimator)
    probe: Any = clone(estimator)
    probe.set_params(max_iter=1, early_stopping=False, verbose=False)
    n = rows.table.n_rows
    some = np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).round().astype(int))
    part = rows.take(some)
    model = _fitted(probe, part.table, part.y).model_
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    aside = estimator.early_stopping and preset.members == 1
    n = n - int(estimator.validation_fraction * n) if aside else n
    settings = settings_of(estimator, preset, n, 0)
    engine = Engine(model.params, settings.solver, settings.batch_size, settings.dtype)
    found, k = cost(engine, n, settings.epochs, 1 if preset.members > 1 else settings.threads), preset.members
    side_by_side = min(settings.threads or available(), k)
    return replace(
        found, flops=k * found.flops, memory=k * found.memory, steps=k * found.steps,
        seconds=k * found.seconds / side_by_side, threads=max(side_by_side, found.threads),
    )  # fmt: skip


def _fitted(probe: Any, X: Any, y: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return probe.fit(X, y)


def _sample(y: Any, n: int, classes: bool) -> np.ndarray:
    """Some rows; of a classification one of each class among them."""
    rows = np.arange(min(n, SAMPLE))
    if classes and np.ndim(y) == 1:
        rows = np.union1d(rows, np.unique(np.asarray(y), return_index=True)[1])
    return rows


def _some_target(estimator: Any, n: int) -> np.ndarray:
    """A target that might be: two classes, or one number."""
    return np.arange(n) % 2 if is_classifier(estimator) else np.arange(n) / n
