"""`Importances`: how much each raw column matters to the answers of a model."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.tables.stored import count, field, refuse

WHAT = "the importances"
LONGEST = 40  # of a column's name in a text


@dataclass(frozen=True, eq=False)
class Importances:
    """How much each raw column matters to a model's answers on some rows, in two ways.

    **By shuffling**: how much worse the score becomes when the values of the column are shuffled among the rows, in
    the unit of the score (`metric`). Above 0: the answers need the column. About 0: they do not, or another column
    says the same. Below 0: by chance, or the column misleads. Nothing is normalised.

    **By slopes**: how far the answers move with the column by the network's own gradients, in probability (half the
    sum over the classes) or in the target's unit; never below 0. Of a number it is the mean over the rows of
    `|d answer / d number|` times the column's spread (the quartiles' distance, or half the range where that is 0). Of a
    category or a date, whose values come in steps, it is the mean of what the slopes say of taking over the value of
    another row. It knows only the surroundings of each row, and nothing of the truth.

    Attributes
    ----------
    columns : tuple of str
        The raw columns, in the order of training. Those that the model leaves out have 0.
    metric : str
        The score's name.
    score : float
        Of the rows as they are, in its own sign.
    each : ndarray of shape (columns, repeats)
        How much worse the score is after each shuffle.
    gradient : ndarray of shape (columns,)
        By slopes.
    rows : int
        On which all this was found.

    Examples
    --------
    >>> found = Importances(("a", "b"), "rmse", 2.0, np.array([[0.0, 0.2], [3.0, 5.0]]), np.array([0.1, 7.0]), 50)
    >>> found.mean.tolist(), found.std.tolist(), found.order.tolist()
    ([0.1, 4.0], [0.1, 1.0], [1, 0])
    """

    columns: tuple[str, ...]
    metric: str
    score: float
    each: np.ndarray
    gradient: np.ndarray
    rows: int

    @property
    def mean(self) -> np.ndarray:
        """By shuffling, the mean over the shuffles: (columns,)."""
        return self.each.mean(axis=1)

    @property
    def std(self) -> np.ndarray:
        """The standard deviation over the shuffles (of these, not of the rows that might have been): (columns,)."""
        return self.each.std(axis=1)

    @property
    def order(self) -> np.ndarray:
        """The places of the columns, those that matter most by shuffling first."""
        return np.argsort(-self.mean, kind="stable")

    @property
    def ranked(self) -> np.ndarray:
        """`order` without the columns that the answers do not depend on at all, as those that are left out."""
        used = self.each.any(axis=1) | (self.gradient != 0)
        return self.order[used[self.order]]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, most: int | None = None) -> list[str]:
        """As text, the largest first; at most so many columns."""
        head = f"columns by importance, {self.rows:,} rows"
        lines = [f"{head:<{LONGEST}}{'shuffled':>12}{'sd':>10}{'by slopes':>12}"]
        shown = self.ranked[:most]
        for k in shown:
            name = self.columns[k]
            name = name if len(name) < LONGEST - 2 else f"{name[: LONGEST - 4]}…"
            cells = f"{self.mean[k]:>12.4g}{self.std[k]:>10.2g}{self.gradient[k]:>12.4g}"
            lines.append(f"  {name:<{LONGEST - 2}}{cells}")
        more, unused = len(self.ranked) - len(shown), len(self.columns) - len(self.ranked)
        lines += [f"  ({more:,} more column{'s' * (more != 1)})"] if more else []
        lines += [f"  ({unused:,} that the answers do not depend on)"] if unused else []
        return [*lines, f"shuffled: how much worse {self.metric} becomes; it is {self.score:.4g}"]

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it; a figure that does not exist is None."""
        columns = [
            {"name": name, "mean": mean, "std": std, "gradient": slope, "each": each}
            for name, mean, std, slope, each in zip(
                self.columns, _plain(self.mean), _plain(self.std), _plain(self.gradient),
                [_plain(row) for row in self.each], strict=True,
            )
        ]  # fmt: skip
        score = _plain(np.array([self.score]))[0]
        return {"metric": self.metric, "score": score, "rows": self.rows, "columns": columns}

    @classmethod
    def from_dict(cls, data: object) -> "Importances":
        """What `to_dict` gave; nothing is assumed of it.

        Raises
        ------
        ModelFileError
            If it is damaged.
        """
        columns = field(data, "columns", list, WHAT)
        each = [[_number(x) for x in field(one, "each", list, WHAT)] for one in columns]
        if not columns or len({len(row) for row in each}) != 1 or not each[0]:
            refuse(f"The columns of {WHAT} must have equally many figures", "not so")
        assert isinstance(data, dict)
        return cls(
            tuple(field(one, "name", str, WHAT) for one in columns), field(data, "metric", str, WHAT),
            _number(data.get("score")), np.array(each), np.array([_number(one.get("gradient")) for one in columns]),
            count(data, "rows", WHAT),
        )  # fmt: skip


def _plain(values: np.ndarray) -> list[float | None]:
    return [float(x) if np.isfinite(x) else None for x in values]


def _number(value: object) -> float:
    return np.nan if value is None else field({"figure": value}, "figure", float, WHAT)
