"""Estimators on tables: columns of numbers and categories in, with holes; classes or numbers out."""

import warnings
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from clearprop.errors import SpecError
from clearprop.estimators import estimating, fitting
from clearprop.estimators.exporting import Exporting
from clearprop.estimators.formulas import Formulas
from clearprop.estimators.inputs import checked
from clearprop.estimators.partial import Partial
from clearprop.estimators.seeing_tabular import SeeingTabular
from clearprop.estimators.streaming import fit_stream
from clearprop.tables.stream import Stream
from clearprop.tables.table import Table
from clearprop.tables.target import Classes
from clearprop.train.checkpoint_folder import EVERY, Folder, folder_of
from clearprop.train.cost import Cost
from clearprop.train.loop import Watch
from clearprop.train.model import Model
from clearprop.train.workers.members import group_of, on_first
from clearprop.train.workers.training import Spread
from clearprop.train.workers.wanted import Workers, wanted


class _Tabular(SeeingTabular, Exporting, Formulas, Partial, BaseEstimator):
    """What both estimators share: parameters, fit, and what a fitted model knows."""

    _task: str
    model_: Model

    def __init__(
        self,
        preset: str = "accurate",
        *,
        members: int | None = None,
        hidden_layer_sizes: Sequence[int] | None = None,
        activation: str | None = None,
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
        categorical: Sequence[str] = (),
        missing: Sequence[str] = (),
        random_state: int | np.random.RandomState | None = 0,
        threads: int | None = None,
        time_limit: float | None = None,
        dtype: str = "float32",
        verbose: bool = False,
    ) -> None:
        self.preset = preset
        self.members = members
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.metric = metric
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.categorical = categorical
        self.missing = missing
        self.random_state = random_state
        self.threads = threads
        self.time_limit = time_limit
        self.dtype = dtype
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        watch: Watch | None = None,
        checkpoint: str | Path | Folder | None = None,
        checkpoint_every: float = EVERY,
        resume: bool = False,
        workers: int | str | Workers | None = None,
        ray_address: str | None = None,
    ) -> Self:
        """Learn the encoding and train the network.

        Parameters
        ----------
        X : table of m rows
            A pandas or polars DataFrame, an Arrow table, a NumPy array, a mapping of columns, or a path. A
            `Stream` is read from the disk again in each epoch; it names its target and weights itself.
        y : array or column of shape (m,)
            The target: classes of any type, or numbers.
        sample_weight : array of shape (m,), optional
            A weight for each row, in training and in the score that chooses the epoch.
        X_val, y_val, sample_weight_val : optional
            Rows that choose the epoch; by default `validation_fraction` of the rows is set aside for it. Of a
            stream at most 100,000 are, by a hash of their numbers; `X_val` may be a `Stream` too.
        watch : callable, optional
            Told the progress (`train.loop.Progress`) about ten times a second.
        checkpoint : str or Path, optional
            A folder for checkpoints: the last two are kept. It belongs to this fit, as its rows do, and so is no
            parameter of the estimator, which is copied and searched over. `random_state` must not be None.
        checkpoint_every : float
            Seconds between two checkpoints.
        resume : bool
            Whether to go on from the newest checkpoint there, to the bits of a fit that was never stopped; without
            one the fit begins anew. SIGTERM saves a checkpoint and exits with 143.
        workers : int or str, optional
            How many workers Ray is to start, each with a share of the rows ("2-4": as many as there is room for); or
            what started this process and others that make the same call, "torchrun" or "mpi". Each
            batch is divided among them and their gradients are added, so that the steps
            are those of one process. Where workers fail without a `checkpoint`, they go on from one of their own.
        ray_address : str, optional
            Of a Ray cluster; by default the one that is connected, else one that is started on this machine.

        Returns
        -------
        self
        """
        asked = wanted(workers, ray_address)
        if asked and asked.is_member and not isinstance(self.random_state, Integral):
            msg = f"Workers need the same `random_state`, a whole number; got {self.random_state!r}."
            raise SpecError(msg)
        with (
            group_of(asked) as group,
            on_first(group, folder_of(checkpoint, resume, checkpoint_every)) as folder,
        ):
            spread = Spread(asked, group, _warn)
            if isinstance(X, Stream):
                given = (y, sample_weight), (X_val, y_val, sample_weight_val)
                return self._take(self._fit_stream(X, *given, watch, folder, spread))
            rows = fitting.rows_of(X, y, sample_weight, self)
            held = None
            if X_val is not None:
                held = fitting.rows_of(X_val, y_val, sample_weight_val, self, among=rows)
            return self._take(fitting.fit(self, self._task, rows, held, watch, folder, spread))

    def estimate(self, X: Any, y: Any) -> Cost:
        """What `fit` would cost: operations, memory and seconds, by some steps of such a network on this machine.

        Parameters
        ----------
        X, y : table of m rows, column of shape (m,)
            As `fit` takes them; the encoding is learned from at most 1,000 of the rows.

        Returns
        -------
        Cost
            With `flops`, `memory` in bytes, `seconds`, `epochs` (at most), `steps` and `threads`.

        Examples
        --------
        >>> from clearprop import TabularRegressor
        >>> found = TabularRegressor("fast", max_iter=10).estimate({"x": range(1000)}, range(1000))
        >>> found.epochs, found.steps > 10, found.seconds > 0
        (10, True, True)
        """
        return estimating.of_tables(self, X, y)

    def _fit_stream(
        self, stream: Stream, given: tuple[Any, Any], val: tuple[Any, Any, Any], watch: Any, folder: Any,
        spread: Spread,
    ) -> Model:  # fmt: skip
        if any(value is not None for value in given):
            msg = "A `Stream` names its target and weights itself; got `y` or `sample_weight` too. Leave them out."
            raise SpecError(msg)
        held = val[0]
        if held is not None and not isinstance(held, Stream):
            held = fitting.rows_of(*val, self)
        return fit_stream(self, self._task, stream, held, watch, folder, spread)

    def _take(self, model: Model) -> Self:
        """Become what a model is."""
        self.model_, self._going = model, None
        self.n_features_in_ = len(model.encoding.columns)
        self.feature_names_in_ = np.array([column.name for column in model.encoding.columns], object)
        return self

    def _table(self, X: Any) -> Table:
        """The columns that the model needs, read as in training."""
        model = self._model()
        return model.read(checked(X, type(self).__name__, self.n_features_in_))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.categorical = tags.input_tags.allow_nan = True
        return tags

    def _model(self) -> Model:
        check_is_fitted(self, "model_")
        return self.model_

    @property
    def loss_curve_(self) -> list[float]:
        """The mean of J over each epoch's rows."""
        return self._model().record.losses

    @property
    def validation_scores_(self) -> list[float]:
        """The score that chose the epoch, after each; turned so that higher is better."""
        return self._model().record.scores

    @property
    def n_iter_(self) -> int:
        """How many epochs were run."""
        return len(self._model().record.rows)

    @property
    def best_epoch_(self) -> int:
        """The epoch whose weights were kept, counted from 1."""
        return self._model().record.best_epoch

    @property
    def coefs_(self) -> list[np.ndarray]:
        """W[1..L]."""
        return self._model().params.W[1:]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """b[1..L]."""
        return self._model().params.b[1:]


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


_PARAMETERS = """
    Parameters
    ----------
    preset : {"accurate", "fast", "best", "plain"}
        Where the settings come from that are None below. fast: a committee of three networks, each of two layers of
        128 units; accurate: of eight; best: of 24; plain: scikit-learn's defaults (one layer of 100, Adam).
    members : int, optional
        Networks that are trained side by side and answer together: the mean of their probabilities or numbers. Each
        sets other rows aside, so that together they learn from all, and the rows of each choose the epoch.
    hidden_layer_sizes : sequence of int, optional
        Units of the hidden layers.
    activation : str, optional
        Of the hidden layers: a key of `clearprop.maths.derivation.ACTIVATIONS`, or an expression of `x`.
    solver : {"adamw", "adam", "sgd"}, optional
        The optimiser.
    learning_rate : {"constant", "cosine", "coslog4"}, optional
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
        What chooses the epoch: accuracy, balanced_accuracy, log_loss, auc or brier; r2, rmse or mae.
        auto: log_loss, or rmse.
    early_stopping : bool
        Whether rows are set aside to choose the epoch. False: all rows train, and the last epoch is kept.
    validation_fraction : float
        The share set aside, by class.
    n_iter_no_change : int, optional
        Epochs without a better score before stopping.
    categorical : sequence of str
        Columns that hold categories although their values are numbers.
    missing : sequence of str
        Further texts that mean a missing value.
    random_state : int, RandomState or None
        Of the weights, the split and the order of rows. The same number and threads give the same bits.
    threads : int, optional
        Of the products; by default as many as help.
    time_limit : float, optional
        Seconds for the training loop.
    dtype : {"float32", "float64"}
        Of all arrays.
    verbose : bool
        Whether to show a progress bar on a terminal.

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


class TabularClassifier(ClassifierMixin, _Tabular):
    __doc__ = f"""A classifier on tables: categories, missing values and unscaled numbers are fine.

    A fully connected network with softmax and cross-entropy (G2 to G11), on columns that are encoded by what
    they hold.
    {_PARAMETERS}
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


class TabularRegressor(RegressorMixin, _Tabular):
    __doc__ = f"""A regression on tables: categories, missing values and unscaled numbers are fine.

    A fully connected network with half the squared error of the standardised target, on columns that are
    encoded by what they hold.
    {_PARAMETERS}

    Examples
    --------
    >>> from clearprop import TabularRegressor
    >>> X = {{"carat": [0.2, 0.4, 0.6, 0.8] * 10, "cut": ["Fair", "Good", "Good", None] * 10}}
    >>> model = TabularRegressor("fast").fit(X, [400.0, 900.0, 1400.0, 2100.0] * 10)
    >>> model.predict({{"carat": [0.3], "cut": ["Good"]}}).shape
    (1,)
    """

    _task = "regression"

    def predict(self, X: Any) -> np.ndarray:
        """Numbers, (m,) float64, in the target's units."""
        return self._model().predict(self._table(X))
