"""The table that a model is to predict or to be scored on, read if it fits into the memory."""

from pathlib import Path

import numpy as np

from clearprop.errors import SpecError, TableError
from clearprop.tables.files import find_files, is_parquet
from clearprop.tables.stream_files import open_parquet
from clearprop.tables.table import Table
from clearprop.train.files import read_model
from clearprop.train.memory import available_memory, check_least, readable
from clearprop.train.model import Model

TABLES = (".csv", ".tsv", ".parquet", ".pq", ".gz")  # how the names of tables end
VALUE = 8  # bytes of a value of a table in memory


def model_of(path: Path) -> Model:
    """The model in a file.

    Raises
    ------
    SpecError, ModelFileError
        If the file is a table by its name, or no model.
    """
    if path.suffix.lower() in TABLES and path.exists():
        msg = f"The model comes first, then the table, but {path} is a table by its name. "
        msg += "Give a .safetensors file there."
        raise SpecError(msg)
    return read_model(path)


def rows_for(model: Model, table: str, missing: tuple[str, ...], also: tuple[str, ...] = ()) -> Table:
    """The columns that a model needs, and `also` others.

    Raises
    ------
    SpecError, TableError
        If too little memory is free for any table, or for this one; or the table cannot be read.
    """
    check_least("Prediction")
    free, need = available_memory(), _least(model, find_files(table))
    if free is not None and need > free:
        msg = (
            f"{table} takes {readable(need)} in memory at least; {readable(free)} are free. "
            "Give its rows in several smaller tables."
        )
        raise TableError(msg)
    return model.read(table, missing, also)


def _least(model: Model, paths: list[Path]) -> int:
    """Bytes of the columns and of their encoding; of text tables that of the files."""
    if not is_parquet(paths[0]):
        return sum(path.stat().st_size for path in paths)
    rows, encoding = 0, model.encoding
    for path in paths:
        with open_parquet(path) as file:
            rows += file.metadata.num_rows
    return rows * (VALUE * len(encoding.needed) + np.dtype(encoding.dtype).itemsize * encoding.n_outputs)
