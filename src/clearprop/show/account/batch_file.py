"""A batch in a JSON file: ``X``, ``y``, and if wanted ``sample_weight``, ``W``, ``b``, and names."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from clearprop.errors import ShapeError, SpecError
from clearprop.network import Network, Parameters
from clearprop.show.account.naming import Names

KEYS = ("X", "y", "sample_weight", "W", "b", "inputs", "outputs", "samples")


def read_batch(path: Path) -> dict[str, Any]:
    """What the file holds.

    Raises SpecError if it is no JSON object with ``X`` and ``y``, or holds another key.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is no JSON: {error}."
        raise SpecError(msg) from None
    if not isinstance(found, dict) or not {"X", "y"} <= set(found) or not set(found) <= set(KEYS):
        msg = f"{path} must be a JSON object with `X` and `y`, and if wanted {', '.join(KEYS[2:])}."
        raise SpecError(msg)
    return found


def parameters_of(net: Network, batch: dict[str, Any]) -> Parameters | None:
    """W and b of a batch, a matrix and a list for each layer; None if it has none.

    Raises SpecError or ShapeError if one of them is missing, or does not fit the network.
    """
    if ("W" in batch) != ("b" in batch):
        msg = "A batch holds `W` and `b`, or neither of them."
        raise SpecError(msg)
    if "W" not in batch:
        return None
    W, b = ([None, *(as_numbers(name, part) for part in batch[name])] for name in "Wb")
    return Parameters.from_layers(net, W, b)


def as_numbers(name: str, values: Any) -> np.ndarray:
    """A part of a batch as an array of numbers."""
    try:
        return np.array(values, float)
    except (TypeError, ValueError) as error:
        msg = f"`{name}` must hold numbers, rows of one length; it does not ({error})."
        raise ShapeError(msg) from None


def names_in(batch: dict[str, Any]) -> Names:
    """The names of a batch."""
    for name in ("inputs", "outputs", "samples"):
        if not isinstance(batch.get(name, []), list):
            msg = f"`{name}` must be a list of names; got {batch[name]!r}."
            raise SpecError(msg)
    return Names(batch.get("inputs"), batch.get("outputs"), batch.get("samples"))
