"""Model files: one .safetensors file, PyTorch's names for the tensors, JSON for the rest, and a checksum.

Reading runs no code and checks everything; whatever is wrong is one `ModelFileError`.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from clearprop.errors import ClearpropError, ModelFileError
from clearprop.network import FURTHER, WAVES, Network, Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.target import target_from_dict
from clearprop.train.array_model import ArrayModel
from clearprop.train.held_out import HeldOut
from clearprop.train.importances import Importances
from clearprop.train.model import Model
from clearprop.train.record import Record

VERSION = 2  # of a committee; older versions of clearprop read the files of one network
OF_ONE = 1
FORMAT = "clearprop"
OF_EMBEDDINGS = ("embedding.frequency", "embedding.shift", "embedding.weight", "embedding.bias")
MOST_HEADER = 100_000_000  # bytes: what safetensors itself allows


def write_model(model: Model | ArrayModel, path: str | Path) -> None:
    """Write a model; a file that is there is replaced at once, or not at all.

    Raises
    ------
    ModelFileError
        If the file cannot be written.
    """
    tensors = member_tensors(members_of(model))
    parts = {"network": _network_dict(model.params.net), **_parts(model)}
    about = json.dumps(parts, allow_nan=False, ensure_ascii=False)
    version = OF_ONE if len(members_of(model)) == 1 else VERSION
    metadata = {"format": FORMAT, "version": str(version), "model": about, "sha256": _digest(tensors, about)}
    replace_file(path, sorted_header(save(tensors, metadata=metadata)))


def _parts(model: Model | ArrayModel) -> dict[str, Any]:
    if isinstance(model, ArrayModel):
        return {"arrays": model.to_dict()}
    parts = {"encoding": model.encoding.to_dict(), "target": model.target.to_dict()}
    parts |= {"target_name": model.target_name, "record": model.record.to_dict()}
    parts |= {"members": len(model.members)} if model.others else {}
    parts |= {"baseline": model.baseline, "estimator": model.estimator}
    parts |= {"importances": model.importances.to_dict()} if model.importances else {}
    return parts | {"held_out": model.held.to_dict()}


def sorted_header(data: bytes) -> bytes:
    """The file with its header in order: safetensors shuffles the metadata, and the same model is the same bytes."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    text = json.dumps(header, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def read_model(path: str | Path) -> Model:
    """Read a model of tables.

    Raises
    ------
    ModelFileError
        If the file is absent, damaged, foreign, newer than this version, or a model of arrays.
    """
    model = read_any_model(path)
    if isinstance(model, ArrayModel):
        msg = f"A model of tables is needed, but {path} is one of arrays. Use `clearprop.load`, and its `predict`."
        raise ModelFileError(msg)
    return model


def read_any_model(path: str | Path) -> Model | ArrayModel:
    """Read a model, of tables or of arrays.

    Raises
    ------
    ModelFileError
        If the file is absent, damaged, foreign, or newer than this version.
    """
    path = _path(path)
    metadata, data = _contents(path)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, OverflowError, LookupError, TypeError, AttributeError) as error:
        raise _damaged(path, f"its tensors cannot be read ({error})") from None
    if _digest(tensors, metadata["model"]) != metadata.get("sha256"):
        raise _damaged(path, "its checksum does not agree with its contents")
    try:
        return _model(json.loads(metadata["model"]), tensors)
    except ModelFileError as error:
        raise _damaged(path, str(error).removesuffix(" The model file is damaged.").rstrip(".")) from None
    except (ClearpropError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(path, f"its description is not valid ({type(error).__name__}: {error})") from None


def _model(parts: dict[str, Any], tensors: dict[str, np.ndarray]) -> Model | ArrayModel:
    net = Network(**parts["network"])
    if "arrays" in parts:
        return ArrayModel.from_dict(_parameters(net, tensors), parts["arrays"])
    encoding, target = Encoding.from_dict(parts["encoding"]), target_from_dict(parts["target"])
    n_out = len(target.classes) if isinstance(target, Classes) else 1
    if net.sizes[0] != encoding.n_outputs or net.sizes[-1] != n_out:
        msg = (
            f"the network is {net.sizes}, but the table gives {encoding.n_outputs} inputs and {n_out} outputs"
        )
        raise ModelFileError(msg)
    params, *others = _members(net, tensors, parts.get("members", 1))
    record = Record.from_dict(parts["record"])
    baseline = [float(x) for x in parts["baseline"]]
    if len(baseline) != n_out or not np.isfinite(baseline).all():
        msg = f"its baseline has {len(baseline)} numbers in place of {n_out} finite ones"
        raise ModelFileError(msg)
    name = str(parts["target_name"])
    held = HeldOut.from_dict(parts["held_out"]) if "held_out" in parts else HeldOut()
    importances = _importances(parts["importances"], encoding) if "importances" in parts else None
    made_by = dict(parts["estimator"])
    return Model(params, encoding, target, name, record, baseline, made_by, others, held, importances)


def _importances(data: object, encoding: Encoding) -> Importances:
    found = Importances.from_dict(data)
    if found.columns != tuple(column.name for column in encoding.columns):
        msg = "its importances are not those of its columns"
        raise ModelFileError(msg)
    return found


def tensors_of(params: Parameters) -> dict[str, np.ndarray]:
    """W[l] as PyTorch keeps it, (n[l], n[l-1]), and b[l], in a Sequential with an activation after each layer;
    of a blended network the activation has c[l]. Embeddings come before it: a row an input, V as W."""
    tensors = {}
    for l in range(1, params.net.L + 1):
        tensors[f"{2 * (l - 1)}.weight"] = np.ascontiguousarray(params.W[l].T)
        tensors[f"{2 * (l - 1)}.bias"] = np.ascontiguousarray(params.b[l])
        if params.c[l] is not None:
            tensors[f"{2 * l - 1}.share"] = np.ascontiguousarray(params.c[l])
    for name, own in zip(OF_EMBEDDINGS, params.embedding or (), strict=False):
        tensors[name] = np.ascontiguousarray(own.swapaxes(1, -1))
    return tensors


def members_of(model: Model | ArrayModel) -> list[Parameters]:
    """The parameters of all networks of a model."""
    return model.members if isinstance(model, Model) else [model.params]


def member_tensors(members: Sequence[Parameters]) -> dict[str, np.ndarray]:
    """The tensors of one network; or of several, named as in a ModuleList of PyTorch: number, dot, name."""
    if len(members) == 1:
        return tensors_of(members[0])
    return {f"{j}.{name}": x for j, params in enumerate(members) for name, x in tensors_of(params).items()}


def _members(net: Network, tensors: dict[str, np.ndarray], count: object) -> list[Parameters]:
    if type(count) is not int or count < 1:
        msg = f"it would have {count!r} members"
        raise ModelFileError(msg)
    if count == 1:
        return [_parameters(net, tensors)]
    parts: list[dict[str, np.ndarray]] = [{} for _ in range(min(count, len(tensors)))]
    for name, tensor in tensors.items():
        number, _, rest = name.partition(".")
        if not number.isdecimal() or int(number) >= len(parts):
            msg = f"it holds the tensor {name}, of none of its {count} members"
            raise ModelFileError(msg)
        parts[int(number)][rest] = tensor
    if count > len(parts):
        msg = f"it holds {len(tensors)} tensors in place of those of {count} members"
        raise ModelFileError(msg)
    return [_parameters(net, part) for part in parts]


def _parameters(net: Network, tensors: dict[str, np.ndarray]) -> Parameters:
    expected: dict[str, tuple[int, ...]] = {}
    for l, (n_in, n_out) in enumerate(pairwise(net.widths)):
        expected |= {f"{2 * l}.weight": (n_out, n_in), f"{2 * l}.bias": (n_out,)}
    shares = {l: f"{2 * l - 1}.share" for l in (range(1, net.L) if net.blended else ())}
    expected |= {name: (net.sizes[l],) for l, name in shares.items()}
    if q := len(net.embedded):
        shapes = (q, WAVES), (q, WAVES), (q, FURTHER, WAVES), (q, FURTHER)
        expected |= dict(zip(OF_EMBEDDINGS, shapes, strict=True))
    if set(tensors) != set(expected):
        msg = f"it holds the tensors {sorted(tensors)} in place of {sorted(expected)}"
        raise ModelFileError(msg)
    for name, shape in expected.items():
        if tensors[name].shape != shape:
            msg = f"its tensor {name} is {tensors[name].shape} in place of {shape}"
            raise ModelFileError(msg)
    dtypes = {tensor.dtype.name for tensor in tensors.values()}
    if len(dtypes) != 1 or not dtypes <= {"float32", "float64"}:
        msg = f"its tensors are {', '.join(sorted(dtypes))} in place of float32 or float64"
        raise ModelFileError(msg)
    W = [None, *(tensors[f"{2 * l}.weight"].T for l in range(net.L))]
    params = Parameters.from_layers(net, W, [None, *(tensors[f"{2 * l}.bias"] for l in range(net.L))])
    for l, name in shares.items():
        params.c[l][...] = tensors[name]
    for name, own in zip(OF_EMBEDDINGS, params.embedding or (), strict=False):
        own[...] = tensors[name].swapaxes(1, -1)
    if not np.isfinite(params.flat).all():
        msg = "its weights are not all finite"
        raise ModelFileError(msg)
    return params


def _network_dict(net: Network) -> dict[str, Any]:
    return {
        "sizes": list(net.sizes),
        "activation": list(net.activations),
        "head": net.head,
        "relu_grad_at_zero": net.relu_grad_at_zero,
        **({"head_constants": list(net.head_constants)} if net.head_constants else {}),
        **({"blended": True} if net.blended else {}),
        **({"embedded": list(net.embedded)} if net.embedded else {}),
    }


def _digest(tensors: dict[str, np.ndarray], about: str) -> str:
    digest = hashlib.sha256(about.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()


def _contents(path: Path) -> tuple[dict[str, str], bytes]:
    """The header's metadata and the whole file; nothing large is read before its size is known to be right."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            msg = f"{path} is {what}; a model is one .safetensors file. Check the name."
            raise ModelFileError(msg)
        with open(path, "rb") as file:
            start = file.read(8)
            length = int.from_bytes(start, "little")
            if len(start) < 8 or not 2 <= length <= found.st_size - 8:
                raise _damaged(path, "it is cut short, or no model at all")
            if length > MOST_HEADER:
                raise _damaged(path, f"its header would have {length:,} bytes")
            header = file.read(length)
            metadata, end = _metadata(header, path)
            if 8 + length + end != found.st_size:
                raise _damaged(path, f"it has {found.st_size:,} bytes in place of {8 + length + end:,}")
            return metadata, start + header + file.read()
    except FileNotFoundError:
        msg = f"There is no model file {path}. Check the name."
        raise ModelFileError(msg) from None
    except OSError as error:
        msg = f"The model file {path} cannot be read: {error.strerror}."
        raise ModelFileError(msg) from None


def _metadata(data: bytes, path: Path) -> tuple[dict[str, str], int]:
    """The header's metadata, and where the last tensor ends."""
    try:
        header = json.loads(data)
        metadata = header.pop("__metadata__", {})
        end = max((int(tensor["data_offsets"][1]) for tensor in header.values()), default=0)
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, RecursionError):
        raise _damaged(path, "its header is not valid") from None
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        msg = f"{path} is not a model of clearprop's. Check the name."
        raise ModelFileError(msg)
    version = str(metadata.get("version"))[:20]
    if not version.isdecimal() or int(version) > VERSION:
        msg = f"{path} has format version {version}; this clearprop reads up to {VERSION}. Upgrade clearprop."
        raise ModelFileError(msg)
    if not isinstance(metadata.get("model"), str):
        raise _damaged(path, "it lacks its description")
    return metadata, end


def _path(path: str | Path) -> Path:
    if not str(path) or "\0" in str(path):
        msg = f"A model needs the name of a file; got {str(path)!r}."
        raise ModelFileError(msg)
    return Path(path)


def _damaged(path: Path, what: str) -> ModelFileError:
    what = shorten(what, 300, placeholder=" ...")  # it may hold whatever the file says
    return ModelFileError(f"The model file {path} is damaged: {what}. Train or copy it again.")


def replace_file(path: str | Path, data: bytes) -> None:
    """The bytes under the name, all or none: written beside it, then renamed. A link is followed."""
    path = _path(path).resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EEXIST, "a folder or a device is there")
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        msg = f"The model cannot be written to {path}: {error.strerror}. Choose another place."
        raise ModelFileError(msg) from None
    finally:
        with suppress(OSError):
            beside.unlink()
