"""From encoded rows to a trained model."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from clearprop.estimators.beginning import begun, trained_members
from clearprop.estimators.course import Course
from clearprop.estimators.identity import identity_of
from clearprop.estimators.judging import Judge, Judged
from clearprop.estimators.plain import plain_entries
from clearprop.estimators.rows import Learned
from clearprop.estimators.time_plan import InTime, in_time
from clearprop.tables.classes import Classes
from clearprop.tables.scale import Scale
from clearprop.train.held_out import HeldOut
from clearprop.train.model import Model
from clearprop.train.progress import shown
from clearprop.train.record import Record
from clearprop.train.scores import checked_metric
from clearprop.train.source import Divisible


def trained(
    estimator: Any,
    learned: Learned,
    source: Divisible,
    judged: Judged | None,
    course: Course,
    seed: int,
    about: dict[str, Any],
    apart: np.ndarray | None = None,
    share: float = 1.0,
    reading: float = 0.0,
) -> Model:
    """A model from rows that are encoded.

    Parameters
    ----------
    estimator : TabularClassifier or TabularRegressor
        With the settings.
    learned : Learned
        From the rows.
    source : Source
        Gives the rows to learn from.
    judged : Judged or None
        The rows that choose the epoch.
    course : Course
        How the fit is run.
    seed : int
        Of the weights and the order of the rows.
    about : dict
        What describes the rows in a checkpoint, by name.
    apart : bool array of shape (members, rows), optional
        The rows that each member of a committee sets aside; `judged` are those that some member does.
    share : float
        Of the time left that this training may take.
    reading : float
        Seconds in which the rows of an epoch are read.
    """
    checked_metric(estimator.metric, learned.target.task)
    engine, settings, settled = begun(estimator, learned, source.rows, seed, apart)
    judge = None if judged is None else judge_of(estimator, learned.target, judged, apart is not None)
    folder, deadline, cut = course.folder, course.deadline, ""
    identity = {} if folder is None else identity_of(estimator, settled, seed, about, learned, judged)
    if folder is None and course.spread.most == 1:
        whole = InTime(engine, judge, settings)
        engine, judge, settings, cut = in_time(whole, source, deadline, share, reading)
    else:  # other workers, or this process when it goes on, must have the same epochs
        settings = replace(settings, time_limit=deadline.left(share))
    with shown(course.watch, estimator.verbose, judge.metric if judge else "score") as tell:
        record = course.spread.train(engine, source, settings, judge, tell, folder, identity, deadline.clock)
    record.cut = cut
    warn(record)
    params, *others = (learned.without_contrasts(one) for one in trained_members(engine))
    settled = settled | {"max_iter": settings.epochs, "members": 1 + len(others)}
    made_by = made_by_of(estimator, settled, 0 if judge is None else len(judge.judged.X))
    held = HeldOut() if judge is None else judge.taught(judge.outputs(engine))
    return Model(
        params, *learned[:3], record, learned.baseline, made_by, others, replace(held, notes=learned.notes)
    )


def judge_of(estimator: Any, target: Classes | Scale, judged: Judged, singly: bool = False) -> Judge:
    """What scores an epoch of this estimator.

    Where single members of a committee answer for the rows, `singly`, there is no temperature: it would be that of
    one network, which is surer of itself than the mean of many.
    """
    metric = checked_metric(estimator.metric, target.task)
    level, calibrate = getattr(estimator, "quantile", 0.5), getattr(estimator, "calibrate", False)
    return Judge(metric, target, judged, level, calibrate and not singly)


def made_by_of(estimator: Any, settled: dict[str, Any], judges: int) -> dict[str, Any]:
    """What made a model, for its file; `judges` is how many rows chose the epoch."""
    params = plain_entries(estimator.get_params(deep=False))
    return {"class": type(estimator).__name__, "params": params, "settings": settled, "judges": judges}


def warn(record: Record) -> None:
    if record.warning:
        warnings.warn(record.warning, ConvergenceWarning, stacklevel=4)
