"""What is wrong with a text table that cannot be parsed, and on which line."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO, NoReturn

from clearprop.errors import TableError


def line_of(data: bytes, offset: int) -> int:
    """The line, counted from 1, that holds a byte; a line ends with LF, CR LF or CR.

    Args:
        data: the bytes of the file.
        offset: the place of the byte, counted from 0.

    >>> line_of(b"a\\r\\nb\\r\\nc", 6)
    3
    """
    before = data[:offset]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def rows_with_lines(data: bytes | IO[bytes], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line on which it starts; of bytes or of a file.

    >>> list(rows_with_lines(b'a,"x\\ny"\\nb,c\\n', ","))
    [(1, ['a', 'x\\ny']), (3, ['b', 'c'])]
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        rows = csv.reader(text, delimiter=delimiter)
        start = 1
        for row in rows:
            if row:
                yield start, row
            start = rows.line_num + 1


def refuse_ragged(data: bytes | IO[bytes], delimiter: str, names: Sequence[str], source: str) -> None:
    """Refuse the first row that has not as many fields as the header.

    Raises:
        TableError: there is such a row; the message gives its line.

    >>> refuse_ragged(b"a,b\\n1,2\\n3\\n", ",", ["a", "b"], "t.csv")
    Traceback (most recent call last):
    clearprop.errors.TableError: Line 3 of t.csv has 1 field, but the header has 2. Correct the line, or put \
quotes around a field that holds ",".
    """
    try:
        for line, row in rows_with_lines(data, delimiter):
            if len(row) != len(names):
                fields = f"{len(row):,} field{'' if len(row) == 1 else 's'}"
                msg = (
                    f"Line {line:,} of {source} has {fields}, but the header has {len(names):,}. Correct the "
                    f'line, or put quotes around a field that holds "{_shown(delimiter)}".'
                )
                raise TableError(msg)
    except csv.Error as error:
        msg = f"{source} cannot be read as a table: {error}. Look for a quote that is never closed."
        raise TableError(msg) from None


def check_quotes(data: bytes, delimiter: str, source: str) -> None:
    """Check that every quoted field is closed; else the rest of the file would silently be one field.

    Raises:
        TableError: a quote is never closed; the message gives the line of its row.

    >>> check_quotes(b'a,b\\n1,"2"\\n', ",", "t.csv")
    """
    if data.count(b'"') % 2 == 0:
        return
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="replace", newline="")
    rows = csv.reader(text, delimiter=delimiter)
    start = last = 1
    try:
        for row in rows:
            last, start = (start if row else last), rows.line_num + 1
    except csv.Error:
        last = start
    else:
        if not _ends_open(data, delimiter, last):
            return
    refuse_open_quote(last, source)


def refuse_open_quote(line: int, source: str) -> NoReturn:
    """Refuse a quote that is never closed, in the row that starts at a line.

    Raises:
        TableError: always.
    """
    msg = (
        f"A quoted field must end with a quote; that of the row at line {line:,} of {source} does not. "
        f"Close it, or double a quote that is part of the text."
    )
    raise TableError(msg)


def _ends_open(data: bytes, delimiter: str, line: int) -> bool:
    """Whether the row that starts at `line`, the last one, ends inside quotes."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="replace", newline="")
    tail = [content for number, content in enumerate(text, 1) if number >= line]
    try:
        list(csv.reader(tail, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _shown(delimiter: str) -> str:
    return "\\t" if delimiter == "\t" else delimiter
