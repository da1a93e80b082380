"""Model files: what is written is read again bit for bit, under names that others know."""

import os
import stat

import numpy as np
import pytest
from safetensors.numpy import load_file

from clearprop.errors import ModelFileError
from clearprop.train import files
from clearprop.train.files import read_model, write_model
from oracles.models import classes, classifier, numbers, regressor, table


@pytest.fixture(params=["classifier", "regressor"])
def model(request):
    return {"classifier": classifier, "regressor": regressor}[request.param]().model_


def test_a_round_trip_keeps_every_bit(model, tmp_path):
    path = tmp_path / "m.safetensors"
    write_model(model, path)
    found = read_model(path)
    assert found.params.flat.tobytes() == model.params.flat.tobytes()
    assert found.params.flat.dtype == model.params.flat.dtype
    assert found.params.net.sizes == model.params.net.sizes
    assert found.params.net.activations == model.params.net.activations
    assert (found.encoding, found.target) == (model.encoding, model.target)
    assert (found.record, found.baseline, found.estimator) == (model.record, model.baseline, model.estimator)
    assert found.target_name == model.target_name
    np.testing.assert_array_equal(found.predict(table(50, 1)), model.predict(table(50, 1)))
    other = tmp_path / "again.safetensors"
    write_model(found, other)
    assert other.read_bytes() == path.read_bytes()


def test_tensors_have_pytorchs_names_and_shapes_for_safetensors_alone(model, tmp_path):
    path = tmp_path / "m.safetensors"
    write_model(model, path)
    tensors, params = load_file(path), model.params
    assert sorted(tensors) == [f"{2 * l}.{part}" for l in range(3) for part in ("bias", "weight")]
    for l in (1, 2, 3):
        np.testing.assert_array_equal(tensors[f"{2 * l - 2}.weight"], params.W[l].T)  # (out, in)
        np.testing.assert_array_equal(tensors[f"{2 * l - 2}.bias"], params.b[l])


def test_a_network_from_the_tensors_alone_predicts_the_same(tmp_path):
    """Linear, SiLU, Linear, SiLU, Linear, softmax: as PyTorch's Sequential would do it."""
    model, path = classifier().model_, tmp_path / "m.safetensors"
    write_model(model, path)
    tensors, source = load_file(path), table(20, 1)
    a = model.encoding.encode(model.read(source)).astype(np.float64)
    for l in range(3):
        z = a @ tensors[f"{2 * l}.weight"].T.astype(np.float64) + tensors[f"{2 * l}.bias"]
        a = z / (1 + np.exp(-z))
    z = z / model.held.temperature
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(source), p, rtol=0, atol=1e-5)  # float32 in the model


def test_the_file_has_ordinary_permissions_and_nothing_lies_beside_it(model, tmp_path):
    path = tmp_path / "name with spaces 模型.safetensors"
    write_model(model, path)
    write_model(model, path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_failed_write_keeps_the_old_file_and_leaves_no_part(model, tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    write_model(model, path)
    before = path.read_bytes()

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ModelFileError) as caught:
        write_model(regressor().model_, path)
    assert str(caught.value) == (
        f"The model cannot be written to {path}: No space left on device. Choose another place."
    )
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_no_part(model, tmp_path, monkeypatch):
    def interrupt(number):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_model(model, tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "place", ["absent/m.safetensors", "file/m.safetensors", "folder", "x" * 300, "fifo", ""]
)
def test_places_that_cannot_be_written(model, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ModelFileError) as caught:
        write_model(model, place)
    assert "\n" not in str(caught.value)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["fifo", "file", "folder"]
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)


def test_a_link_is_followed(model, tmp_path):
    real, link = tmp_path / "real.safetensors", tmp_path / "link.safetensors"
    link.symlink_to(real)
    write_model(model, link)
    assert link.is_symlink()
    assert read_model(real).record == model.record


def test_a_model_whose_metric_never_existed_can_be_written(tmp_path):
    """AUC on validation rows of one class: the record has no score, and JSON no NaN."""
    from sklearn.exceptions import ConvergenceWarning

    from clearprop import TabularClassifier

    X, y = table(), np.where(classes() == "low", "a", "b")
    held = {name: column[y == "a"] for name, column in X.items()}
    model = TabularClassifier("fast", max_iter=2, metric="auc")
    with pytest.warns(ConvergenceWarning, match="No epoch had a score"):
        model.fit(X, y, X_val=held, y_val=y[y == "a"])
    write_model(model.model_, tmp_path / "m.safetensors")
    assert read_model(tmp_path / "m.safetensors").record == model.model_.record


def test_the_numbers_of_the_regression_come_back_in_their_units(tmp_path):
    write_model(regressor().model_, tmp_path / "m")
    assert abs(read_model(tmp_path / "m").predict(table()).mean() - numbers().mean()) < 1
