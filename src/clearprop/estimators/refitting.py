"""Learning anew from all rows, for as many epochs as held-out rows found best."""

from dataclasses import replace
from typing import Any

from clearprop.estimators.beginning import begun, trained_members
from clearprop.estimators.contrasts import learned_contrasts
from clearprop.estimators.course import Course
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.presets import resolved
from clearprop.estimators.rows import Learned, Rows, baseline_of, batch_of
from clearprop.estimators.training import warn
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.number import Number
from clearprop.tables.scale import Scale
from clearprop.train.model import Model
from clearprop.train.progress import shown
from clearprop.train.source import InMemory

TOO_LATE = "there was no time to learn from all rows"


def refitted(estimator: Any, model: Model, rows: Rows, course: Course, seed: int) -> Model:
    """A model that has learned from all rows, for as many epochs as were best; what the held-out rows taught stays."""
    epochs = model.record.best_epoch
    if not epochs or model.record.stopped == "interrupted":
        return model
    alone = course.spread.most == 1  # several processes must all go the same way
    if alone and not _has_time(model, rows.table.n_rows, course.deadline):
        return _noted(model, TOO_LATE)
    target = model.target if isinstance(model.target, Classes) else Scale.learn(rows.y, model.target.shift)
    encoding = Encoding.learn(
        rows.table, categorical=estimator.categorical, dtype=estimator.dtype, weight=rows.w,
        places=any(isinstance(one, Number) and one.knots for one in model.encoding.columns),
    )  # fmt: skip
    batch = batch_of(encoding, target, rows, float(rows.w.max()))
    most = resolved(estimator.preset, estimator.get_params(deep=False)).contrasts
    contrasts = learned_contrasts(encoding, batch.X, batch.w, most)
    learned = Learned(encoding, target, model.target_name, baseline_of(target, batch, rows), (), contrasts)
    batch = batch._replace(X=contrasts.beside(batch.X))
    engine, settings, _ = begun(estimator, learned, rows.table.n_rows, seed)
    settings = replace(
        settings, epochs=model.estimator["settings"]["max_iter"], stop_after=epochs, patience=None,
        time_limit=course.deadline.left(),
    )  # fmt: skip
    with shown(course.watch, estimator.verbose) as tell:
        source, clock = InMemory(batch, seed), course.deadline.clock
        again = course.spread.train(engine, source, settings, None, tell, None, {}, clock)
    warn(again)
    if again.stopped != "epochs":  # out of time, or interrupted: the first network is whole
        return _noted(model, TOO_LATE)
    record = replace(model.record, seconds=model.record.seconds + again.seconds)
    note = f"epoch {epochs} was the best; the network learned anew from all {rows.table.n_rows:,} rows until then"
    return replace(
        _noted(model, note), params=learned.without_contrasts(trained_members(engine)[0]), encoding=encoding,
        target=target, record=record, baseline=learned.baseline,
    )  # fmt: skip


def _has_time(model: Model, rows: int, deadline: Deadline) -> bool:
    """Whether so many rows can be learned from until the best epoch, at the speed so far."""
    left, speed = deadline.left(), model.record.rows_per_second
    return left is None or model.record.best_epoch * rows <= left * speed


def _noted(model: Model, note: str) -> Model:
    return replace(model, held=replace(model.held, notes=(*model.held.notes, note)))
