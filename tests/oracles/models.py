"""Small trained models, quickly."""

from functools import cache
from typing import Any

import numpy as np

from clearprop import TabularClassifier, TabularRegressor

SMALL = {"preset": "fast", "members": 1, "activation": "silu", "max_iter": 3}  # of one network


def table(rows: int = 120, seed: int = 0) -> dict[str, Any]:
    """Two numbers, one with holes, and a category with holes."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 60, rows)
    age[::7] = np.nan
    town = rng.choice(np.array(["Oslo", "Rome", "Lima"], object), rows)
    town[::11] = None
    return {"age": age, "height": rng.normal(170, 10, rows), "town": town}


def classes(rows: int = 120, seed: int = 0) -> np.ndarray:
    """Three classes that depend on the columns of `table`."""
    columns = table(rows, seed)
    tall = (columns["height"] > 170).astype(int)
    return np.array(["low", "mid", "top"], object)[tall + (columns["town"] == "Rome")]


def numbers(rows: int = 120, seed: int = 0) -> np.ndarray:
    columns = table(rows, seed)
    return 0.1 * columns["height"] + 3.0 * (columns["town"] == "Lima")


@cache
def classifier() -> TabularClassifier:
    return TabularClassifier(**SMALL).fit(table(), classes())


@cache
def regressor() -> TabularRegressor:
    return TabularRegressor(**SMALL, dtype="float64").fit(table(), numbers())
