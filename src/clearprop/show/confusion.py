"""The confusion matrix as a table: every class, or the most confused ones and the rest together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clearprop.show.wording import counted, percent

MOST = 12
PAIRS = 3


@dataclass(frozen=True)
class Cell:
    """Rows of one true class with one answer.

    Parameters
    ----------
    rows : int
        How many.
    share : float or None
        Of the rows of the true class; None if it has none.
    kind : str
        right, wrong, or mixed where several classes are taken together.
    """

    rows: int
    share: float | None
    kind: str

    @property
    def depth(self) -> float:
        """Of the colour, 0 to 1: the root of the share, so that few mistakes show too."""
        return math.sqrt(self.share or 0.0)


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix to print.

    Parameters
    ----------
    names : list of str
        Of its rows and columns.
    cells : list of list of Cell
        By true class and answer.
    truths, answers : list of int
        The sums over each row and each column.
    note : str
        What is taken together; empty if nothing is.
    """

    names: list[str]
    cells: list[list[Cell]]
    truths: list[int]
    answers: list[int]
    note: str


def matrix(classes: Sequence[str], confusion: Sequence[Sequence[int]], most: int = MOST) -> Matrix:
    """The matrix of all classes, or of the `most` that are most often confused and the others as one.

    Examples
    --------
    >>> found = matrix(["a", "b", "c"], [[3, 1, 0], [0, 2, 0], [0, 0, 4]], most=2)
    >>> found.names, found.answers
    (['a', 'b', '1\\xa0other class'], [3, 3, 4])
    """
    counts = np.asarray(confusion, dtype=np.int64)
    names, note = list(classes), ""
    if len(names) > most:
        shown = most_confused(counts, most)
        counts, rest = gathered(counts, shown), len(names) - most
        note = _left_out(counts, rest)
        names = [*(names[k] for k in shown), counted(rest, "other class", "other classes")]
    truths = counts.sum(axis=1)
    mixed = len(names) - 1 if note else -1
    cells = [
        [_cell(int(counts[t, a]), int(truths[t]), t, a, mixed) for a in range(len(names))]
        for t in range(len(names))
    ]
    return Matrix(names, cells, truths.tolist(), counts.sum(axis=0).tolist(), note)


def _cell(rows: int, truths: int, truth: int, answer: int, mixed: int) -> Cell:
    kind = "wrong" if truth != answer else "mixed" if truth == mixed else "right"
    return Cell(rows, rows / truths if truths else None, kind)


def most_confused(counts: np.ndarray, most: int) -> list[int]:
    """The classes with the most mistakes, made and drawn; of equals the more frequent; in their own order.

    Examples
    --------
    >>> most_confused(np.array([[9, 0, 0], [0, 2, 1], [0, 0, 5]]), 2)
    [1, 2]
    """
    right = np.diag(counts)
    mistakes = counts.sum(axis=0) + counts.sum(axis=1) - 2 * right
    order = np.lexsort((-counts.sum(axis=1), -mistakes))
    return sorted(order[:most].tolist())


def gathered(counts: np.ndarray, shown: list[int]) -> np.ndarray:
    """The counts of some classes, with all others as one more class at the end.

    Examples
    --------
    >>> gathered(np.array([[3, 1, 0], [0, 2, 0], [0, 0, 4]]), [0]).tolist()
    [[3, 1], [0, 6]]
    """
    place = np.full(len(counts), len(shown))
    place[shown] = np.arange(len(shown))
    found = np.zeros((len(shown) + 1,) * 2, dtype=np.int64)
    np.add.at(found, (place[:, None], place[None, :]), counts)
    return found


def _left_out(counts: np.ndarray, rest: int) -> str:
    kept = len(counts) - 1
    return (
        f"The {kept} classes with the most mistakes are shown; the other {rest} classes, with "
        f"{counted(int(counts[-1].sum()), 'row')}, are taken together as one."
    )


def mistakes(
    classes: Sequence[str], confusion: Sequence[Sequence[int]], most: int = PAIRS
) -> list[dict[str, str]]:
    """The most frequent mistakes: truth, answer, rows, and their share of the rows of that truth.

    Examples
    --------
    >>> mistakes(["a", "b"], [[3, 1], [0, 2]])[0]["truth"]
    'a'
    """
    counts = np.array(confusion, dtype=np.int64)
    truths = np.maximum(counts.sum(axis=1), 1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    found = [(*divmod(int(at), len(counts)), int(counts.flat[at])) for at in order]
    return [
        {
            "truth": classes[t],
            "answer": classes[a],
            "rows": counted(n, "row"),
            "share": percent(n / int(truths[t])),
        }
        for t, a, n in found
        if n
    ]


def by_class(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> list[dict[str, str]]:
    """For each class: its rows, how many of them were found (recall), and how many answers were right (precision).

    Examples
    --------
    >>> by_class(["a", "b"], [[3, 1], [0, 2]])[1]["found"]
    '100\\xa0%'
    """
    counts = np.asarray(confusion, dtype=np.int64)
    truths, answers = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    right = np.diag(counts).tolist()
    return [
        {
            "name": name,
            "rows": f"{truths[k]:,}",
            "found": percent(right[k] / truths[k]) if truths[k] else "no rows",
            "answers": f"{answers[k]:,}",
            "right": percent(right[k] / answers[k]) if answers[k] else "never answered",
        }
        for k, name in enumerate(classes)
    ]
