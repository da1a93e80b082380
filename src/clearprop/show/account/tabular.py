"""The names of an account of a model of tables: columns, classes, rows as they were, and how they were encoded."""

from typing import Any

from clearprop.show.account.account import Account
from clearprop.show.account.explain import explain
from clearprop.show.account.naming import Names
from clearprop.tables.category import Category
from clearprop.tables.dropped import Dropped
from clearprop.tables.encoding import Encoding
from clearprop.tables.number import Number
from clearprop.tables.table import Table
from clearprop.tables.target import Classes, Scale
from clearprop.train.model import Model

LONGEST = 40  # letters of a value


def names_of(encoding: Encoding, target: Classes | Scale, target_name: str, table: Table) -> Names:
    """The names for an account of rows of a table.

    Parameters
    ----------
    encoding, target, target_name
        Of the model.
    table : Table
        The rows, raw.
    """
    outputs = target.classes if isinstance(target, Classes) else [target_name]
    columns = [column.name for column in encoding.columns if column.name in table.names and column.features]
    shown = [*columns, *([target_name] if target_name in table.names else [])]
    data = [[_text(value) for value in table.data.column(name).to_pylist()] for name in shown]
    return Names(
        inputs=encoding.feature_names,
        outputs=outputs,
        samples=[table.column(shown[0]).where(n).partition(" of ")[0] for n in range(table.n_rows)]
        if shown
        else None,
        table={"columns": shown, "rows": [list(row) for row in zip(*data, strict=True)]},
        encoding=[one for column in encoding.columns for one in _encoded(column)]
        + _target(target, target_name),
    )


def explain_model(model: Model, table: Table, **options: Any) -> Account:
    """The account of a step of a model on rows of a table, which hold its target; named by columns and classes.

    Parameters
    ----------
    model : Model
        Trained.
    table : Table
        As `model.read` gives it; a few rows.
    **options
        Those of `explain`.
    """
    X, y = model.encoding.encode(table), model.target.encode(table.column(model.target_name))
    names = names_of(model.encoding, model.target, model.target_name, table)
    return explain(model.params.net, model.params, X, y, names=names, **options)


def _encoded(column: Number | Category | Dropped) -> list[dict[str, Any]]:
    """How each input came of its column."""
    if isinstance(column, Number):
        known = {"median": column.median, "scale": column.scale}
        return [
            _one(f, column.name, "number" if f == column.name else "missing", known) for f in column.features
        ]
    if isinstance(column, Category):
        two = len(column.features) == 1 and len(column.levels) == 2
        return [
            _one(f, column.name, _kind(f, column, two), _levels(column) if two else {})
            for f in column.features
        ]
    return []


def _kind(feature: str, column: Category, two: bool) -> str:
    if feature == f"{column.name} is missing":
        return "missing"
    if feature == f"{column.name} is another":
        return "another"
    return "two" if two else "level"


def _levels(column: Category) -> dict[str, Any]:
    return {"first": str(column.levels[0]), "second": str(column.levels[1])}


def _target(target: Classes | Scale, name: str) -> list[dict[str, Any]]:
    if isinstance(target, Classes):
        return []
    return [_one(name, name, "target", {"mean": target.mean, "sd": target.sd})]


def _one(feature: str, column: str, kind: str, known: dict[str, Any]) -> dict[str, Any]:
    return {"input": feature, "column": column, "kind": kind, **known}


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
