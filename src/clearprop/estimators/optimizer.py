"""An optimiser on its way: the engine, its rate, and all that is needed to go on as if it had never stopped."""

from contextlib import suppress
from typing import Any

import numpy as np

from clearprop.engine.engine import Engine
from clearprop.engine.solver import Solver
from clearprop.estimators.parameters import SGD_ONLY, per_layer
from clearprop.maths import derivation
from clearprop.train.schedule import SCHEDULES, rates

SMALLEST_RATE = 1e-6  # at which the adaptive rate stops


class Optimizer:
    """An engine, the rate that it moves at, and where its run stands.

    Attributes
    ----------
    learning_rate : float
        The current one, before the shares of a schedule.
    order : ndarray or None
        The rows in the order of the last epoch, from which the next is drawn.
    kept, held : ndarray or None
        The rows that were learned from, and those held out of them.
    best, last : ndarray or None
        The parameters of the best epoch, and those of the last, where the best ones were restored.
    stopped : bool
        Whether the run ended because nothing improved.
    rows_done, busy : int, float
        Rows that passed through the engine, and the seconds that this took.
    """

    def __init__(self, mlp: Any) -> None:
        self.learning_rate = float(mlp.learning_rate_init)
        ignored = mlp.solver != "sgd" and mlp.learning_rate in SGD_ONLY
        self.schedule: Any = "constant" if ignored else mlp.learning_rate
        self.engine = Engine(
            mlp._parameters(), _solver(mlp), dtype=mlp.coefs_[0].dtype, dropout=_dropout(mlp), seed=_seed(mlp)
        )
        self.begin()

    def begin(self) -> None:
        """A new run, with the moments that are there."""
        self.order: Any = None
        self.kept: Any = None
        self.held: Any = None
        self.best = self.engine.params.flat.copy()
        self.last: Any = None
        self.stopped = False
        self.rows_done, self.busy = 0, 0.0

    def __getstate__(self) -> dict[str, Any]:
        """The optimiser's numbers; blocks of memory are made anew."""
        engine = self.engine
        settings = {"dtype": engine.dtype.name, "dropout": engine.dropout, "seed": engine.seed}
        kept = engine.params, engine.solver, settings, engine.state, engine.hyper
        return self.__dict__ | {"engine": kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        params, solver, settings, numbers, hyper = state["engine"]
        self.__dict__.update(state)
        self.engine = Engine(params, solver, **settings)
        self.engine.state[...], self.engine.hyper[...] = numbers, hyper

    def rates(self, mlp: Any, epoch: int, steps: int, epochs: int) -> np.ndarray:
        """The rate of each step of an epoch (0, 1, ...) of `steps` steps, in a run of `epochs` epochs."""
        first, total = epoch * steps, epochs * steps
        warm = mlp.warmup * steps if mlp.warmup >= 1 else mlp.warmup * total
        schedule: Any = self.schedule if callable(self.schedule) or self.schedule in SCHEDULES else "constant"
        return rates(schedule, self.learning_rate, first, first + steps, total, warm)

    def epoch_ends(self, mlp: Any) -> None:
        """The rate of the next epoch, from the rows seen so far."""
        if self.schedule == "invscaling":
            self.learning_rate = float(mlp.learning_rate_init) / (mlp.t_ + 1) ** mlp.power_t

    def stops(self, why: str, verbose: bool) -> bool:
        """Whether no improvement ends the run; the adaptive rate, or that of a plateau, is divided by 5 first."""
        lowers = self.schedule in ("adaptive", "plateau")
        if not lowers or self.learning_rate <= SMALLEST_RATE:
            say(verbose, f"{why}{' Learning rate too small.' if lowers else ''} Stopping.")
            return True
        self.learning_rate = float(derivation.lowered(self.learning_rate))
        say(verbose, f"{why} Setting learning rate to {self.learning_rate:f}")
        return False


def optimizer_for(mlp: Any, go_on: bool) -> Optimizer:
    """A new optimiser, or, to go on, the last one at the estimator's present weights."""
    kept = getattr(mlp, "_optimizer", None) if go_on else None
    if kept is None:
        mlp._optimizer = Optimizer(mlp)
    else:
        kept.engine.params.flat[:] = mlp._parameters().flat
    mlp._adopt(mlp._optimizer.engine)
    return mlp._optimizer


def say(verbose: bool, text: str) -> None:
    """Print, if asked to; an output that is closed or full loses the text, not the fit."""
    if verbose:
        with suppress(OSError, ValueError):
            print(text)


def _solver(mlp: Any) -> Solver:
    common = {"alpha": mlp.alpha, "l1": mlp.l1, "max_norm": mlp.max_norm, "clip_norm": mlp.clip_norm}
    if mlp.solver == "sgd":
        return Solver("sgd", momentum=mlp.momentum, nesterov=mlp.nesterovs_momentum, **common)
    decay = mlp.weight_decay if mlp.solver == "adamw" else 0.0
    return Solver(mlp.solver, decay=decay, betas=(mlp.beta_1, mlp.beta_2), eps=mlp.epsilon, **common)


def _dropout(mlp: Any) -> tuple[float, ...]:
    return (float(mlp.input_dropout), *per_layer(mlp.dropout, len(mlp.coefs_) - 1))


def _seed(mlp: Any) -> int:
    """Of the masks; without dropout nothing is drawn, so that the other numbers stay scikit-learn's."""
    return int(mlp._random_state.randint(2**31 - 1)) if any(_dropout(mlp)) else 0
