"""What `MLPClassifier` and `MLPRegressor` share, under scikit-learn's names also of what its tests read."""

from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from clearprop.batch import step
from clearprop.check.gradients import GradientCheck, check_gradients
from clearprop.engine.engine import Engine
from clearprop.errors import DivergedError, SpecError
from clearprop.estimators import lbfgs, stochastic
from clearprop.maths.derivation import ACTIVATIONS, Working
from clearprop.network import Network, Parameters
from clearprop.train.threads import blas_threads, threads_for

STOCHASTIC = ("sgd", "adam")
_positive = Interval(Real, 0, None, closed="neither")
_not_negative = Interval(Real, 0, None, closed="left")
_count = Interval(Integral, 1, None, closed="left")
_share = Interval(Real, 0, 1, closed="left")


class Perceptron(BaseEstimator):
    """What both estimators share; scikit-learn's names are kept, also of the attributes its tests read."""

    hidden_layer_sizes: Any
    activation: Any
    solver: str
    batch_size: Any
    learning_rate_init: float
    random_state: Any
    early_stopping: bool
    warm_start: bool
    threads: int | None
    _label_binarizer: Any
    coefs_: list[np.ndarray]
    intercepts_: list[np.ndarray]
    n_iter_: int
    t_: int

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", _count],
        "activation": [StrOptions(set(ACTIVATIONS)), list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [_not_negative],
        "batch_size": [StrOptions({"auto"}), _count],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [_positive],
        "power_t": [_not_negative],
        "max_iter": [_count],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [_not_negative],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [_share],
        "beta_1": [_share],
        "beta_2": [_share],
        "epsilon": [_positive],
        "n_iter_no_change": [_count, Options(Real, {np.inf})],
        "max_fun": [_count],
        "threads": [_count, None],
    }

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit to X (m, n[0]) and y.

        Parameters
        ----------
        X : array or sparse matrix of shape (m, n[0])
            float32 stays float32; anything else becomes float64.
        y : array of shape (m,) or (m, outputs)
            Classes, a 0/1 matrix for several labels, or numbers.
        sample_weight : array of shape (m,), optional
            A weight for each row, not negative; their sum is the m that divides.

        Returns
        -------
        self
        """
        self._validate_params()
        return self._fit(X, y, sample_weight, incremental=False)

    def _head(self) -> str:
        """The head of the network: the classifier's or the regressor's."""
        raise AttributeError

    def _predict(self, X: Any, check: bool = True) -> np.ndarray:
        """What `predict` returns."""
        raise AttributeError

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, np.ndarray]:
        """X and y checked, y as numbers."""
        raise AttributeError

    # ---- fitting ---------------------------------------------------------------------------------------

    def _fit(self, X: Any, y: Any, sample_weight: Any, incremental: bool) -> Self:
        hidden = self._hidden_layer_sizes()
        first = not hasattr(self, "coefs_") or (not self.warm_start and not incremental)
        X, y = self._validate_input(X, y, incremental, first)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
            if not np.any(sample_weight):
                msg = "`sample_weight` must not be all zero. Give some row a weight above 0."
                raise SpecError(msg)
        y = y.reshape(-1, 1) if y.ndim == 1 else y
        self.n_outputs_ = y.shape[1]
        self._random_state = check_random_state(self.random_state)
        if first:
            self._initialize((X.shape[1], *hidden, self.n_outputs_), X.dtype)
        with blas_threads(self._threads(X)):
            if self.solver == "lbfgs":
                lbfgs.fit(self, X, y, sample_weight)
            else:
                stochastic.fit(self, X, y, sample_weight, incremental)
        if not all(np.isfinite(w).all() for w in (*self.coefs_, *self.intercepts_)):
            msg = (
                "Solver produced non-finite parameter weights. The input data may contain large values and need to "
                "be preprocessed. Scale `X`, or lower `learning_rate_init`."
            )
            raise DivergedError(msg)
        return self

    def _hidden_layer_sizes(self) -> tuple[int, ...]:
        sizes = self.hidden_layer_sizes
        sizes = list(sizes) if np.iterable(sizes) else [sizes]
        if np.any(np.array(sizes) <= 0):
            msg = f"hidden_layer_sizes must be > 0, got {sizes}."
            raise ValueError(msg)
        return tuple(int(n) for n in sizes)

    def _initialize(self, sizes: tuple[int, ...], dtype: Any) -> None:
        """Weights and biases in scikit-learn's order of drawing: W[1], b[1], W[2], b[2], ..."""
        self.n_iter_, self.t_ = 0, 0
        self.n_layers_ = len(sizes)
        self.out_activation_ = self._head()
        self.coefs_, self.intercepts_ = [], []
        for fan_in, fan_out in pairwise(sizes):
            bound = np.sqrt((2.0 if self.activation == "logistic" else 6.0) / (fan_in + fan_out))
            for shape, layers in (((fan_in, fan_out), self.coefs_), (fan_out, self.intercepts_)):
                layers.append(self._random_state.uniform(-bound, bound, shape).astype(dtype, copy=False))
        if self.solver in STOCHASTIC:
            self.loss_curve_: list[float] = []
            self._no_improvement_count = 0
            self.best_loss_ = None if self.early_stopping else np.inf
            self.validation_scores_ = [] if self.early_stopping else None
            self.best_validation_score_ = -np.inf if self.early_stopping else None

    def _network(self) -> Network:
        """The network that the coefficients are of; relu'(0) = 0, as in scikit-learn."""
        sizes = (self.coefs_[0].shape[0], *(W.shape[1] for W in self.coefs_))
        return Network(sizes, self.activation, self.out_activation_, relu_grad_at_zero=0)

    def _parameters(self) -> Parameters:
        return Parameters.from_layers(self._network(), [None, *self.coefs_], [None, *self.intercepts_])

    def _adopt(self, engine: Engine) -> None:
        """The engine's parameters become the estimator's: views of its vector."""
        self._engine = engine
        self.coefs_, self.intercepts_ = engine.params.W[1:], engine.params.b[1:]

    def _threads(self, X: Any) -> int:
        rows = X.shape[0] if self.solver == "lbfgs" else self._batch_rows(X.shape[0])
        return threads_for(self._network(), rows, self.threads)

    def _batch_rows(self, rows: int) -> int:
        return min(200, rows) if self.batch_size == "auto" else int(np.clip(self.batch_size, 1, rows))

    def _is_softmax(self) -> bool:
        return self.out_activation_ == "softmax"

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """The targets as the engine takes them: a column of labels for softmax, else a matrix."""
        y = y.argmax(axis=1)[:, None] if self._is_softmax() else y
        return np.ascontiguousarray(y, self.coefs_[0].dtype)

    # ---- predicting ------------------------------------------------------------------------------------

    def _output(self, X: Any, check: bool = True) -> np.ndarray:
        """p of each row, (m, outputs)."""
        if check:
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        engine = self._current_engine()
        if hasattr(X, "toarray"):
            return stochastic.in_slices(X, engine.predict)
        return engine.predict(np.asarray(X))

    def _current_engine(self) -> Engine:
        """The engine of the last fit, unless the coefficients were replaced since."""
        engine = getattr(self, "_engine", None)
        mine = (*self.coefs_, *self.intercepts_)
        if engine is None or any(w.base is not engine.params.flat.base for w in mine):
            return Engine(self._parameters(), dtype=self.coefs_[0].dtype)
        return engine

    def working(self, X: Any, y: Any, sample_weight: Any = None) -> Working:
        """Every quantity of one step on X and y, by the derivation page (G2 to G9).

        Returns
        -------
        Working
            .z[l] .a[l] .p .losses .J .delta[l] .da[l] .dW[l] .db[l] .m, without the penalty.
        """
        check_is_fitted(self)
        return step(self._network(), self._parameters(), *self._checked_batch(X, y), sample_weight)

    def check_gradients(self, X: Any, y: Any, sample_weight: Any = None) -> GradientCheck:
        """Compare dW and db at the fitted weights with the complex step; see `clearprop.check_gradients`."""
        check_is_fitted(self)
        return check_gradients(self._network(), self._parameters(), *self._checked_batch(X, y), sample_weight)

    def _checked_batch(self, X: Any, y: Any) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, multi_output=True, reset=False)
        if is_classifier(self):
            y = self._label_binarizer.transform(y)
        return X, np.asarray(y, np.float64).reshape(len(X), -1)

    def _score_of(self, X: Any, y: Any, sample_weight: Any) -> float:
        """The score on held-out rows, NaN where the output is not finite."""
        predicted = self._predict(X, check=False)
        if np.issubdtype(predicted.dtype, np.floating) and not np.isfinite(predicted).all():
            return np.nan
        metric = accuracy_score if is_classifier(self) else r2_score
        return metric(y, predicted, sample_weight=sample_weight)

    def _loss_grad_lbfgs(self, packed: np.ndarray, X: Any, y: Any, sample_weight: Any, *scratch: Any) -> Any:
        """The penalised loss and its gradient at a packed vector; under scikit-learn's name."""
        return lbfgs.Objective(self, X, y, sample_weight)(packed)

    def _check_solver(self) -> bool:
        if self.solver not in STOCHASTIC:
            msg = f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            raise AttributeError(msg)
        return True

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_engine"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
