"""`MLPClassifier` and `MLPRegressor`: scikit-learn's parameters, attributes and numbers, on clearprop's engine."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.callback import with_callbacks
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.errors import SpecError
from clearprop.estimators.mlp_regressor import MLPRegressor
from clearprop.estimators.parameters import CONSTRAINTS, Scoring, keep
from clearprop.estimators.perceptron import Perceptron
from clearprop.train.schedule import Schedule

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(ClassifierMixin, Perceptron):
    """A multi-layer perceptron for classes: scikit-learn's, on clearprop's engine.

    The same parameters, attributes and, for the same integer `random_state`, the same numbers. Two classes are one
    logistic unit; more are a softmax; a 0/1 matrix of several labels is a logistic unit each.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of the hidden layers.
    activation : str, or a sequence of one a hidden layer
        A key of `clearprop.maths.derivation.ACTIVATIONS`, or an expression of `x` such as
        ``"x*tanh(softplus(x))"``, whose derivative is in `formulas_`; relu'(0) is 0.
    solver : {"adam", "sgd", "lbfgs", "adamw"}
        Adam (eps before the bias correction), stochastic gradient descent, L-BFGS on all rows, or AdamW (eps after
        it, and `weight_decay`).
    alpha : float
        The penalty: the derivation's lambda is alpha / m, with the m (rows, or the sum of weights) of each batch.
    batch_size : int or "auto"
        Rows a step; auto is 200, or all if there are fewer.
    learning_rate : str or callable
        constant; of sgd alone invscaling, divided by (rows seen + 1) ** power_t, and adaptive, divided by 5 when
        nothing improves for `n_iter_no_change` epochs (adam ignores these two, as in scikit-learn); plateau, as
        adaptive for each solver; cosine, one_cycle or coslog4 (see the derivation page), or a function that gives
        a factor for the share t of the training, which runs from 0 to 1 over `max_iter` epochs, step by step.
    learning_rate_init : float
        The derivation's alpha, for sgd, adam and adamw.
    power_t : float
        Of invscaling.
    max_iter : int
        Epochs (sgd, adam, adamw) or iterations (lbfgs), at most.
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
        Of adam and adamw.
    n_iter_no_change : int
        Epochs without an improvement that are let pass.
    max_fun : int
        Evaluations of the loss by lbfgs, at most.
    class_weight : dict, "balanced" or None
        A factor of the row weights for each class; balanced: m / (classes * rows of the class), so that all classes
        weigh the same. Not for several labels, nor of `sample_weight_val`.
    label_smoothing : float
        The share of each target that is spread over all classes.
    scoring : str, callable or None
        What rows are scored by that are held out or given as `X_val`: a name of scikit-learn's, or a function
        (estimator, X, y[, sample_weight]), higher being better. None: the accuracy (regressor: R2).
    warmup : int or float
        Epochs, or below 1 the share of the training, in which the rate rises in a line to where it starts; a
        schedule then takes the rest.
    weight_decay : float
        Of adamw: W loses the share rate * weight_decay in each step. `alpha` is a penalty of its own.
    dropout : float or sequence of float
        The share of the units of the hidden layers, for all or one each, that is left out of a step at random; the
        others are divided by what is left. `predict` uses all.
    input_dropout : float
        The same of the columns of X.
    l1 : float
        The penalty ``l1 * sum |W|`` is added to J; small weights become exactly 0.
    max_norm : float or None
        After each step the weights into a unit have at most this norm.
    clip_norm : float or None
        All gradients of a step together (without penalties) have at most this norm.
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
    loss_curve_, validation_scores_, validation_loss_curve_ : list of float
        After each epoch (not of lbfgs): J with its penalties; the score, and J, of the rows held out or given.
    best_validation_score_, best_epoch_ : float, int
        The highest score, and its epoch, counted from 1: its weights are kept if `early_stopping`.
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

    class_weight: Any
    label_smoothing: float
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **CONSTRAINTS,
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
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
        class_weight: Any = None,
        label_smoothing: float = 0.0,
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
        with np.errstate(divide="ignore"):
            return np.log(p, out=p)

    @available_if(lambda self: self._check_solver())
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """One epoch over X and y, from the weights and the optimiser that are there.

        An integer `random_state` gives the same order of rows in each call, as in scikit-learn; a RandomState goes on.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array, optional
            All classes; needed in the first call, as y may lack some. Of several labels y says how many there are.
        X_val, y_val, sample_weight_val : arrays, optional
            Rows to score on. With ``early_stopping=True`` they are needed: after `n_iter_no_change` calls without an
            improvement the best weights are restored, and further calls change nothing.
        """
        self._validate_params()
        if self.class_weight == "balanced":
            msg = "class_weight='balanced' needs all rows, which `partial_fit` does not see. Give a dict instead."
            raise SpecError(msg)
        if _check_partial_fit_first_call(self, classes):
            several = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if several else classes)
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), incremental=True)

    def _head(self) -> tuple[str, tuple[float, ...]]:
        return ("softmax" if self._label_binarizer.y_type_ == "multiclass" else "logistic"), ()

    def _metric(self, y: np.ndarray, predicted: np.ndarray, w: np.ndarray | None) -> float:
        return accuracy_score(y, predicted, sample_weight=w)

    def _predict(self, X: Any, check: bool = True) -> np.ndarray:
        p, kind = self._output(X, check), self._label_binarizer.y_type_
        if kind == "multiclass":
            return self.classes_[p.argmax(axis=1)]
        if len(self.classes_) == 2 and kind == "binary":
            return self.classes_[(p[:, 0] > 0.5).astype(int)]
        return self._label_binarizer.inverse_transform(p)

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
        return X, self._as_outputs(y)

    def _as_outputs(self, y: np.ndarray) -> np.ndarray:
        """Checked labels as the network's outputs, (m, outputs), truth values; two classes are one output."""
        if y.ndim == 2 or hasattr(y, "tocsr"):
            return self._label_binarizer.transform(y).astype(bool)
        classes = self.classes_[1:2] if len(self.classes_) == 2 else self.classes_
        return y[:, None] == classes if len(self.classes_) > 1 else np.zeros((len(y), 1), bool)

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
