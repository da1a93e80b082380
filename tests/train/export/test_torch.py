"""PyTorch: the lines and the tensors of an export compute what the model predicts."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from clearprop.engine.engine import Engine
from clearprop.errors import SpecError
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.train.export.torch import MODULES, torch_export
from oracles.portables import ABSOLUTE, array_model, rows, run_lines, table_model


def inputs(model, rows=200):
    X = np.random.default_rng(0).normal(0, 3, (rows, model.params.net.sizes[0]))
    return X.astype(model.params.flat.dtype)


def expected(model, X):
    return Engine(model.params, dtype=model.params.flat.dtype).predict(X)


def close(got, want, dtype):
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    np.testing.assert_allclose(got, want, rtol=ABSOLUTE[dtype], atol=ABSOLUTE[dtype])


def in_torch(found, X, path):
    """The export run by PyTorch itself, from its file."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    path.write_bytes(found.to_bytes())
    with torch.no_grad():
        return run_lines(found.module, found.output, load_file(path), torch.from_numpy(X), torch).numpy()


CELLS = [(a, d) for a in sorted(ACTIVATIONS) for d in ("float32", "float64")]
HEADS = [
    ("softmax", "classification", 3),
    ("logistic", "multilabel", 2),
    ("identity", "regression", 1),
    ("exp", "regression", 2),
]


def test_every_activation_has_a_module():
    assert set(MODULES) == set(ACTIVATIONS)


@pytest.mark.parametrize(("activation", "dtype"), CELLS)
def test_the_lines_with_numpy_for_torch(activation, dtype):
    model = array_model(activation=activation, dtype=dtype)
    X, found = inputs(model), torch_export(model)
    close(run_lines(found.module, found.output, load(found.to_bytes()), X), expected(model, X), dtype)


@pytest.mark.parametrize(("activation", "dtype"), CELLS)
def test_the_lines_with_torch(activation, dtype, tmp_path):
    model = array_model(activation=activation, dtype=dtype)
    X = inputs(model)
    close(in_torch(torch_export(model), X, tmp_path / "m.safetensors"), expected(model, X), dtype)


@pytest.mark.parametrize(("head", "task", "n_out"), HEADS)
def test_every_head(head, task, n_out, tmp_path):
    model = array_model((4, 6, n_out), ("tanh",), head, np.float64, task)
    X, found = inputs(model), torch_export(model)
    close(run_lines(found.module, found.output, found.tensors, X), expected(model, X), "float64")
    close(in_torch(found, X, tmp_path / "m.safetensors"), expected(model, X), "float64")


def test_the_lines_are_these():
    found = torch_export(array_model((4, 6, 5, 2), ("leaky_relu", "softplus"), dtype=np.float32))
    assert str(found) == (
        "module = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.LeakyReLU(0.01), torch.nn.Linear(6, 5), "
        "torch.nn.Softplus(threshold=40), torch.nn.Linear(5, 2))\n"
        "p = torch.softmax(module(X), dim=1)"
    )
    found = torch_export(array_model((4, 1), (), "identity", task="regression"))
    assert str(found) == (
        "module = torch.nn.Sequential(torch.nn.Linear(4, 1, dtype=torch.float64))\np = module(X)"
    )


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_table_has_its_encoding_beside_it(numbers, plain, tmp_path):
    model, table = table_model("float64", numbers, plain=plain), rows()
    found, path = torch_export(model), tmp_path / "m.safetensors"
    path.write_bytes(found.to_bytes())
    with safe_open(path, "np") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert metadata["format"] == "pt"
    described = json.loads(metadata["model"])
    assert [column["name"] for column in described["columns"]] == [c.name for c in model.encoding.columns]
    assert "weights" not in described
    X = model.encoding.encode(model.read(table))
    got = run_lines(metadata["module"], metadata["output"], tensors, X)
    close(
        got[:, 0] if numbers else got,
        model.predict(table) if numbers else model.predict_proba(table),
        "float64",
    )


def test_the_same_model_is_the_same_bytes():
    assert torch_export(table_model()).to_bytes() == torch_export(table_model()).to_bytes()


def test_an_activation_that_torch_has_no_module_for():
    model = array_model()
    object.__setattr__(model.params.net, "activations", ("relu", "sin(x)"))
    with pytest.raises(
        SpecError, match=r"^PyTorch has no word for the activation 'sin\(x\)' of layer 2\. Use one of "
    ):
        torch_export(model)
