"""The target of a classification: its classes, and values as labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.category import codes_of, count_levels
from clearprop.tables.number import as_floats
from clearprop.tables.stored import levels, one_of, refuse
from clearprop.tables.table import Column
from clearprop.tables.target_checks import check_known_everywhere, value_type


@dataclass(frozen=True)
class Classes:
    """The classes of a classification, sorted.

    Args:
        classes: texts, whole numbers, numbers that are whole, or truth values.

    >>> from clearprop.tables.read import read_table
    >>> column = read_table({"y": ["no", "yes", "no"]}).column("y")
    >>> target = Classes.learn(column)
    >>> target.encode(column), target.decode([1])
    (array([0, 1, 0]), array(['yes'], dtype='<U3'))
    """

    classes: tuple[Any, ...]

    task = "classification"

    @classmethod
    def learn(cls, column: Column) -> "Classes":
        """Find the classes.

        Args:
            column: (m,) values, none missing.

        Raises:
            TableError: a value is missing, infinite or has a fraction, or there is one class only.

        >>> from clearprop.tables.read import read_table
        >>> Classes.learn(read_table({"y": [2.0, 1.0]}).column("y")).classes
        (1.0, 2.0)
        """
        check_known_everywhere(column)
        classes, _ = count_levels(column)
        if isinstance(classes[0], float):
            values = as_floats(column)
            row = int(np.argmax(values != np.floor(values)))
            msg = (
                f"Classes must be texts, whole numbers or truth values, but column `{column.name}` holds "
                f"{values[row]} at {column.where(row)}. Choose regression, or round the column."
            )
            raise TableError(msg)
        if len(classes) < 2:
            msg = (
                f'A classification needs two classes, but column `{column.name}` holds "{classes[0]}" in all '
                f"{column.n_rows:,} rows of {column.table.source}. Add rows of another class."
            )
            raise TableError(msg)
        if pa.types.is_floating(value_type(column)):
            classes = [float(label) for label in classes]
        return cls(tuple(classes))

    def encode(self, column: Column) -> np.ndarray:
        """The labels, (m,) int64: the place of each value among the classes.

        Args:
            column: (m,) values, none missing.

        Raises:
            TableError: a value is missing, or is a class that training did not have.

        >>> from clearprop.tables.read import read_table
        >>> Classes(("no", "yes")).encode(read_table({"y": ["yes"]}).column("y"))
        array([1])
        """
        check_known_everywhere(column)
        labels, _ = codes_of(column, _matched(self.classes))
        unseen = np.flatnonzero(labels < 0)
        if len(unseen):
            value = column.values[int(unseen[0])].as_py()
            known = ", ".join(f'"{label}"' for label in self.classes[:8])
            more = f" and {len(self.classes) - 8:,} more" if len(self.classes) > 8 else ""
            msg = (
                f'Column `{column.name}` holds the class "{value}" at {column.where(int(unseen[0]))}, which the '
                f"rows of training do not have (they have {known}{more}). Add such rows to training, or remove it."
            )
            raise TableError(msg)
        return labels

    def decode(self, labels: Any) -> np.ndarray:
        """The classes of labels, in their own type.

        Args:
            labels: (m,) whole numbers, places among the classes.

        >>> Classes((False, True)).decode([1, 0])
        array([ True, False])
        """
        return np.array(self.classes)[np.asarray(labels)]

    def to_dict(self) -> dict[str, Any]:
        """What was learned, for the model file.

        >>> Classes(("no", "yes")).to_dict()
        {'task': 'classification', 'classes': ['no', 'yes']}
        """
        return {"task": self.task, "classes": list(self.classes)}

    @classmethod
    def from_dict(cls, data: object) -> "Classes":
        """What `to_dict` gave.

        Raises:
            ModelFileError: it is damaged.

        >>> Classes.from_dict({"task": "classification", "classes": [0, 1]})
        Classes(classes=(0, 1))
        """
        one_of(data, "task", ("classification",), "the target")
        classes = levels(data, "classes", "the target")
        if len(classes) < 2:
            refuse("The number of classes of the target must be 2 or more", len(classes))
        if any(isinstance(label, float) and not label.is_integer() for label in classes):
            refuse("The classes of the target must be whole", "a fraction")
        return cls(classes)


def _matched(classes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Classes in the form that columns of levels have: 1.0 is the level 1."""
    return tuple(int(label) for label in classes) if isinstance(classes[0], float) else classes
