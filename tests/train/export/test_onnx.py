"""ONNX: what onnxruntime computes of an exported model is what the model predicts."""

import sys

import numpy as np
import onnx
import pytest

from clearprop.engine.engine import Engine
from clearprop.errors import SpecError
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.network import Network, Parameters
from clearprop.tables.category import Category
from clearprop.train.export import graph
from clearprop.train.export import onnx as onnx_export
from clearprop.train.export.onnx import onnx_model
from oracles.golden import golden_set, inputs_of, numbers
from oracles.portables import ABSOLUTE, array_model, feed, of_parameters, rows, run_onnx, table_model

DTYPES = ["float32", "float64"]


def inputs(model, rows=300, seed=0):
    X = np.random.default_rng(seed).normal(0, 3, (rows, model.params.net.sizes[0]))
    return X.astype(model.params.flat.dtype)


def expected(model, X):
    return Engine(model.params, dtype=model.params.flat.dtype).predict(X)


def close(got, want, dtype):
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=ABSOLUTE[dtype], atol=ABSOLUTE[dtype])


CELLS = [(a, d) for a in sorted(ACTIVATIONS) for d in DTYPES if (a, d) != ("gelu", "float64")]  # refused


@pytest.mark.parametrize(("activation", "dtype"), CELLS)
def test_every_activation(activation, dtype):
    model = array_model(activation=activation, dtype=dtype)
    X, exported = inputs(model), onnx_model(model)
    onnx.checker.check_model(exported, full_check=True)
    found = run_onnx(exported, {"X": X})
    want = expected(model, X)
    close(found["probabilities"], want, dtype)
    assert found["probabilities"].dtype == dtype
    assert (found["label"] == want.argmax(axis=1)).mean() > 0.99  # ties within the last digits may fall apart
    assert found["label"].dtype == np.int64


@pytest.mark.parametrize(("activation", "dtype"), CELLS)
def test_far_inputs_overflow_nowhere(activation, dtype):
    model = array_model((1, 3, 2), activation, "logistic", dtype, "multilabel")
    X = np.array([[-1e4], [-90.0], [-0.0], [0.0], [1e-30], [90.0], [1e4]], dtype)
    close(run_onnx(onnx_model(model), {"X": X})["probabilities"], expected(model, X), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_the_golden_rows(name, dtype):
    _, params, X, _ = inputs_of(name, 0, np.dtype(dtype))
    found = run_onnx(onnx_model(of_parameters(params)), {"X": np.asarray(X, dtype)})
    want = numbers(golden_set(name)["forward"]["p"])
    close(found["probabilities"], want, dtype)
    np.testing.assert_array_equal(found["label"], want.argmax(axis=1))


def test_names_versions_and_shapes_are_those_of_skl2onnx():
    exported = onnx_model(array_model())
    assert {x.domain: x.version for x in exported.opset_import} == {"": 17, "ai.onnx.ml": 3}
    assert exported.ir_version == 8
    assert [x.name for x in exported.graph.input] == ["X"]
    assert [x.name for x in exported.graph.output] == ["label", "probabilities"]
    shape = exported.graph.input[0].type.tensor_type.shape.dim
    assert (shape[0].dim_value, shape[1].dim_value) == (0, 5)  # any number of rows


EXPRESSIONS = [
    "x*tanh(softplus(x))", "sin(x)", "x/(1+abs(x))", "where(x>0, x, 0.1*x)", "log(1+x*x)", "max(x, 0)**2", "min(x, 3)",
    "expm1(-x*x)", "1.7159*tanh(2*x/3)", "-x",
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_of_the_users(text, dtype):
    model = array_model(activation=("relu", text), dtype=dtype)
    X = inputs(model)
    close(run_onnx(onnx_model(model), {"X": X})["probabilities"], expected(model, X), dtype)


def test_activations_differ_by_layer():
    model = array_model((4, 6, 5, 3), ("tanh", "mish"))
    X = inputs(model)
    close(run_onnx(onnx_model(model), {"X": X})["probabilities"], expected(model, X), "float64")


@pytest.mark.parametrize(
    "classes",
    [[3, 7], ["no", "ja 是"], [False, True], [-1.0, 2.0], np.array([1, 2], np.uint8), np.array(["a", "b"], object)],
)  # fmt: skip
def test_one_logistic_unit_is_two_classes_in_their_own_type(classes):
    model = array_model((5, 8, 1), head="logistic", classes=classes)
    X = inputs(model)
    p, found = expected(model, X)[:, 0], run_onnx(onnx_model(model), {"X": X})
    np.testing.assert_array_equal(found["label"], np.asarray(classes)[(p > 0.5).astype(int)])
    assert found["label"].dtype.kind == {"u": "i", "U": "O"}.get(
        model.classes.dtype.kind, model.classes.dtype.kind
    )
    close(found["probabilities"], np.column_stack([1 - p, p]), "float64")


def test_one_class_alone_is_always_the_answer():
    model = array_model((5, 8, 1), head="logistic", classes=["only"])
    found = run_onnx(onnx_model(model), {"X": inputs(model)})
    assert set(found["label"]) == {"only"}


def test_a_probability_of_a_half_is_the_first_class():
    net = Network((1, 1), head="logistic")
    model = of_parameters(Parameters(net, np.array([1.0, 0.0])), classes=["first", "second"])
    found = run_onnx(onnx_model(model), {"X": np.array([[0.0], [1e-9]])})
    assert found["label"].tolist() == ["first", "second"]


def test_several_labels():
    model = array_model((5, 8, 4), "tanh", "logistic", task="multilabel")
    X = inputs(model)
    p, found = expected(model, X), run_onnx(onnx_model(model), {"X": X})
    np.testing.assert_array_equal(found["label"], p > 0.5)
    assert found["label"].dtype == np.int64
    close(found["probabilities"], p, "float64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("head", "n_out"), [("identity", 1), ("identity", 3), ("exp", 2)])
def test_numbers(head, n_out, dtype):
    model = array_model((5, 8, n_out), "silu", head, dtype, "regression")
    X = inputs(model)
    found = run_onnx(onnx_model(model), {"X": X})
    assert list(found) == ["variable"]
    close(found["variable"], expected(model, X), dtype)


def test_another_dtype_than_that_of_training():
    model = array_model(activation="gelu")
    X = inputs(model)
    found = run_onnx(onnx_model(model, "float32"), {"X": X.astype(np.float32)})
    assert found["probabilities"].dtype == np.float32
    close(found["probabilities"], expected(model, X), "float32")


# ---- Tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("answer", ["classes", "numbers"])
def test_raw_columns_with_missing_values_and_unknown_categories(dtype, answer):
    model, table = table_model(dtype, answer == "numbers"), rows()
    exported = onnx_model(model)
    onnx.checker.check_model(exported, full_check=True)
    assert [x.name for x in exported.graph.input] == model.encoding.needed
    found = run_onnx(exported, feed(table, exported))
    if answer == "numbers":
        assert found["variable"].dtype == np.float64
        close(found["variable"][:, 0], model.predict(table), dtype)
    else:
        p = model.predict_proba(table)
        close(found["probabilities"], p, dtype)
        assert (found["label"] == model.predict(table)).mean() > 0.99


def test_one_row_alone_of_each_kind_of_value():
    """A row a time: nothing in the graph depends on how many rows there are."""
    model, table = table_model("float64"), rows(30)
    exported = onnx_model(model)
    fed, p = feed(table, exported), model.predict_proba(table)
    for i in range(30):
        row = {name: x[i : i + 1] for name, x in fed.items()}
        close(run_onnx(exported, row)["probabilities"], p[i : i + 1], "float64")


def test_texts_and_numbers_that_the_user_calls_missing():
    from clearprop.tables.read import read_table

    model, table = table_model("float64", missing=("none", "-999", "2")), rows()
    table["town"] = ["none" if i % 5 == 0 else town for i, town in enumerate(table["town"])]
    table["age"][::6] = -999
    exported = onnx_model(model)
    read = model.read(table, ("none", "-999", "2"))
    plain = onnx_model(table_model("float64"))
    fed = feed(table, exported)
    p = run_onnx(exported, fed)["probabilities"]
    close(p, model.predict_proba(read), "float64")
    assert not np.allclose(p, run_onnx(plain, fed)["probabilities"])
    assert read_table(table).n_rows == len(p)


def test_inputs_have_the_type_of_the_raw_column():
    kinds = {x.name: x.type.tensor_type.elem_type for x in onnx_model(table_model()).graph.input}
    text, number, whole, truth = (getattr(onnx.TensorProto, k) for k in ("STRING", "DOUBLE", "INT64", "BOOL"))
    assert {name: kinds[name] for name in ("age", "town", "rooms", "grade", "step", "flag", "maybe")} == {
        "age": number, "town": text, "rooms": whole, "grade": number, "step": number, "flag": truth, "maybe": number,
    }  # fmt: skip


def test_columns_with_the_names_of_outputs_and_nodes():
    from dataclasses import replace

    model = table_model("float64")
    others = {"age": "label", "town": "probabilities", "known": "MatMul", "year": "constant"}
    columns = tuple(
        replace(c, name=others[c.name]) if c.name in others else c for c in model.encoding.columns
    )
    renamed = replace(model, encoding=replace(model.encoding, columns=columns))
    exported, table = onnx_model(renamed), rows()
    onnx.checker.check_model(exported, full_check=True)
    assert [x.name for x in exported.graph.output] == ["label1", "probabilities1"]
    found = run_onnx(exported, feed({others.get(k, k): v for k, v in table.items()}, exported))
    close(found["probabilities1"], model.predict_proba(table), "float64")


# ---- Refusals ------------------------------------------------------------------------------------------


def refusal(model, **given):
    with pytest.raises(SpecError) as caught:
        onnx_model(model, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert refusal(array_model()) == (
        "Exporting to ONNX needs the package onnx, which is not installed: pip install clearprop[onnx]"
    )


def test_a_word_that_onnx_does_not_have():
    with pytest.raises(SpecError, match=r"^ONNX has no word for `greatest_of`\.$"):
        graph._unknown("greatest_of")(1.0)


@pytest.mark.parametrize("head", ["absolute", "huber", "quantile", "log(cosh(p-y))"])
def test_other_losses_leave_the_output_as_it_is(head):
    model = array_model((5, 8, 2), head=head, task="regression")
    X = inputs(model)
    close(run_onnx(onnx_model(model), {"X": X})["variable"], expected(model, X), "float64")


@pytest.mark.parametrize(
    ("classes", "shown"),
    [(np.array([b"a", b"b"]), "[b'a', b'b']"), (np.array([1, 2**64 - 1], np.uint64), "[1, 18446744073709551615]")],
)  # fmt: skip
def test_classes_that_onnx_cannot_keep(classes, shown):
    assert refusal(array_model((5, 8, 1), head="logistic", classes=classes)) == (
        f"ONNX keeps classes that are texts, truth values, float64 or int64; got {shown}."
    )


def test_large_whole_numbers_with_missing_ones():
    from dataclasses import replace

    model = table_model()
    columns = tuple(
        Category("grade", (1, 2, 2**60), (5, 7, 9), 2, 0) if c.name == "grade" else c
        for c in model.encoding.columns
    )
    message = refusal(replace(model, encoding=replace(model.encoding, columns=columns)))
    assert message == (
        "ONNX keeps whole numbers with missing values among them up to 2^53; the categories of column `grade` are "
        "larger. Turn them into texts before training."
    )


def test_another_dtype_is_refused():
    assert refusal(array_model(), dtype="float16") == "`dtype` must be float32 or float64; got 'float16'."


def test_gelu_in_float64():
    assert refusal(array_model(activation=("relu", "gelu"))) == (
        "`erf` (of gelu) is ONNX's Erf, which onnxruntime has in float32 only. Pass `dtype` float32."
    )


def test_weights_that_are_not_finite():
    model = array_model()
    model.params.b[2][1] = np.nan
    assert refusal(model) == (
        "All weights must be finite to be exported, but those of layer 2 are not. Fit again."
    )


def test_weights_beyond_two_gibibytes(monkeypatch):
    monkeypatch.setattr(onnx_export, "LARGEST", 500)
    assert refusal(array_model()) == (
        "An ONNX file holds less than 2 GiB, but the weights have 888 bytes. Use `to_torch`."
    )
