"""What a run was: a row for each epoch, and how it ended."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class EpochRow:
    """One epoch: mean of J over its rows, validation score (higher is better), last rate, seconds so far.

    The score is None where there is none: no validation rows, or rows on which it does not exist.
    """

    epoch: int
    loss: float
    score: float | None
    lr: float
    seconds: float


@dataclass
class Record:
    """The training record.

    Attributes
    ----------
    rows : list of EpochRow
        In order; epochs count from 1.
    best_epoch : int
        Whose parameters were kept; 0 if no epoch ended.
    stopped : str
        Why it ended: "epochs", "patience", "time limit", "interrupted" or "diverged".
    seconds, rows_per_second : float
        Of the training loop: scoring included in the first, not in the second.
    threads : int
        That the products used.
    peak_share : float or None
        The rate of the products over what so many threads reach in a large one; None until `Model.peak_share` asks.
    warning : str
        What went wrong and was survived, in a sentence; else empty.
    cut : str
        What there was no time for, in a sentence; else empty.
    """

    rows: list[EpochRow] = field(default_factory=list)
    best_epoch: int = 0
    stopped: str = "epochs"
    seconds: float = 0.0
    rows_per_second: float = 0.0
    threads: int = 1
    peak_share: float | None = None
    warning: str = ""
    cut: str = ""

    @property
    def losses(self) -> list[float]:
        """The mean of J over each epoch's rows."""
        return [row.loss for row in self.rows]

    @property
    def scores(self) -> list[float]:
        """The validation score after each epoch; empty without a validation set."""
        return [row.score for row in self.rows if row.score is not None]

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> "Record":
        """A record from `to_dict`; unknown or missing keys raise TypeError."""
        return cls(**{**found, "rows": [EpochRow(**row) for row in found["rows"]]})
