"""Fits of a few rows, made so that what they need is compiled and on the disk when a real fit begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.estimators.mlp import MLPClassifier
from clearprop.estimators.mlp_regressor import MLPRegressor
from clearprop.estimators.presets import PRESETS
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor

ROWS = 60
COLUMNS = (2, 20)  # with the default of 100 units: a network for `engine.lanes`, and one for `engine.kernels`
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Fit:
    """An estimator, and rows for it."""

    estimator: Any
    X: Any
    y: np.ndarray

    def run(self) -> None:
        """Fit, then ask for what it predicts: of one row, and of all."""
        fitted = self.estimator.fit(self.X, self.y)
        for rows in (self.X, _first(self.X)):
            fitted.predict(rows)
        if hasattr(fitted, "predict_proba"):
            fitted.predict_proba(self.X)


def fits() -> Iterator[Fit]:
    """The four estimators as they are without settings, and the two on tables with each preset.

    Examples
    --------
    >>> sorted({type(fit.estimator).__name__ for fit in fits()})
    ['MLPClassifier', 'MLPRegressor', 'TabularClassifier', 'TabularRegressor']
    """
    rng = np.random.default_rng(0)
    two, three, numbers = np.arange(ROWS) % 2, np.arange(ROWS) % 3, rng.normal(size=ROWS)
    for dtype in DTYPES:
        for n in COLUMNS:
            X = rng.normal(size=(ROWS, n)).astype(dtype)
            yield Fit(MLPClassifier(max_iter=1), X, two)
            yield Fit(MLPClassifier(max_iter=1), X, three)
            yield Fit(MLPRegressor(max_iter=1), X, numbers)
    table = {"number": numbers, "kind": [f"kind {i % 3}" for i in range(ROWS)]}
    for preset in PRESETS:
        yield Fit(TabularClassifier(preset, max_iter=1), table, three)
        yield Fit(TabularRegressor(preset, max_iter=1), table, numbers)


def _first(X: Any) -> Any:
    return {name: column[:1] for name, column in X.items()} if isinstance(X, dict) else X[:1]
