"""What both estimators on tables share: fit, and what a fitted model knows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from clearprop.errors import SpecError
from clearprop.estimators import estimating
from clearprop.estimators.course import Course
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.exporting import Exporting
from clearprop.estimators.fitting import fit
from clearprop.estimators.formulas import Formulas
from clearprop.estimators.important import Important
from clearprop.estimators.inputs import checked
from clearprop.estimators.partial import Partial
from clearprop.estimators.rows import rows_of
from clearprop.estimators.seeing_tabular import SeeingTabular
from clearprop.estimators.streaming import fit_stream
from clearprop.tables.stream import Stream
from clearprop.tables.table import Table
from clearprop.train.checkpoint_folder import EVERY, Folder, folder_of
from clearprop.train.cost import Cost
from clearprop.train.loop import Watch
from clearprop.train.model import Model
from clearprop.train.workers.members import group_of, on_first
from clearprop.train.workers.training import Spread
from clearprop.train.workers.wanted import Workers, wanted


class Tabular(Important, SeeingTabular, Exporting, Formulas, Partial, BaseEstimator):
    """What both estimators share."""

    _task: str
    model_: Model
    missing: Any
    categorical: Any
    time_limit: float | None
    refit: bool
    random_state: Any

    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None, groups: Any = None, watch: Watch | None = None,
        checkpoint: str | Path | Folder | None = None, checkpoint_every: float = EVERY, resume: bool = False,
        workers: int | str | Workers | None = None, ray_address: str | None = None,
    ) -> Self:  # fmt: skip
        """Learn the encoding and train the network.

        Parameters
        ----------
        X : table of m rows
            A pandas or polars DataFrame, an Arrow table, a NumPy array, a mapping of columns, or a path. A `Stream`,
            which names its target and weights itself, is read from the disk again in each epoch.
        y : array or column of shape (m,)
            The target: classes of any type, or numbers. It may not be a column of a path that is X.
        sample_weight : array of shape (m,), optional
            A weight for each row, in training and in the score that chooses the epoch.
        X_val, y_val, sample_weight_val : optional
            Rows that choose the epoch (`X_val` may be a `Stream`); by default `validation_fraction` of the rows is
            set aside for it: of a stream at most 100,000, by a hash of their numbers.
        groups : array of shape (m,), optional
            Persons, machines, days: rows of one group are set aside together or not at all. Not for `X_val`.
        watch : callable, optional
            Told the progress (`train.loop.Progress`) about ten times a second.
        checkpoint : str or Path, optional
            A folder for checkpoints, of which the last two are kept. `random_state` must not be None.
        checkpoint_every : float
            Seconds between two checkpoints.
        resume : bool
            Whether to go on from the newest checkpoint, if there is one, to the bits of a fit that was never
            stopped. SIGTERM saves a checkpoint and exits with 143.
        workers : int or str, optional
            How many workers Ray is to start ("2-4": as many as there is room for); or what started this process and
            others that make the same call, "torchrun" or "mpi". Each batch is divided among them and their gradients
            are added: the steps are those of one process. Where one fails, all go on from a checkpoint.
        ray_address : str, optional
            Of a Ray cluster; by default the one that is connected, else one started here.

        Returns
        -------
        self
        """
        deadline = Deadline(self.time_limit)
        with (
            self._spread_over(wanted(workers, ray_address)) as spread,
            on_first(spread.group, folder_of(checkpoint, resume, checkpoint_every)) as folder,
        ):
            course, val = Course(watch, folder, spread, deadline), (X_val, y_val, sample_weight_val)
            if isinstance(X, Stream):
                return self._take(self._fit_stream(X, (y, sample_weight, groups), val, course))
            rows = rows_of(X, y, sample_weight, self, groups=groups)
            held = None if X_val is None else rows_of(*val, self, among=rows)
            return self._take(fit(self, self._task, rows, held, course))

    def estimate(self, X: Any, y: Any = None) -> Cost:
        """What `fit` would cost: operations, memory and seconds, by some steps of such a network on this machine.

        Parameters
        ----------
        X : table of m rows
            As `fit` takes it, but no `Stream`; the encoding is learned from at most 1,000 of the rows.
        y : array or column of shape (m,), optional
            The target, which tells the number of outputs; without it two classes, or one number, are taken.

        Returns
        -------
        Cost
            With `flops`, `memory` in bytes, `seconds`, `epochs` (at most), `steps` and `threads`.

        Examples
        --------
        >>> from clearprop import TabularRegressor
        >>> found = TabularRegressor("fast", max_iter=10).estimate({"x": range(1000)})
        >>> found.epochs, found.steps > 10, found.seconds > 0
        (10, True, True)
        """
        if isinstance(X, Stream):
            msg = "`estimate` takes a table that fits into the memory; got a `Stream`. Give it some of the rows."
            raise SpecError(msg)
        return estimating.of_tables(self, X, y)

    @contextmanager
    def _spread_over(self, asked: Workers | None) -> Iterator[Spread]:
        """Whoever takes the steps, for as long as they are there."""
        if asked and asked.is_member and not isinstance(self.random_state, Integral):
            msg = f"Workers need the same `random_state`, a whole number; got {self.random_state!r}."
            raise SpecError(msg)
        with group_of(asked) as group:
            yield Spread(asked, group, _warn)

    def _fit_stream(
        self, stream: Stream, given: tuple[Any, ...], val: tuple[Any, Any, Any], course: Course
    ) -> Model:
        if any(value is not None for value in given):
            msg = "A `Stream` names its target and weights itself; got `y`, `sample_weight` or `groups`. Leave it out."
            raise SpecError(msg)
        for name, asked in (
            ("refit", self.refit),
            ("class_weight", getattr(self, "class_weight", None)),
            ("log_target=True", getattr(self, "log_target", None) is True),
        ):
            if asked:
                msg = f"`{name}` needs the rows in memory, but `X` is a `Stream`. Leave it out."
                raise SpecError(msg)
        held = val[0]
        if held is not None and not isinstance(held, Stream):
            held = rows_of(*val, self)
        return fit_stream(self, self._task, stream, held, course)

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
    def peak_share_(self) -> float | None:
        """The rate of all products in training over what the machine's cores can do; measured when first asked for."""
        return self._model().peak_share()

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
