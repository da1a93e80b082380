"""What `MLPClassifier` and `MLPRegressor` share, under scikit-learn's names also of what its tests read."""

from abc import abstractmethod
from itertools import pairwise
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.engine.engine import Engine
from clearprop.errors import DivergedError, SpecError
from clearprop.estimators import estimating, lbfgs, shared, stochastic, validation
from clearprop.estimators.callbacks import Told
from clearprop.estimators.exporting import Exporting
from clearprop.estimators.formulas import Formulas
from clearprop.estimators.parameters import CONSTRAINTS, STOCHASTIC, check_together
from clearprop.estimators.seeing_mlp import SeeingMLP
from clearprop.estimators.sparse import in_slices
from clearprop.estimators.weights import row_weights
from clearprop.maths import derivation
from clearprop.network import Network, Parameters
from clearprop.train.cost import Cost
from clearprop.train.memory import check_memory
from clearprop.train.threads import peak_share, threads_for

FLOATS = np.dtype(np.float32), np.dtype(np.float64)


class Perceptron(CallbackSupportMixin, SeeingMLP, Exporting, Formulas, BaseEstimator):
    """What both estimators share; scikit-learn's names are kept, also of the attributes its tests read."""

    hidden_layer_sizes: Any
    activation: Any
    solver: str
    batch_size: Any
    max_iter: int
    random_state: Any
    early_stopping: bool
    warm_start: bool
    threads: int | None
    _label_binarizer: Any
    coefs_: list[np.ndarray]
    intercepts_: list[np.ndarray]
    n_iter_: int
    t_: int

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Fit to X (m, n[0]) and y.

        Parameters
        ----------
        X : array or sparse matrix of shape (m, n[0])
            float32 stays float32; anything else becomes float64.
        y : array of shape (m,) or (m, outputs)
            Classes, a 0/1 matrix for several labels, or numbers.
        sample_weight : array of shape (m,), optional
            A weight for each row, not negative; their sum is the m that divides.
        X_val, y_val, sample_weight_val : arrays, optional
            Rows to score on after each epoch (not by lbfgs), in place of a share of X. With ``early_stopping=True``
            they decide when to stop, and which weights are kept.

        Returns
        -------
        self
        """
        self._validate_params()
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val))

    @with_callbacks
    def fit_more(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        max_iter: int,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Go on with the last fit, to the bit as if it had not ended: not by lbfgs.

        The weights of its last epoch, the optimiser, the random stream, the order of the rows, the rows held out
        and all counters are those of before; the parameters should be. A fit that stopped because nothing improved
        stays as it is. Schedules of the rate are those of a training of `max_iter` epochs from the start.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, sample_weight_val
            As in `fit`, and the same.
        max_iter : int
            How many epochs there are to be in all.

        Returns
        -------
        self

        Examples
        --------
        >>> import numpy as np
        >>> import warnings
        >>> from clearprop import MLPRegressor
        >>> warnings.simplefilter("ignore")
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> whole = MLPRegressor(random_state=0, max_iter=20).fit(X, X.ravel())
        >>> parts = MLPRegressor(random_state=0, max_iter=10).fit(X, X.ravel())
        >>> parts = parts.fit_more(X, X.ravel(), max_iter=20)
        >>> bool((parts.coefs_[0] == whole.coefs_[0]).all())
        True
        """
        self._validate_params()
        check_is_fitted(self)
        if not isinstance(max_iter, Integral) or max_iter < 1:
            msg = f"`max_iter` must be a whole number, 1 or more; got {max_iter!r}."
            raise SpecError(msg)
        if self.solver not in STOCHASTIC or not hasattr(self, "_optimizer"):
            msg = f"`fit_more` goes on with a fit by {', '.join(STOCHASTIC)}; got solver={self.solver!r}. Use `fit`."
            raise SpecError(msg)
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), until=int(max_iter))

    def estimate(self, X: Any, y: Any = None) -> Cost:
        """What `fit` would cost: operations, memory and seconds, by some steps of such a network on this machine.

        Parameters
        ----------
        X : array or sparse matrix of shape (m, n[0])
            As `fit` takes it; some of its rows are tried.
        y : array, optional
            The target, which tells the number of outputs; without it two classes, or one number, are taken.

        Returns
        -------
        Cost
            With `flops`, `memory` in bytes, `seconds`, `epochs` (`max_iter`, at most), `steps` and `threads`;
            ``str()`` of it is a line to read.

        Examples
        --------
        >>> import numpy as np
        >>> from clearprop import MLPClassifier
        >>> found = MLPClassifier((50,), max_iter=10).estimate(np.zeros((1000, 20)))
        >>> found.steps, found.flops  # 10 epochs of 5 batches; 2 (3 * (20 * 50 + 50) - 20 * 50) a row
        (50, 43000000)
        """
        self._validate_params()
        return estimating.of_arrays(self, X, y)

    @property
    def peak_share_(self) -> float | None:
        """The rate of the products in the last fit's epochs, over what the machine's cores can do, measured now."""
        check_is_fitted(self)
        optimizer = getattr(self, "_optimizer", None)
        if optimizer is None or not optimizer.busy:
            return None
        return peak_share(self._parameters(), optimizer.rows_done / optimizer.busy, optimizer.engine.threads)

    @abstractmethod
    def _head(self) -> tuple[str, tuple[float, ...]]:
        """The head of the network and its constants: the classifier's or the regressor's."""

    @abstractmethod
    def _metric(self, y: np.ndarray, predicted: np.ndarray, w: np.ndarray | None) -> float:
        """What `score` gives."""

    @abstractmethod
    def _predict(self, X: Any, check: bool = True) -> np.ndarray:
        """What `predict` returns."""

    @abstractmethod
    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, np.ndarray]:
        """X and y checked, y as numbers."""

    # ---- fitting ---------------------------------------------------------------------------------------

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        val: tuple[Any, Any, Any],
        *,
        incremental: bool = False,
        until: int | None = None,
    ) -> Self:
        hidden, go_on = self._hidden_layer_sizes(), incremental or until is not None
        check_together(self, len(hidden))
        first = not hasattr(self, "coefs_") or (not self.warm_start and not go_on)
        labels = y
        X, y = shared.checked(self, X, y, go_on, first)
        w = row_weights(X, np.asarray(labels), sample_weight, getattr(self, "class_weight", None))
        y = self._repeated(y.reshape(-1, 1) if y.ndim == 1 else y)
        self.n_outputs_ = y.shape[1]
        if until is None:
            self._random_state = check_random_state(self.random_state)
        if first:
            sizes = X.shape[1], *hidden, self.n_outputs_
            check_memory(sizes, self._rows_a_step(X), X.dtype, lbfgs=self.solver == "lbfgs")
            self._initialize(sizes, X.dtype)
        held = validation.given(self, *val)
        if held is not None and self.solver == "lbfgs":
            msg = "`X_val` is for solvers that take epochs; got solver='lbfgs'. Use solver='adam', 'adamw' or 'sgd'."
            raise SpecError(msg)
        if held is not None and self.validation_scores_ is None:
            self._begin_scores()
        epochs = 1 if incremental else until or self.max_iter
        told = Told(self, X, labels, sample_weight, None if self.solver == "lbfgs" else epochs)
        told.begins()
        if self.solver == "lbfgs":
            lbfgs.fit(self, X, y, w, told)
        else:
            stochastic.fit(self, X, y, w, stochastic.Plan(told, held, incremental, until))
        told.ends()
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
        self._fitted_head = self._head()
        self.coefs_, self.intercepts_ = [], []
        names = (
            [self.activation] * (len(sizes) - 1) if isinstance(self.activation, str) else [*self.activation]
        )
        names = (names + names[-1:] + ["identity"] * len(sizes))[
            : len(sizes) - 1
        ]  # the last layer's as before it
        for name, (fan_in, fan_out) in zip(names, pairwise(sizes), strict=True):
            bound = np.sqrt((2.0 if name == "logistic" else 6.0) / (fan_in + fan_out))
            for shape, layers in (((fan_in, fan_out), self.coefs_), (fan_out, self.intercepts_)):
                layers.append(self._random_state.uniform(-bound, bound, shape).astype(dtype, copy=False))
        if self.solver in STOCHASTIC:
            self.loss_curve_: list[float] = []
            self._no_improvement_count = 0
            self.best_loss_ = None if self.early_stopping else np.inf
            self._best_compared = np.inf
            self.validation_scores_ = self.best_validation_score_ = None
            self.validation_loss_curve_ = self.best_epoch_ = None
            if self.early_stopping:
                self._begin_scores()
        self.out_activation_ = self._network().out_activation

    def _begin_scores(self) -> None:
        self.validation_scores_, self.validation_loss_curve_ = [], []
        self.best_validation_score_ = -np.inf

    def _network(self) -> Network:
        """The network that the coefficients are of; relu'(0) = 0, as in scikit-learn."""
        sizes = (self.coefs_[0].shape[0], *(W.shape[1] for W in self.coefs_))
        head, constants = self._net_head()
        return Network(sizes, self.activation, head, relu_grad_at_zero=0, head_constants=constants)

    def _parameters(self) -> Parameters:
        return Parameters.from_layers(self._network(), [None, *self.coefs_], [None, *self.intercepts_])

    def _adopt(self, engine: Engine) -> None:
        """The engine's parameters become the estimator's: views of its vector."""
        self._engine = engine
        self.coefs_, self.intercepts_ = engine.params.W[1:], engine.params.b[1:]

    def _threads(self, X: Any) -> int:
        return threads_for(self._network(), self._rows_a_step(X), self.threads)

    def _rows_a_step(self, X: Any) -> int:
        return X.shape[0] if self.solver == "lbfgs" else self._batch_rows(X.shape[0])

    def _batch_rows(self, rows: int) -> int:
        return min(200, rows) if self.batch_size == "auto" else int(np.clip(self.batch_size, 1, rows))

    def _takes_labels(self) -> bool:
        """Whether the targets are one column of labels: for softmax, unless they are smoothed."""
        return self.out_activation_ == "softmax" and not getattr(self, "label_smoothing", 0)

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """The targets as the engine takes them: a column of labels for softmax, else a matrix."""
        smoothing = getattr(self, "label_smoothing", 0)
        if self._takes_labels():
            y = y.argmax(axis=1)[:, None]
        elif smoothing:
            classes = y.shape[1] if self.out_activation_ == "softmax" else 2
            y = derivation.smoothed(y.astype(float), smoothing, classes)
        return np.ascontiguousarray(y, self.coefs_[0].dtype)

    def _repeated(self, y: np.ndarray) -> np.ndarray:
        """The targets (m, outputs), once for each quantile where several are asked for."""
        return y

    def _compared_outputs(self) -> int:
        """What the loss is divided by where scikit-learn compares it: it takes the mean of squared errors."""
        return self.n_outputs_ if self._net_head()[0] == "identity" else 1

    def _net_head(self) -> tuple[str, tuple[float, ...]]:
        """The head that was fitted; of coefficients that were put in by hand, the one named after `h`."""
        return getattr(self, "_fitted_head", (getattr(self, "out_activation_", "identity"), ()))

    # ---- predicting ------------------------------------------------------------------------------------

    def _output(self, X: Any, check: bool = True) -> np.ndarray:
        """p of each row, (m, outputs)."""
        if check and not self._is_clean(X):
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        engine = self._current_engine()
        if hasattr(X, "toarray"):
            return in_slices(X, engine.predict)
        return engine.predict(np.asarray(X), self.threads)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")

    def _is_clean(self, X: Any) -> bool:
        """Whether scikit-learn's checks, which take a hundred microseconds, would leave X as it is."""
        if (
            type(X) is not np.ndarray
            or X.ndim != 2
            or X.dtype not in FLOATS
            or hasattr(self, "feature_names_in_")
        ):
            return False
        return (
            len(X) > 0 and X.shape[1] == getattr(self, "n_features_in_", None) and bool(np.isfinite(X).all())
        )

    def _current_engine(self) -> Engine:
        """The engine of the last fit, unless the coefficients were replaced since."""
        engine = getattr(self, "_engine", None)
        mine = (*self.coefs_, *self.intercepts_)
        if engine is None or any(w.base is not engine.params.flat.base for w in mine):
            return Engine(self._parameters(), dtype=self.coefs_[0].dtype)
        return engine

    def _score_of(self, X: Any, y: Any, sample_weight: Any) -> float:
        """The score on held-out rows, NaN where the output is not finite."""
        predicted = self._predict(X, check=False)
        if np.issubdtype(predicted.dtype, np.floating) and not np.isfinite(predicted).all():
            return np.nan
        return self._metric(y, predicted, sample_weight)

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
