"""`Encoding`: learned from the rows of training, it turns any table into the matrix X."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike

from clearprop.errors import ModelFileError, SpecError, TableError
from clearprop.tables.category import Category, learn_category
from clearprop.tables.dropped import WHY, Dropped
from clearprop.tables.moment import Moment, learn_moment
from clearprop.tables.moments import look_like_dates
from clearprop.tables.names import as_names, check_known, nearest
from clearprop.tables.number import Number, learn_number
from clearprop.tables.stored import count, field, one_of, refuse
from clearprop.tables.table import Column, Table

Learned = Number | Category | Moment | Dropped
DTYPES = ("float32", "float64")
IDENTIFIER_ROWS = 20
MOST_PLACED = 128
IDENTIFIER_SHARE = 0.95


@dataclass(frozen=True)
class Encoding:
    """How each raw column becomes columns of X.

    Args:
        columns: one `Number`, `Category` or `Dropped` a raw column, in the order of X.
        dtype: of X, ``float32`` or ``float64``.
        rows: how many rows it was learned from.

    >>> from clearprop.tables.read import read_table
    >>> table = read_table({"age": [20, 30, 40], "sex": ["m", "f", "m"]})
    >>> encoding = Encoding.learn(table)
    >>> encoding.feature_names
    ['age', 'sex=m']
    >>> encoding.encode(table).shape
    (3, 2)
    """

    columns: tuple[Learned, ...]
    dtype: str
    rows: int

    @classmethod
    def learn(
        cls,
        table: Table,
        *,
        exclude: Sequence[str] = (),
        categorical: Sequence[str] = (),
        dtype: DTypeLike = np.float32,
        weight: np.ndarray | None = None,
        places: bool = False,
    ) -> "Encoding":
        """Learn from the rows of training.

        Numbers are `Number`, dates are `Moment`, unless `categorical`; text, truth values and dictionaries are
        `Category`. Dropped and said so are columns whose values are all the same, all missing, those of a column
        before them, or (text, and whole numbers without a name, from 20 rows on) different in 95 rows of 100:
        identifiers.

        Args:
            table: the rows of training.
            exclude: names of columns that are no inputs: the target, the weights.
            categorical: names of columns that hold categories, also identifiers.
            dtype: of X, float32 or float64.
            weight: (m,) weights; rows of weight 0 count as absent.
            places: whether the place of a number among those of training is encoded too, if there are at most
                `MOST_PLACED` columns: it makes up to six columns of one.

        Raises:
            TableError: an unknown name, an infinite number, or nothing to learn from.
            SpecError: `dtype` is neither float32 nor float64.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30], "one": [1, 1]})).summary()[1]["why"]
        'all values are the same'
        """
        exclude, categorical = as_names(exclude), as_names(categorical)
        check_known(exclude, table.names, "exclude", table.source)
        check_known(categorical, table.names, "categorical", table.source)
        if weight is not None and not np.all(weight):
            table = table.take(np.flatnonzero(weight))
        names = [name for name in table.names if name not in exclude]
        if not table.n_rows or not names:
            msg = f"There must be rows and columns to learn from, but {table.source} has none left."
            raise TableError(msg)
        places = places and len(names) <= MOST_PLACED
        columns = [learn_column(table.column(name), name in categorical, places) for name in names]
        columns = without_repeats(columns, table)
        return cls.of(columns, dtype, table.n_rows, table.source)

    @classmethod
    def of(cls, columns: tuple[Learned, ...], dtype: DTypeLike, rows: int, source: str) -> "Encoding":
        """From what was learned of each column.

        Args:
            columns: in the order of X.
            dtype: of X.
            rows: how many they were learned from.
            source: the name of the table, for messages.

        Raises:
            TableError: no column is left.
            SpecError: `dtype` is neither float32 nor float64.

        >>> Encoding.of((Dropped("one", "constant", 0),), "float32", 3, "t.csv")
        Traceback (most recent call last):
        clearprop.errors.TableError: No column of t.csv is left to learn from (`one`: all values are the same). \
Add a column that varies.
        """
        encoding = cls(columns, _dtype(dtype), rows)
        if not encoding.n_outputs:
            why = ", ".join(
                f"`{column.name}`: {column.why}" for column in columns[:4] if isinstance(column, Dropped)
            )
            msg = f"No column of {source} is left to learn from ({why}). Add a column that varies."
            raise TableError(msg)
        return encoding

    @property
    def feature_names(self) -> list[str]:
        """The names of the columns of X.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30, None], "sex": ["m", "f", "m"]})).feature_names
        ['age', 'age is missing', 'sex=m']
        """
        return [feature for column in self.columns for feature in column.features]

    @property
    def n_outputs(self) -> int:
        """The number of columns of X.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30, None], "sex": ["m", "f", "m"]})).n_outputs
        3
        """
        return sum(len(column.features) for column in self.columns)

    @property
    def scaled(self) -> tuple[int, ...]:
        """Which columns of X are numbers or dates, scaled and clipped: those that a network may embed.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"sex": ["m", "f", "m"], "age": [20, 30, None]})).scaled
        (1,)
        """
        at, found = 0, []
        for column in self.columns:
            number = column.number if isinstance(column, Moment) else column
            if isinstance(number, Number) and number.scale:
                found.append(at)
            at += len(column.features)
        return tuple(found)

    @property
    def needed(self) -> list[str]:
        """The raw columns that a table must have; pass it as `only` to `read_table` to predict.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30, None], "sex": ["m", "f", "m"]})).needed
        ['age', 'sex']
        """
        return [column.name for column in self.columns if column.features]

    @property
    def categorical(self) -> list[str]:
        """The raw columns that hold categories; pass it as `categorical` to `read_table` to predict.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30, None], "sex": ["m", "f", "m"]})).categorical
        ['sex']
        """
        return [column.name for column in self.columns if column.kind == "category"]

    def encode(self, table: Table) -> np.ndarray:
        """The matrix X of a table; columns are found by name.

        Args:
            table: (m) rows.

        Returns:
            (m, n_outputs), row after row in memory, of `dtype`, finite.

        Raises:
            TableError: a column is missing, a number is infinite, or a text is in a column of numbers.

        >>> from clearprop.tables.read import read_table
        >>> encoding = Encoding.learn(read_table({"age": [20, 30, 40]}))
        >>> encoding.encode(read_table({"name": ["Ann"], "age": [30]}))
        array([[0.]], dtype=float32)
        """
        self._check_columns(table)
        X = np.empty((table.n_rows, self.n_outputs), dtype=self.dtype)
        at = 0
        for column in self.columns:
            width = len(column.features)
            if width and not isinstance(column, Dropped):
                column.encode(table.column(column.name), X[:, at : at + width])
            at += width
        return X

    def extra(self, table: Table) -> list[str]:
        """The columns of a table that are not used: worth a note, not an error.

        >>> from clearprop.tables.read import read_table
        >>> encoding = Encoding.learn(read_table({"age": [20, 30, 40]}))
        >>> encoding.extra(read_table({"name": ["Ann"], "age": [30]}))
        ['name']
        """
        known = {column.name for column in self.columns}
        return [name for name in (*table.names, *table.unread) if name not in known]

    def summary(self) -> list[dict[str, Any]]:
        """What was learned of each raw column, for the report.

        >>> from clearprop.tables.read import read_table
        >>> Encoding.learn(read_table({"age": [20, 30, 40]})).summary()[0]["kind"]
        'number'
        """
        return [column.summary() for column in self.columns]

    def to_dict(self) -> dict[str, Any]:
        """What was learned, in types that JSON keeps exactly.

        >>> from clearprop.tables.read import read_table
        >>> encoding = Encoding.learn(read_table({"age": [20, 30, 40]}))
        >>> Encoding.from_dict(encoding.to_dict()) == encoding
        True
        """
        return {
            "dtype": self.dtype,
            "rows": self.rows,
            "columns": [column.to_dict() for column in self.columns],
        }

    @classmethod
    def from_dict(cls, data: object) -> "Encoding":
        """What `to_dict` gave; nothing is assumed of it.

        Raises:
            ModelFileError: it is damaged.

        >>> Encoding.from_dict({"dtype": "object"})
        Traceback (most recent call last):
        clearprop.errors.ModelFileError: The `dtype` of the encoding must be one of float32, float64, but is \
'object'. The model file is damaged.
        """
        dtype = one_of(data, "dtype", DTYPES, "the encoding")
        rows = count(data, "rows", "the encoding")
        columns = tuple(_column_from(column) for column in field(data, "columns", list, "the encoding"))
        encoding = cls(columns, dtype, rows)
        if len({column.name for column in columns}) != len(columns):
            msg = "The columns of the encoding must differ, but two have one name. The model file is damaged."
            raise ModelFileError(msg)
        if not encoding.n_outputs:
            refuse("The width of the encoding must be positive", 0)
        return encoding

    def _check_columns(self, table: Table) -> None:
        known = set(table.names)
        lacking = [name for name in self.needed if name not in known]
        if lacking:
            more = f" ({len(lacking):,} columns are missing)" if len(lacking) > 1 else ""
            msg = (
                f"The model needs column `{lacking[0]}`, which is not in {table.source}{more}: "
                f"{nearest(lacking[0], [*table.names, *table.unread])}. Add it, or rename a column."
            )
            raise TableError(msg)


def learn_column(column: Column, categorical: bool, places: bool = False) -> Learned:
    """Learn one raw column.

    Args:
        column: (m,) values.
        categorical: whether the user says that it holds categories.
        places: whether the place of a number among the others is encoded too.

    Raises:
        TableError: a number is infinite.

    >>> from clearprop.tables.read import read_table
    >>> learn_column(read_table({"id": [None, None]}).column("id"), False)
    Dropped(name='id', kind='empty', missing=2, of='')
    """
    kind = column.values.type
    is_number = not categorical and (pa.types.is_integer(kind) or pa.types.is_floating(kind))
    if pa.types.is_timestamp(kind):
        return settled(learn_moment(column), column.name, column.n_rows, None)
    learned = learn_number(column, places) if is_number else learn_category(column)
    distinct = None
    if not categorical and may_be_identifier(column.name, kind):
        distinct = len(column.values.drop_null().unique())
    return settled(learned, column.name, column.n_rows, distinct)


def without_repeats(columns: list[Learned], table: Table) -> tuple[Learned, ...]:
    """The columns, of which those that hold the values of one before them are dropped.

    Args:
        columns: what was learned of each.
        table: the rows of training.

    >>> from clearprop.tables.read import read_table
    >>> Encoding.learn(read_table({"a": [1, 2, 4], "b": [1, 2, 4]})).summary()[1]["why"]
    'the same values as column `a`'
    """
    first: dict[
        str, list[str]
    ] = {}  # names by what was learned of them: those that differ there are not compared
    found: list[Learned] = []
    for column in columns:
        if isinstance(column, Dropped):
            found.append(column)
            continue
        names = first.setdefault(str({**column.to_dict(), "name": ""}), [])
        values = table.column(column.name).values
        same = next((name for name in names if table.column(name).values.equals(values)), None)
        if same is None:
            names.append(column.name)
        found.append(column if same is None else Dropped(column.name, "repeated", column.missing, same))
    return tuple(found)


def settled(
    learned: Number | Category | Moment | None, name: str, rows: int, distinct: int | None
) -> Learned:
    """What was learned of a column, or why it is dropped.

    Args:
        learned: None when no value is there.
        name: of the column.
        rows: how many there are.
        distinct: how many different values there are, if that can make an identifier of it.

    >>> settled(None, "id", 3, None)
    Dropped(name='id', kind='empty', missing=3, of='')
    """
    if learned is None:
        return Dropped(name, "empty", rows)
    if not learned.features:
        return Dropped(name, "constant", learned.missing)
    n_values = rows - learned.missing
    if distinct is not None and n_values >= IDENTIFIER_ROWS and distinct >= IDENTIFIER_SHARE * n_values:
        dates = isinstance(learned, Category) and look_like_dates(learned.levels)
        return Dropped(name, "dates" if dates else "identifier", learned.missing)
    return learned


def may_be_identifier(name: str, kind: pa.DataType) -> bool:
    """Whether values that all differ make an identifier: names and keys, and row numbers in a column without name.

    >>> may_be_identifier("Unnamed: 0", pa.int64()), may_be_identifier("age", pa.int64())
    (True, False)
    """
    return pa.types.is_string(kind) or (pa.types.is_integer(kind) and name.startswith("Unnamed: "))


def _dtype(dtype: DTypeLike) -> str:
    name = np.dtype(dtype).name
    if name not in DTYPES:
        msg = f"`dtype` must be float32 or float64, but is {name}."
        raise SpecError(msg)
    return name


def _column_from(data: object) -> Learned:
    kinds: Mapping[str, type[Learned]] = {
        "number": Number,
        "category": Category,
        "moment": Moment,
        **dict.fromkeys(WHY, Dropped),
    }
    column = kinds[one_of(data, "kind", tuple(kinds), "a column")].from_dict(data)
    if isinstance(column, Number | Category | Moment) and not column.features:
        refuse(f"The width of column `{column.name[:60]}` must be positive", 0)
    return column
