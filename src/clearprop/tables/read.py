"""`read_table`: any source of a table to a `Table` in normal form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clearprop.tables.files import read_files
from clearprop.tables.frames import read_memory
from clearprop.tables.normal import normal
from clearprop.tables.table import Table


def read_table(
    source: Any,
    *,
    missing: Sequence[str] = (),
    drop: Sequence[str] = (),
    categorical: Sequence[str] = (),
    only: Sequence[str] | None = None,
    verbatim: bool = False,
    target: str | None = None,
) -> Table:
    """Read a table from a file, a folder, a glob or memory.

    Text files are UTF-8 with a header line, separated by commas, semicolons, tabs or bars (found from the
    data), plain or gzipped. White space around a field is no part of it; blank lines are no rows; a column
    without a name is called ``Unnamed: 0`` as in pandas, after its place. Types are decided on whole columns
    (see `infer`). Missing are null, NaN, the empty text and ``?``, ``NA``, ``NaN``, ``nan``, ``null``,
    ``NULL``. A decimal comma is read where it cannot separate thousands. In messages, a row is a
    data row counted from 1 without the header; a line is a line of the file.

    Args:
        source: a path to a CSV, TSV or Parquet file, a folder or a glob of such files, a pandas or polars
            DataFrame, an Arrow table, a NumPy array, a mapping of columns, or a list of rows.
        missing: further texts that mean a missing value.
        drop: names of columns to leave out, whatever they hold.
        categorical: names of columns that hold categories, so that texts among numbers are right. To predict,
            pass `Encoding.categorical`.
        only: names of the columns to read if they are there; the others are listed in `Table.unread` and
            not looked at. To predict, pass `Encoding.needed`: the types of these columns are known, and what
            does not fit them is refused where they are encoded.
        verbatim: whether texts in memory stay to the letter: no white space is taken off, none means missing.
        target: the name of the column that is to be learned; no value of it may be missing.

    Returns:
        The columns, each int64, float, bool, text, dictionary (a category) or null.

    Raises:
        TableError: the source cannot be read; the message says where, and what to do.

    >>> table = read_table({"age": [39, 50], "sex": [" Male", "?"]})
    >>> table.n_rows, table.column("sex").values.to_pylist()
    (2, ['Male', None])
    """
    if isinstance(source, str | Path):
        table, untyped = read_files(source)
    else:
        table, untyped = read_memory(source), False
    return normal(
        table, missing=missing, drop=drop, categorical=categorical, only=only, untyped=untyped,
        verbatim=verbatim, known=only is not None, target=target,
    )  # fmt: skip
