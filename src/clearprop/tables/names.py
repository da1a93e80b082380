"""Names of columns: nearest matches for a mistyped one, and headers that name a column twice."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import pairwise

from clearprop.errors import TableError


def nearest(name: str, among: Iterable[str]) -> str:
    """Say which names come nearest to `name`, or list some when none does.

    Args:
        name: what the user typed.
        among: the names that exist.

    >>> nearest("incone", ["age", "income"])
    'the nearest name is `income`'
    >>> nearest("zzz", ["age", "income"])
    'the columns are `age`, `income`'
    """
    among = list(among)
    lowered = {text.lower(): text for text in reversed(among)}
    close = [lowered[text] for text in get_close_matches(name.lower(), list(lowered), n=3)]
    if not close:
        return f"the columns are {listed(among)}" if among else "there are no columns"
    return f"the nearest name{'s are' if len(close) > 1 else ' is'} {listed(close)}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Write names in backquotes, at most `most` of them.

    >>> listed(["a", "b", "c"], most=2)
    '`a`, `b` and 1 more'
    """
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def check_known(given: Iterable[str], among: Sequence[str], setting: str, source: str) -> None:
    """Check that every name in `given` is a column.

    Args:
        given: the names the user typed.
        among: the names of the columns.
        setting: where the user typed them, for the message.
        source: the name of the table, for the message.

    Raises:
        TableError: a name is not a column; the message gives the nearest names.

    >>> check_known(["age"], ["age", "income"], "drop", "adult.csv")
    """
    for name in given:
        if name not in among:
            parts = [part.strip() for part in name.split(",")]
            each = len(parts) > 1 and all(part in among for part in parts)
            advice = f"name {listed(parts)} one by one" if each else nearest(name, among)
            msg = f"`{setting}` names `{name}`, which is not a column of {source}: {advice}."
            raise TableError(msg)


def typed_name(name: str) -> str:
    """A name as it is typed at a command line: in quotes, where there are spaces or signs in it.

    >>> typed_name("age"), typed_name("my price")
    ('age', "'my price'")
    """
    return name if re.fullmatch(r"\w+([-.]\w+)*", name) else shlex.quote(name)


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Take one name or several as a tuple of names.

    >>> as_names("age"), as_names(["age", "sex"])
    (('age',), ('age', 'sex'))
    """
    return (given,) if isinstance(given, str) else tuple(str(name) for name in given)


def check_distinct(names: Sequence[str], source: str) -> None:
    """Check that no two columns have the same name.

    Raises:
        TableError: a name occurs twice; the message gives both positions.

    >>> check_distinct(["a", "b"], "t.csv")
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if not twice:
        return
    first = names.index(twice[0])
    second = names.index(twice[0], first + 1)
    msg = (
        f"Column names must differ, but columns {first + 1} and {second + 1} of {source} are both "
        f"`{twice[0]}`. Rename one of them."
    )
    raise TableError(msg)


def check_header(names: Sequence[str], source: str) -> None:
    """Check that the first line of a file names columns, and is not the first row of data.

    It is taken for data when all names are numbers and one of them has a sign or a fraction, or when three or
    more are numbers that neither rise nor fall; ``0,1,2`` and ``country,2019,2020,2021`` are names.

    Raises:
        TableError: the first line is data, or a space stands before a quoted name.

    >>> check_header(["0", "1", "2"], "t.csv")
    >>> check_header(["M", "0.455", "0.365", "0.514"], "t.csv")
    Traceback (most recent call last):
    clearprop.errors.TableError: The first line of t.csv must name the columns, but seems to be a row of data \
(`M`, `0.455`, `0.365`, `0.514`). Put a line of names before it.
    """
    quoted = [name for name in names if len(name) > 1 and name[0] == name[-1] == '"']
    if quoted:
        msg = (
            f"A quoted field must start right after the separator, but in line 1 of {source} a space stands "
            f"before {quoted[0]}. Remove the spaces before the quotes."
        )
        raise TableError(msg)
    numbers = [float(name) for name in names if _is_number(name)]
    steps = [second - first for first, second in pairwise(numbers)]
    ordered = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    all_data = len(numbers) == len(names) and not all(name.isdecimal() for name in names)
    if all_data or (len(numbers) >= 3 and not ordered):
        msg = (
            f"The first line of {source} must name the columns, but seems to be a row of data "
            f"({listed(names, 4)}). Put a line of names before it."
        )
        raise TableError(msg)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def tidy(names: Iterable[object]) -> list[str]:
    """Strip the names of a header; a column without a name is called `Unnamed: 0` as in pandas (counted from 0).

    >>> tidy(["", " age "])
    ['Unnamed: 0', 'age']
    """
    texts = [str(name).strip() for name in names]
    return [text or f"Unnamed: {i}" for i, text in enumerate(texts)]
