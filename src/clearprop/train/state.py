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
        ValueError, LookupError, TypeError, AttributeError, OverflowError
            If they are not of this network, or not what they must be. Nothing is changed then.
        """
        mine = self.tensors(engine)
        for name, array in mine.items():
            if tensors[name].shape != array.shape or tensors[name].dtype != array.dtype:
                msg = f"`{name}` is {tensors[name].shape} in place of {array.shape}"
                raise ValueError(msg)
        check_kinds(numbers)
        score, so_far = numbers["best_score"], Epoch(*numbers["so_far"])
        record = Record.from_dict({**numbers["record"], "stopped": "epochs", "warning": ""})
        found = {"record": record, "so_far": so_far, "best_score": -math.inf if score is None else score}
        rest = ("epoch", "step", "lr", "improved_at", "rows_done", "busy", "seconds")
        found |= {name: numbers[name] for name in rest}
        for name, array in mine.items():
            array[...] = tensors[name]
        for name, value in found.items():
            setattr(self, name, value)


def check_kinds(numbers: dict[str, Any]) -> None:
    """Check that counts are counts, and what is measured is finite; whatever may be None, may.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If not, or something is absent.

    Examples
    --------
    >>> state = RunState(np.zeros(1), np.zeros(1), Record())
    >>> check_kinds(state.numbers())
    """
    record, so_far = numbers["record"], Epoch(*numbers["so_far"])._asdict()
    counts = [
        numbers["epoch"],
        numbers["step"],
        numbers["rows_done"],
        record["best_epoch"],
        record["threads"],
    ]
    counts += [place for place in (numbers["improved_at"], so_far.pop("failed_at")) if place is not None]
    measured = [numbers["lr"], numbers["busy"], numbers["seconds"], record["seconds"], *so_far.values()]
    measured += [numbers["best_score"]] * (numbers["best_score"] is not None)
    for row in record["rows"]:
        counts.append(row["epoch"])
        measured += [
            row["loss"],
            row["lr"],
            row["seconds"],
            *([] if row["score"] is None else [row["score"]]),
        ]
    for value in counts:
        if type(value) is not int or not 0 <= value < 2**63:
            msg = f"{value!r} is no count"
            raise ValueError(msg)
    for value in measured:
        if type(value) not in (int, float) or not math.isfinite(value):
            msg = f"{value!r} is no number"
            raise ValueError(msg)
