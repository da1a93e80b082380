"""`Table`: raw columns with the name of where they came from, and `Column`: one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from clearprop.errors import TableError
from clearprop.tables.names import nearest


@dataclass(frozen=True)
class Table:
    """Raw columns of a table; made by `read_table`.

    Args:
        data: the columns, each an int64, float, bool, text, dictionary (a category) or null column.
        source: the name of the table in messages, like ``adult.csv``.
        parts: (name, rows) of each file that the rows came from, in order; empty for one source.
        origin: for each row, its number in the source counted from 0; None when they are 0, 1, 2, ...
        unread: names of columns of the source that were not asked for.

    >>> table = Table(pa.table({"age": [39, 50]}), "adult.csv")
    >>> table.n_rows, table.names, table.column("age").where(1)
    (2, ['age'], 'row 2 of adult.csv')
    """

    data: pa.Table
    source: str
    parts: tuple[tuple[str, int], ...] = ()
    origin: np.ndarray | None = None
    unread: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """The number of rows.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").n_rows
        2
        """
        return self.data.num_rows

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").names
        ['age']
        """
        return self.data.column_names

    def column(self, name: str) -> "Column":
        """One column by name.

        Raises:
            TableError: there is no such column; the message gives the nearest names.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").column("agee")
        Traceback (most recent call last):
        clearprop.errors.TableError: There is no column `agee` in adult.csv: the nearest name is `age`.
        """
        if self.data.schema.get_field_index(name) < 0:
            msg = (
                f"There is no column `{name}` in {self.source}: {nearest(name, [*self.names, *self.unread])}."
            )
            raise TableError(msg)
        return Column(name, self.data.column(name), self)

    def select(self, names: list[str]) -> "Table":
        """Some columns, in the order given.

        >>> Table(pa.table({"age": [39], "sex": ["f"]}), "adult.csv").select(["sex"]).names
        ['sex']
        """
        return replace(self, data=self.data.select(names))

    def take(self, rows: np.ndarray) -> "Table":
        """Some rows, in the order given; messages keep their numbers in the source.

        Args:
            rows: (k,) integers, counted from 0.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").take(np.array([1])).where(0)
        'row 2 of adult.csv'
        """
        rows = np.asarray(rows, dtype=np.int64)
        origin = rows if self.origin is None else self.origin[rows]
        return replace(self, data=self.data.take(pa.array(rows)), origin=origin)

    def where(self, row: int) -> str:
        """Where a row is, as its reader counts: data rows from 1, the header not counted.

        Args:
            row: its place in this table, counted from 0.

        >>> Table(pa.table({"age": [39, 50]}), "years", parts=(("a.csv", 1), ("b.csv", 1))).where(1)
        'row 1 of b.csv'
        """
        number = int(row if self.origin is None else self.origin[row])
        for name, rows in self.parts:
            if number < rows:
                return f"row {number + 1:,} of {name}"
            number -= rows
        return f"row {number + 1:,} of {self.source}"


@dataclass(frozen=True)
class Column:
    """One raw column: its name, its values, and the table it belongs to.

    >>> Table(pa.table({"age": [39, 50]}), "adult.csv").column("age").n_rows
    2
    """

    name: str
    values: pa.ChunkedArray
    table: Table

    @property
    def n_rows(self) -> int:
        """The number of rows.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").column("age").n_rows
        2
        """
        return len(self.values)

    def where(self, row: int) -> str:
        """Where a row is; see `Table.where`.

        >>> Table(pa.table({"age": [39, 50]}), "adult.csv").column("age").where(0)
        'row 1 of adult.csv'
        """
        return self.table.where(row)


def of_columns(columns: Mapping[str, pa.ChunkedArray], source: str) -> Table:
    """Put columns of the same length together as a `Table`.

    >>> of_columns({"age": pa.chunked_array([[39, 50]])}, "adult.csv").n_rows
    2
    """
    return Table(pa.table(dict(columns)), source)
