"""Estimators on tables: columns of numbers and categories in, with holes; classes or numbers out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin

from clearprop.estimators.parameters import keep
from clearprop.estimators.tabular_base import Tabular
from clearprop.tables.classes import Classes

_PARAMETERS = """
    Parameters
    ----------
    preset : {{"accurate", "fast", "best", "plain"}}
        Where the settings come from that are None below. fast: a committee of three networks, each of two layers of
        128 units; accurate: of eight, which learn from what alike numbers differ by, too; best: of 24 of these; plain:
        scikit-learn's defaults (one layer of 100, Adam).
    members : int, optional
        Networks that are trained side by side and answer together: the mean of their probabilities or numbers. Each
        sets other rows aside, so that together they learn from all, and the rows of each choose the epoch.
    hidden_layer_sizes : sequence of int, optional
        Units of the hidden layers.
    activation : str, optional
        Of the hidden layers: a key of `clearprop.maths.derivation.ACTIVATIONS`, or an expression of `x`.
    blended : bool, optional
        Whether each hidden unit learns how much of its activation g it takes: a = z + c (g(z) - z), c from 1 on.
    embedded : bool, optional
        Whether numbers and dates are embedded: of each x layer 1 reads x and three affine steps of 16 waves
        cos(2 pi f x + s), whose numbers are learned.
    solver : {{"adamw", "adam", "sgd"}}, optional
        The optimiser.
    learning_rate : {{"constant", "cosine", "coslog4"}}, optional
        What the rate does over the run.
    learning_rate_init : float, optional
        The rate at the start (the derivation's alpha).
    weight_decay : float, optional
        AdamW's decoupled decay, a step; with the other solvers the derivation's lambda.
    batch_size : int or "auto"
        Rows a step; auto: a sixteenth of the rows, between 32 and 256.
    max_iter : int, optional
        Epochs, at most.
    metric : str
        What chooses the epoch: accuracy, balanced_accuracy, log_loss, auc or brier; r2, rmse, mae or quantile.
        auto: log_loss, or rmse. With mae and quantile the network learns by that loss in place of the squared error.
    early_stopping : bool
        Whether rows are set aside to choose the epoch. False: all rows train, and the last epoch is kept.
    validation_fraction : float
        The share set aside, by class.
    n_iter_no_change : int, optional
        Epochs without a better score before stopping.
    refit : bool
        Whether a network on its own learns anew from all rows, those set aside included, until the epoch that was
        best. A committee's members learn from all together as it is.
    categorical : sequence of str
        Columns that hold categories although their values are numbers.
    missing : sequence of str
        Further texts that mean a missing value.
    random_state : int, RandomState or None
        Of the weights, the split and the order of rows. The same number and threads give the same bits.
    threads : int, optional
        Of the products; by default as many as help.
    time_limit : float, optional
        Seconds for the whole fit, compiling included. If it would take longer, fewer epochs are planned, then fewer
        networks; `model_.record.cut` says what was left out. With checkpoints or workers nothing is planned: training
        stops at the limit.
    dtype : {{"float32", "float64"}}
        Of all arrays.
    verbose : bool
        Whether to show a progress bar on a terminal.

    {more}

    Attributes
    ----------
    model_ : Model
        Network, weights, encoding and record.
    loss_curve_, validation_scores_ : list of float
        After each epoch: the mean of J, and the score.
    n_iter_, best_epoch_ : int
        Epochs run, and the one that was kept.
    coefs_, intercepts_ : list of ndarray
        W[l] of shape (n[l-1], n[l]), and b[l], for l = 1..L.
"""


_OF_CLASSES = """class_weight : dict or "balanced", optional
        A factor for the weights of each class's rows, in training, scores and calibration. balanced: so that all
        classes weigh the same.
    calibrate : bool
        Whether one temperature, fitted on the held-out rows, makes the probabilities honest. A committee has one only
        where all members answer for these rows (`X_val`): elsewhere it would be that of one network, which is surer
        of itself than their mean."""
_OF_NUMBERS = """quantile : float
        Which quantile of the target is learned with the metric quantile.
    log_target : bool or "auto"
        Whether the logarithm of the target is learned. auto: of a target with a long tail, where small networks on
        the held-out rows say so."""


class TabularClassifier(ClassifierMixin, Tabular):
    __doc__ = f"""A classifier on tables: categories, missing values and unscaled numbers are fine.

    A fully connected network with softmax and cross-entropy (G2 to G11), on columns that are encoded by what
    they hold.
    {_PARAMETERS.format(more=_OF_CLASSES)}
    classes_ : ndarray
        The classes, sorted.

    Examples
    --------
    >>> from clearprop import TabularClassifier
    >>> X = {{"age": [20, 30, 40, 50] * 10, "town": ["A", "B", "B", None] * 10}}
    >>> y = ["no", "yes", "yes", "no"] * 10
    >>> TabularClassifier("fast").fit(X, y).predict({{"age": [31, 49], "town": ["B", "C"]}}).tolist()
    ['yes', 'no']
    """

    _task = "classification"

    def __init__(
        self,
        preset: str = "accurate",
        *,
        members: int | None = None,
        hidden_layer_sizes: Sequence[int] | None = None,
        activation: str | None = None,
        blended: bool | None = None,
        embedded: bool | None = None,
        solver: str | None = None,
        learning_rate: str | None = None,
        learning_rate_init: float | None = None,
        weight_decay: float | None = None,
        batch_size: int | str = "auto",
        max_iter: int | None = None,
        metric: str = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | None = None,
        refit: bool = False,
        categorical: Sequence[str] = (),
        missing: Sequence[str] = (),
        random_state: int | np.random.RandomState | None = 0,
        threads: int | None = None,
        time_limit: float | None = None,
        dtype: str = "float32",
        verbose: bool = False,
        class_weight: dict[Any, float] | str | None = None,
        calibrate: bool = True,
    ) -> None:
        keep(self, locals())

    @property
    def classes_(self) -> np.ndarray:
        """The classes, sorted."""
        target = self._model().target
        assert isinstance(target, Classes)
        return target.decode(np.arange(len(target.classes)))

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each row, (m,); the first of equals."""
        return self._model().predict(self._table(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, (m, classes) float64, in the order of `classes_`; rows sum to 1."""
        return self._model().predict_proba(self._table(X))

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


class TabularRegressor(RegressorMixin, Tabular):
    __doc__ = f"""A regression on tables: categories, missing values and unscaled numbers are fine.

    A fully connected network with half the squared error of the standardised target, on columns that are
    encoded by what they hold.
    {_PARAMETERS.format(more=_OF_NUMBERS)}

    Examples
    --------
    >>> from clearprop import TabularRegressor
    >>> X = {{"carat": [0.2, 0.4, 0.6, 0.8] * 10, "cut": ["Fair", "Good", "Good", None] * 10}}
    >>> model = TabularRegressor("fast").fit(X, [400.0, 900.0, 1400.0, 2100.0] * 10)
    >>> model.predict({{"carat": [0.3], "cut": ["Good"]}}).shape
    (1,)
    """

    _task = "regression"

    def __init__(
        self,
        preset: str = "accurate",
        *,
        members: int | None = None,
        hidden_layer_sizes: Sequence[int] | None = None,
        activation: str | None = None,
        blended: bool | None = None,
        embedded: bool | None = None,
        solver: str | None = None,
        learning_rate: str | None = None,
        learning_rate_init: float | None = None,
        weight_decay: float | None = None,
        batch_size: int | str = "auto",
        max_iter: int | None = None,
        metric: str = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | None = None,
        refit: bool = False,
        categorical: Sequence[str] = (),
        missing: Sequence[str] = (),
        random_state: int | np.random.RandomState | None = 0,
        threads: int | None = None,
        time_limit: float | None = None,
        dtype: str = "float32",
        verbose: bool = False,
        quantile: float = 0.5,
        log_target: bool | str = "auto",
    ) -> None:
        keep(self, locals())

    def predict(self, X: Any) -> np.ndarray:
        """Numbers, (m,) float64, in the target's units; none is outside of the range of the target in training."""
        return self._model().predict(self._table(X))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> np.ndarray:
        """An interval for the target of each row (split conformal prediction).

        Its width comes from how far predictions were off on the rows that were set aside: it is the same for all
        rows, or with a learned logarithm the same factor. Of rows like those, at least the share `coverage` lies in
        their intervals, on average over all that may have been set aside. The guarantee is for rows that had no
        part in the fit; that they chose the epoch takes very little from it. Each row counts once, whatever its
        weight.

        Parameters
        ----------
        X : table of m rows
            As in `predict`.
        coverage : float
            Above 0 and below 1.

        Returns
        -------
        ndarray of shape (m, 2)
            Lower and upper ends.

        Raises
        ------
        SpecError
            If no rows were set aside, or too few for this coverage.

        Examples
        --------
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> x = rng.uniform(-1, 1, 1000)
        >>> y = x + rng.normal(0, 0.1, 1000)
        >>> model = TabularRegressor("fast", max_iter=10).fit({"x": x[:500]}, y[:500])
        >>> low, high = model.predict_interval({"x": x[500:]}, coverage=0.8).T
        >>> 0.7 < np.mean((low <= y[500:]) & (y[500:] <= high)) < 0.9
        np.True_
        """
        return self._model().predict_interval(self._table(X), coverage)
