"""Fitting by sgd, adam and adamw in scikit-learn's order of random numbers, rates and stopping."""

import time
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.errors import DivergedError, SpecError
from clearprop.estimators import sparse, validation
from clearprop.estimators.callbacks import Told
from clearprop.estimators.optimizer import Optimizer, optimizer_for, say
from clearprop.estimators.validation import Held
from clearprop.train.doctor.learning import why_not_converged
from clearprop.train.threads import flops

WITHOUT_A_LOOK = 2_000_000_000  # multiplications and additions between two looks at Ctrl-C
MOST_STEPS = 20_000  # of small networks, whose steps take a microsecond each


class Rows(NamedTuple):
    """Rows to learn from: y as the engine takes it; w or None."""

    X: Any
    y: np.ndarray
    w: np.ndarray | None


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
    while mlp.n_iter_ < last:
        before[:] = optimizer.engine.params.flat
        if mlp.shuffle:
            optimizer.order = _shuffled(optimizer.order, mlp._random_state)
        with plan.told.epoch() as task:
            loss = _one_epoch(mlp, optimizer, rows, plan)
            _count_improvement(mlp, optimizer, held, loss)
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


def _shuffled(order: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """The rows in a new order, with the one draw that scikit-learn's `shuffle` makes."""
    places = np.arange(len(order))
    random.shuffle(places)
    return order[places]


def _one_epoch(mlp: Any, optimizer: Optimizer, rows: Rows, plan: Plan) -> float:
    """The steps of one epoch, and its bookkeeping; returns the loss that stopping compares.

    scikit-learn reports and compares the mean of the squared error over the outputs, but moves along the gradient
    of its sum. Here the sum is reported, and the mean compared, so that both stop at the same epoch.
    """
    engine, order = optimizer.engine, optimizer.order
    done, n, at = Epoch(), len(order), 0
    epoch = len(mlp.loss_curve_) if plan.incremental else mlp.n_iter_
    epochs = max(plan.until or mlp.max_iter, epoch + 1)
    rates = optimizer.rates(mlp, epoch, -(-n // engine.batch_size), epochs)
    with np.errstate(all="ignore"):
        for batch, part in parts(mlp, engine, rows, order):
            steps = -(-len(part) // engine.batch_size)
            began = time.perf_counter()
            done = engine.epoch(batch, part, rates[at : at + steps], so_far=done)
            optimizer.busy += time.perf_counter() - began
            if done.failed_at is not None:
                raise _infinite(mlp, engine, rows.X, len(part), done.failed_at, first=at)
            at += steps
    if not np.isfinite(engine.params.flat).all():
        raise _diverged(mlp, "The weights became infinite at the end of epoch", _rate(mlp))
    optimizer.rows_done += n
    mlp.n_iter_ += 1
    mlp.t_ += n
    mlp.loss_ = (done.means + done.penalties) / n
    mlp.loss_curve_.append(mlp.loss_)
    say(mlp.verbose, f"Iteration {mlp.n_iter_}, loss = {mlp.loss_:.8f}")
    return (done.means / mlp._compared_outputs() + done.penalties) / n


def parts(mlp: Any, engine: Engine, rows: Rows, order: np.ndarray) -> Iterator[tuple[Batch, np.ndarray]]:
    """The rows in order, whole batches at a time: as many as let Ctrl-C wait some tenths of a second.

    Of a sparse matrix fewer, made dense.
    """
    dtype, size = engine.dtype, engine.batch_size
    w = np.ones(len(order), dtype) if rows.w is None else np.ascontiguousarray(rows.w, dtype)
    is_sparse = hasattr(rows.X, "tocsr")
    most = sparse.ROWS // size if is_sparse else min(WITHOUT_A_LOOK // flops(engine.net, size), MOST_STEPS)
    whole = None if is_sparse else Batch(np.ascontiguousarray(rows.X, dtype), rows.y, w)
    step = max(1, most) * size
    for at in range(0, len(order), step):
        part = order[at : at + step]
        if whole is None:
            yield Batch(rows.X[part].toarray(), rows.y[part], w[part]), np.arange(len(part))
        else:
            yield whole, part


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


def _infinite(mlp: Any, engine: Engine, X: Any, rows: int, batch: int, first: int) -> DivergedError:
    """J was not finite in a batch of a part of some rows, before which there were `first` batches."""
    m = min(engine.batch_size, rows - batch * engine.batch_size)
    layer = engine.first_not_finite(m, 1 if mlp._takes_labels() else mlp.n_outputs_)
    moved = bool(mlp.loss_curve_ or first + batch)
    data = f"no step was taken yet: `X` (up to {abs(X).max():.2g}) or `y` is likely too large. Scale them."
    where = f", batch {first + batch + 1}, at z[{layer}]"
    return _diverged(mlp, "J became infinite in epoch", _rate(mlp) if moved else data, where)


def _rate(mlp: Any) -> str:
    return f"learning_rate_init={mlp.learning_rate_init:g} is likely too large."


def _diverged(mlp: Any, what: str, cause: str, where: str = "") -> DivergedError:
    """scikit-learn's sentence, then where it happened and the likely cause."""
    msg = (
        "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
        f"preprocessed. {what} {mlp.n_iter_ + 1}{where}; {cause}"
    )
    return DivergedError(msg)


def _why(mlp: Any) -> str:
    what = "Validation score" if mlp.early_stopping else "Training loss"
    return f"{what} did not improve more than tol={mlp.tol:f} for {mlp.n_iter_no_change} consecutive epochs."


def _warn_not_converged(mlp: Any, X: Any, epochs: int) -> None:
    reached = f"Stochastic Optimizer: Maximum iterations ({epochs}) reached"
    with np.errstate(all="ignore"):
        why = why_not_converged(
            mlp.loss_curve_[-epochs:], mlp.tol, X, getattr(mlp, "feature_names_in_", None)
        )
    msg = f"{reached} and the optimization hasn't converged yet. {why}"
    warnings.warn(msg, ConvergenceWarning, stacklevel=7)
