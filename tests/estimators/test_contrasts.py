"""Contrasts: what numbers that rise and fall together differ by, learned from and added into W[1]."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.engine.engine import Engine
from clearprop.engine.solver import Solver
from clearprop.estimators import contrasts as module
from clearprop.estimators.contrasts import Contrasts, learned_contrasts
from clearprop.estimators.presets import PRESETS
from clearprop.network import Network
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table

RNG = np.random.default_rng(3)


def learned(
    columns: dict[str, np.ndarray], most: float = 0.3, places: bool = False
) -> tuple[Contrasts, np.ndarray]:
    """The contrasts of a table, and its X."""
    table = read_table(columns)
    encoding = Encoding.learn(table, places=places, dtype="float64")
    X = encoding.encode(table)
    return learned_contrasts(encoding, X, np.ones(len(X)), most), X


def alike(rows: int = 400, apart: float = 0.3) -> dict[str, np.ndarray]:
    """Three numbers, of which two are nearly the same."""
    a, b, c = RNG.normal(size=(3, rows))
    return {"a": a, "b": a + apart * b, "c": c}


def test_the_difference_of_two_that_are_nearly_the_same() -> None:
    found, X = learned(alike())
    assert found.count == 1
    columns = found.beside(X)[:, -1]
    assert abs(columns.mean()) < 1e-12
    difference = X[:, 0] / X[:, 0].std() - X[:, 1] / X[:, 1].std()
    assert abs(np.corrcoef(columns, difference)[0, 1]) > 0.99  # c is in it by the chance of 400 rows


@pytest.mark.parametrize(
    ("columns", "most"),
    [
        (dict(zip("abc", RNG.normal(size=(3, 400)), strict=True)), 0.3),  # nothing in common
        ({"a": np.arange(400.0), "town": np.array(["x", "y"] * 200)}, 0.3),  # one number
        (alike(apart=0.1), 0.3),  # so nearly the same that an odd row would be far off
        (alike(), 0.0),  # not wanted
        (alike(rows=10), 0.3),  # too few rows
        (alike(rows=module.MOST_ROWS + 1), 0.3),  # so many that it would take much memory
    ],
)
def test_none(columns: dict[str, np.ndarray], most: float) -> None:
    found, X = learned(columns, most)
    assert found.count == 0
    assert found.beside(X) is X


def test_few_rows_that_differ_much_make_it_small() -> None:
    columns = alike()
    columns["b"][:2] += 4.0
    found, X = learned(columns)
    c = found.beside(X)[:, -1]
    assert found.count == 1
    assert np.abs(c).max() == pytest.approx(module.FARTHEST * module.AMPLITUDE)
    assert c.std() < 0.9 * module.AMPLITUDE


def test_places_and_parts_are_no_numbers_of_their_own() -> None:
    found, X = learned(alike(), places=True)
    assert X.shape[1] > 3
    assert np.count_nonzero(found.M.any(axis=1)) == 3


def test_weights_of_rows_count() -> None:
    columns = alike()
    w = RNG.integers(1, 4, 400)
    table = read_table(columns)
    encoding = Encoding.learn(table, dtype="float64")
    X = encoding.encode(table)
    once, repeated = learned_contrasts(encoding, X, w, 0.3), np.repeat(X, w, axis=0)
    again = learned_contrasts(encoding, repeated, np.ones(len(repeated)), 0.3)
    np.testing.assert_allclose(once.M, again.M, rtol=1e-9)
    np.testing.assert_allclose(once.s, again.s, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("blended", [False, True])
def test_folded_gives_the_same_outputs(blended: bool) -> None:
    contrasts = Contrasts(RNG.normal(size=(3, 2)), RNG.normal(size=2))
    net = Network((5, 4, 4, 2), "tanh", blended=blended)
    wide = net.initialize(seed=1)
    if blended:
        wide.c[1][...], wide.c[2][...] = RNG.uniform(size=4), RNG.uniform(size=4)
    short, X = contrasts.folded(wide), RNG.normal(size=(20, 3))
    assert short.net.sizes == (3, 4, 4, 2)
    engine, other = (Engine(one, Solver("sgd"), 20, "float64") for one in (wide, short))
    np.testing.assert_allclose(other.logits(X), engine.logits(contrasts.beside(X)), rtol=1e-12, atol=1e-12)


def test_small_differences_are_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes that 18 numbers tell apart only by what little they differ in."""
    common, each = RNG.normal(size=(600, 1)), RNG.normal(size=(600, 18))
    X = common + 0.2 * each
    y = (each[:, 0] + each[:, 1] - each[:, 2] - each[:, 3] > 0).astype(int)
    losses = []
    for most in (PRESETS["accurate"].contrasts, 0.0):
        monkeypatch.setitem(PRESETS, "accurate", replace(PRESETS["accurate"], contrasts=most))
        model = TabularClassifier(members=3).fit(X[:300], y[:300])
        losses.append(log_loss(y[300:], model.predict_proba(X[300:])))
    assert losses[0] < 0.8 * losses[1]  # 0.49, 0.52 and 0.59 in three draws


def test_the_model_has_the_inputs_of_its_encoding(tmp_path: Path) -> None:
    columns = alike()
    y = columns["a"] - columns["b"] + columns["c"]
    model = TabularRegressor(members=2, max_iter=8).fit(columns, y)
    assert model.coefs_[0].shape[0] == model.model_.encoding.n_outputs
    path = tmp_path / "m.safetensors"
    save(model, path)
    np.testing.assert_array_equal(load(path).predict(columns), model.predict(columns))


def test_alone_and_learned_anew() -> None:
    columns = alike()
    y = 10 * (columns["a"] - columns["b"]) + columns["c"]
    model = TabularRegressor(members=1, refit=True).fit(columns, y)
    assert "learned anew" in " ".join(model.model_.held.notes)
    assert model.coefs_[0].shape[0] == model.model_.encoding.n_outputs
    assert model.score(columns, y) > 0.95


def test_none_where_inputs_are_embedded() -> None:
    columns = alike()
    model = TabularRegressor(members=2, max_iter=4, embedded=True).fit(columns, columns["a"])
    assert model.model_.estimator["settings"]["contrasts"] == 0.0
    assert np.isfinite(model.predict(columns)).all()
