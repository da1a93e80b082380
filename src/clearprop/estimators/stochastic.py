"""Fitting by sgd, adam and adamw in scikit-learn's order of random numbers, rates and stopping."""

import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from clearprop.engine.engine import Epoch
from clearprop.errors import DivergedError, SpecError
from clearprop.estimators import validation
from clearprop.estimators.callbacks import Told
from clearprop.estimators.epochs import Rows, one_epoch, several_epochs, sure_epochs
from clearprop.estimators.optimizer import Optimizer, optimizer_for, say
from clearprop.estimators.shared import columns_of
from clearprop.estimators.validation import Held


class Plan(NamedTuple):
    """How far to go: one epoch (`incremental`), until the epoch `until` of a run under way, or a run anew."""

    told: Told
    val: Held | None = None
    incremental: bool = False
    until: int | None = None


def fit(mlp: Any, X: Any, y: np.ndarray, w: np.ndarray | None, plan: Plan) -> None:
    """Epochs until the loss or the score no longer improves, or `max_iter`; one epoch if incremental."""
    if mlp.early_stopping and plan.incremental and plan.val is None:
        msg = "partial_fit does not support early_stopping=True. Pass `X_val` and `y_val`, or use `fit`."
        raise ValueError(msg)
    optimizer = optimizer_for(mlp, plan.incremental or plan.until is not None)
    optimizer.engine.threads = mlp._threads(X)
    if _nothing_left(mlp, optimizer, plan):
        return
    rows, held = _divided(mlp, optimizer, Rows(X, y, w), plan)
    n = rows.X.shape[0]
    if mlp.batch_size != "auto" and mlp.batch_size > n:
        msg = "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
        warnings.warn(msg, stacklevel=5)
    optimizer.engine.batch_size = mlp._batch_rows(n)
    if optimizer.order is None or len(optimizer.order) != n or plan.incremental:
        optimizer.order = np.arange(n)
    before = optimizer.engine.params.flat.copy()
    try:
        _epochs(mlp, optimizer, rows, held, plan, before)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=5)
    except DivergedError as error:
        if not mlp.early_stopping or not np.isfinite(mlp.best_validation_score_):
            optimizer.engine.params.flat[:] = before
            raise
        warnings.warn(f"{error} The weights of the best epoch are kept.", ConvergenceWarning, stacklevel=5)
    if mlp.early_stopping and (optimizer.stopped or not plan.incremental):
        optimizer.last = optimizer.engine.params.flat.copy()
        optimizer.engine.params.flat[:] = optimizer.best


def _epochs(
    mlp: Any, optimizer: Optimizer, rows: Rows, held: Held | None, plan: Plan, before: np.ndarray
) -> None:
    """One epoch after the other; `before` holds the parameters at the start of the last."""
    last = mlp.n_iter_ + 1 if plan.incremental else plan.until or mlp.max_iter
    watched = plan.told.on or held is not None or plan.incremental
    while mlp.n_iter_ < last:
        before[:] = optimizer.engine.params.flat
        with plan.told.epoch() as task:
            sure = 1 if watched else sure_epochs(mlp, optimizer, rows, last)
            for done in _next_epochs(mlp, optimizer, rows, plan, sure):
                _count_improvement(mlp, optimizer, held, _counted(mlp, optimizer, done))
        optimizer.epoch_ends(mlp)
        if mlp._no_improvement_count > mlp.n_iter_no_change:
            if optimizer.stops(_why(mlp), mlp.verbose):
                optimizer.stopped = True
                return
            mlp._no_improvement_count = 0
        if task.asks_to_stop:
            say(mlp.verbose, "A callback asked to stop.")
            return
    if not plan.incremental:
        _warn_not_converged(mlp, rows.X, last)


def _next_epochs(mlp: Any, optimizer: Optimizer, rows: Rows, plan: Plan, sure: int) -> list[Epoch]:
    """The next epoch, or several where so many come for sure."""
    epoch = len(mlp.loss_curve_) if plan.incremental else mlp.n_iter_
    epochs = max(plan.until or mlp.max_iter, epoch + 1)
    found = several_epochs(mlp, optimizer, rows, sure, epochs) if sure > 1 else []
    return found or [one_epoch(mlp, optimizer, rows, epoch, epochs)]


def _nothing_left(mlp: Any, optimizer: Optimizer, plan: Plan) -> bool:
    """Whether the run under way has ended already; where it has not, it is made ready to go on."""
    if plan.until is not None:
        flat = optimizer.engine.params.flat
        if optimizer.last is not None and np.array_equal(flat, optimizer.best) and not optimizer.stopped:
            flat[:] = optimizer.last
        return optimizer.stopped or mlp.n_iter_ >= plan.until
    if plan.incremental:
        done = mlp.early_stopping and optimizer.stopped
        mlp.n_iter_ = mlp.n_iter_ if done else 0
        return done
    mlp.n_iter_ = 0
    optimizer.begin()
    return False


def _divided(mlp: Any, optimizer: Optimizer, rows: Rows, plan: Plan) -> tuple[Rows, Held | None]:
    """Rows to learn from, with targets as the engine takes them, and rows to score on."""
    t = mlp._targets(rows.y)
    if plan.val is not None or not mlp.early_stopping:
        return rows._replace(y=t), plan.val
    if plan.until is None:
        optimizer.kept, optimizer.held = validation.held_out(mlp, rows.y)
    kept, held = optimizer.kept, optimizer.held
    if kept is None or len(kept) + len(held) != rows.X.shape[0]:
        went = "another validation set" if kept is None else f"{len(kept) + len(held)} rows"
        msg = f"`fit_more` must get the rows that `fit` got; that had {went}, and these are {rows.X.shape[0]} rows."
        raise SpecError(msg)
    y = mlp._label_binarizer.inverse_transform(rows.y[held]) if is_classifier(mlp) else rows.y[held]
    w, w_held = (None, None) if rows.w is None else (rows.w[kept], rows.w[held])
    return Rows(rows.X[kept], t[kept], w), Held(rows.X[held], y, t[held], w_held)


def _counted(mlp: Any, optimizer: Optimizer, done: Epoch) -> float:
    """The bookkeeping of an epoch; returns the loss that stopping compares.

    scikit-learn reports and compares the mean of the squared error over the outputs, but moves along the gradient
    of its sum. Here the sum is reported, and the mean compared, so that both stop at the same epoch.
    """
    n = len(optimizer.order)
    optimizer.rows_done += n
    mlp.n_iter_ += 1
    mlp.t_ += n
    mlp.loss_ = (done.means + done.penalties) / n
    mlp.loss_curve_.append(mlp.loss_)
    say(mlp.verbose, f"Iteration {mlp.n_iter_}, loss = {mlp.loss_:.8f}")
    return (done.means / mlp._compared_outputs() + done.penalties) / n


def _count_improvement(mlp: Any, optimizer: Optimizer, held: Held | None, loss: float) -> None:
    """How many epochs in a row were no better, by `tol`; the best weights so far are kept."""
    worse = False
    if not mlp.early_stopping:
        least = getattr(mlp, "_best_compared", mlp.best_loss_)  # the latter of attributes put in by hand
        worse = loss > least - mlp.tol
        mlp._best_compared = min(least, loss)
        mlp.best_loss_ = min(mlp.best_loss_, mlp.loss_)
    if held is not None:
        score = validation.score(mlp, held)
        mlp.validation_scores_.append(score)
        mlp.validation_loss_curve_.append(validation.loss(mlp, held))
        say(mlp.verbose, f"Validation score: {score:f}")
        if mlp.early_stopping:
            worse = score < mlp.best_validation_score_ + mlp.tol
        if score > mlp.best_validation_score_:
            mlp.best_validation_score_, mlp.best_epoch_ = score, len(mlp.loss_curve_)
            optimizer.best[:] = optimizer.engine.params.flat
    mlp._no_improvement_count = mlp._no_improvement_count + 1 if worse else 0


def _why(mlp: Any) -> str:
    what = "Validation score" if mlp.early_stopping else "Training loss"
    return f"{what} did not improve more than tol={mlp.tol:f} for {mlp.n_iter_no_change} consecutive epochs."


def _warn_not_converged(mlp: Any, X: Any, epochs: int) -> None:
    from clearprop.train.doctor.learning import why_not_converged

    reached = f"Stochastic Optimizer: Maximum iterations ({epochs}) reached"
    with np.errstate(all="ignore"):
        columns, names = columns_of(mlp, X), getattr(mlp, "feature_names_in_", None)
        why = why_not_converged(mlp.loss_curve_[-epochs:], mlp.tol, columns, names)
    msg = f"{reached} and the optimization hasn't converged yet. {why}"
    warnings.warn(msg, ConvergenceWarning, stacklevel=7)
