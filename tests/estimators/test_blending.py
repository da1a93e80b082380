"""`blended`: units of the estimators on tables that learn a share of their activation."""

import numpy as np
import pytest

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.errors import SpecError
from clearprop.estimators.presets import PRESETS
from oracles.portables import feed, run_onnx

RNG = np.random.default_rng(0)
X = {"x": RNG.normal(size=120), "town": RNG.choice(["Lima", "Oslo", "Rome"], 120)}
Y = X["x"] + (X["town"] == "Oslo")


@pytest.fixture(scope="module")
def regressor():
    return TabularRegressor("fast", blended=True, max_iter=6).fit(X, Y)


@pytest.fixture(scope="module")
def classifier():
    return TabularClassifier("fast", blended=True, max_iter=6).fit(X, Y > 0)


def test_no_preset_blends():
    assert not any(preset.blended for preset in PRESETS.values())
    assert not TabularRegressor("fast", max_iter=2).fit(X, Y).model_.params.net.blended


def test_shares_are_learned(regressor):
    for params in regressor.model_.members:
        assert params.net.blended
        assert all(np.abs(params.c[l] - 1).max() > 1e-4 for l in (1, 2))
    assert regressor.score(X, Y) > 0.7


def test_a_file_keeps_the_shares(regressor, tmp_path):
    path = tmp_path / "model.safetensors"
    save(regressor, path)
    found = load(path)
    np.testing.assert_array_equal(found.predict(X), regressor.predict(X))


def test_onnx_has_the_shares(regressor, classifier):
    exported = regressor.to_onnx()
    found = run_onnx(exported, feed(X, exported))["variable"][:, 0]
    np.testing.assert_allclose(found, regressor.predict(X), rtol=2e-5, atol=2e-5)  # float32
    exported = classifier.to_onnx()
    found = run_onnx(exported, feed(X, exported))["probabilities"]
    np.testing.assert_allclose(found, classifier.predict_proba(X), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("export", ["to_json", "to_torch"])
def test_other_formats_are_refused(regressor, export):
    with pytest.raises(SpecError, match="no word for units that learn a share of their activation"):
        getattr(regressor, export)()


def test_explain_shows_the_shares(regressor, classifier):
    for model, y in ((regressor, Y[:4]), (classifier, Y[:4] > 0)):
        account = model.explain({name: column[:4] for name, column in X.items()}, y)
        assert account.trace["verified"]["ok"]
        assert {"c[1]", "dc[2]", "c'[1]"} <= set(account.trace["quantities"])


def test_importances_by_slopes_and_by_shuffling(regressor):
    found = regressor.importances(X, Y)
    assert found.mean[0] > 0
    assert found.gradient[0] > 0


@pytest.mark.parametrize("given", ["yes", 1])
def test_blended_is_true_or_false(given):
    with pytest.raises(SpecError, match="`blended` must be True or False"):
        TabularRegressor("fast", blended=given).fit(X, Y)
