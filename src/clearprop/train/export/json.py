"""A model as JSON: all that is needed to predict with nothing but a JSON reader and arrays."""

import json
from typing import Any

from clearprop.tables.moment import PARTS
from clearprop.tables.normal import MISSING
from clearprop.tables.number import FAR
from clearprop.tables.scale import Scale
from clearprop.train.array_model import ArrayModel
from clearprop.train.export.portable import Portable, portable
from clearprop.train.model import Model
from clearprop.version import __version__

SCHEMA = 1


def json_text(model: Model | ArrayModel) -> str:
    """A model as JSON: `document`, with its weights, in one line.

    Each number is written so that it reads back as the same float64; a float32 weight is one exactly.
    """
    return json.dumps(document(model), ensure_ascii=False, allow_nan=False)


def document(model: Model | ArrayModel) -> dict[str, Any]:
    """A model as JSON takes it.

    ============  =========================================================================================
    format        ``"clearprop"``
    schema        1: the version of this table
    made_by       the estimator's class, and clearprop's version
    task          ``"classification"``, ``"multilabel"`` or ``"regression"``
    sizes         n[0], n[1], ..., n[L]
    activation    of each hidden layer 1..L-1, by its name on the derivation page
    output        what makes p of z[L]: ``"softmax"``, ``"logistic"``, ``"identity"`` or ``"exp"``
    dtype         of the weights: ``"float32"`` or ``"float64"``
    classes       of a classification, in the order of p; one logistic unit is the second of two. Else null
    temperature   what z[L] is divided by before the softmax, of several members the logarithm of their mean p; 1
                  where nothing is divided
    scale         of a table's number: t = p * ``sd`` + ``mean``; the prediction is t, or exp(t) - ``shift`` if that
                  is not null, held between ``least`` and ``most``. Null if p is the prediction
    features      the names of the columns of an array; null if it had none
    columns       of a table: how each raw column becomes columns of a[0], in order; null for an array
    missing       of a table: the texts that stand for a missing value
    weights       W[1..L], each n[l-1] rows of n[l] numbers
    biases        b[1..L], each n[l] numbers
    others        of a committee only: ``weights`` and ``biases`` of each further member. p is the mean of all
    ============  =========================================================================================

    The forward pass is z[l] = a[l-1] W[l] + b[l], a[l] = g(z[l]). A column of a table is one of

    - ``number``: x = (value - ``median``) * ``scale``, within -``far``..``far``, 0 if missing; the entry is
      x / sqrt(1 + (x / 3)^2). No entry if ``scale`` is 0. If it has ``knots``, a further entry is the place of the
      value (of ``median`` if missing) on the lines that join the points (``knots``, ``places``), level beyond them;
      and for each stretch that is not empty between ``least``, ``q25``, ``median``, ``q75`` and ``most`` one that
      rises from -1 at its beginning to 1 at its end. If ``missing`` is above 0, 1 or 0 follows: whether
      the value is missing.
    - ``category`` with two ``levels`` and ``others`` 0: -1 for the first, 1 for the second, else 0.
    - ``category`` with more: 1 in the place of the level among ``levels``, all 0 if it is none. If ``others``
      is above 0 a further entry: 1 if the value is none of them and not missing. If ``missing`` is above 0 a
      last entry: 1 if it is missing. With one level the last entry is the only one.
    - ``moment``: as ``number``, of the seconds since 1970-01-01; then for each of its ``turns``, [step, period], with
      n = floor(seconds / step) two entries: cos(2 pi n / period) and sin(2 pi n / period), both 0 if missing.
    - anything else: a raw column without entries.

    Parameters
    ----------
    model : Model or ArrayModel
        Trained.
    """
    found = portable(model)
    first, *others = ({"weights": _lists(params.W), "biases": _lists(params.b)} for params in found.members)
    return {**about(found), **first, **({"others": others} if others else {})}


def _lists(arrays: list[Any]) -> list[Any]:
    """The arrays of layers 1..L."""
    return [x.tolist() for x in arrays[1:]]


def about(found: Portable) -> dict[str, Any]:
    """The document without weights and biases."""
    net, encoding, scale = found.net, found.encoding, found.scale
    return {
        "format": "clearprop",
        "schema": SCHEMA,
        "made_by": f"{found.made_by}, clearprop {__version__}",
        "task": found.task,
        "sizes": list(net.sizes),
        "activation": list(found.named_activations("The JSON schema")),
        "output": found.net.out_activation,
        "dtype": found.params.flat.dtype.name,
        "classes": found.classes.tolist() if found.task == "classification" else None,
        "temperature": found.temperature,
        "scale": None if scale is None else _scale(scale),
        "features": found.features,
        "columns": None if encoding is None else [_column(column) for column in encoding.columns],
        "missing": None if encoding is None else list(dict.fromkeys((*MISSING, *found.missing))),
    }


def _scale(scale: Scale) -> dict[str, Any]:
    return {name: getattr(scale, name) for name in ("mean", "sd", "shift", "least", "most")}


def _column(column: Any) -> dict[str, Any]:
    found = column.to_dict() | ({"far": FAR} if column.kind in ("number", "moment") else {})
    return found | ({"turns": [PARTS[part] for part in column.parts]} if column.kind == "moment" else {})
