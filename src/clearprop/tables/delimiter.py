"""Which character separates the fields of a text table: decided from its first rows."""

import csv
import io
from collections import Counter

from clearprop.errors import TableError

DELIMITERS = (",", ";", "\t", "|")
OTHERS = (" ", ":", "^", "~", "\x01")
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces", "\x01": "bytes 01"}
SAMPLE_ROWS = 200


def find_delimiter(text: str, whole: bool, source: str) -> str:
    """The character that separates the fields.

    It is the one that cuts the header into the most fields among those which cut every sampled row into
    as many fields as the header; failing that, nine rows in ten (the others are ragged, and reported when read).
    A text that none of them cuts has one column.

    Args:
        text: the start of the file.
        whole: whether `text` is the whole file, so that its last row is complete.
        source: the name of the file, for messages.

    Raises:
        TableError: another character separates the fields, or the header and the rows use different ones.

    >>> find_delimiter("a;b\\n1,5;2\\n", True, "t.csv")
    ';'
    """
    best, best_rank = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter, whole)
        agree = _agreement(widths)
        if widths and widths[0] > 1 and agree >= 0.9:
            best_rank, best = max(
                (best_rank, best), ((int(agree == 1), widths[0]), delimiter), key=lambda t: t[0]
            )
    if best_rank == (0, 0):
        _check_one_column(text, whole, source)
        return _widest(text, whole)
    return best


def _widths(text: str, delimiter: str, whole: bool) -> list[int]:
    """How many fields each of the first rows has; the last row of a part of a file may be cut, and is left out."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = []
    try:
        for row in rows:
            if row:
                widths.append(len(row))
            if len(widths) > SAMPLE_ROWS:
                break
    except csv.Error:
        return widths
    return widths if whole or len(widths) < 2 else widths[:-1]


def _agreement(widths: list[int]) -> float:
    """The share of rows as wide as the header; a header without rows agrees with itself."""
    rows = widths[1:] or widths
    return sum(width == widths[0] for width in rows) / len(rows) if rows else 0.0


def _widest(text: str, whole: bool) -> str:
    """Without agreement: the character that cuts the header most often, so that the ragged row is reported."""
    return max(DELIMITERS, key=lambda delimiter: (_widths(text, delimiter, whole) or [0])[0])


def _check_one_column(text: str, whole: bool, source: str) -> None:
    """Refuse other separators, and a header that is separated differently from its rows."""
    for delimiter in OTHERS:
        widths = _widths(text, delimiter, whole)
        if len(widths) > 1 and widths[0] > 1 and _agreement(widths) == 1:
            msg = (
                f"Fields must be separated by a comma, semicolon, tab or bar; those of {source} seem to be "
                f"separated by {NAMES.get(delimiter, repr(delimiter))}. Rewrite the file with commas."
            )
            raise TableError(msg)
    cuts = {delimiter: _widths(text, delimiter, whole) for delimiter in DELIMITERS}
    for delimiter, widths in cuts.items():
        rows = Counter(widths[1:]).most_common(1)
        if rows and widths[0] == 1 and rows[0][0] > 1 and rows[0][1] >= 0.9 * (len(widths) - 1):
            header = [NAMES[other] for other in DELIMITERS if cuts[other][0] > 1]
            if header:
                msg = (
                    f"The header and the rows must use the same separator; in {source} the header uses "
                    f"{header[0]}, the rows {NAMES[delimiter]}. Rewrite the header with {NAMES[delimiter]}."
                )
                raise TableError(msg)
