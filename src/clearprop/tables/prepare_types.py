"""Which type a column of text has, decided on all of its parts: by the rules of `infer`, without keeping the text."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow import pc
from clearprop.tables.infer import (
    COMMA_DECIMAL,
    COMMA_NUMBER,
    COMMA_SURE,
    NUMBER,
    WHOLE,
    cast_or_none,
    has_codes,
    points,
    refuse_comma,
    refuse_large,
    refuse_mixed,
    truths_of,
)
from clearprop.tables.moments import MICRO, moments_of
from clearprop.tables.table import Column, Table

EXACT = 2**53
ARROW = {
    "whole": pa.int64(),
    "number": pa.float64(),
    "comma": pa.float64(),
    "truth": pa.bool_(),
    "moment": MICRO,
    "text": pa.string(),
}


class TypeFinder:
    """What the parts of a column of text have shown so far.

    Args:
        name: of the column.
        categorical: whether the user says that it holds categories.

    >>> finder = TypeFinder("age", categorical=False)
    >>> finder.add(pa.chunked_array([["39", None]]))
    >>> finder.add(pa.chunked_array([["50.5"]]))
    >>> finder.kind("adult.csv", ())
    'number'
    """

    def __init__(self, name: str, categorical: bool) -> None:
        self.name, self.categorical = name, categorical
        self.rows = self.values = self.numbers = self.commas = 0
        self.is_whole = self.is_number = self.is_comma = self.is_truth = self.is_digits = True
        self.is_moment = not categorical
        self.has_codes = self.is_comma_sure = False
        self.first: dict[str, tuple[int, str]] = {}  # of what could be refused: its row, and the text

    def add(self, text: pa.ChunkedArray) -> None:
        """Take in some rows: stripped text, null where missing."""
        n = len(text) - text.null_count
        if n:
            self.values += n
            whole = cast_or_none(text, pa.int64()) if self.is_whole or not self.categorical else None
            if whole is not None:
                self._add_whole(text, whole, n)
            else:
                self.is_whole = False
                self.is_moment = self.is_moment and moments_of(text) is not None
                numbers = None if self.categorical else cast_or_none(text, pa.float64())
                self._add_text(text) if numbers is None else self._add_numbers(text, numbers, n)
        self.rows += len(text)

    def kind(self, source: str, parts: Sequence[tuple[str, int]]) -> str:
        """whole, number, comma (a number with a decimal comma), truth, moment, text, or empty.

        Args:
            source: the name of the table, for messages.
            parts: (name, rows) of its files.

        Raises:
            TableError: numbers mixed with a few texts, decimal commas, or whole numbers too large.
        """
        if not self.values:
            return "empty"
        if self.is_whole and self.has_codes:
            return "text"
        if self.is_whole or (self.is_number and not self.categorical):
            if self.is_digits and not self.categorical and "large" in self.first:
                refuse_large(self._at("large", source, parts), 0)
            return "whole" if self.is_whole else "number"
        if not self.categorical and self.is_comma and self.is_comma_sure:
            return "comma"
        if self.is_truth:
            return "truth"
        if self.is_moment:
            return "moment"
        if not self.categorical:
            self._check_text(source, parts)
        return "text"

    def _add_whole(self, text: pa.ChunkedArray, whole: pa.ChunkedArray, n: int) -> None:
        self.numbers, self.is_truth, self.is_moment = self.numbers + n, False, False
        self.has_codes = self.has_codes or has_codes(text)
        bounds = pc.min_max(whole).as_py()
        if max(-bounds["min"], bounds["max"]) > EXACT:
            self._note("large", text, pc.or_(pc.greater(whole, EXACT), pc.less(whole, -EXACT)))

    def _add_numbers(self, text: pa.ChunkedArray, numbers: pa.ChunkedArray, n: int) -> None:
        self.numbers, self.is_truth = self.numbers + n, False
        self.is_comma = self.is_comma and _all(text, COMMA_DECIMAL)
        self.is_digits = self.is_digits and _all(text, WHOLE)
        if self.is_digits:
            self._note("large", text, pc.greater(pc.abs(numbers), float(EXACT)))

    def _add_text(self, text: pa.ChunkedArray) -> None:
        self.is_number = self.is_digits = False
        self.is_truth = self.is_truth and truths_of(text) is not None
        if self.categorical:
            return
        self.is_comma = self.is_comma and _all(text, COMMA_DECIMAL)
        counted = pc.value_counts(text.drop_null())
        values, counts = counted.field(0), counted.field(1)
        found = {pattern: pc.match_substring_regex(values, pattern) for pattern in (NUMBER, COMMA_NUMBER)}
        many = {pattern: pc.sum(counts.filter(mask)).as_py() or 0 for pattern, mask in found.items()}
        self.numbers, self.commas = self.numbers + many[NUMBER], self.commas + many[COMMA_NUMBER]
        if self.is_comma:
            self.is_comma_sure = (
                self.is_comma_sure or pc.any(pc.match_substring_regex(values, COMMA_SURE)).as_py()
            )
        if many[COMMA_NUMBER]:
            self._note("comma", text, pc.match_substring_regex(text, COMMA_NUMBER))
        self._note("other", text, pc.invert(pc.match_substring_regex(text, NUMBER)))

    def _check_text(self, source: str, parts: Sequence[tuple[str, int]]) -> None:
        if self.commas and self.numbers + self.commas == self.values:
            refuse_comma(self._at("comma", source, parts), 0)
        if 2 * self.numbers > self.values:
            refuse_mixed(self._at("other", source, parts), 0)

    def _note(self, what: str, text: pa.ChunkedArray, mask: pa.ChunkedArray) -> None:
        row = pc.index(mask, True).as_py()
        if row >= 0 and what not in self.first:
            self.first[what] = self.rows + row, text[row].as_py()

    def _at(self, what: str, source: str, parts: Sequence[tuple[str, int]]) -> Column:
        """The value as a column of one row that knows where it stood."""
        row, value = self.first[what]
        data = pa.table({self.name: [value]})
        return Table(data, source, tuple(parts), np.array([row])).column(self.name)


def as_kind(text: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """Text that was found to be of a kind, as values.

    >>> as_kind(pa.chunked_array([["0,5"]]), "comma").to_pylist()
    [0.5]
    """
    if kind == "empty":
        return pa.chunked_array([pa.nulls(len(text))])
    read = {"comma": points, "truth": truths_of, "moment": moments_of}.get(kind)
    found = text.cast(ARROW[kind]) if read is None else read(text)
    assert found is not None
    return found


def _all(text: pa.ChunkedArray, pattern: str) -> bool:
    return all(pc.all(pc.match_substring_regex(part, pattern)).as_py() for part in (text.slice(0, 100), text))
