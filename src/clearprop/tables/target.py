"""The target column: which task it asks for, and what is learned of it."""

import numpy as np
import pyarrow as pa

from clearprop.errors import SpecError
from clearprop.tables.classes import Classes
from clearprop.tables.number import as_floats
from clearprop.tables.scale import Scale
from clearprop.tables.stored import one_of
from clearprop.tables.table import Column
from clearprop.tables.target_checks import check_known_everywhere, check_no_dates, value_type

TASKS = ("classification", "regression")
FEW = 20
ROWS_A_CLASS = 5


def task_of(column: Column) -> str:
    """Which task a target column asks for.

    Text, truth values and dictionaries: classification. Numbers with fractions: regression. Whole numbers:
    classification when there are two different ones, or at most 20 with five rows each on average; else regression.

    Args:
        column: (m,) values; missing ones are left out.

    >>> from clearprop.tables.read import read_table
    >>> task_of(read_table({"y": ["a", "b"]}).column("y")), task_of(read_table({"y": [1.5, 2.0]}).column("y"))
    ('classification', 'regression')
    """
    kind = column.values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return "classification"
    values = as_floats(column)
    values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        return "regression"
    distinct = len(np.unique(values))
    few = distinct <= 2 or (distinct <= FEW and len(values) >= ROWS_A_CLASS * distinct)
    return "classification" if few else "regression"


def learn_target(column: Column, task: str = "auto") -> Classes | Scale:
    """Learn the target of a task.

    Args:
        column: (m,) values, none missing.
        task: ``classification``, ``regression``, or ``auto`` for `task_of`.

    Raises:
        TableError: the column does not suit the task.
        SpecError: an unknown task.

    >>> from clearprop.tables.read import read_table
    >>> learn_target(read_table({"y": ["a", "b"]}).column("y"))
    Classes(classes=('a', 'b'))
    """
    if task not in (*TASKS, "auto"):
        msg = f"`task` must be classification, regression or auto, but is {task!r}."
        raise SpecError(msg)
    check_no_dates(column.name, value_type(column), column.table.source)
    check_known_everywhere(column)
    task = task_of(column) if task == "auto" else task
    return Classes.learn(column) if task == "classification" else Scale.learn(column)


def target_from_dict(data: object) -> Classes | Scale:
    """What `to_dict` of a target gave.

    Raises:
        ModelFileError: it is damaged.

    >>> target_from_dict({"task": "classification", "classes": [0, 1]})
    Classes(classes=(0, 1))
    """
    task = one_of(data, "task", TASKS, "the target")
    return Classes.from_dict(data) if task == "classification" else Scale.from_dict(data)
