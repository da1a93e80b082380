"""How long and how fast to train: the settings of a run, checked."""

import math
from dataclasses import dataclass, field
from numbers import Integral, Real

from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.train.schedule import SCHEDULES


@dataclass(frozen=True)
class Settings:
    """The settings of a run.

    Parameters
    ----------
    solver : Solver
        The optimiser.
    epochs : int
        Passes over the rows, at most.
    batch_size : int
        Rows a step; the last batch of an epoch may be smaller, and is divided by its own weight.
    lr : float
        The learning rate (the derivation's alpha), before the schedule.
    schedule : {"constant", "cosine", "coslog4"}
        What the rate does over the steps of the run.
    patience : int or None
        Epochs without a better validation score before stopping; None never stops early.
    seed : int
        Of the order of the rows: epoch e uses ``default_rng((seed, e))``.
    time_limit : float or None
        Seconds.
    threads : int or None
        Of the products; None takes as many as help.
    dtype : {"float32", "float64"}
        Of all arrays.
    stop_after : int or None
        The epoch after which to stop although the schedule goes on to `epochs`.
    """

    solver: Solver = field(default_factory=Solver)
    epochs: int = 64
    batch_size: int = 256
    lr: float = 1e-3
    schedule: str = "cosine"
    patience: int | None = None
    seed: int = 0
    time_limit: float | None = None
    threads: int | None = None
    dtype: str = "float32"
    stop_after: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience", "threads", "stop_after"):
            value = getattr(self, name)
            if value is None and name in ("patience", "threads", "stop_after"):
                continue
            if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
                msg = f"`{name}` must be a whole number, 1 or more; got {value!r}."
                raise SpecError(msg)
            object.__setattr__(self, name, int(value))
        for name in ("lr", "time_limit"):
            value = getattr(self, name)
            if value is None and name == "time_limit":
                continue
            if not isinstance(value, Real) or not 0 < float(value) < math.inf:
                msg = f"`{name}` must be a finite number above 0; got {value!r}."
                raise SpecError(msg)
        if self.schedule not in SCHEDULES:
            msg = f"`schedule` must be one of {', '.join(SCHEDULES)}; got {self.schedule!r}."
            raise SpecError(msg)
