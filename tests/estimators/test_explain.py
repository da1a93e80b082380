"""`explain` of all four estimators: their own names, their own penalty, their own numbers."""

import math
import re
import warnings
from datetime import datetime, timedelta

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load, save
from clearprop.errors import SpecError
from clearprop.show.account import committee
from clearprop.show.account.words import Words
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
    assert batch["member"] == 0
    assert {"number", "place", "part", "missing", "level"} <= {e["kind"] for e in batch["encoding"]}
    assert [e["input"] for e in batch["encoding"]] == batch["inputs"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_any_network_of_a_committee_is_shown_and_how_they_agree(lang):
    """G4: the model's answer is the mean of p over its networks, then calibrated."""
    model = TabularClassifier(max_iter=2).fit(models.table(), models.classes())
    account = model.explain(rows(3), models.classes()[:3], member=1, form="batch", lang=lang)
    found = account.trace["committee"]
    held = account.trace["quantities"]["W[1]"]["held"]
    np.testing.assert_array_equal(account["W[1]"], model.model_.members[1].W[1][np.ix_(*held)].astype(float))
    np.testing.assert_array_equal(found["answers"][1], account["p"])
    mean = np.mean(found["answers"], axis=0)
    np.testing.assert_allclose(found["mean"], mean, rtol=1e-15)
    sharp = mean ** (1 / found["temperature"])
    answer = sharp / sharp.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        answer, model.predict_proba(rows(3)), rtol=2e-5
    )  # which is computed in float32
    header, table = committee.table(account.trace, Words(lang))
    assert len(header) == 1 + 3 * 3
    for column in list(zip(*table, strict=True))[1:]:
        *each, last = map(float, column)
        # the mean recomputes from what is printed: to its four digits, and half a unit of the members' sixth
        assert abs(np.mean(each) - last) <= 0.51e-3 * 10 ** np.floor(np.log10(last))
    for text in (account.to_text(), account.to_markdown(), account.to_latex(), account.to_html()):
        assert all(cell in text for row in table for cell in row[1:])
    assert found["said"][0] in account.to_html()


def test_a_member_that_is_not_there():
    model = TabularClassifier(max_iter=2).fit(models.table(), models.classes())
    K = len(model.model_.members)
    with pytest.raises(
        SpecError, match=f"from 0 to {K - 1}: the model is a committee of {K} networks; got {K}"
    ):
        model.explain(rows(2), models.classes()[:2], member=K)
    with pytest.raises(SpecError, match="from 0 to 0: the model is one network; got 1"):
        models.classifier().explain(rows(2), models.classes()[:2], member=1)
    assert models.classifier().explain(rows(2), models.classes()[:2]).trace["committee"] is None


def days_between(text, first="1970-01-01"):
    return (datetime.fromisoformat(text) - datetime.fromisoformat(first)) / timedelta(days=1)


def read_back(said, cell):
    """The number that a raw cell is encoded to, by what the account says of it and the calendar of Python."""
    if re.search("is missing, else 0", said):
        return float(not cell)
    if not cell:
        return 0.0
    if found := re.fullmatch(r"u / sqrt\(1 \+ \(u/3\)²\) of u = (\S+) · the days from (.+) to \w+; .*", said):
        u = float(found[1]) * days_between(cell, found[2])
        return u / math.sqrt(1 + (u / 3) ** 2)
    found = re.fullmatch(r"(cos|sin)\(2π [ds] / (\S+)\) of the whole (days|seconds) .*", said)
    count = math.floor(days_between(cell) * (1 if found[3] == "days" else 86400) + 1e-6)
    return getattr(math, found[1])(2 * math.pi * count / float(found[2]))


@pytest.mark.parametrize("hours", [0, 5])
def test_a_date_is_followed_from_its_cell_to_the_input(hours):
    """Each input of a date, recomputed from the cell and the sentence that the account prints beside it."""
    n = np.arange(60)
    when = (
        np.datetime64("2024-03-01T00:00:00") + n.astype("m8[D]") * 9 + (n % 7 * hours * 3571).astype("m8[s]")
    )
    when[5] = np.datetime64("NaT")
    model = TabularRegressor("fast", members=1, max_iter=2, hidden_layer_sizes=(4,), dtype="float64")
    account = model.fit({"sold": when}, n).explain({"sold": when[:8]}, n[:8], form="batch")
    batch = account.trace["batch"]
    assert batch["table"]["rows"][0] == ["2024-03-01 00:00:00"]
    kinds = {"moment", "missing", "turn", "target"} | ({"clock"} if hours else set())
    assert {e["kind"] for e in batch["encoding"]} == kinds
    for k, encoded in enumerate(batch["encoding"][:-1]):
        by_hand = [read_back(encoded["text"], cell) for (cell,) in batch["table"]["rows"]]
        # the sentence has six digits of the scale
        np.testing.assert_allclose(np.asarray(account["a[0]"])[:, k], by_hand, rtol=0, atol=5e-6)
    Z = np.asarray(account["a[0]"]) @ np.asarray(account["W[1]"]) + np.asarray(account["b[1]"])
    np.testing.assert_allclose(account["z[1]"], Z, rtol=1e-12)


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
