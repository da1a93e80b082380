"""Learning from batches of rows as they come: `partial_fit` of the estimators on tables."""

from dataclasses import replace
from typing import Any, Self

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.errors import SpecError
from clearprop.estimators import log_target
from clearprop.estimators.beginning import begun, engine_of, seed_of, trained_members
from clearprop.estimators.class_weights import class_weights, weighed
from clearprop.estimators.inputs import checked, one_column
from clearprop.estimators.presets import resolved
from clearprop.estimators.rows import Learned, Rows, baseline_of, batch_of, rows_of
from clearprop.estimators.training import made_by_of
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.tables.target import learn_target
from clearprop.train.loop import train
from clearprop.train.model import Model
from clearprop.train.record import Record
from clearprop.train.settings import Settings
from clearprop.train.source import InMemory


class Going:
    """An engine between two calls, and the settings that it moves by; it can be pickled."""

    def __init__(self, engine: Engine | Committee, settings: Settings, settled: dict[str, Any]) -> None:
        self.engine, self.settings, self.settled, self.calls = engine, settings, settled, 0

    def __getstate__(self) -> dict[str, Any]:
        engine = self.engine
        kept = trained_members(engine), engine.state.copy(), engine.hyper.copy()
        return {**self.__dict__, "engine": kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        members, numbers, hyper = state["engine"]
        self.engine = engine_of(members, self.settings)
        self.engine.state[...], self.engine.hyper[...] = numbers, hyper

    def step_over(self, batch: Any) -> Record:
        """One pass over the rows, in a new order."""
        settings = replace(self.settings, seed=self.settings.seed + self.calls)
        self.calls += 1
        return train(self.engine, InMemory(batch, settings.seed), settings)


class Partial:
    """The method `partial_fit`."""

    _task: str
    _going: Going | None = None
    _take: Any
    categorical: Any
    dtype: str
    preset: str
    get_params: Any

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Go once over some rows; the network and its optimiser go on from where the last call left them.

        The first call learns the encoding, and the scale of a regression's target, from its rows: give it a few
        thousand that stand for all. After `fit` the fitted network goes on, with a fresh optimiser. The rate stays at
        `learning_rate_init`, since nobody knows how many calls follow, and no rows are set aside. Nobody knows how many
        rows of each class follow, either: `class_weight` must be a dict. A logarithm of the target is learned only
        where `log_target=True`, or where a fitted network learned it.

        Parameters
        ----------
        X : table of m rows
            As `fit` takes it.
        y : array or column of shape (m,)
            The target.
        sample_weight : array of shape (m,), optional
            A weight for each row.
        classes : array, optional
            Of a classification: all classes there will be, at the first call. Without it they are those of `y`.

        Returns
        -------
        self

        Examples
        --------
        >>> import numpy as np
        >>> from clearprop import TabularRegressor
        >>> model, rng = TabularRegressor("fast"), np.random.default_rng(0)
        >>> for _ in range(30):
        ...     x = rng.uniform(-1, 1, 500)
        ...     model = model.partial_fit({"x": x}, x**2)
        >>> model.score({"x": x}, x**2) > 0.9
        True
        """
        if getattr(self, "class_weight", None) == "balanced":
            msg = '`class_weight="balanced"` needs all rows, but `partial_fit` has some. Give a dict.'
            raise SpecError(msg)
        model = getattr(self, "model_", None)
        X = X if model is None else model.read(checked(X, type(self).__name__, len(model.encoding.columns)))
        rows = rows_of(X, y, sample_weight, self).weighted()
        if model is None:
            learned = self._first(rows, classes)
        else:
            learned = Learned(model.encoding, model.target, model.target_name, model.baseline)
            _check_same(model, classes)
        rows = weighed(rows, learned.target, class_weights(self, learned.target, rows))
        going = self._going or _begun(self, learned, rows.table.n_rows, model)
        record = going.step_over(batch_of(learned.encoding, learned.target, rows, 1.0))
        made_by = model.estimator if model else made_by_of(self, going.settled, 0)
        before = model.record if model else Record()
        params, *others = trained_members(going.engine)
        record = _longer(before, record)
        self._take(Model(params, *learned[:3], record, learned.baseline, made_by, others))
        self._going = going
        return self

    def _first(self, rows: Rows, classes: Any) -> Learned:
        """What the first batch teaches."""
        known = rows.y if classes is None else one_column(np.unique(np.asarray(classes)), rows.y.name)
        target = learn_target(known, self._task)
        if isinstance(target, Scale) and getattr(self, "log_target", False) is True:
            target = Scale.learn(known, log_target.shift_of(True, known))
        rows = weighed(rows, target, class_weights(self, target, rows))
        preset: Any = resolved(self.preset, self.get_params(deep=False))
        encoding = Encoding.learn(
            rows.table, categorical=self.categorical, dtype=self.dtype, weight=rows.w, places=preset.places
        )
        batch = batch_of(encoding, target, rows, 1.0)
        return Learned(encoding, target, rows.y.name, baseline_of(target, batch, rows))


def _begun(estimator: Any, learned: Learned, rows: int, model: Model | None) -> Going:
    engine, settings, settled = begun(estimator, learned, rows, seed_of(estimator, None))
    if model is not None:
        engine.start_from(np.array([params.flat for params in model.members]).reshape(engine.flat.shape))
    one = replace(settings, epochs=1, schedule="constant", patience=None, time_limit=None)
    return Going(engine, one, settled)


def _longer(before: Record, now: Record) -> Record:
    """The record with a further row: a call counts as an epoch."""
    row = replace(now.rows[0], epoch=len(before.rows) + 1, seconds=before.seconds + now.seconds)
    return replace(
        now,
        rows=[*before.rows, row],
        best_epoch=row.epoch,
        seconds=row.seconds,
        rows_per_second=now.rows_per_second,
    )


def _check_same(model: Model, classes: Any) -> None:
    """Check that the classes, if they are given again, are those of before."""
    if classes is None or not isinstance(model.target, Classes):
        return
    given = np.unique(np.asarray(classes)).tolist()
    if given != list(model.target.classes):
        msg = f"`classes` must be those of the first call, {list(model.target.classes)}; got {given}."
        raise SpecError(msg)
