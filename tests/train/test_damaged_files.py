"""Damaged, foreign and hostile model files: one line, quickly, nothing executed."""

import json
import os
import pickle
import time
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import load, save

from clearprop.errors import ModelFileError
from clearprop.train.files import _digest, read_model, write_model
from oracles.models import classifier

SECONDS, BYTES = 1.0, 100e6  # the promise of faults.md


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "m.safetensors"
    write_model(classifier().model_, path)
    return path.read_bytes()


@pytest.fixture
def message(tmp_path):
    """The one line with which a file of these bytes is refused, in time and in little memory."""

    def message(data, expected=""):
        path = tmp_path / "m.safetensors"
        if data is not None:
            path.write_bytes(data)
        tracemalloc.start()
        began = time.perf_counter()
        try:
            with pytest.raises(ModelFileError) as caught:
                read_model(path)
            took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert took < SECONDS
        assert peak < BYTES
        text = str(caught.value)
        assert "\n" not in text
        assert str(path) in text
        assert expected in text
        return text

    return message


def parts(good):
    """Header (a dict) and the bytes of the tensors."""
    length = int.from_bytes(good[:8], "little")
    return json.loads(good[8 : 8 + length]), good[8 + length :]


def whole(header, body, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def resealed(good, change_about=None, change_tensors=None, **metadata):
    """The file with its description or tensors changed, and a checksum that agrees."""
    header, _ = parts(good)
    about, tensors = json.loads(header["__metadata__"]["model"]), load(good)
    if change_about:
        change_about(about)
    if change_tensors:
        change_tensors(tensors)
    text = json.dumps(about)
    seal = {"model": text, "sha256": _digest(tensors, text)}
    return save(tensors, metadata=header["__metadata__"] | seal | metadata)


def test_the_good_file_is_good(good, tmp_path):
    path = tmp_path / "m"
    for data in (good, resealed(good)):
        path.write_bytes(data)
        assert read_model(path).record == classifier().model_.record


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.1, 0.5, 0.99, 0.99999])
def test_cut(good, message, share):
    assert "is damaged" in message(good[: int(len(good) * share)])


@pytest.mark.parametrize("more", [b"\0", b"x" * 100, b"\0" * 1_000_000])
def test_enlarged(good, message, more):
    message(good + more, "bytes in place of")


def test_enlarged_by_more_than_fits_in_memory(good, message, tmp_path):
    """A file with a hole of 1 TB takes no room; nothing of it may be read."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(good)
    os.truncate(path, 10**12)
    message(None, "1,000,000,000,000 bytes in place of")


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**63, 2**64 - 1])
def test_wrong_header_length(good, message, length):
    header, body = parts(good)
    message(whole(header, body, length), "is damaged")


def test_a_header_that_is_too_long(message, tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes((10**10).to_bytes(8, "little"))
    os.truncate(path, 10**11)
    message(None, "its header would have 10,000,000,000 bytes")


@pytest.mark.parametrize(
    "header", [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_bad_json(good, message, header):
    message(whole(header, parts(good)[1]))


@pytest.mark.parametrize(
    "about", ["[" * 100_000, "{", "null", "[]", "3", '{"network": 3}', '{"a":' * 100_000]
)
def test_bad_description(good, message, about):
    header, _ = parts(good)
    tensors = load(good)
    seal = {"model": about, "sha256": _digest(tensors, about)}
    message(save(tensors, metadata=header["__metadata__"] | seal), "its description is not valid")


def test_overlapping_offsets(good, message):
    header, body = parts(good)
    header["0.bias"]["data_offsets"] = header["2.bias"]["data_offsets"]
    message(whole(header, body), "its tensors cannot be read")


@pytest.mark.parametrize("offsets", [[0, 2**64], [5, 1], [-8, 0], [0], "x", None, [1e300, 1e308]])
def test_impossible_offsets(good, message, offsets):
    header, body = parts(good)
    header["0.bias"]["data_offsets"] = offsets
    message(whole(header, body), "is damaged")


@pytest.mark.parametrize("shape", [[2**62, 2**62], [-1], [1.5], "x", None, [10**30]])
def test_huge_and_impossible_shapes(good, message, shape):
    header, body = parts(good)
    header["0.bias"]["shape"] = shape
    message(whole(header, body), "its tensors cannot be read")


@pytest.mark.parametrize("dtype", ["F16", "BF16", "I64", "F8_E4M3", "NONE", 3])
def test_other_dtypes(good, message, dtype):
    header, body = parts(good)
    header["0.bias"]["dtype"] = dtype
    message(whole(header, body), "is damaged")


def test_what_is_wrong_is_said_once(good, message):
    text = message(resealed(good, lambda a: a["target"].update(classes=["low", "low", "mid"])))
    assert text.count("damaged") == text.count("Train or copy it again.") == 1
    assert ".." not in text


def test_texts_of_the_file_do_not_break_the_line(good, message):
    message(resealed(good, change_tensors=lambda t: t.update({f"a\n{n}": np.zeros(1) for n in range(500)})))


def test_tensors_of_another_dtype(good, message):
    def halve(tensors):
        tensors["0.bias"] = tensors["0.bias"].astype(np.float16)

    message(resealed(good, change_tensors=halve), "its tensors are float16, float32 in place of")


def test_missing_and_extra_tensors(good, message):
    message(
        resealed(good, change_tensors=lambda t: t.pop("2.bias")),
        "it holds the tensors ['0.bias', '0.weight', ",
    )
    message(resealed(good, change_tensors=lambda t: t.update(x=np.zeros(1))), "in place of ['0.bias'")


def test_shapes_that_do_not_chain(good, message):
    def wider(tensors):
        tensors["2.weight"] = np.zeros((64, 128), np.float32)

    message(resealed(good, change_tensors=wider), "its tensor 2.weight is (64, 128) in place of (128, 128)")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda a: a["network"].update(activation="sine"), "`activation` must be one of"),
        (lambda a: a["network"].update(sizes=[2**40, 2**40]), "parameters. Use smaller `sizes`."),
        (lambda a: a["network"].update(sizes=[7, 128, 3]), "for each of the 1 hidden layers; got 2."),
        (lambda a: a["network"].update(sizes=[9, 128, 128, 3]), "but the table gives"),
        (lambda a: a["network"].update(extra=1), "TypeError"),
        (lambda a: a.pop("encoding"), "KeyError"),
        (lambda a: a["encoding"].update(columns=[]), "is damaged"),
        (lambda a: a["target"].update(classes=["low", "mid"]), "and 2 outputs"),
        (lambda a: a["target"].update(classes=["low", "mid", "mid"]), "is damaged"),
        (lambda a: a.update(baseline=[1.0]), "its baseline has 1 numbers in place of 3"),
        (lambda a: a.update(baseline=["x"] * 3), "is damaged"),
        (lambda a: a["record"].update(rows=3), "is damaged"),
        (lambda a: a.update(estimator=None), "is damaged"),
    ],
)
def test_descriptions_that_cannot_be(good, message, change, expected):
    message(resealed(good, change), expected)


def test_a_network_larger_than_its_tensors_takes_no_memory(good, message):
    def huge(about):
        about["network"].update(sizes=[about["network"]["sizes"][0], 40_000, 40_000, 3])

    message(resealed(good, huge), "in place of (40000,")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(good, message, value):
    def plant(tensors):
        tensors["0.weight"][3, 2] = value

    message(resealed(good, change_tensors=plant), "its weights are not all finite")


@pytest.mark.parametrize("version", ["3", "99999999999", "1.5", "-1", "9" * 10_000, "¹"])
def test_newer_versions(good, message, version):
    assert "reads up to 2. Upgrade clearprop." in message(resealed(good, version=version))


@pytest.mark.parametrize("missing", ["format", "version", "model", "sha256"])
def test_metadata_that_lacks_an_entry(good, message, missing):
    header, body = parts(good)
    del header["__metadata__"][missing]
    message(whole(header, body))


def test_a_foreign_safetensors_file(message):
    message(save({"0.weight": np.zeros((2, 2))}), "is not a model of clearprop's. Check the name.")


@pytest.mark.parametrize("at", [0, 3, 7, 8, 20, 200, 0.02, 0.1, 0.3, 0.5, 0.75, 0.9, -1])
@pytest.mark.parametrize("bit", [0, 6])
def test_one_flipped_bit(good, message, at, bit):
    data = bytearray(good)
    data[int(at * len(good)) if isinstance(at, float) else at] ^= 1 << bit
    message(bytes(data))


def test_every_bit_of_one_stretch_is_watched(good, tmp_path):
    """Each byte of the header's first 400 flipped in turn: refused, or the very same model (white space)."""
    path, same = tmp_path / "m", classifier().model_
    for at in range(400):
        data = bytearray(good)
        data[at] ^= 1
        path.write_bytes(bytes(data))
        try:
            found = read_model(path)
        except ModelFileError:
            continue
        assert found.params.flat.tobytes() == same.params.flat.tobytes()
        assert found.record == same.record


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def test_a_pickle_under_the_models_name_is_not_executed(message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message(pickle.dumps(Bomb()), "is damaged")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04" * 50, b"a,b\n1,2\n" * 50])
def test_other_files(message, data):
    message(data)


def test_a_fifo_does_not_block(message, tmp_path):
    os.mkfifo(tmp_path / "m.safetensors")
    message(None, "is no ordinary file; a model is one .safetensors file.")


def test_a_folder(message, tmp_path):
    (tmp_path / "m.safetensors").mkdir()
    message(None, "is a folder; a model is one .safetensors file.")


def test_no_file(message):
    message(None, "There is no model file")


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "file/m"])
def test_names_that_no_file_has(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError):
        read_model(name)
