"""One checkpoint as bytes: tensors as safetensors, the rest as JSON in its header, and a checksum of both."""

import hashlib
import json
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

FORMAT, VERSION = "clearprop checkpoint", 1


class Saved(NamedTuple):
    """What a checkpoint holds: which run it is of, where that stood, and its arrays."""

    identity: dict[str, Any]
    numbers: dict[str, Any]
    tensors: dict[str, np.ndarray]


class DamagedError(Exception):
    """A checkpoint that cannot be believed; why."""


def to_bytes(saved: Saved) -> bytes:
    """The bytes of a file.

    >>> data = to_bytes(Saved({"seed": 0}, {"epoch": 3}, {"best": np.arange(2.0)}))
    >>> from_bytes(data).numbers
    {'epoch': 3}
    """
    about = json.dumps({"identity": saved.identity, "numbers": saved.numbers}, allow_nan=False)
    tensors = {name: np.ascontiguousarray(array) for name, array in saved.tensors.items()}
    metadata = {"format": FORMAT, "version": str(VERSION), "about": about, "sha256": _digest(tensors, about)}
    return save(tensors, metadata=metadata)


def from_bytes(data: bytes) -> Saved:
    """What `to_bytes` was given; nothing is executed, everything is checked.

    Raises:
        DamagedError: it is cut, changed, foreign, or newer than this version.
    """
    try:
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length])["__metadata__"]
        form, version, about = metadata["format"], metadata["version"], metadata["about"]
        tensors = load(data)
        sound = form == FORMAT and _digest(tensors, about) == metadata["sha256"]
        parts = json.loads(about)
        saved = Saved(dict(parts["identity"]), dict(parts["numbers"]), tensors)
    except (
        SafetensorError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ):
        msg = "it is cut, or no checkpoint"
        raise DamagedError(msg) from None
    if not sound:
        msg = "its checksum does not agree with its contents"
        raise DamagedError(msg)
    if version != str(VERSION):
        msg = f"it has format version {version}, and this clearprop reads {VERSION}"
        raise DamagedError(msg)
    return saved


def _digest(tensors: dict[str, np.ndarray], about: str) -> str:
    digest = hashlib.sha256(about.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(np.ascontiguousarray(tensors[name]).data)
    return digest.hexdigest()
