"""`to_onnx`, `to_torch` and `to_json` of fitted estimators."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier
from clearprop.errors import ModelFileError
from oracles.models import classifier, regressor, table
from oracles.portables import ABSOLUTE, feed, run_lines, run_onnx

pytestmark = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 4))
Y = {
    "two": np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)],
    "three": (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5),
    "truth": X[:, 0] > 0,
    "floats": np.where(X[:, 0] > 0, 2.0, -1.0),
    "labels": (X[:, :3] > 0).astype(int),
}


def close(got, want, dtype):
    np.testing.assert_allclose(got, want, rtol=ABSOLUTE[dtype], atol=ABSOLUTE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", sorted(Y))
def test_classifiers_on_arrays_by_onnxruntime(kind, dtype):
    rows = X.astype(dtype)
    mlp = MLPClassifier((8, 5), random_state=0, max_iter=40).fit(rows, Y[kind])
    found = run_onnx(mlp.to_onnx(), {"X": rows})
    close(found["probabilities"], mlp.predict_proba(rows), dtype)
    np.testing.assert_array_equal(found["label"], mlp.predict(rows))


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_regressors_on_arrays_by_onnxruntime(loss, outputs):
    y = np.abs(X[:, :outputs])
    mlp = MLPRegressor(loss, hidden_layer_sizes=(8,), random_state=0, max_iter=40).fit(
        X, y if outputs > 1 else y.ravel()
    )
    close(run_onnx(mlp.to_onnx(), {"X": X})["variable"], mlp.predict(X).reshape(80, outputs), "float64")


def test_sparse_training_makes_no_difference():
    mlp = MLPClassifier((6,), random_state=0, max_iter=20).fit(csr_array(X), csr_array(Y["labels"]))
    found = run_onnx(mlp.to_onnx(), {"X": X})
    np.testing.assert_array_equal(found["label"], mlp.predict(X).toarray())


def test_tables_by_onnxruntime():
    rows = table(90, 3)
    rows["town"][:5] = "Nowhere"
    for model, dtype in ((classifier(), "float32"), (regressor(), "float64")):
        exported = model.to_onnx()
        found = run_onnx(exported, feed(rows, exported))
        if hasattr(model, "classes_"):
            close(found["probabilities"], model.predict_proba(rows), dtype)
            assert (found["label"] == model.predict(rows)).mean() > 0.97
        else:
            close(found["variable"][:, 0], model.predict(rows), dtype)


def test_texts_that_the_estimator_calls_missing():
    columns = {"town": ["A", "B", "C", "none"] * 12, "age": [20.0, 30.0, -1.0, 40.0] * 12}
    model = TabularClassifier("fast", max_iter=3, missing=["none", "-1"]).fit(
        columns, ["n", "y", "y", "n"] * 12
    )
    exported = model.to_onnx()
    close(
        run_onnx(exported, feed(columns, exported))["probabilities"], model.predict_proba(columns), "float32"
    )


def test_the_lines_for_torch():
    mlp = MLPClassifier((8, 5), ["tanh", "gelu"], random_state=0, max_iter=40).fit(X, Y["three"])
    found = mlp.to_torch()
    close(run_lines(found.module, found.output, found.tensors, X), mlp.predict_proba(X), "float64")


def test_files_hold_what_is_returned(tmp_path):
    mlp = MLPClassifier((8,), random_state=0, max_iter=5).fit(X, Y["two"])
    exported, text = mlp.to_onnx(tmp_path / "m.onnx"), mlp.to_json(str(tmp_path / "m.json"))
    assert (tmp_path / "m.onnx").read_bytes() == exported.SerializeToString()
    assert (tmp_path / "m.json").read_text(encoding="utf-8") == text
    tensors = mlp.to_torch(tmp_path / "m.safetensors").tensors
    stored = load_file(tmp_path / "m.safetensors")
    assert {k: v.tobytes() for k, v in stored.items()} == {k: v.tobytes() for k, v in tensors.items()}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.json", "m.onnx", "m.safetensors"]
    with pytest.raises(ModelFileError, match="cannot be written"):
        mlp.to_json(tmp_path / "absent" / "m.json")


def test_names_of_columns_go_along():
    pd = pytest.importorskip("pandas")
    mlp = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0).fit(
        pd.DataFrame(X, columns=list("abcd")), X[:, 0]
    )
    assert json.loads(mlp.to_json())["features"] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("method", ["to_onnx", "to_torch", "to_json"])
@pytest.mark.parametrize("estimator", [MLPClassifier(), MLPRegressor(), TabularClassifier()])
def test_what_is_not_fitted(estimator, method):
    with pytest.raises(NotFittedError):
        getattr(estimator, method)()


def test_weights_put_in_by_hand_are_exported():
    mlp = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0).fit(X, X[:, 0])
    mlp.coefs_ = [2 * W for W in mlp.coefs_]
    close(run_onnx(mlp.to_onnx(), {"X": X})["variable"].ravel(), mlp.predict(X), "float64")
