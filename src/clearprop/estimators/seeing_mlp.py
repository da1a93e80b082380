"""How `MLPClassifier` and `MLPRegressor` are looked at: rows as arrays, targets by the label binarizer."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from clearprop.errors import SpecError
from clearprop.estimators.seeing import Seeing
from clearprop.network import Network, Parameters

if TYPE_CHECKING:
    from clearprop.show.account.naming import Names
    from clearprop.train.doctor.case import Run, Scores

RESTLESS = ("constant", "invscaling", "adaptive", "plateau")  # rates that do not come to rest by themselves
RECENT = 0.75  # of the run: a best score before it was not improved in the last quarter


class SeeingMLP(Seeing):
    """The methods of `Seeing` on arrays and sparse matrices."""

    @property
    def input_names_(self) -> list[str]:
        """The columns of a[0]: their names, or their numbers where X had none."""
        mlp = self._mlp()
        return [str(name) for name in getattr(mlp, "feature_names_in_", range(mlp.n_features_in_))]

    def _mlp(self) -> Any:
        """The estimator, fitted."""
        check_is_fitted(self)
        return self

    def _seen(self) -> tuple[Network, Parameters]:
        return self._mlp()._network(), self._mlp()._parameters()

    def _seen_rows(self, X: Any, y: Any = None) -> tuple[Any, Any]:
        mlp, formats = self._mlp(), ["csr", "csc"]
        if y is None:
            return validate_data(mlp, X, accept_sparse=formats, reset=False), None
        X, y = validate_data(
            mlp, X, y, accept_sparse=formats, multi_output=True, y_numeric=not is_classifier(mlp), reset=False
        )
        if is_classifier(mlp):
            foreign = np.setdiff1d(y, mlp.classes_).tolist() if np.ndim(y) == 1 else []
            if foreign:
                msg = f"`y` must hold classes of training, {mlp.classes_.tolist()}; it also has {foreign}."
                raise SpecError(msg)
            y = mlp._label_binarizer.transform(y)
        return X, mlp._repeated(np.asarray(y, np.float64).reshape(X.shape[0], -1))

    def _seen_weights(self, X: Any, w: Any) -> np.ndarray | None:
        return None if w is None else _check_sample_weight(w, X, ensure_non_negative=True)

    def _seen_names(self, X: Any) -> "Names":
        from clearprop.show.account.naming import Names

        outputs, units = self._seen_classes(), self._seen()[0].sizes[-1]
        if len(outputs) == 2 and units == 1:  # one unit, for the second class
            outputs = outputs[1:]
        return Names(inputs=self.input_names_, outputs=outputs if len(outputs) == units else None)

    def _seen_run(self) -> "Run":
        from clearprop.train.doctor.case import Run

        mlp: Any = self
        scores = getattr(mlp, "validation_scores_", None) or []
        found = np.isfinite(scores)
        rests = mlp.solver != "lbfgs" and mlp.learning_rate not in RESTLESS
        stale = found.any() and np.nanargmax(scores) < RECENT * len(scores)
        losses = list(getattr(mlp, "loss_curve_", [])) if mlp.solver != "lbfgs" else []
        return Run(losses, mlp.n_iter_, mlp.max_iter, mlp.tol, rests, bool(stale))

    def _seen_scores(self, X: Any, y: np.ndarray, w: np.ndarray | None) -> "Scores | None":
        from clearprop.train.doctor.case import Scores

        mlp: Any = self
        scores = getattr(mlp, "validation_scores_", None) or []
        own = getattr(mlp, "scoring", None) is not None or getattr(mlp, "loss", None) == "quantile"
        if own or not np.isfinite(scores).any():  # of an own score neither baseline nor best is known
            return None
        name, baseline = "R2", 0.0
        if is_classifier(mlp):
            y = mlp._label_binarizer.inverse_transform(y)
            counts = np.unique(y, axis=0, return_counts=True)[1]
            name, baseline = "accuracy", float(counts.max() / counts.sum())
        y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
        train = mlp._score_of(X, y, w)
        return Scores(name, train, float(np.nanmax(scores)), baseline, 1.0, mlp.validation_fraction * len(X))

    def _seen_l2(self, m: float) -> float:
        mlp: Any = self
        return mlp.alpha / m
