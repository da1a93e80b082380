"""From rows to a trained model: encode, split, train."""

from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.engine.engine import Batch
from clearprop.errors import SpecError
from clearprop.estimators import log_target
from clearprop.estimators.beginning import seed_of
from clearprop.estimators.class_weights import class_weights, weighed
from clearprop.estimators.contrasts import learned_contrasts
from clearprop.estimators.course import Course
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.identity import sums_of
from clearprop.estimators.important import judges_of
from clearprop.estimators.judging import Judged
from clearprop.estimators.presets import resolved
from clearprop.estimators.refitting import refitted
from clearprop.estimators.rows import Learned, Rows, baseline_of, batch_of, judged_of
from clearprop.estimators.training import judge_of, trained
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.tables.target import learn_target
from clearprop.tables.target_checks import target_numbers
from clearprop.train.model import Model
from clearprop.train.source import InMemory
from clearprop.train.split import shares, shares_of_groups, split, split_groups


def fit(
    estimator: Any,
    task: str,
    rows: Rows,
    held: Rows | None,
    course: Course,
) -> Model:
    """A model of the rows; `held` rows choose the epoch, or a share of the rows is set aside for it."""
    seed = seed_of(estimator, course.folder)
    rows, held = rows.weighted(), held.weighted() if held else None
    if rows.table.n_rows < 2:
        msg = "Training needs two rows or more with a weight above 0; got n_samples = 1."
        raise SpecError(msg)
    whole, given = rows, held is not None
    target, apart = learn_target(rows.y, task), None
    balance = class_weights(estimator, target, whole)
    whole = rows = weighed(rows, target, balance)
    held = held and weighed(held, target, balance)
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    members = preset.members
    if held is None and estimator.early_stopping and members > 1:
        apart = _apart(estimator, rows, target, members, seed)
        judges = np.flatnonzero(apart.any(axis=0))
        held = rows.take(judges) if len(judges) else None
    elif held is None and estimator.early_stopping:
        kept, aside = _set_aside(estimator, rows, target, seed)
        rows, held = rows.take(kept), rows.take(aside) if len(aside) else None
        target = target if isinstance(target, Classes) else Scale.learn(rows.y)
    encoding = Encoding.learn(
        rows.table, categorical=estimator.categorical, dtype=estimator.dtype, weight=rows.w,
        places=preset.places,
    )  # fmt: skip
    batch = batch_of(encoding, target, rows, float(rows.w.max()))
    baseline = baseline_of(target, batch, rows)
    judged = None if held is None else judged_of(encoding, target, held)
    target, notes = _logged(estimator, target, whole, rows, batch, judged, seed, apart, course.deadline)
    if notes:
        batch = batch._replace(y=target.encode(rows.y).astype(batch.X.dtype)[:, None])
    about = {} if course.folder is None else sums_of(batch, encoding.feature_names)
    contrasts = learned_contrasts(encoding, batch.X, batch.w, preset.contrasts)
    learned = Learned(encoding, target, rows.y.name, baseline, notes, contrasts)
    batch = batch._replace(X=contrasts.beside(batch.X))
    seen = judged and judged._replace(X=contrasts.beside(judged.X))
    # The members of a committee learn from all rows together, so it is not trained again.
    again = estimator.refit and held is not None and not given and apart is None
    source, share = InMemory(batch, seed), 0.5 if again else 1.0
    model = trained(estimator, learned, source, seen, course, seed, about, apart, share)
    if held is not None and judged is not None:
        aside = None if apart is None else apart[:, apart.any(axis=0)]
        model = replace(model, judges=judges_of(model, held, judged, aside))
    return refitted(estimator, model, whole, course, seed) if again else model


def _set_aside(
    estimator: Any, rows: Rows, target: Classes | Scale, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from, and rows to choose the epoch."""
    labels = target.encode(rows.y) if isinstance(target, Classes) else None
    if rows.groups is None:
        return split(rows.table.n_rows, estimator.validation_fraction, seed, labels)
    return split_groups(rows.groups, estimator.validation_fraction, seed, labels)


def _apart(estimator: Any, rows: Rows, target: Classes | Scale, members: int, seed: int) -> np.ndarray:
    """The rows that each member of a committee sets aside, (members, rows) bool."""
    labels = target.encode(rows.y) if isinstance(target, Classes) else None
    if rows.groups is None:
        return shares(rows.table.n_rows, estimator.validation_fraction, members, seed, labels)
    return shares_of_groups(rows.groups, estimator.validation_fraction, members, seed, labels)


def _logged(
    estimator: Any, target: Classes | Scale, whole: Rows, rows: Rows, batch: Batch, judged: Judged | None,
    seed: int, apart: np.ndarray | None, deadline: Deadline,
) -> tuple[Classes | Scale, tuple[str, ...]]:  # fmt: skip
    """The target or its logarithm, and what is to be said of the choice."""
    wanted = getattr(estimator, "log_target", False)
    if isinstance(target, Classes) or wanted is False:
        return target, ()
    shift = log_target.shift_of(wanted, whole.y)
    if shift is None:
        return target, ()
    logged = Scale.learn(rows.y, shift)
    if wanted is True:
        return logged, ("the logarithm of the target is learned, as was asked for",)
    if judged is None or len(judged.y) < log_target.FEWEST:
        return target, ()
    if apart is not None:  # the first member's rows judge what the others teach
        first = np.flatnonzero(apart[0])
        w = rows.w[first]
        judged = Judged(batch.X[first], target_numbers(rows.y)[first], w)
        kept = np.flatnonzero(~apart[0])
        rows, batch = rows.take(kept), Batch(batch.X[kept], batch.y[kept], batch.w[kept])
    chosen, note = log_target.decided(
        target, logged, batch.X, rows.y, batch.w, lambda t: judge_of(estimator, t, judged), seed, deadline
    )
    return chosen, (note,)
