"""Tables in memory to columns: data frames, Arrow tables, arrays, mappings and lists."""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.names import check_distinct
from clearprop.tables.table import Table


def read_memory(source: Any) -> Table:
    """The columns of a table in memory.

    Args:
        source: a pandas or polars DataFrame, an Arrow table, a NumPy array (2-D or structured), a mapping of
            columns, or a list of rows.

    Raises:
        TableError: it is none of these, has no rows, or a column mixes types.

    >>> read_memory({"age": [39, 50]}).column("age").values.to_pylist()
    [39, 50]
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, np.ndarray):
        names, columns, what = _of_array(source)
    elif isinstance(source, Mapping):
        names, columns, what = list(source), list(source.values()), "the mapping"
    elif isinstance(source, list | tuple):
        names, columns, what = _of_rows(source)
    else:
        names, columns, what = _of_frame(source)
    names = [str(name) for name in names]
    check_distinct(names, what)
    data = {name: _column(name, column, what) for name, column in zip(names, columns, strict=True)}
    _check_sizes({name: len(column) for name, column in data.items()}, what)
    return Table(pa.table(data), what)


def _of_frame(source: Any) -> tuple[list[str], list[Any], str]:
    try:
        frame: Any = nw.from_native(source)
        frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        names = frame.columns
    except nw.exceptions.DuplicateError:
        check_distinct(list(getattr(source, "column_names", source.columns)), "the table")
        raise
    except TypeError:
        hint = " Pass `.toarray()` of a sparse matrix." if hasattr(source, "toarray") else ""
        msg = (
            "A table must be a path, a data frame, an Arrow table, a NumPy array, a mapping of columns or a "
            f"list of rows, but is {type(source).__name__}.{hint}"
        )
        raise TableError(msg) from None
    library = str(frame.implementation).lower()
    what = "the Arrow table" if library == "pyarrow" else f"the {library} DataFrame"
    return names, list(frame.iter_columns()), what


def _of_array(array: np.ndarray) -> tuple[list[str], list[Any], str]:
    if array.dtype.names:
        if array.ndim != 1:
            msg = f"A structured array must have one dimension, but has shape {array.shape}. Pass `.ravel()`."
            raise TableError(msg)
        return list(array.dtype.names), [array[name] for name in array.dtype.names], "the array"
    if array.ndim != 2:
        msg = f"An array must have two dimensions (rows, columns), but has shape {array.shape}. Reshape it."
        raise TableError(msg)
    return [f"x{j}" for j in range(array.shape[1])], list(array.T), "the array"


def _of_rows(rows: Sequence[Any]) -> tuple[list[str], list[Any], str]:
    for i, row in enumerate(rows):
        if not isinstance(row, list | tuple | np.ndarray):
            msg = f"Each row of the list must be a list, but row {i + 1:,} is {type(row).__name__}."
            raise TableError(msg)
        if len(row) != len(rows[0]):
            sizes = f"the first has {len(rows[0])} values, row {i + 1:,} has {len(row)}"
            msg = f"The rows of the list must be of one length, but {sizes}."
            raise TableError(msg)
    columns = list(map(list, zip(*rows, strict=True)))
    return [f"x{j}" for j in range(len(columns))], columns, "the list"


def _column(name: str, values: Any, what: str) -> pa.ChunkedArray:
    """Any sequence as an Arrow column."""
    try:
        array = _to_arrow(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        msg = f"Column `{name}` of {what} must hold values of one type: {_why(values, error)}. Correct it, or drop it."
        raise TableError(msg) from None
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _to_arrow(values: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, nw.Series):
        return values.to_arrow()
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, np.ndarray):
        values = _native(values)
    series: Any = nw.from_native(values, series_only=True, pass_through=True)
    return series.to_arrow() if isinstance(series, nw.Series) else pa.array(values, from_pandas=True)


def _native(array: np.ndarray) -> Any:
    """An array that Arrow takes: one dimension, this machine's byte order, texts and objects as a list."""
    if array.dtype.kind == "c":
        msg = "complex numbers are not supported"
        raise TypeError(msg)
    if array.ndim != 1:
        msg = f"an array of shape {array.shape} is not a column"
        raise TypeError(msg)
    if array.dtype.kind in "USO":
        return array.tolist()
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _why(values: Any, error: Exception) -> str:
    """The first value that differs in type from the first one, or what Arrow says."""
    listed = (
        values.to_list() if isinstance(values, nw.Series) else list(values) if np.iterable(values) else []
    )
    known = [(i, value) for i, value in enumerate(listed) if _is_known(value)]
    if known:
        kinds = (Real,) if _is_number(known[0][1]) else (type(known[0][1]),)
        for i, value in known:
            if not isinstance(value, kinds) or _is_number(value) != _is_number(known[0][1]):
                return f"row {i + 1:,} holds {value!r}, the rows before it {type(known[0][1]).__name__}"
    return " ".join(str(error).split())[:160].rstrip(".")


def _is_known(value: Any) -> bool:
    """Whether a value is neither None nor NaN."""
    try:
        return value is not None and bool(value == value)
    except (TypeError, ValueError, ArithmeticError):  # an array; a signalling NaN of `decimal`
        return True


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _check_sizes(sizes: Mapping[str, int], what: str) -> None:
    if not sizes or not max(sizes.values()):
        msg = f"{what[0].upper()}{what[1:]} has no {'rows' if sizes else 'columns'}; a table needs at least one row."
        raise TableError(msg)
    first = next(iter(sizes))
    for name, size in sizes.items():
        if size != sizes[first]:
            msg = (
                f"The columns of {what} must be of one length, but `{first}` has {sizes[first]:,} rows and "
                f"`{name}` {size:,}."
            )
            raise TableError(msg)
