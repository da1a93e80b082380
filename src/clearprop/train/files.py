"""Model files: one .safetensors file, PyTorch's names for the tensors, JSON for the rest, and a checksum.

Reading runs no code and checks everything; whatever is wrong is one `ModelFileError`.
"""

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from clearprop.errors import ClearpropError, ModelFileError
from clearprop.network import Network, Parameters
from clearprop.tables.encoding import Encoding
from clearprop.tables.target import Classes, target_from_dict
from clearprop.train.model import Model
from clearprop.train.record import Record

VERSION = 1
FORMAT = "clearprop"


def write_model(model: Model, path: str | Path) -> None:
    """Write a model; a file that is there is replaced at once, or not at all.

    Raises
    ------
    ModelFileError
        If the file cannot be written.
    """
    path = Path(path)
    tensors = _tensors(model.params)
    parts = {"network": _network_dict(model.params.net), "encoding": model.encoding.to_dict()}
    parts |= {"target": model.target.to_dict(), "target_name": model.target_name}
    parts |= {"record": model.record.to_dict(), "baseline": model.baseline, "estimator": model.estimator}
    about = json.dumps(parts, allow_nan=False, ensure_ascii=False)
    metadata = {"format": FORMAT, "version": str(VERSION), "model": about, "sha256": _digest(tensors, about)}
    _replace(path, save(tensors, metadata=metadata))


def read_model(path: str | Path) -> Model:
    """Read a model.

    Raises
    ------
    ModelFileError
        If the file is absent, damaged, foreign, or newer than this version.
    """
    path = Path(path)
    data = _bytes(path)
    metadata = _metadata(data, path)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, OverflowError, KeyError, TypeError) as error:
        raise _damaged(path, f"its tensors cannot be read ({error})") from None
    if _digest(tensors, metadata["model"]) != metadata.get("sha256"):
        raise _damaged(path, "its checksum does not agree with its contents")
    try:
        return _model(json.loads(metadata["model"]), tensors, path)
    except ModelFileError as error:
        raise _damaged(path, str(error)) from None
    except (ClearpropError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(path, f"its description is not valid ({type(error).__name__}: {error})") from None


def _model(parts: dict[str, Any], tensors: dict[str, np.ndarray], path: Path) -> Model:
    net = Network(**parts["network"])
    encoding, target = Encoding.from_dict(parts["encoding"]), target_from_dict(parts["target"])
    n_out = len(target.classes) if isinstance(target, Classes) else 1
    if net.sizes[0] != encoding.n_outputs or net.sizes[-1] != n_out:
        what = (
            f"the network is {net.sizes}, but the table gives {encoding.n_outputs} inputs and {n_out} outputs"
        )
        raise _damaged(path, what)
    params = _parameters(net, tensors, path)
    record = Record.from_dict(parts["record"])
    baseline = [float(x) for x in parts["baseline"]]
    if len(baseline) != n_out or not np.isfinite(baseline).all():
        raise _damaged(path, f"its baseline has {len(baseline)} numbers in place of {n_out} finite ones")
    name = str(parts["target_name"])
    return Model(params, encoding, target, name, record, baseline, dict(parts["estimator"]))


def _tensors(params: Parameters) -> dict[str, np.ndarray]:
    """W[l] as PyTorch keeps it, (n[l], n[l-1]), and b[l], in a Sequential with an activation after each layer."""
    tensors = {}
    for l in range(1, params.net.L + 1):
        tensors[f"{2 * (l - 1)}.weight"] = np.ascontiguousarray(params.W[l].T)
        tensors[f"{2 * (l - 1)}.bias"] = np.ascontiguousarray(params.b[l])
    return tensors


def _parameters(net: Network, tensors: dict[str, np.ndarray], path: Path) -> Parameters:
    expected = {f"{2 * l}.{part}" for l in range(net.L) for part in ("weight", "bias")}
    if set(tensors) != expected:
        raise _damaged(path, f"it holds the tensors {sorted(tensors)} in place of {sorted(expected)}")
    dtypes = {tensor.dtype.name for tensor in tensors.values()}
    if len(dtypes) != 1 or not dtypes <= {"float32", "float64"}:
        raise _damaged(path, f"its tensors are {', '.join(sorted(dtypes))} in place of float32 or float64")
    W = [None, *(tensors[f"{2 * l}.weight"].T for l in range(net.L))]
    params = Parameters.from_layers(net, W, [None, *(tensors[f"{2 * l}.bias"] for l in range(net.L))])
    if not np.isfinite(params.flat).all():
        raise _damaged(path, "its weights are not all finite")
    return params


def _network_dict(net: Network) -> dict[str, Any]:
    return {
        "sizes": list(net.sizes),
        "activation": list(net.activations),
        "head": net.head,
        "relu_grad_at_zero": net.relu_grad_at_zero,
    }


def _digest(tensors: dict[str, np.ndarray], about: str) -> str:
    digest = hashlib.sha256(about.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            msg = f"{path} is {what}; a model is one .safetensors file. Check the name."
            raise ModelFileError(msg)
        return path.read_bytes()
    except FileNotFoundError:
        msg = f"There is no model file {path}. Check the name."
        raise ModelFileError(msg) from None
    except (OSError, ValueError) as error:
        msg = f"The model file {path} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise ModelFileError(msg) from None


def _metadata(data: bytes, path: Path) -> dict[str, str]:
    """The header's metadata, looked at before any tensor is."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= len(data) - 8:
        raise _damaged(path, "it is cut short, or no model at all")
    try:
        header = json.loads(data[8 : 8 + length])
        metadata = header.get("__metadata__", {})
    except (ValueError, AttributeError, RecursionError):
        raise _damaged(path, "its header is not valid JSON") from None
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        msg = f"{path} is not a model of clearprop's. Check the name."
        raise ModelFileError(msg)
    version = str(metadata.get("version"))
    if not version.isdecimal() or int(version) > VERSION:
        msg = f"{path} has format version {version}; this clearprop reads up to {VERSION}. Upgrade clearprop."
        raise ModelFileError(msg)
    if not isinstance(metadata.get("model"), str):
        raise _damaged(path, "it lacks its description")
    return metadata


def _damaged(path: Path, what: str) -> ModelFileError:
    return ModelFileError(f"The model file {path} is damaged: {what}. Train or copy it again.")


def _replace(path: Path, data: bytes) -> None:
    """The bytes under the name, all or none: written beside it, then renamed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        msg = f"The model cannot be written to {path}: {error.strerror}. Choose another place."
        raise ModelFileError(msg) from None
