"""The epochs of a fit by sgd, adam or adamw: one at a time, or several in one call where nobody looks between them."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from clearprop.engine.engine import Batch, Engine, Epoch
from clearprop.errors import DivergedError
from clearprop.estimators import sparse
from clearprop.estimators.optimizer import Optimizer
from clearprop.train.threads import flops

WITHOUT_A_LOOK = 2_000_000_000  # multiplications and additions between two looks at Ctrl-C
MOST_STEPS = 20_000  # of small networks, whose steps take a microsecond each
MOST_ROWS = 200_000  # in the orders of several epochs, which are drawn beforehand
MOST_KEPT = (
    500_000  # bytes of a network's state that are copied before them; of larger ones an epoch is a call
)
FORESEEN = (
    "constant",
    "adaptive",
    "plateau",
    "cosine",
    "one_cycle",
    "coslog4",
)  # rates, until nothing improves


class Rows(NamedTuple):
    """Rows to learn from: y as the engine takes it; w or None."""

    X: Any
    y: np.ndarray
    w: np.ndarray | None


def one_epoch(mlp: Any, optimizer: Optimizer, rows: Rows, epoch: int, epochs: int) -> Epoch:
    """The steps of an epoch (0, 1, ...) out of `epochs`.

    Raises
    ------
    DivergedError
        If J or the weights cease to be finite.
    """
    engine, done, at = optimizer.engine, Epoch(), 0
    order = optimizer.order = next_order(mlp, optimizer)
    rates = optimizer.rates(mlp, epoch, _steps(engine, len(order)), epochs)
    with np.errstate(all="ignore"):
        for batch, part in parts(mlp, engine, rows, order):
            steps = _steps(engine, len(part))
            began = time.perf_counter()
            done = engine.epoch(batch, part, rates[at : at + steps], so_far=done)
            optimizer.busy += time.perf_counter() - began
            if done.failed_at is not None:
                raise _infinite(mlp, engine, rows.X, len(part), done.failed_at, first=at)
            at += steps
    if not np.isfinite(engine.params.flat).all():
        raise _diverged(mlp, "The weights became infinite at the end of epoch", _rate(mlp))
    return done


def sure_epochs(mlp: Any, optimizer: Optimizer, rows: Rows, last: int) -> int:
    """How many epochs come whatever the losses are, and may be one call, where nobody looks between them."""
    if mlp.verbose or hasattr(rows.X, "tocsr") or optimizer.schedule not in FORESEEN:
        return 1
    engine, n = optimizer.engine, rows.X.shape[0]
    if engine.state.nbytes > MOST_KEPT:
        return 1
    patience = mlp.n_iter_no_change + 1 - mlp._no_improvement_count
    most = min(_steps_at_once(engine) // _steps(engine, n), MOST_ROWS // n)
    return max(1, int(min(patience, most, last - mlp.n_iter_)))


def several_epochs(mlp: Any, optimizer: Optimizer, rows: Rows, count: int, epochs: int) -> list[Epoch]:
    """The next `count` epochs out of `epochs` in one call; fewer, maybe none, before one that cannot be taken.

    An interruption leaves everything as it was before the first of them.
    """
    engine, order, random = optimizer.engine, optimizer.order, mlp._random_state
    state, hyper, stream = engine.state.copy(), engine.hyper.copy(), random.get_state()
    is_whole = False
    try:
        done = _in_one_call(mlp, optimizer, rows, count, epochs)
        is_whole = done[-1].failed_at is None and bool(np.isfinite(engine.params.flat).all())
    finally:
        if not is_whole:
            engine.state[...], engine.hyper[...], optimizer.order = state, hyper, order
            random.set_state(stream)
    if is_whole or len(done) == 1:
        return done if is_whole else []
    return several_epochs(mlp, optimizer, rows, len(done) - 1, epochs)


def _in_one_call(mlp: Any, optimizer: Optimizer, rows: Rows, count: int, epochs: int) -> list[Epoch]:
    engine, n = optimizer.engine, len(optimizer.order)
    orders = np.empty((count, n), np.int64)
    for e in range(count):
        orders[e] = optimizer.order = next_order(mlp, optimizer)
    rates = [optimizer.rates(mlp, mlp.n_iter_ + e, _steps(engine, n), epochs) for e in range(count)]
    began = time.perf_counter()
    with np.errstate(all="ignore"):
        done = engine.epochs(_whole(engine, rows), orders, np.array(rates))
    optimizer.busy += time.perf_counter() - began
    return done


def next_order(mlp: Any, optimizer: Optimizer) -> np.ndarray:
    """The rows in a new order, with the one draw that scikit-learn's `shuffle` makes; unshuffled as they are."""
    if not mlp.shuffle:
        return optimizer.order
    places = np.arange(len(optimizer.order))
    mlp._random_state.shuffle(places)
    return optimizer.order[places]


def parts(mlp: Any, engine: Engine, rows: Rows, order: np.ndarray) -> Iterator[tuple[Batch, np.ndarray]]:
    """The rows in order, whole batches at a time: as many as let Ctrl-C wait some tenths of a second.

    Of a sparse matrix fewer, made dense.
    """
    size, is_sparse = engine.batch_size, hasattr(rows.X, "tocsr")
    whole = None if is_sparse else _whole(engine, rows)
    w = _weights(engine, rows)
    step = max(1, sparse.ROWS // size if is_sparse else _steps_at_once(engine)) * size
    for at in range(0, len(order), step):
        part = order[at : at + step]
        if whole is None:
            yield Batch(rows.X[part].toarray(), rows.y[part], w[part]), np.arange(len(part))
        else:
            yield whole, part


def _whole(engine: Engine, rows: Rows) -> Batch:
    return Batch(np.ascontiguousarray(rows.X, engine.dtype), rows.y, _weights(engine, rows))


def _weights(engine: Engine, rows: Rows) -> np.ndarray:
    if rows.w is None:
        return np.ones(rows.X.shape[0], engine.dtype)
    return np.ascontiguousarray(rows.w, engine.dtype)


def _steps_at_once(engine: Engine) -> int:
    return min(WITHOUT_A_LOOK // flops(engine.net, engine.batch_size), MOST_STEPS)


def _steps(engine: Engine, rows: int) -> int:
    return -(-rows // engine.batch_size)


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
