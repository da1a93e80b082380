"""`clearprop warmup`: afterwards no fit without settings, and none with a preset, compiles anything."""

import os
import subprocess
import sys

import pytest

from clearprop.engine import lanes, warm
from clearprop.estimators.presets import PRESETS
from clearprop.estimators.warming import ROWS, fits
from clearprop.network import Network

FITS = """
import sys, warnings
import numpy as np
from numba.core import event
from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from clearprop.engine import store
from clearprop.estimators.presets import PRESETS

warnings.simplefilter("ignore")
files = lambda: sorted(str(file) for file in store.cache_folder().rglob("*.nbc"))
before, rng = files(), np.random.default_rng(1)
with event.install_recorder("numba:compile") as compiled:
    for rows, columns in ((150, 4), (300, 30)):
        X = rng.normal(size=(rows, columns))
        for dtype in (X, X.astype("float32")):
            for classes in (2, 3):
                net = MLPClassifier(max_iter=2).fit(dtype, np.arange(rows) % classes)
                net.predict_proba(dtype), net.predict(dtype[:1])
            MLPRegressor(max_iter=2).fit(dtype, X[:, 0]).predict(dtype)
    table = {"a": X[:, 0], "b": np.where(X[:, 1] > 1, np.nan, X[:, 1]), "c": rng.choice(list("xyz"), 300)}
    for preset in PRESETS:
        for y in (X[:, 2] > 0, rng.choice(list("pqr"), 300)):
            TabularClassifier(preset, max_iter=2).fit(table, y).predict_proba(table)
        TabularRegressor(preset, max_iter=2).fit(table, X[:, 3]).predict(table)
assert not compiled.buffer, [data for _, data in compiled.buffer]
assert files() == before, set(files()) - set(before)
assert before
"""


@pytest.mark.slow
def test_no_default_fit_compiles_after_it(tmp_path):
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "clearprop", "warmup"], env=env, capture_output=True, text=True, check=True
    )
    assert "compiled and kept in" in ended.stderr
    ended = subprocess.run([sys.executable, "-c", FITS], env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.slow
def test_what_was_not_compiled_ahead_is_found(tmp_path):
    """The other side: without it the same fits compile."""
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", FITS], env=env, capture_output=True, text=True)
    assert "AssertionError" in ended.stderr


def test_networks_of_both_kinds_are_compiled_for():
    assert [lanes.suits(Network((2, units, 2)), 2) for units in (2, warm.WIDE)] == [True, False]
    sizes = {(type(fit.estimator).__name__, getattr(fit.estimator, "preset", None)) for fit in fits()}
    assert sizes >= {
        (kind, preset) for kind in ("TabularClassifier", "TabularRegressor") for preset in PRESETS
    }
    widths = {fit.X.shape[1] for fit in fits() if not isinstance(fit.X, dict)}
    assert {lanes.suits(Network((n, 100, 3)), ROWS) for n in widths} == {True, False}
