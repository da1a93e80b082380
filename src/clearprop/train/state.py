"""`RunState`: where a run stands between two steps; what is needed, with the engine's numbers, to go on."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.engine.committee import Committee
from clearprop.engine.engine import NOTHING, Engine, Epoch
from clearprop.train.record import Record


@dataclass
class RunState:
    """Where a run stands.

    Attributes
    ----------
    best, last : ndarray
        The parameters of the best epoch, and those at the end of the last.
    record : Record
        Of the epochs that ended.
    epoch, step : int
        The epoch under way, counted from 1, and how many of its steps are done.
    so_far : Epoch
        The sums of the epoch under way.
    lr : float
        The rate of the last step.
    best_score : float
        -inf before there is one.
    improved_at : int or None
        The epoch of the last improvement.
    rows_done, busy, seconds : int, float, float
        Rows stepped over, seconds in steps, seconds in all.
    """

    best: np.ndarray
    last: np.ndarray
    record: Record
    epoch: int = 1
    step: int = 0
    so_far: Epoch = NOTHING
    lr: float = 0.0
    best_score: float = -math.inf
    improved_at: int | None = None
    rows_done: int = 0
    busy: float = 0.0
    seconds: float = 0.0

    @classmethod
    def begin(cls, engine: Engine | Committee, threads: int) -> "RunState":
        """Before the first step."""
        return cls(engine.flat.copy(), engine.flat.copy(), Record(threads=threads))

    def next_epoch(self) -> None:
        """The epoch under way has ended."""
        self.epoch, self.step, self.so_far = self.epoch + 1, 0, NOTHING

    def tensors(self, engine: Engine | Committee) -> dict[str, np.ndarray]:
        """The arrays of the run, the engine's included, by name."""
        return {"state": engine.state, "hyper": engine.hyper, "best": self.best, "last": self.last}

    def numbers(self) -> dict[str, Any]:
        """All else, as JSON takes it; -inf is None."""
        score = None if self.best_score == -math.inf else self.best_score
        return {
            "record": self.record.to_dict(), "epoch": self.epoch, "step": self.step,
            "so_far": list(self.so_far), "lr": self.lr, "best_score": score, "improved_at": self.improved_at,
            "rows_done": self.rows_done, "busy": self.busy, "seconds": self.seconds,
        }  # fmt: skip

    def take(
        self, tensors: dict[str, np.ndarray], numbers: dict[str, Any], engine: Engine | Committee
    ) -> None:
        """Become what `tensors` and `numbers` gave; the engine too.

        Raises
        ------
        ValueError, KeyError, TypeError
            If they are not of this network. Nothing is changed then.
        """
        mine = self.tensors(engine)
        for name, array in mine.items():
            if tensors[name].shape != array.shape or tensors[name].dtype != array.dtype:
                msg = f"`{name}` is {tensors[name].shape} in place of {array.shape}"
                raise ValueError(msg)
        score, so_far = numbers["best_score"], Epoch(*numbers["so_far"])
        record = Record.from_dict({**numbers["record"], "stopped": "epochs", "warning": ""})
        found = {"record": record, "so_far": so_far, "best_score": -math.inf if score is None else score}
        rest = ("epoch", "step", "lr", "improved_at", "rows_done", "busy", "seconds")
        found |= {name: numbers[name] for name in rest}
        for name, array in mine.items():
            array[...] = tensors[name]
        for name, value in found.items():
            setattr(self, name, value)
