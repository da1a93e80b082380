"""`explain` of all four estimators: their own names, their own penalty, their own numbers."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, load, save
from oracles import models

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4))
CLASSES = np.array(["a", "b", "c"])[np.argsort(X[:, :3], axis=1)[:, 0]]


def fitted(model, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


@pytest.mark.parametrize(
    ("y", "outputs"),
    [(CLASSES, ["a", "b", "c"]), (CLASSES == "a", ["True"]), ((X[:, :2] > 0).astype(int), ["0", "1"])],
)
def test_classifiers_name_their_classes(y, outputs):
    model = fitted(MLPClassifier((5,), max_iter=3, alpha=0.3), y)
    account = model.explain(X[:4], y[:4])
    assert account.trace["batch"]["outputs"] == outputs
    assert account.trace["options"]["l2"] == 0.3 / 4  # scikit-learn's alpha, for so many rows
    assert account.trace["network"]["relu_grad_at_zero"] == 0
    assert account.trace["verified"]["ok"]
    np.testing.assert_array_equal(account["dW[1]"], model.working(X[:4], y[:4]).dW[1])
    np.testing.assert_array_equal(account["W[1]"], model.coefs_[0])


def test_regressors_weights_and_options():
    model = fitted(MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=3), X[:, 0])
    account = model.explain(X[:4], X[:4, 0], [1, 2, 3, 4], lr=0.5, l2=0.0, lang="zh", form="batch")
    assert account.trace["scalars"]["m"]["value"] == 10.0
    assert account.trace["options"]["lr"] == 0.5
    assert account.trace["verified"]["ok"]


def rows(n):
    return {name: values[:n] for name, values in models.table().items()}


def test_tables_show_their_raw_values_and_how_they_were_encoded():
    account = models.classifier().explain(rows(3), models.classes()[:3], form="batch")
    batch = account.trace["batch"]
    assert batch["inputs"] == models.classifier().input_names_
    assert batch["outputs"] == ["low", "mid", "top"]
    assert batch["table"]["columns"] == ["age", "height", "town"]
    assert batch["table"]["rows"][0][:1] == [""]  # missing
    assert {e["kind"] for e in batch["encoding"]} >= {"number", "missing", "level"}
    assert account.trace["verified"]["ok"]
    assert "How the columns were encoded" in account.to_text()


def test_the_target_of_a_table_is_said_to_be_scaled():
    account = models.regressor().explain(rows(3), models.numbers()[:3])
    target = account.trace["batch"]["encoding"][-1]
    assert target["kind"] == "target"
    assert target["text"].startswith("(y - ")


def test_a_committee_and_the_parts_of_numbers_are_said():
    model = TabularClassifier(max_iter=2).fit(models.table(), models.classes())
    batch = model.explain(rows(2), models.classes()[:2], form="batch").trace["batch"]
    assert batch["members"] == len(model.model_.members) > 1
    assert {"number", "place", "part", "missing", "level"} <= {e["kind"] for e in batch["encoding"]}
    assert [e["input"] for e in batch["encoding"]] == batch["inputs"]


def test_a_loaded_model_explains_itself_alike(tmp_path):
    save(models.classifier(), tmp_path / "m.safetensors")
    told = [
        m.explain(rows(2), models.classes()[:2]).trace
        for m in (models.classifier(), load(tmp_path / "m.safetensors"))
    ]
    assert told[0] == told[1]


def test_not_fitted():
    with pytest.raises(NotFittedError):
        MLPClassifier().explain(X, CLASSES)
    with pytest.raises(NotFittedError):
        TabularClassifier().explain(rows(2), ["low", "mid"])
