"""Models of several networks: their files, and what other formats make of them."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from clearprop.errors import ModelFileError
from clearprop.train.export.json import json_text
from clearprop.train.export.onnx import onnx_model
from clearprop.train.export.torch import torch_export
from clearprop.train.files import read_model, write_model
from oracles.portables import ABSOLUTE, committee_model, feed, rows, run_lines

CASES = [(dtype, numbers) for dtype in ("float32", "float64") for numbers in (False, True)]
cases = pytest.mark.parametrize(("dtype", "numbers"), CASES)


def answers(model):
    return (
        model.predict_number(rows())[:, None] if model.task == "regression" else model.predict_proba(rows())
    )


@cases
def test_a_file_gives_back_all_members(dtype, numbers, tmp_path):
    model, path = committee_model(dtype, numbers), tmp_path / "m.safetensors"
    write_model(model, path)
    read = read_model(path)
    for mine, theirs in zip(model.members, read.members, strict=True):
        assert mine.flat.tobytes() == theirs.flat.tobytes()
    np.testing.assert_array_equal(answers(read), answers(model))
    assert set(load_file(path)) == {
        f"{j}.{2 * l}.{x}" for j in range(3) for l in range(3) for x in ("weight", "bias")
    }


@pytest.mark.parametrize("members", [0, 2, 4, 10**9, "3", True])
def test_a_file_with_another_number_of_members_is_refused(members, tmp_path, monkeypatch):
    from clearprop.train import files

    path, parts = tmp_path / "m.safetensors", files._parts
    monkeypatch.setattr(files, "_parts", lambda model: parts(model) | {"members": members})
    write_model(committee_model(), path)
    with pytest.raises(ModelFileError, match="is damaged"):
        read_model(path)


def test_one_network_is_written_as_before(tmp_path):
    from oracles.portables import table_model

    path = tmp_path / "m.safetensors"
    write_model(table_model(), path)
    assert b'"version":"1"' in path.read_bytes()[:20_000]
    write_model(committee_model(), path)
    assert b'"version":"2"' in path.read_bytes()[:20_000]


@cases
def test_onnx_answers_as_the_committee(dtype, numbers):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = committee_model(dtype, numbers)
    exported = onnx_model(model)
    session = onnxruntime.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, feed(rows(), exported))[-1]
    np.testing.assert_allclose(found, answers(model), rtol=ABSOLUTE[dtype] * 10, atol=ABSOLUTE[dtype] * 10)


@cases
def test_torch_answers_as_the_committee(dtype, numbers):
    torch = pytest.importorskip("torch")
    model = committee_model(dtype, numbers)
    made = torch_export(model)
    X = torch.from_numpy(model.encoding.encode(model.read(rows())))
    tensors = {name: torch.from_numpy(x) for name, x in made.tensors.items()}
    found = run_lines(made.module, made.output, tensors, X, torch).detach().numpy()
    np.testing.assert_allclose(found, answers(model), rtol=ABSOLUTE[dtype] * 10, atol=ABSOLUTE[dtype] * 10)


def test_json_holds_all_members():
    model = committee_model()
    found = json.loads(json_text(model))
    for member, told in zip(model.members, [found, *found["others"]], strict=True):
        np.testing.assert_array_equal(np.array(told["weights"][0], "float32"), member.W[1])


def test_a_weight_that_is_not_finite_is_found_in_any_member():
    model = committee_model()
    model.others[1].W[2][0, 0] = np.nan
    with pytest.raises(Exception, match="All weights must be finite"):
        json_text(model)
