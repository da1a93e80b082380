"""`MLPClassifier` and `MLPRegressor`: scikit-learn's parameters, attributes and numbers, on clearprop's engine."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.estimators.perceptron import Perceptron


class MLPClassifier(ClassifierMixin, Perceptron):
    """A multi-layer perceptron for classes: scikit-learn's, on clearprop's engine.

    The same parameters, attributes and, for the same integer `random_state`, the same numbers. Two classes are one
    logistic unit; more are a softmax; a 0/1 matrix of several labels is a logistic unit each.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of the hidden layers.
    activation : str, or a sequence of one a hidden layer
        A key of `clearprop.maths.derivation.ACTIVATIONS`; relu'(0) is 0.
    solver : {"adam", "sgd", "lbfgs"}
        Adam (eps before the bias correction), stochastic gradient descent, or L-BFGS on all rows.
    alpha : float
        The penalty: the derivation's lambda is alpha / m, with the m (rows, or the sum of weights) of each batch.
    batch_size : int or "auto"
        Rows a step; auto is 200, or all if there are fewer.
    learning_rate : {"constant", "invscaling", "adaptive"}
        Of sgd: constant; divided by (rows seen + 1) ** power_t; or divided by 5 when nothing improves.
    learning_rate_init : float
        The derivation's alpha, for sgd and adam.
    power_t : float
        Of invscaling.
    max_iter : int
        Epochs (sgd, adam) or iterations (lbfgs), at most.
    shuffle : bool
        Whether each epoch draws a new order of the rows.
    random_state : int, RandomState or None
        Weights and biases layer by layer, then the held-out rows, then the orders, are drawn from it.
    tol : float
        What counts as an improvement of the loss or the score.
    verbose : bool
        Whether to print the loss of each epoch.
    warm_start : bool
        Whether `fit` starts from the weights that are there.
    momentum, nesterovs_momentum : float, bool
        Of sgd.
    early_stopping : bool
        Whether rows are held out, and the weights of the best score on them kept.
    validation_fraction : float
        The share held out.
    beta_1, beta_2, epsilon : float
        Of adam.
    n_iter_no_change : int
        Epochs without an improvement that are let pass.
    max_fun : int
        Evaluations of the loss by lbfgs, at most.
    threads : int, optional
        Of the products; by default as many as help.

    Attributes
    ----------
    classes_ : ndarray
        The classes, sorted.
    coefs_, intercepts_ : list of ndarray
        W[l], (n[l-1], n[l]), and b[l], (n[l],), for l = 1..L.
    loss_, best_loss_ : float
        J with its penalty: a mean over the rows of the last epoch; the least of all epochs.
    loss_curve_, validation_scores_, best_validation_score_
        After each epoch (sgd, adam).
    n_iter_, t_ : int
        Epochs of the last fit, and rows seen.
    n_features_in_, n_layers_, n_outputs_, out_activation_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from clearprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((20,), max_iter=2000, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
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
        threads: int | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.threads = threads

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row, (m,), or its labels, (m, labels)."""
        check_is_fitted(self)
        return self._predict(X)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, (m, classes): rows sum to 1, but for several labels each column is one label's own."""
        check_is_fitted(self)
        p = self._output(X)
        return np.column_stack([1 - p, p]) if self.n_outputs_ == 1 else p

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of `predict_proba`."""
        p = self.predict_proba(X)
        return np.log(p, out=p)

    @available_if(lambda self: self._check_solver())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """One epoch over X and y, from the weights and the optimiser that are there.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array, optional
            All classes; needed in the first call, as y may lack some.
        """
        self._validate_params()
        if _check_partial_fit_first_call(self, classes):
            several = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if several else classes)
        return self._fit(X, y, sample_weight, incremental=True)

    def _head(self) -> str:
        return "softmax" if self._label_binarizer.y_type_ == "multiclass" else "logistic"

    def _predict(self, X: Any, check: bool = True) -> np.ndarray:
        p = self._output(X, check)
        return self._label_binarizer.inverse_transform(p.ravel() if self.n_outputs_ == 1 else p)

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, np.ndarray]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not hasattr(self, "classes_") or (not self.warm_start and not incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._check_classes(unique_labels(y))
        return X, self._label_binarizer.transform(y).astype(bool)

    def _check_classes(self, classes: np.ndarray) -> None:
        """To go on, the classes must be those of before; in partial_fit some may be absent."""
        if self.warm_start:
            if set(classes) != set(self.classes_):
                msg = (
                    "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                    f"Previously got {self.classes_}, `y` has {classes}"
                )
                raise ValueError(msg)
        elif len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
            msg = f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {classes}."
            raise ValueError(msg)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class MLPRegressor(RegressorMixin, Perceptron):
    """A multi-layer perceptron for numbers: scikit-learn's, on clearprop's engine.

    The same parameters, attributes and, for the same integer `random_state`, the same numbers; but for several
    outputs `loss_` is half the squared error summed over the outputs, whose gradient training follows.
    scikit-learn reports its mean over the outputs.

    Parameters
    ----------
    loss : {"squared_error", "poisson"}
        Half the squared error, summed over the outputs; or half the Poisson deviance of exp(z), for y >= 0.
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
        **Perceptron._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson"})],
    }

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
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
        threads: int | None = None,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.threads = threads

    def predict(self, X: Any) -> np.ndarray:
        """Numbers, (m,) or (m, outputs)."""
        check_is_fitted(self)
        return self._predict(X)

    @available_if(lambda self: self._check_solver())
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over X and y, from the weights and the optimiser that are there; arguments as in `fit`."""
        self._validate_params()
        return self._fit(X, y, sample_weight, incremental=True)

    def _head(self) -> str:
        return "exp" if self.loss == "poisson" else "identity"

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
        return X, y
