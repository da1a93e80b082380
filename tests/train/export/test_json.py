"""JSON: read with nothing but `json` and NumPy, an exported model gives the predictions of the model."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import erf

from clearprop.engine.engine import Engine
from clearprop.errors import SpecError
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.train.export.json import json_text
from oracles.portables import ABSOLUTE, array_model, committee_model, of_parameters, rows, table_model


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


ACTIVATE = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z < 0, 0.01 * z, z),
    "elu": lambda z: np.where(z < 0, np.expm1(np.minimum(z, 0)), z),
    "selu": lambda z: (
        1.0507009873554805 * np.where(z < 0, 1.6732632423543772 * np.expm1(np.minimum(z, 0)), z)
    ),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "silu": lambda z: z / (1 + np.exp(-z)),
    "mish": lambda z: z * np.tanh(softplus(z)),
    "tanh": np.tanh,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": softplus,
}
OUTPUT = {
    "softmax": lambda z: np.exp(z - softmax_sum(z)),
    "logistic": ACTIVATE["logistic"],
    "identity": ACTIVATE["identity"],
    "exp": np.exp,
}


def softmax_sum(z):
    return np.log(np.exp(z).sum(axis=1, keepdims=True))


def predict(text, X):
    """What a reader of the schema writes: the forward pass. X: an array, or rows of raw columns."""
    model = json.loads(text)
    a = X if model["columns"] is None else encode(model, X)
    p = np.mean([forward(model, one, a) for one in (model, *model.get("others", ()))], axis=0)
    if model["temperature"] != 1:
        p = p ** (1 / model["temperature"])
        p = p / p.sum(axis=1, keepdims=True)
    return p if model["scale"] is None else number(p, **model["scale"])


def forward(model, member, a):
    layers = list(zip(member["weights"], member["biases"], strict=True))
    for (W, b), g in zip(layers, [*model["activation"], None], strict=True):
        z = a @ np.array(W, model["dtype"]) + np.array(b, model["dtype"])
        a = ACTIVATE[g](z) if g else OUTPUT[model["output"]](z)
    return a


def number(p, mean, sd, shift, least, most):
    t = p.astype(float) * sd + mean
    return np.clip(t if shift is None else np.exp(t) - shift, least, most)


def encode(model, table):
    """Each row by each column, entry by entry, as the schema says."""
    n = len(next(iter(table.values())))
    rows = [[e for c in model["columns"] for e in entries(c, table[c["name"]][i] if c["name"] in table else None,
                                                          model["missing"])] for i in range(n)]  # fmt: skip
    return np.array(rows, model["dtype"])


def entries(column, value, missing):
    absent = value is None or value != value or value in missing
    told = [float(absent)] * (column["missing"] > 0)
    if column["kind"] in ("number", "moment"):
        x = 0.0 if absent else (value - column["median"]) * column["scale"]
        x = min(max(x, -column["far"]), column["far"])
        found = [x / np.sqrt(1 + (x / 3) ** 2)] if column["scale"] else []
        if "knots" in column:
            x, ends = (
                column["median"] if absent else value,
                [column[k] for k in ("least", "q25", "median", "q75", "most")],
            )
            found.append(np.interp(x, column["knots"], column["places"]))
            found += [np.interp(x, [a, b], [-1, 1]) for a, b in pairwise(ends) if a < b]
        turns = [None if absent else np.floor(value / s) * 2 * np.pi / n for s, n in column.get("turns", [])]
        return found + told + [0.0 if turn is None else f(turn) for turn in turns for f in (np.cos, np.sin)]
    if column["kind"] != "category":
        return []
    hits = [float(not absent and value == level) for level in column["levels"]]
    if len(hits) == 2 and not column["others"]:
        return [hits[1] - hits[0]]
    another = [float(not absent and not any(hits))] * (column["others"] > 0)
    return (hits if len(hits) > 1 else []) + another + told


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation(activation, dtype):
    model = array_model(activation=activation, dtype=dtype)
    X = np.random.default_rng(0).normal(0, 3, (200, 5)).astype(dtype)
    want = Engine(model.params, dtype=dtype).predict(X)
    np.testing.assert_allclose(predict(json_text(model), X), want, rtol=ABSOLUTE[dtype], atol=ABSOLUTE[dtype])


@pytest.mark.parametrize(
    ("head", "task", "n_out"),
    [
        ("softmax", "classification", 3),
        ("logistic", "multilabel", 3),
        ("identity", "regression", 2),
        ("exp", "regression", 1),
    ],
)
def test_every_output(head, task, n_out):
    model = array_model((5, 4, n_out), "tanh", head, task=task)
    X = np.random.default_rng(0).normal(0, 3, (200, 5))
    np.testing.assert_allclose(
        predict(json_text(model), X), Engine(model.params, dtype="float64").predict(X), rtol=1e-12
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("numbers", [False, True])
def test_tables(numbers, plain, dtype):
    model, table = table_model(dtype, numbers, plain=plain), rows()
    got = predict(json_text(model), table)
    want = model.predict(table)[:, None] if numbers else model.predict_proba(table)
    tolerance = 10 * ABSOLUTE[dtype]  # the turns of 20,000 days, rounded in another order, are 4e-12 off
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_weight_reads_back_to_its_bits(dtype):
    model = array_model(dtype=dtype)
    model.params.W[1][0, 0] = np.nextafter(np.dtype(dtype).type(0.1), np.dtype(dtype).type(1))
    model.params.W[1][0, 1] = np.finfo(dtype).smallest_subnormal
    model.params.W[1][0, 2] = -0.0
    found = json.loads(json_text(model))
    for l in (1, 2, 3):
        assert np.array(found["weights"][l - 1], dtype).tobytes() == model.params.W[l].tobytes()
        assert np.array(found["biases"][l - 1], dtype).tobytes() == model.params.b[l].tobytes()


def test_the_fields_are_those_of_the_schema():
    from clearprop.train.export.json import document

    found = document(committee_model())
    table = (document.__doc__ or "").split("============  ===")[1]
    listed = re.findall(r"^    (\w+)  ", table, re.MULTILINE)
    assert list(found) == listed
    assert (found["format"], found["schema"], found["task"]) == ("clearprop", 1, "classification")
    assert found["classes"] == ["no", "perhaps", "yes"]
    assert found["made_by"].startswith("TabularClassifier, clearprop ")


@pytest.mark.parametrize("classes", [[3, 7], ["no", "ja 是"], [False, True], [-1.0, 2.0]])
def test_classes_keep_their_type(classes):
    params = array_model((5, 8, 1), head="logistic").params
    found = json.loads(json_text(of_parameters(params, classes=classes)))["classes"]
    assert found == classes
    assert [type(c) for c in found] == [type(c) for c in classes]


def test_an_activation_that_the_schema_does_not_have():
    model = array_model()
    object.__setattr__(model.params.net, "activations", ("relu", "sin(x)"))
    with pytest.raises(
        SpecError, match=r"^The JSON schema has no word for the activation 'sin\(x\)' of layer 2\. "
    ):
        json_text(model)
