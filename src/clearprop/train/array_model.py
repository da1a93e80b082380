"""A trained model on arrays: the network and its parameters, with what its outputs stand for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.errors import ModelFileError
from clearprop.network import Parameters
from clearprop.tables.stored import field, levels, one_of, refuse

TASKS = ("classification", "multilabel", "regression")
LARGEST = 10_000_000  # bytes of the classes
KINDS = "biufUO"  # of the dtypes of classes: truth values, whole numbers, floats, texts


@dataclass
class ArrayModel:
    """What `MLPClassifier` and `MLPRegressor` learned; a `Model` has an encoding and a target besides.

    Attributes
    ----------
    params : Parameters
        The weights, with their network (`params.net`).
    task : {"classification", "multilabel", "regression"}
        What the outputs are: one class a row, 0/1 labels, or numbers.
    classes : ndarray
        The classes in the order of the outputs (two of one logistic unit); empty for numbers.
    features : list of str or None
        The names of the columns of X, if it had names.
    sparse : bool
        Whether the labels of training were a sparse matrix, so that predictions are.
    record : dict
        Of the training: numbers and lists of numbers by the names of the estimator's attributes.
    estimator : dict
        ``{"class": ..., "params": {...}}``: what made it.
    """

    params: Parameters
    task: str
    classes: np.ndarray
    features: list[str] | None
    sparse: bool
    record: dict[str, Any]
    estimator: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """All but the weights, in types that JSON keeps exactly."""
        return {
            "task": self.task,
            "classes": self.classes.tolist(),
            "dtype": self.classes.dtype.str,
            "features": self.features,
            "sparse": self.sparse,
            "record": _spelt(self.record),
            "estimator": _spelt(self.estimator),
        }

    @classmethod
    def from_dict(cls, params: Parameters, data: object) -> "ArrayModel":
        """What `to_dict` gave; nothing is assumed of it.

        Raises
        ------
        ModelFileError
            If it is damaged, or does not fit the network.
        """
        what = "the model"
        task = one_of(data, "task", TASKS, what)
        assert isinstance(data, dict)
        classes = _classes(data)
        _check_fit(params.net.sizes[-1], params.net.head, task, classes)
        features = data["features"]
        if features is not None and (
            not isinstance(features, list)
            or len(features) != params.net.sizes[0]
            or not all(isinstance(name, str) for name in features)
        ):
            msg = f"its names of columns are not {params.net.sizes[0]} texts"
            raise ModelFileError(msg)
        made_by, record = dict(data["estimator"]), _read(data["record"])
        made_by["params"] = {k: _unspelt(v) for k, v in made_by["params"].items()}
        return cls(params, task, classes, features, field(data, "sparse", bool, what), record, made_by)


def _classes(data: dict[str, Any]) -> np.ndarray:
    values = levels(data, "classes", "the model")
    dtype = np.dtype(field(data, "dtype", str, "the model"))
    if dtype.kind not in KINDS or dtype.itemsize * len(values) > LARGEST:
        refuse("The `dtype` of the classes must be of truth values, numbers or texts", dtype.str)
    with np.errstate(all="ignore"):
        classes = np.array(values, object).astype(dtype) if _holds(dtype, values) else np.array([])
    if classes.tolist() != list(values):
        refuse("The `dtype` of the classes must hold them", dtype.str)
    return classes


def _holds(dtype: np.dtype[Any], values: tuple[Any, ...]) -> bool:
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return all(isinstance(x, int) and info.min <= x <= info.max for x in values)
    kinds = {"b": bool, "f": float, "U": str}.get(dtype.kind, object)
    return all(isinstance(x, kinds) for x in values)


def _check_fit(outputs: int, head: str, task: str, classes: np.ndarray) -> None:
    n = len(classes)
    fits = {
        "classification": (head, outputs) == ("softmax", n)
        if n > 2
        else (head, outputs) == ("logistic", 1) and n > 0,
        "multilabel": (head, outputs) == ("logistic", n),
        "regression": head not in ("softmax", "logistic") and n == 0,
    }[task]
    if not fits:
        msg = f"its network has {outputs} {head} outputs, which do not fit a {task} with {n} classes"
        raise ModelFileError(msg)


def _spelt(record: Any) -> Any:
    """Numbers as JSON takes them: those that are not finite as texts."""
    if isinstance(record, dict):
        return {name: _spelt(value) for name, value in record.items()}
    if isinstance(record, list):
        return [_spelt(value) for value in record]
    return str(record) if isinstance(record, float) and not np.isfinite(record) else record


def _unspelt(value: Any) -> Any:
    return float(value) if value in ("inf", "-inf", "nan") else value


def _read(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        refuse("The `record` of the model must be a mapping", record)
    return {str(name): _number(value) for name, value in record.items()}


def _number(value: Any, deep: bool = True) -> Any:
    if isinstance(value, list) and deep:
        return [_number(x, deep=False) for x in value]
    if isinstance(value, str):
        return float(value)
    if value is not None and not isinstance(value, int | float):
        refuse("The `record` of the model must hold numbers", value)
    return value
