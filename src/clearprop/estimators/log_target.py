"""Whether a regression learns its target or its logarithm: two small networks, and held-out rows that judge."""

from collections.abc import Callable

import numpy as np

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.judging import Judge
from clearprop.network import Network
from clearprop.tables.scale import Scale, log_shift
from clearprop.tables.table import Column
from clearprop.tables.target_checks import target_numbers
from clearprop.train.loop import train
from clearprop.train.settings import Settings

ROWS, EPOCHS, HIDDEN = 3000, 12, (64, 64)
FEWEST = 20  # held-out rows: fewer do not decide
SHARE = 0.05  # of the time left, at most, for each of the two
WORTH = 0.99  # of the other's error: a logarithm must gain more than this


def shift_of(given: bool | str, y: Column) -> float | None:
    """The c of the ln(y + c) that may be learned; None where the question does not arise.

    Raises
    ------
    SpecError
        If a logarithm is asked for, and some values are negative; or `log_target` cannot be.
    """
    if given not in (True, False, "auto"):
        msg = f'`log_target` must be True, False or "auto"; got {given!r}.'
        raise SpecError(msg)
    if given is False:
        return None
    values = target_numbers(y)
    if given == "auto":
        return log_shift(values)
    if values.min() < 0:
        msg = f"`log_target=True` needs a target without negative numbers; column `{y.name}` holds {values.min():g}."
        raise SpecError(msg)
    return 0.0 if values.min() > 0 else float(np.median(values[values > 0])) if values.any() else 1.0


def decided(
    plain: Scale,
    logged: Scale,
    X: np.ndarray,
    y: Column,
    w: np.ndarray,
    judge: Callable[[Scale], Judge],
    seed: int,
    deadline: Deadline,
) -> tuple[Scale, str]:
    """The target of the two that a small network predicts better, and a sentence on it.

    Parameters
    ----------
    plain, logged : Scale
        Without and with the logarithm.
    X, y, w : ndarray of shape (m, n[0]), Column, ndarray of shape (m,)
        Rows to learn from; at most `ROWS` of them are.
    judge : callable
        Gives the judge of a target.
    seed : int
        Of the small networks.
    deadline : Deadline
        When the whole fit must have ended.
    """
    some = np.unique(np.linspace(0, len(X) - 1, min(len(X), ROWS)).round().astype(int))
    part = y.table.select([y.name]).take(some).column(y.name)
    judges = [judge(target) for target in (plain, logged)]
    found = []
    for each in judges:
        batch = Batch(X[some], each.target.encode(part).astype(X.dtype)[:, None], w[some])
        score = _score(each, batch, seed, deadline)
        if score is None:
            return plain, "the target is learned as it is: there was no time to try its logarithm"
        found.append(score)
    takes = found[1] > found[0] + (1 - WORTH) * abs(found[0])
    name, (a, b) = judges[0].metric, (abs(score) for score in found)
    what = "the logarithm of the target is learned" if takes else "the target is learned as it is"
    return (
        logged if takes else plain,
        f"{what}: the {name} of a small network was {b:.4g} with the logarithm, {a:.4g} without",
    )


def _score(judge: Judge, batch: Batch, seed: int, deadline: Deadline) -> float | None:
    """None if there was no time to learn."""
    net = Network((batch.X.shape[1], *HIDDEN, 1), "silu", "identity", relu_grad_at_zero=0)
    settings = Settings(
        Solver("adamw", decay=0.02, betas=(0.9, 0.95)),
        EPOCHS,
        64,
        6e-3,
        "coslog4",
        seed=seed,
        time_limit=deadline.left(SHARE),
        dtype=batch.X.dtype.name,
    )
    engine = Engine(net.initialize(seed, scheme="he"), settings.solver, settings.batch_size, settings.dtype)
    record = train(engine, batch, settings, clock=deadline.clock)
    return judge(engine) if record.stopped == "epochs" else None
