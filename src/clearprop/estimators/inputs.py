"""What the users of scikit-learn pass: arrays checked as its own estimators check them."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.exceptions import DataConversionWarning

from clearprop.errors import ShapeError, SpecError
from clearprop.tables.read import read_table
from clearprop.tables.table import Column, Table


def checked(X: Any, who: str, width: int | None = None) -> Any:
    """X as tables take it; an array without names must be (rows, width) and not complex."""
    if isinstance(X, Table) or hasattr(X, "columns"):
        return X
    if hasattr(X, "__array__") and not hasattr(X, "__len__"):  # it only says how it becomes an array
        X = np.asarray(X)
    if not isinstance(X, np.ndarray) or X.dtype.names:
        return X
    if X.ndim != 2:
        msg = f"`X` must be (rows, columns); got {X.shape}. Reshape your data: `X.reshape(-1, 1)` is one column."
        raise ShapeError(msg)
    if X.shape[1] == 0:
        msg = f"`X` has 0 feature(s) (shape={X.shape}) while a minimum of 1 is required."
        raise ShapeError(msg)
    if width is not None and X.shape[1] != width:
        msg = f"X has {X.shape[1]} features, but {who} is expecting {width} features as input."
        raise ShapeError(msg)
    if np.iscomplexobj(X):
        msg = f"Complex data not supported: `X` is {X.dtype}. Pass `X.real` and `X.imag` as columns."
        raise SpecError(msg)
    return X


def one_column(values: Any, name: str) -> Column:
    """A column of any kind of vector: an array, a Series, a frame of one column, a list, or a Column already."""
    if isinstance(values, Column):
        return values
    if isinstance(values, list | tuple) or (hasattr(values, "__array__") and not hasattr(values, "__len__")):
        values = np.asarray(values)
    shape, is_array = getattr(values, "shape", ()), isinstance(values, np.ndarray)
    if len(shape) > 2 or (len(shape) == 2 and shape[1] != 1) or (is_array and not shape):
        msg = f"`{name}` must be one column, (rows,); got {shape}."
        raise ShapeError(msg)
    if len(shape) == 2 and not is_array:
        frame = read_table(values, verbatim=True)
        return frame.column(frame.names[0])
    if len(shape) == 2:
        msg = f"A column-vector {name} was passed when a 1d array was expected: it is {shape}. Pass `{name}.ravel()`."
        warnings.warn(msg, DataConversionWarning, stacklevel=5)
        values = values.ravel()
    given = getattr(values, "name", None)
    column = name if given is None else str(given)
    return replace(read_table({column: values}, verbatim=True), source=f"the argument {name}").column(column)
