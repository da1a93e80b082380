"""Figures in the doctor's sentences."""

import math
from collections.abc import Iterable, Sequence

import numpy as np


def percent(share: float) -> str:
    """A share in percent, with two digits.

    Examples
    --------
    >>> percent(0.0314), percent(0.42), percent(1.5)
    ('3.1 %', '42 %', '150 %')
    """
    return f"{float(f'{100 * share:.2g}'):g} %"


def number(x: float) -> str:
    """A number with two digits.

    Examples
    --------
    >>> number(0.4999), number(12345.6), number(3e-7)
    ('0.5', '1.2e4', '3e-7')
    """
    return f"{x:.2g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def round_up(x: float) -> int:
    """A number of epochs, rounded up to two digits.

    Examples
    --------
    >>> round_up(803.2), round_up(17.0)
    (810, 17)
    """
    unit = 10 ** max(math.floor(math.log10(max(x, 1))) - 1, 0)
    return math.ceil(x / unit) * unit


def quoted(name: str) -> str:
    """A name in backquotes; the number of a column that has no name as it is."""
    return name if name.isdigit() else f"`{name}`"


def column(name: str) -> str:
    """A column by its name, or by its number if it has none.

    Examples
    --------
    >>> column("age"), column("3")
    ('column `age`', 'column 3')
    """
    return f"column {quoted(name)}"


def some(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are.

    Examples
    --------
    >>> some(["`a`", "`b`", "`c`", "`d`"], most=2)
    '`a`, `b` and 2 more'
    """
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def worst(columns: np.ndarray, by: np.ndarray, names: Sequence[str]) -> list[str]:
    """The names of columns, those with the largest `by` first."""
    order = np.argsort(-by[columns], kind="stable")
    return [names[int(j)] for j in columns[order]]
