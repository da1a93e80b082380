"""The normal form of a column: a few types only, missing values null, text stripped; the rest refused by name."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.arrow import pc
from clearprop.tables.infer import refuse_large, typed
from clearprop.tables.moments import moments_of, plain_time
from clearprop.tables.names import as_names, check_known, typed_name
from clearprop.tables.table import Column, Table

MISSING = ("", "?", "NA", "NaN", "nan", "null", "NULL")
"""Texts that mean a missing value wherever they stand; `missing` adds to them."""


def normal(
    table: Table, *, missing: Sequence[str], drop: Sequence[str], categorical: Sequence[str],
    only: Sequence[str] | None, untyped: bool, verbatim: bool = False, known: bool = False,
    target: str | None = None,
) -> Table:  # fmt: skip
    """A table in normal form.

    Args:
        table: any columns.
        missing: texts that mean a missing value, besides `MISSING`.
        drop: names of columns to leave out, whatever they hold.
        categorical: names of columns that hold categories.
        only: names of the columns to keep if they are there; None for all.
        untyped: whether columns of text still wait for their types (CSV).
        verbatim: whether texts stay as they are, neither stripped nor read as missing.
        known: whether a model has learned the columns, so that what does not fit is left to its encoding.
        target: the name of the column that is to be learned.

    Raises:
        TableError: an unknown name, or a column that is neither numbers nor categories.

    >>> raw = Table(pa.table({"age": [" 39", "?"]}), "adult.csv")
    >>> normal(raw, missing=(), drop=(), categorical=(), only=None, untyped=True).column("age").values.to_pylist()
    [39, None]
    """
    drop, categorical, missing = as_names(drop), as_names(categorical), as_names(missing)
    check_known(drop, table.names, "drop", table.source)
    if only is None:
        check_known(categorical, table.names, "categorical", table.source)
    kept = [name for name in table.names if name not in drop and (only is None or name in only)]
    columns = {}
    for name in kept:
        column = table.column(name)
        column = replace(column, values=_plain(column, missing, name in categorical, verbatim, known))
        if untyped and pa.types.is_string(column.values.type):
            values = typed(column, name in categorical, known, name == target)
            column = Column(name, blank_numbers(values, missing), table)
        elif pa.types.is_string(column.values.type) and not (verbatim or name in categorical):
            moments = moments_of(column.values)
            column = column if moments is None else Column(name, moments, table)
        _check_whole(column, name in categorical, known)
        columns[name] = column.values
    unread = tuple(name for name in table.names if name not in kept and name not in drop)
    return Table(pa.table(columns), table.source, table.parts, table.origin, unread)


def _plain(
    column: Column, missing: Sequence[str], categorical: bool, verbatim: bool, known: bool
) -> pa.ChunkedArray:
    """One of int64, float32, float64, bool, text, timestamp, dictionary of these but the last, null."""
    values, kind = column.values, column.values.type
    if pa.types.is_decimal(kind):
        values, kind = values.cast(pa.float64()), pa.float64()
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        return values.cast(pa.string()) if categorical else _time(column)
    if verbatim and pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if verbatim and _is_text(kind):
        return values.cast(pa.string())
    if pa.types.is_dictionary(kind):
        _refuse(column, kind.value_type)
        return _text(values.cast(kind.value_type), missing) if _is_text(kind.value_type) else values
    _refuse(column, kind)
    if _is_text(kind):
        return _text(values, missing)
    if pa.types.is_integer(kind):
        values = _to_int64(column, categorical, known)
    elif pa.types.is_float16(kind):
        values = values.cast(pa.float32())
    return blank_numbers(values, missing)


def _time(column: Column) -> pa.ChunkedArray:
    try:
        return plain_time(column.values)
    except pa.ArrowInvalid:
        msg = f"Column `{column.name}` of {column.table.source} holds a date beyond the year 294,000. Correct it."
        raise TableError(msg) from None


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _text(values: pa.ChunkedArray, missing: Sequence[str]) -> pa.ChunkedArray:
    """Stripped text, null where missing; a column without any value has no type."""
    values = pc.utf8_trim_whitespace(values.cast(pa.string()))
    absent = pc.is_in(values, pa.array([*MISSING, *(text.strip() for text in missing)]))
    values = pc.if_else(absent, pa.scalar(None, pa.string()), values)
    return pa.chunked_array([pa.nulls(len(values))]) if values.null_count == len(values) else values


def _to_int64(column: Column, categorical: bool, known: bool) -> pa.ChunkedArray:
    """Whole numbers as int64; categories beyond it as text."""
    try:
        return column.values.cast(pa.int64())
    except pa.ArrowInvalid:
        if categorical:
            return column.values.cast(pa.string())
        large = pc.greater(column.values, pa.scalar(2**63 - 1, pa.uint64()))
        return refuse_large(column, pc.index(large, True).as_py(), known)


def blank_numbers(values: pa.ChunkedArray, missing: Sequence[str]) -> pa.ChunkedArray:
    """Numbers that the user calls missing, like -999, to null.

    >>> blank_numbers(pa.chunked_array([[-999, 1]]), ["-999"]).to_pylist()
    [None, 1]
    """
    codes = [code for code in map(_number, missing) if code is not None]
    if not codes or not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        return values
    absent = pc.is_in(values.cast(pa.float64(), safe=False), pa.array(codes, pa.float64()))
    return pc.if_else(absent, pa.scalar(None, values.type), values)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_whole(column: Column, categorical: bool, known: bool = False) -> None:
    """Whole numbers beyond 2^53 are not exact as floats; as categories they are."""
    if categorical or not pa.types.is_integer(column.values.type) or not len(column.values):
        return
    least, most = pc.min_max(column.values).as_py().values()
    if least is not None and max(-least, most) > 2**53:
        large = pc.or_(pc.greater(column.values, 2**53), pc.less(column.values, -(2**53)))
        refuse_large(column, pc.index(large, True).as_py(), known)


def _refuse(column: Column, kind: pa.DataType) -> None:
    """Refuse a type that is neither numbers nor categories."""
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null, _is_text)
    if any(test(kind) for test in plain):
        return
    what, otherwise = "neither numbers nor categories", "turn it into numbers or text first"
    if pa.types.is_temporal(kind):
        what = "intervals or categories of dates"
    elif pa.types.is_nested(kind):
        what, otherwise = "nested values", "spread it over plain columns first"
    msg = (
        f"Column `{column.name}` of {column.table.source} holds {what} ({kind}). "
        f"Pass `--drop {typed_name(column.name)}`, or {otherwise}."
    )
    raise TableError(msg)
