"""Rows to score on: held out of the training rows, or given; the score, and the loss."""

import inspect
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import _check_sample_weight, validate_data

from clearprop.batch import head_of
from clearprop.errors import ShapeError, SpecError
from clearprop.estimators.sparse import in_slices
from clearprop.maths import derivation


class Held(NamedTuple):
    """Rows to score on: y as the metric takes it, t as the engine does, w or None."""

    X: Any
    y: np.ndarray
    t: np.ndarray
    w: np.ndarray | None


def given(mlp: Any, X: Any, y: Any, w: Any) -> Held | None:
    """A validation set of the caller's own, checked; None if there is none."""
    if X is None and y is None:
        if w is not None:
            msg = "`sample_weight_val` needs `X_val` and `y_val`."
            raise SpecError(msg)
        return None
    if X is None or y is None:
        msg = "`X_val` and `y_val` must be given together."
        raise SpecError(msg)
    X, y = validate_data(
        mlp, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=not is_classifier(mlp),
        dtype=(np.float64, np.float32), reset=False,
    )  # fmt: skip
    w = (
        None
        if w is None
        else _check_sample_weight(w, X, ensure_non_negative=True, allow_all_zero_weights=True)
    )
    if w is not None and not w.any():
        msg = "`sample_weight_val` must not be all zero. Give some row a weight above 0."
        raise SpecError(msg)
    y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
    return Held(X, y, mlp._targets(_as_columns(mlp, y)), w)


def held_out(mlp: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to learn from and to score on, drawn from the estimator's random stream; y as numbers."""
    pieces: Any = train_test_split(
        np.arange(len(y)),
        random_state=mlp._random_state,
        test_size=mlp.validation_fraction,
        stratify=y if is_classifier(mlp) and mlp.n_outputs_ == 1 else None,
    )
    kept, held = pieces
    if len(held) < 2:
        msg = "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        raise ValueError(msg)
    return kept, held


def score(mlp: Any, held: Held) -> float:
    """The score on held-out rows, by `scoring`; NaN where the output is not finite."""
    if mlp.scoring is None:
        return mlp._score_of(held.X, held.y, held.w)
    if not np.isfinite(mlp._output(held.X, check=False)).all():
        return np.nan
    scorer: Any = check_scoring(mlp, mlp.scoring)
    takes = "sample_weight" in inspect.signature(scorer).parameters
    options = {"sample_weight": held.w} if held.w is not None and takes else {}
    found = scorer(mlp, held.X, held.y, **options)
    if not isinstance(found, int | float | np.number):
        msg = f"`scoring` must give one number; got {found!r}."
        raise SpecError(msg)
    return float(found)


def loss(mlp: Any, held: Held) -> float:
    """J on held-out rows (G5), without the penalties of the weights."""
    engine = mlp._current_engine()
    z = in_slices(held.X, engine.logits) if hasattr(held.X, "toarray") else engine.logits(held.X)
    t = np.eye(z.shape[1])[held.t[:, 0].astype(int)] if mlp._takes_labels() else held.t
    with np.errstate(all="ignore"):
        each = derivation.head_lines(head_of(engine.net))[1](z.astype(np.float64), t)
        return float(np.average(each, weights=held.w))


def _as_columns(mlp: Any, y: np.ndarray) -> np.ndarray:
    """Targets of a validation set as the training's were made: a matrix of as many outputs."""
    if is_classifier(mlp):
        foreign = np.setdiff1d(y, mlp.classes_) if y.ndim == 1 else np.array([])
        if len(foreign):
            msg = (
                f"`y_val` must hold classes of `y`, {mlp.classes_.tolist()}; it also has {foreign.tolist()}."
            )
            raise SpecError(msg)
        y = mlp._label_binarizer.transform(y).astype(bool)
    t = mlp._repeated(y.reshape(-1, 1) if y.ndim == 1 else y)
    if t.shape[1] != mlp.n_outputs_:
        msg = f"`y_val` must have {mlp.n_outputs_} outputs as `y` has; got {t.shape[1]}."
        raise ShapeError(msg)
    return t
