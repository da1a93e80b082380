"""`clearprop export`: a model file in other formats."""

import json
import sys

import numpy as np
import onnx
import pandas as pd
import pytest
from safetensors.numpy import load_file

from clearprop import MLPRegressor, load, save
from oracles.portables import feed, run_onnx


def test_onnx_predicts_as_the_model_does(run, model, fresh, tmp_path):
    out = tmp_path / "m.onnx"
    ended = run("export", model, "--to", "onnx", "-o", out)
    assert (ended.code, ended.out, ended.err) == (0, "", f"onnx: {out}\n")
    exported, frame = onnx.load(out), pd.read_csv(fresh)
    columns = {name: frame[name].tolist() for name in ("age", "hours", "town")}
    columns["hours"] = [np.nan if v == "?" else float(v) for v in columns["hours"]]
    found = run_onnx(exported, feed(columns, exported))
    np.testing.assert_allclose(
        found["probabilities"], load(model).predict_proba(fresh), rtol=0, atol=1e-6
    )  # float32
    assert (found["label"] == load(model).predict(fresh)).mean() > 0.99


def test_torch_prints_the_lines_that_use_the_file(run, model, tmp_path):
    out = tmp_path / "m.pt.safetensors"
    ended = run("export", model, "--to", "torch", "-o", out)
    found = load(model).to_torch()
    assert (ended.code, ended.out) == (0, f"{found}\n")
    assert {k: v.tobytes() for k, v in load_file(out).items()} == {
        k: v.tobytes() for k, v in found.tensors.items()
    }


def test_json_is_what_the_estimator_writes(run, model, tmp_path):
    assert run("export", model, "--to", "json", "-o", tmp_path / "m.json").code == 0
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    assert text == load(model).to_json()
    assert json.loads(text)["classes"] == ["no", "yes"]


def test_a_model_of_arrays(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 3))
    mlp = MLPRegressor(hidden_layer_sizes=(4,), activation="gelu", solver="lbfgs", random_state=0).fit(
        X, X[:, 0]
    )
    path, out = tmp_path / "m.safetensors", tmp_path / "m.onnx"
    save(mlp, path)
    ended = run("export", path, "--to", "onnx", "-o", out)
    assert (ended.code, ended.err) == (
        2, "clearprop: `erf` (of gelu) is ONNX's Erf, which onnxruntime has in float32 only. Pass `--dtype` float32.\n"
    )  # fmt: skip
    assert not out.exists()
    assert run("export", path, "--to", "onnx", "-o", out, "--dtype", "float32").code == 0
    found = run_onnx(onnx.load(out), {"X": X.astype(np.float32)})["variable"].ravel()
    np.testing.assert_allclose(found, mlp.predict(X), rtol=0, atol=1e-5)  # float32 beside float64


@pytest.mark.parametrize("to", ["onnx", "torch", "json"])
def test_an_output_that_exists_is_kept_unless_forced(run, model, tmp_path, to):
    out = tmp_path / "m"
    out.write_text("mine")
    ended = run("export", model, "--to", to, "-o", out)
    assert (ended.code, out.read_text()) == (2, "mine")
    assert (
        ended.err == f"clearprop: {out} exists already. Pass --force to replace it, or choose another name.\n"
    )
    assert run("export", model, "--to", to, "-o", out, "--force").code == 0
    assert out.stat().st_size > 100
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_the_model_itself_is_not_replaced(run, model):
    before = model.read_bytes()
    ended = run("export", model, "--to", "torch", "-o", model, "--force")
    assert ended.err == f"clearprop: {model} is the model itself. Choose another name for the export.\n"
    assert (ended.code, model.read_bytes()) == (2, before)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "tflite"], "tflite"),
        ([], "--to"),
        (["--to", "json", "--dtype", "float32"], "`--dtype` is for --to onnx; --to json keeps the model's."),
        (["--to", "onnx", "--dtype", "float16"], "`--dtype` must be float32 or float64; got 'float16'."),
    ],
)  # fmt: skip
def test_options_that_cannot_be(run, model, tmp_path, more, said):
    ended = run("export", model, "-o", tmp_path / "m", *more)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_model_that_is_not_there(run, tmp_path):
    ended = run("export", tmp_path / "absent", "--to", "json", "-o", tmp_path / "m")
    assert ended.err == f"clearprop: There is no model file {tmp_path / 'absent'}. Check the name.\n"
    (tmp_path / "m").write_text("mine")
    ended = run("export", tmp_path / "absent", "--to", "json", "-o", tmp_path / "m", "--force")
    assert (ended.code, "There is no model file" in ended.err) == (2, True)


def test_onnx_without_the_package(run, model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    ended = run("export", model, "--to", "onnx", "-o", tmp_path / "m")
    assert (ended.code, "pip install clearprop[onnx]" in ended.err) == (2, True)
