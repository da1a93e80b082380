"""`MLPRegressor`: numbers, by squared, absolute, Huber's, quantile or Poisson loss."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.callback import with_callbacks
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.errors import SpecError
from clearprop.estimators.expressible import NameOrExpression
from clearprop.estimators.parameters import CONSTRAINTS, Scoring, keep
from clearprop.estimators.perceptron import Perceptron
from clearprop.maths import expressions
from clearprop.train.schedule import Schedule

LOSSES = {"squared_error", "poisson", "absolute", "huber", "quantile"}
HEADS = {"squared_error": "identity", "poisson": "exp"}  # of the losses that are called otherwise


class MLPRegressor(RegressorMixin, Perceptron):
    """A multi-layer perceptron for numbers: scikit-learn's, on clearprop's engine.

    The same parameters, attributes and, for the same integer `random_state`, the same numbers; but for several
    outputs `loss_` is half the squared error summed over the outputs, whose gradient training follows.
    scikit-learn reports its mean over the outputs.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "absolute", "huber", "quantile"}
        Half the squared error, summed over the outputs; half the Poisson deviance of exp(z), for y >= 0; the absolute
        error; Huber's loss, half the squared error up to `delta` and a line from there; or the quantile loss.
        Or an expression of `p` and `y` such as ``"log(cosh(p-y))"``, the loss of one output, summed over them; its
        derivative is in `formulas_`.
    delta : float
        Of huber.
    quantile : float or sequence of float
        Of the quantile loss: which one. With several, for one y, `predict` gives a column each: (m, quantiles), and
        `score` the mean of their D2 (share of the pinball loss that is explained).
    hidden_layer_sizes, ..., threads
        As in `MLPClassifier`.

    Attributes
    ----------
    coefs_, intercepts_, ...
        As in `MLPClassifier`, without the classes.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import MLPRegressor
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = MLPRegressor(hidden_layer_sizes=(20,), solver="lbfgs", random_state=0)
    >>> model = model.fit(X, X.ravel() ** 2)
    >>> model.score(X, X.ravel() ** 2) > 0.99
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **CONSTRAINTS,
        "loss": [NameOrExpression(LOSSES, expressions.loss, "py")],
        "delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither"), list, tuple, np.ndarray],
    }
    loss: str
    delta: float
    quantile: Any

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Schedule = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        max_fun: int = 15000,
        delta: float = 1.0,
        quantile: float | Sequence[float] = 0.5,
        scoring: Scoring = None,
        warmup: float = 0,
        weight_decay: float = 0.01,
        dropout: float | Sequence[float] = 0.0,
        input_dropout: float = 0.0,
        l1: float = 0.0,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        threads: int | None = None,
    ) -> None:
        keep(self, locals())

    def predict(self, X: Any) -> np.ndarray:
        """Numbers, (m,) or (m, outputs)."""
        check_is_fitted(self)
        return self._predict(X)

    @available_if(lambda self: self._check_solver())
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """One epoch over X and y, from the weights and the optimiser that are there; as in `MLPClassifier`."""
        self._validate_params()
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), incremental=True)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2; of the quantile loss D2, the share of the pinball loss that is explained (1 is best)."""
        return self._metric(np.asarray(y), self.predict(X), sample_weight)

    def _head(self) -> tuple[str, tuple[float, ...]]:
        constants = {"huber": (self.delta,), "quantile": self._quantiles()}.get(self.loss, ())
        return HEADS.get(self.loss, self.loss), constants

    def _quantiles(self) -> tuple[float, ...]:
        """The quantiles, checked."""
        wanted = tuple(self.quantile) if np.iterable(self.quantile) else (self.quantile,)
        if not wanted or not all(isinstance(q, Real) and 0 < float(q) < 1 for q in wanted):
            msg = f"`quantile` must be a number between 0 and 1, or several; got {self.quantile!r}."
            raise SpecError(msg)
        return tuple(float(q) for q in wanted)

    def _repeated(self, y: np.ndarray) -> np.ndarray:
        wanted = len(self._quantiles()) if self.loss == "quantile" else 1
        if wanted == 1:
            return y
        if y.shape[1] > 1:
            msg = f"Several quantiles need one output; `y` has {y.shape[1]}. Fit one estimator for each."
            raise SpecError(msg)
        return np.tile(y, wanted)

    def _metric(self, y: np.ndarray, predicted: np.ndarray, w: np.ndarray | None) -> float:
        if self.loss != "quantile":
            return r2_score(y, predicted, sample_weight=w)
        wanted = self._quantiles()
        y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
        columns = [predicted] if len(wanted) == 1 else predicted.T
        each = zip(wanted, columns, strict=True)
        return float(np.mean([d2_pinball_score(y, p, sample_weight=w, alpha=q) for q, p in each]))

    def _predict(self, X: Any, check: bool = True) -> np.ndarray:
        p = self._output(X, check)
        return p.ravel() if p.shape[1] == 1 else p

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, np.ndarray]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=True,
            dtype=(np.float64, np.float32), reset=reset,
        )  # fmt: skip
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and (y < 0).any():
            msg = f"With loss='poisson' `y` must hold no number below 0; got {y.min()}."
            raise ValueError(msg)
        if self.loss not in LOSSES:
            expressions.check_targets(self.loss, y)
        return X, y
