"""What a fitted estimator learned, as a model that can be written to files; and back."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted

from clearprop.estimators.plain import plain_entries
from clearprop.train.array_model import ArrayModel
from clearprop.train.model import Model


def model_of(estimator: Any) -> Model | ArrayModel:
    """The model of a fitted estimator.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    """
    return estimator._model() if hasattr(estimator, "_model") else _array_model(estimator)


def _array_model(mlp: Any) -> ArrayModel:
    check_is_fitted(mlp)
    classes, task, sparse = np.array([]), "regression", False
    if hasattr(mlp, "classes_"):
        binarizer = mlp._label_binarizer
        classes, sparse = mlp.classes_, bool(binarizer.sparse_input_)
        task = "multilabel" if binarizer.y_type_.startswith("multilabel") else "classification"
    names = getattr(mlp, "feature_names_in_", None)
    params = plain_entries(mlp.get_params(deep=False))
    return ArrayModel(
        mlp._parameters(), task, classes, None if names is None else names.tolist(), sparse, _record(mlp),
        {"class": type(mlp).__name__, "params": params},
    )  # fmt: skip


def _record(mlp: Any) -> dict[str, Any]:
    """The attributes of the training: those with a trailing underscore that are numbers, or lists of numbers."""
    found = plain_entries({k: v for k, v in vars(mlp).items() if k.endswith("_") and not k.startswith("_")})
    return {k: v for k, v in found.items() if _is_numbers(v)}


def _is_numbers(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(x is None or isinstance(x, int | float) for x in values)


def take(mlp: Any, model: ArrayModel) -> Any:
    """The estimator, become what a model is; its optimiser starts afresh."""
    for name, value in model.record.items():
        if not name.endswith("_") or name.startswith("_"):
            raise KeyError(name)
        setattr(mlp, name, value)
    net, params = model.params.net, model.params
    mlp.coefs_, mlp.intercepts_ = params.W[1:], params.b[1:]
    mlp.n_features_in_, mlp.n_outputs_, mlp.n_layers_ = net.sizes[0], net.sizes[-1], net.L + 1
    mlp.out_activation_, mlp._no_improvement_count = net.out_activation, 0
    mlp._best_compared = np.inf
    mlp._fitted_head = net.head, net.head_constants
    if model.features is not None:
        mlp.feature_names_in_ = np.array(model.features, object)
    if model.task != "regression":
        labels: Any = np.eye(len(model.classes), dtype=int) if model.task == "multilabel" else model.classes
        mlp._label_binarizer = LabelBinarizer().fit(csr_array(labels) if model.sparse else labels)
        mlp.classes_ = model.classes
    return mlp
