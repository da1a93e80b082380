"""Columns of text to columns of numbers, truth values or categories: decided on the whole column.

Rules, in order, for the values that are not missing:
1. all are whole numbers: int64 (text when one has a leading zero, like the code ``007``);
2. all are numbers: float64; the decimal mark is a point, or else a comma, if one cannot separate thousands
   (``3,14`` and ``0,125`` cannot, ``1,234`` can: a TableError when all are like it);
3. all are ``true`` or ``false``, in any case: bool;
4. all are dates (see `moments`): timestamps;
5. most are numbers, or all are numbers but for their commas: a TableError;
6. anything else: text, which is a category.
A column that the user calls categorical skips 2, 4 and 5; one that a model has learned skips 5: its encoder says what
does not fit.
"""

import re
from typing import NoReturn

import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.arrow import pc
from clearprop.tables.moments import moments_of
from clearprop.tables.names import typed_name
from clearprop.tables.table import Column

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity|nan)$"
WHOLE = r"^[+-]?\d+$"
COMMA_NUMBER = r"^[+-]?\d[\d.]*(,\d+)+(\.\d+)?$"
COMMA_DECIMAL = r"^[+-]?(\d+|\d*,\d+)([eE][+-]?\d+)?$"
THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
COMMA_SURE = r"^[+-]?0?,\d|,(\d{1,2}|\d{4,})([eE]|$)"


def typed(column: Column, categorical: bool, known: bool = False, is_target: bool = False) -> pa.ChunkedArray:
    """The values of a column of stripped text, in the type that all of them share.

    Args:
        column: text, null where missing.
        categorical: whether the user says that it holds categories.
        known: whether a model has learned its type already.
        is_target: whether it is to be learned, so that no value may be missing.

    Raises:
        TableError: numbers mixed with a few texts, decimal commas, or whole numbers too large for int64.

    >>> from clearprop.tables.table import of_columns
    >>> typed(of_columns({"age": pa.chunked_array([["39", "50"]])}, "adult.csv").column("age"), False).type
    DataType(int64)
    """
    text = column.values
    if text.null_count == len(text):
        return pa.chunked_array([pa.nulls(len(text))])
    whole = cast_or_none(text, pa.int64())
    if whole is not None:
        return text if has_codes(text) else whole
    numbers = None if categorical else _floats(text)
    if numbers is not None:
        _check_not_too_large(column, known)
        return numbers
    truths = truths_of(text)
    if truths is not None:
        return truths
    if categorical:
        return text
    moments = moments_of(text)
    if moments is not None:
        return moments
    if not known:
        _check_text(column, is_target)
    return text


def has_codes(text: pa.ChunkedArray) -> bool:
    """Whether a value starts with a zero that is not all of it: ``007``, ``0x1F``, but not ``0.5`` or ``0``.

    >>> has_codes(pa.chunked_array([["0", "007"]])), has_codes(pa.chunked_array([["0", "7"]]))
    (True, False)
    """
    leading = pc.starts_with(pc.utf8_ltrim(text, "-"), "0")
    longer = pc.greater(pc.utf8_length(pc.utf8_ltrim(text, "-")), 1)
    return bool(pc.any(pc.and_(leading, longer)).as_py())


def numbers_of(column: Column) -> pa.ChunkedArray:
    """A column of text as float64, for a column that was learned as numbers.

    Raises:
        TableError: a value is not a number; the message gives it and its row.

    >>> from clearprop.tables.table import of_columns
    >>> numbers_of(of_columns({"age": pa.chunked_array([["007"]])}, "adult.csv").column("age")).to_pylist()
    [7.0]
    """
    numbers = _floats(column.values)
    if numbers is None:
        row = _first(pc.invert(pc.match_substring_regex(column.values, NUMBER)))
        value = column.values[row].as_py()
        msg = (
            f'Column `{column.name}` must hold numbers, as it did in training, but holds "{value}" at '
            f"{column.where(row)}. Correct it, or leave the field empty if it is missing."
        )
        raise TableError(msg)
    return numbers


def points(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Numbers that are written with a decimal comma; None if one is no number.

    >>> points(pa.chunked_array([["0,5"]])).to_pylist()
    [0.5]
    """
    return cast_or_none(pc.replace_substring(text, ",", "."), pa.float64())


def cast_or_none(text: pa.ChunkedArray, to: pa.DataType) -> pa.ChunkedArray | None:
    """Texts as another type; None if one of them cannot be.

    >>> cast_or_none(pa.chunked_array([["1", "x"]]), pa.int64()) is None
    True
    """
    try:
        text.slice(0, 100).cast(to)  # most columns that fail do so here, where it is cheap
        return text.cast(to)
    except pa.ArrowInvalid:
        return None


def _floats(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Numbers with a decimal point, or all with a decimal comma that cannot separate thousands."""
    numbers = cast_or_none(text, pa.float64())
    if numbers is not None or not pc.all(pc.match_substring_regex(text.slice(0, 100), COMMA_DECIMAL)).as_py():
        return numbers
    comma = pc.all(pc.match_substring_regex(text, COMMA_DECIMAL)).as_py()
    if comma and pc.any(pc.match_substring_regex(text, COMMA_SURE)).as_py():
        return points(text)
    return None


def truths_of(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Texts that are all true or false, in any case, as truth values; None if one is not.

    >>> truths_of(pa.chunked_array([["True", "false"]])).to_pylist()
    [True, False]
    """
    lowered = pc.utf8_lower(text)
    if pc.all(pc.is_in(lowered, pa.array(["true", "false"], text.type)).filter(pc.is_valid(text))).as_py():
        return pc.equal(lowered, "true")
    return None


def _first(mask: pa.ChunkedArray) -> int:
    return pc.index(mask, True).as_py()


def _check_not_too_large(column: Column, known: bool) -> None:
    """Whole numbers that do not fit int64 would lose digits as floats."""
    if pc.all(pc.match_substring_regex(column.values, WHOLE)).as_py():
        size = pc.abs(column.values.cast(pa.float64()))
        if pc.max(size).as_py() > 2.0**53:
            refuse_large(column, _first(pc.greater(size, 2.0**53)), known)


def refuse_large(column: Column, row: int, known: bool = False) -> NoReturn:
    """Refuse a whole number that a float cannot hold exactly; a known column cannot become a category.

    Raises:
        TableError: always.
    """
    name = typed_name(column.name)
    advice = "Correct it" if known else f"Pass `--drop {name}`, or `--categorical {name}`"
    msg = (
        f"Column `{column.name}` holds {column.values[row].as_py()} at {column.where(row)}; numbers must stay "
        f"within 2^53 to be exact. {advice}."
    )
    raise TableError(msg)


def _check_text(column: Column, is_target: bool) -> None:
    """Refuse numbers mixed with a few texts, and decimal commas."""
    counted = pc.value_counts(column.values.drop_null())
    text, counts = counted.field(0), counted.field(1)
    n_values = column.n_rows - column.values.null_count

    def how_many(pattern: str) -> int:
        return pc.sum(counts.filter(pc.match_substring_regex(text, pattern))).as_py() or 0

    numbers, commas = how_many(NUMBER), how_many(COMMA_NUMBER)
    if commas and numbers + commas == n_values:
        refuse_comma(column, _first(pc.match_substring_regex(column.values, COMMA_NUMBER)))
    if 2 * numbers > n_values:
        refuse_mixed(column, _first(pc.invert(pc.match_substring_regex(column.values, NUMBER))), is_target)


def refuse_comma(column: Column, row: int) -> NoReturn:
    """Refuse numbers with commas of unclear meaning; the row is that of one.

    Raises:
        TableError: always.
    """
    name, value = typed_name(column.name), column.values[row].as_py()
    msg = (
        f'Column `{column.name}` holds "{value}" at {column.where(row)}; numbers must be written with a decimal point, '
        f"without thousands separators. Write {_without_commas(value)} throughout, or pass `--drop {name}`, "
        f"or `--categorical {name}` if these are no amounts."
    )
    raise TableError(msg)


def _without_commas(value: str) -> str:
    """How a number with commas is to be written, in each way that it can be meant."""
    ways = [value.replace(",", "")] if re.fullmatch(THOUSANDS, value) else []
    if value.count(",") == 1 and "." not in value:
        ways.append(value.replace(",", "."))
    return ", or ".join(ways) or "them so"


def refuse_mixed(column: Column, row: int, is_target: bool = False) -> NoReturn:
    """Refuse a text among numbers; that of a target cannot be called missing.

    Raises:
        TableError: always.
    """
    value, origin = column.values[row].as_py(), column.table.origin
    is_first = (row if origin is None else int(origin[row])) == 0
    rest = "most rows after it are numbers" if is_first else "the rows before it are numbers"
    quoted = (
        value if value and all(letter.isalnum() or letter in "._/+-" for letter in value) else f'"{value}"'
    )
    advice = "Correct it, remove the row, or pass" if is_target else f"Pass `--missing {quoted}`, or"
    msg = (
        f'Column `{column.name}` holds "{value}" at {column.where(row)}; {rest}. '
        f"{advice} `--categorical {typed_name(column.name)}`."
    )
    raise TableError(msg)
