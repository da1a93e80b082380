"""Saving and loading fitted estimators."""

from pathlib import Path
from typing import Any

from clearprop.errors import ModelFileError, SpecError
from clearprop.estimators.important import settle
from clearprop.estimators.learned import model_of, take
from clearprop.estimators.mlp import MLPClassifier, MLPRegressor
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor
from clearprop.train.array_model import ArrayModel
from clearprop.train.files import read_any_model, write_model
from clearprop.train.model import Model

Estimator = MLPClassifier | MLPRegressor | TabularClassifier | TabularRegressor
CLASSES = {c.__name__: c for c in (MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor)}
ON_ARRAYS = {"classification": MLPClassifier, "multilabel": MLPClassifier, "regression": MLPRegressor}
ON_TABLES = {"classification": TabularClassifier, "regression": TabularRegressor}


def save(estimator: Estimator, path: str | Path) -> None:
    """Write a fitted estimator to one .safetensors file.

    Tensors are under PyTorch's names (``0.weight`` as (out, in), ``0.bias``, ...); the network, the encoding, the
    classes, the importances of a table's columns and the training record are JSON in its header, with a checksum of
    everything.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor
        Fitted. The optimiser's state, and what JSON cannot hold of the parameters (a generator, a function), are
        not kept.
    path : str or Path
        The file; one that is there is replaced.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    ModelFileError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from clearprop import TabularClassifier, load, save
    >>> model = TabularClassifier("fast", max_iter=2).fit({"x": [0.0, 1.0] * 20}, ["a", "b"] * 20)
    >>> with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
    ...     save(model, file.name)
    ...     load(file.name).classes_.tolist()
    ['a', 'b']
    """
    if not isinstance(estimator, tuple(CLASSES.values())):
        msg = f"`save` takes one of {', '.join(CLASSES)}; got {type(estimator).__name__}."
        raise SpecError(msg)
    model = model_of(estimator)
    if isinstance(model, Model):
        settle(model)
    write_model(model, path)


def load(path: str | Path) -> Any:
    """Read an estimator from a file that `save` or ``clearprop train`` wrote; it predicts the same bits.

    Reading runs no code that is in the file, and checks everything.

    Raises
    ------
    ModelFileError
        If the file is absent, damaged, foreign, or newer than this version.
    """
    model = read_any_model(path)
    try:
        params: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in model.estimator["params"].items()
        }
        kind = CLASSES[model.estimator["class"]]
        if kind is not (ON_ARRAYS if isinstance(model, ArrayModel) else ON_TABLES)[model.task]:
            raise KeyError(kind)
        estimator: Any = kind(**params)
        return take(estimator, model) if isinstance(model, ArrayModel) else estimator._take(model)
    except (KeyError, TypeError, AttributeError):
        msg = f"The model file {path} is damaged: it names no estimator of its task. Train or copy it again."
        raise ModelFileError(msg) from None
