"""Fitting by sgd and adam in scikit-learn's order of random numbers, rates and stopping."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.engine.solver import Solver
from clearprop.errors import DivergedError

SPARSE_ROWS = 4096  # made dense at a time
SMALLEST_RATE = 1e-6  # at which the adaptive rate stops


class Rows(NamedTuple):
    """Rows to learn from, or to score on: y as the engine takes it, or as the metric does; w or None."""

    X: Any
    y: np.ndarray
    w: np.ndarray | None


class Optimizer:
    """An engine and the rate that it moves at.

    Attributes
    ----------
    learning_rate : float
        The current one.
    """

    def __init__(self, mlp: Any) -> None:
        self.learning_rate = float(mlp.learning_rate_init)
        self.schedule = mlp.learning_rate if mlp.solver == "sgd" else "constant"
        self.engine = Engine(mlp._parameters(), _solver(mlp), dtype=mlp.coefs_[0].dtype)

    def __getstate__(self) -> dict[str, Any]:
        """The optimiser's numbers; blocks of memory are made anew."""
        engine = self.engine
        return self.__dict__ | {
            "engine": (engine.params, engine.solver, engine.dtype.name, engine.state, engine.hyper)
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        params, solver, dtype, numbers, hyper = state["engine"]
        self.__dict__.update(state)
        self.engine = Engine(params, solver, dtype=dtype)
        self.engine.state[...], self.engine.hyper[...] = numbers, hyper

    def epoch_ends(self, mlp: Any) -> None:
        """The rate of the next epoch, from the rows seen so far."""
        if self.schedule == "invscaling":
            self.learning_rate = float(mlp.learning_rate_init) / (mlp.t_ + 1) ** mlp.power_t

    def stops(self, why: str, verbose: bool) -> bool:
        """Whether no improvement ends the run; the adaptive rate is divided by 5 first."""
        if self.schedule != "adaptive" or self.learning_rate <= SMALLEST_RATE:
            small = " Learning rate too small." if self.schedule == "adaptive" else ""
            _say(verbose, f"{why}{small} Stopping.")
            return True
        self.learning_rate /= 5.0
        _say(verbose, f"{why} Setting learning rate to {self.learning_rate:f}")
        return False


def fit(mlp: Any, X: Any, y: np.ndarray, w: np.ndarray | None, incremental: bool) -> None:
    """Epochs until the loss or the score no longer improves, or `max_iter`; one epoch if incremental."""
    optimizer = _optimizer(mlp, incremental)
    if mlp.early_stopping and incremental:
        msg = "partial_fit does not support early_stopping=True"
        raise ValueError(msg)
    rows, held = _held_out(mlp, X, y, w) if mlp.early_stopping else (Rows(X, y, w), None)
    rows = rows._replace(y=mlp._targets(rows.y))
    n = rows.X.shape[0]
    if mlp.batch_size != "auto" and mlp.batch_size > n:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped", stacklevel=4
        )
    optimizer.engine.batch_size = mlp._batch_rows(n)
    best, last = optimizer.engine.params.flat.copy(), optimizer.engine.params.flat.copy()
    order: Any = np.arange(n)
    mlp.n_iter_ = 0
    try:
        for _ in range(mlp.max_iter):
            last[:] = optimizer.engine.params.flat
            order = _shuffled(order, mlp._random_state) if mlp.shuffle else order
            comparable = _one_epoch(mlp, optimizer, rows, order)
            _count_improvement(mlp, held, comparable, best)
            optimizer.epoch_ends(mlp)
            if mlp._no_improvement_count > mlp.n_iter_no_change:
                if optimizer.stops(_why(mlp), mlp.verbose):
                    break
                mlp._no_improvement_count = 0
            if incremental:
                break
            if mlp.n_iter_ == mlp.max_iter:
                _warn_not_converged(mlp)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=4)
    except DivergedError as error:
        if not mlp.early_stopping or not np.isfinite(mlp.best_validation_score_):
            optimizer.engine.params.flat[:] = last
            raise
        warnings.warn(f"{error} The weights of the best epoch are kept.", ConvergenceWarning, stacklevel=4)
    if mlp.early_stopping:
        optimizer.engine.params.flat[:] = best


def _shuffled(order: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """The rows in a new order, with the one draw that scikit-learn's `shuffle` makes."""
    places = np.arange(len(order))
    random.shuffle(places)
    return order[places]


def in_slices(X: Any, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A function of dense rows over a sparse matrix, some rows at a time."""
    X = X.tocsr()
    pieces = [function(X[at : at + SPARSE_ROWS].toarray()) for at in range(0, X.shape[0], SPARSE_ROWS)]
    return np.concatenate(pieces)


def _solver(mlp: Any) -> Solver:
    if mlp.solver == "adam":
        return Solver("adam", betas=(mlp.beta_1, mlp.beta_2), eps=mlp.epsilon, alpha=mlp.alpha)
    return Solver("sgd", momentum=mlp.momentum, nesterov=mlp.nesterovs_momentum, alpha=mlp.alpha)


def _optimizer(mlp: Any, incremental: bool) -> Optimizer:
    """A new optimiser, or, to go on, the last one at the estimator's present weights."""
    kept = getattr(mlp, "_optimizer", None) if incremental else None
    if kept is None:
        mlp._optimizer = Optimizer(mlp)
    else:
        kept.engine.params.flat[:] = mlp._parameters().flat
    mlp._adopt(mlp._optimizer.engine)
    return mlp._optimizer


def _held_out(mlp: Any, X: Any, y: np.ndarray, w: np.ndarray | None) -> tuple[Rows, Rows]:
    """Rows to learn from and rows to score on, drawn from the estimator's random stream."""
    stratify = y if is_classifier(mlp) and mlp.n_outputs_ == 1 else None
    pieces: Any = train_test_split(
        *((X, y) if w is None else (X, y, w)),
        random_state=mlp._random_state,
        test_size=mlp.validation_fraction,
        stratify=stratify,
    )
    kept, held = (Rows(*part, *[None] * (w is None)) for part in (pieces[::2], pieces[1::2]))
    if held.X.shape[0] < 2:
        msg = "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        raise ValueError(msg)
    if is_classifier(mlp):
        held = held._replace(y=mlp._label_binarizer.inverse_transform(held.y))
    return kept, held


def _one_epoch(mlp: Any, optimizer: Optimizer, rows: Rows, order: np.ndarray) -> float:
    """The steps of one epoch, and its bookkeeping; returns the loss that stopping compares.

    scikit-learn reports and compares the mean of the squared error over the outputs, but moves along the gradient
    of its sum. Here the sum is reported, and the mean compared, so that both stop at the same epoch.
    """
    done, n = Epoch(), len(order)
    with np.errstate(all="ignore"):
        for batch, part in parts(mlp, optimizer.engine, rows, order):
            rates = np.full(-(-len(part) // optimizer.engine.batch_size), optimizer.learning_rate)
            done = optimizer.engine.epoch(batch, part, rates, so_far=done)
            if done.failed_at is not None:
                raise _diverged(mlp, optimizer, len(part), done.failed_at)
    mlp.n_iter_ += 1
    mlp.t_ += n
    mlp.loss_ = (done.means + done.penalties) / n
    mlp.loss_curve_.append(mlp.loss_)
    _say(mlp.verbose, f"Iteration {mlp.n_iter_}, loss = {mlp.loss_:.8f}")
    outputs = mlp.n_outputs_ if mlp.out_activation_ == "identity" else 1
    return (done.means / outputs + done.penalties) / n


def parts(mlp: Any, engine: Engine, rows: Rows, order: np.ndarray) -> Iterator[tuple[Batch, np.ndarray]]:
    """The rows in order: all at once, or, of a sparse matrix, whole batches of dense rows."""
    dtype = engine.dtype
    w = np.ones(len(order), dtype) if rows.w is None else np.ascontiguousarray(rows.w, dtype)
    if not hasattr(rows.X, "tocsr"):
        yield Batch(np.ascontiguousarray(rows.X, dtype), rows.y, w), order
        return
    step = max(1, SPARSE_ROWS // engine.batch_size) * engine.batch_size
    for at in range(0, len(order), step):
        part = order[at : at + step]
        yield Batch(rows.X[part].toarray(), rows.y[part], w[part]), np.arange(len(part))


def _count_improvement(mlp: Any, held: Rows | None, loss: float, best: np.ndarray) -> None:
    """How many epochs in a row were no better, by `tol`; the best weights so far are copied to `best`."""
    if held is None:
        worse = loss > mlp.best_loss_ - mlp.tol
        mlp.best_loss_ = min(mlp.best_loss_, loss)
    else:
        score = mlp._score_of(held.X, held.y, held.w)
        mlp.validation_scores_.append(score)
        _say(mlp.verbose, f"Validation score: {score:f}")
        worse = score < mlp.best_validation_score_ + mlp.tol
        if score > mlp.best_validation_score_:
            mlp.best_validation_score_ = score
            best[:] = mlp._optimizer.engine.params.flat
    mlp._no_improvement_count = mlp._no_improvement_count + 1 if worse else 0


def _diverged(mlp: Any, optimizer: Optimizer, rows: int, batch: int) -> DivergedError:
    """scikit-learn's sentence, then where it happened and the likely cause."""
    size = optimizer.engine.batch_size
    layer = optimizer.engine.first_not_finite(
        min(size, rows - batch * size), 1 if mlp._is_softmax() else mlp.n_outputs_
    )
    msg = (
        "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
        f"preprocessed. J became infinite in epoch {mlp.n_iter_ + 1}, batch {batch + 1}, at z[{layer}]; "
        f"learning_rate_init={mlp.learning_rate_init:g} is likely too large."
    )
    return DivergedError(msg)


def _why(mlp: Any) -> str:
    what = "Validation score" if mlp.early_stopping else "Training loss"
    return f"{what} did not improve more than tol={mlp.tol:f} for {mlp.n_iter_no_change} consecutive epochs."


def _warn_not_converged(mlp: Any) -> None:
    reached = f"Stochastic Optimizer: Maximum iterations ({mlp.max_iter}) reached"
    msg = f"{reached} and the optimization hasn't converged yet."
    warnings.warn(msg, ConvergenceWarning, stacklevel=5)


def _say(verbose: bool, text: str) -> None:
    if verbose:
        print(text)
