"""A Parquet file to columns."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from clearprop.errors import TableError
from clearprop.tables.names import check_distinct

MAGIC = b"PAR1"
INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(path: Path) -> pa.Table:
    """The columns of a Parquet file; an index that pandas stored beside them is left out.

    Args:
        path: the file.

    Raises:
        TableError: the file is damaged or cut, has no rows, or names a column twice.
    """
    try:
        with pyarrow.parquet.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        why = " ".join(str(error).split())
        msg = f"{path.name} is a damaged or cut Parquet file ({why[:120]}). Make or download it again."
        raise TableError(msg) from None
    table = table.select([i for i, name in enumerate(table.column_names) if not INDEX.fullmatch(name)])
    check_distinct(table.column_names, path.name)
    if table.num_rows == 0 or table.num_columns == 0:
        msg = f"{path.name} has no {'rows' if table.num_columns else 'columns'}; a table needs at least one row."
        raise TableError(msg)
    return table
