"""`embedded`: networks of the estimators on tables that learn waves of numbers and dates."""

import numpy as np
import pandas as pd
import pytest

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.errors import ModelFileError, SpecError
from clearprop.estimators.presets import PRESETS
from clearprop.train import files
from oracles.portables import feed, run_onnx

RNG = np.random.default_rng(0)
X = {
    "town": RNG.choice(["Lima", "Oslo", "Rome"], 120),
    "x": RNG.normal(size=120),
    "size": np.where(RNG.uniform(size=120) < 0.1, np.nan, RNG.normal(size=120)),
}
Y = np.sin(3 * X["x"]) + (X["town"] == "Oslo")


@pytest.fixture(scope="module")
def regressor():
    return TabularRegressor("fast", embedded=True, max_iter=20).fit(X, Y)


@pytest.fixture(scope="module")
def classifier():
    return TabularClassifier("fast", embedded=True, max_iter=6).fit(X, Y > 0)


def test_no_preset_embeds():
    assert not any(preset.embedded for preset in PRESETS.values())
    assert not TabularRegressor("fast", max_iter=2).fit(X, Y).model_.params.net.embedded


def test_numbers_are_embedded_and_learned(regressor):
    names = regressor.input_names_
    for params in regressor.model_.members:
        assert [names[k] for k in params.net.embedded] == ["x", "size"]
        assert params.W[1].shape == (len(names) + 6, 128)
        assert abs(np.abs(params.embedding.s).max() - np.pi) < 0.3  # of many numbers from -pi to pi
    assert regressor.score(X, Y) > 0.7


def test_it_learns_what_a_network_without_embeddings_learns_from(regressor):
    """The columns of the table are encoded as ever."""
    plain = TabularRegressor("fast", max_iter=2).fit(X, Y)
    np.testing.assert_array_equal(plain.model_.encoding.encode(plain._table(X)),
                                  regressor.model_.encoding.encode(regressor._table(X)))  # fmt: skip


def test_dates_are_embedded_too():
    days = pd.date_range("2024-01-01", periods=60)
    model = TabularRegressor("fast", embedded=True, max_iter=2).fit({"day": days}, np.arange(60.0))
    assert model.input_names_[model.model_.params.net.embedded[0]] == "day"


def test_a_table_of_categories_has_nothing_to_embed():
    model = TabularRegressor("fast", embedded=True, max_iter=2).fit({"town": X["town"]}, Y)
    assert model.model_.params.net.embedded == ()


def test_a_file_keeps_the_embeddings(regressor, tmp_path):
    path = tmp_path / "model.safetensors"
    save(regressor, path)
    found = load(path)
    np.testing.assert_array_equal(found.predict(X), regressor.predict(X))
    for own, kept in zip(regressor.model_.members, found.model_.members, strict=True):
        assert own.net.embedded == kept.net.embedded == (3, 9)
        np.testing.assert_array_equal(own.flat, kept.flat)


def test_a_file_without_an_embedding_is_refused(regressor, tmp_path, monkeypatch):
    path, whole = tmp_path / "model.safetensors", files.tensors_of
    monkeypatch.setattr(
        files, "tensors_of", lambda p: {k: v for k, v in whole(p).items() if k != "embedding.shift"}
    )
    save(regressor, path)
    with pytest.raises(ModelFileError, match="is damaged: it holds the tensors"):
        load(path)


def test_onnx_has_the_embeddings(regressor, classifier):
    exported = regressor.to_onnx()
    found = run_onnx(exported, feed(X, exported))["variable"][:, 0]
    np.testing.assert_allclose(found, regressor.predict(X), rtol=2e-5, atol=2e-5)  # float32
    exported = classifier.to_onnx()
    found = run_onnx(exported, feed(X, exported))["probabilities"]
    np.testing.assert_allclose(found, classifier.predict_proba(X), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("export", ["to_json", "to_torch"])
def test_other_formats_are_refused(regressor, export):
    with pytest.raises(SpecError, match="no word for inputs that are embedded"):
        getattr(regressor, export)()


def test_embeddings_that_are_not_finite_are_not_exported(classifier):
    model = TabularClassifier("fast", embedded=True, members=1, max_iter=1).fit(X, Y > 0)
    model.model_.params.embedding.f[0, 0] = np.nan
    with pytest.raises(SpecError, match="All numbers of embeddings must be finite"):
        model.to_onnx()


def test_input_gradients_go_through_the_embeddings(classifier):
    """By differences of the answers of one network, in float64."""
    model = TabularClassifier("fast", embedded=True, members=1, max_iter=2, dtype="float64", calibrate=False)
    model.fit(X, Y > 0)
    some = {name: column[:5] for name, column in X.items()}
    encoded, step = model.model_.encoding.encode(model._table(some)), 1e-6
    at = model.input_names_.index("x")
    found = model.input_gradients(some)[:, 1, at]
    moved = [encoded + sign * step * np.eye(encoded.shape[1])[at] for sign in (1, -1)]
    z = [model.model_.outputs(rows) for rows in moved]
    p = [np.exp(one)[:, 1] / np.exp(one).sum(axis=1) for one in z]
    np.testing.assert_allclose(found, (p[0] - p[1]) / (2 * step), rtol=1e-6, atol=1e-9)
    loss = model.input_gradients(some, (Y > 0)[:5])
    sign = np.where((Y > 0)[:5], -1, 1)  # dJ_i/dp of the second class, by its p
    chosen = np.where((Y > 0)[:5], model.predict_proba(some)[:, 1], model.predict_proba(some)[:, 0])
    np.testing.assert_allclose(loss[:, at], sign * found / chosen, rtol=1e-8, atol=1e-12)


def test_importances_by_slopes_and_by_shuffling(regressor):
    found = regressor.importances(X, Y)
    assert found.mean[1] > 0
    assert found.gradient[1] > 0


def test_the_doctor_looks_at_it(regressor):
    assert regressor.diagnose(X, Y).looked_at
    assert regressor.diagnose(X).looked_at


def test_an_estimate_and_further_steps():
    model = TabularRegressor("fast", embedded=True, max_iter=2)
    plain, own = TabularRegressor("fast", max_iter=2).estimate(X, Y), model.estimate(X, Y)
    assert own.memory > plain.memory
    assert own.flops > plain.flops
    before = model.fit(X, Y).predict(X)
    assert not np.array_equal(model.partial_fit(X, Y).predict(X), before)


@pytest.mark.parametrize("given", ["yes", 1])
def test_embedded_is_true_or_false(given):
    with pytest.raises(SpecError, match="`embedded` must be True or False"):
        TabularRegressor("fast", embedded=given).fit(X, Y)
