"""The names of an account of a model of tables: columns, classes, rows as they were, and how they were encoded."""

from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.batch import step
from clearprop.show.account.account import Account
from clearprop.show.account.committee import Committee, chosen
from clearprop.show.account.explain import explain
from clearprop.show.account.naming import Names
from clearprop.tables.category import Category
from clearprop.tables.classes import Classes
from clearprop.tables.dropped import Dropped
from clearprop.tables.moment import DAY, PARTS, Moment, written
from clearprop.tables.number import Number
from clearprop.tables.scale import Scale
from clearprop.tables.table import Table
from clearprop.train.model import Model

LONGEST = 40  # letters of a value


def names_of(model: Model, table: Table) -> Names:
    """The names for an account of a model on raw rows of a table."""
    encoding, target, name = model.encoding, model.target, model.target_name
    outputs = target.classes if isinstance(target, Classes) else [name]
    columns = [column.name for column in encoding.columns if column.name in table.names and column.features]
    shown = [*columns, *([name] if name in table.names else [])]
    data = [[_text(value) for value in table.data.column(one).to_pylist()] for one in shown]
    where = table.column(shown[0]).where if shown else None
    return Names(
        inputs=encoding.feature_names,
        outputs=outputs,
        samples=[where(n).partition(" of ")[0] for n in range(table.n_rows)] if where else None,
        table={"columns": shown, "rows": [list(row) for row in zip(*data, strict=True)]},
        encoding=[one for column in encoding.columns for one in _encoded(column)] + _target(target, name),
    )


def explain_member(
    model: Model,
    member: int,
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray | None,
    *,
    names: Names,
    **options: Any,
) -> Account:
    """The account of one of the model's networks on encoded rows, with what the others answer.

    Raises SpecError if there is no such member.
    """
    params = chosen(member, model.members)
    if len(model.members) > 1:
        each = (step(p.net, p.astype(np.float64), X, y, w).p for p in model.members)
        names = replace(names, committee=Committee(np.array(list(each)), member, model.held.temperature))
    return explain(params.net, params, X, y, sample_weight=w, names=names, **options)


def explain_model(
    model: Model, table: Table, *, member: int = 0, which: str | None = None, **options: Any
) -> Account:
    """The account of a step of a model on rows of a table, which hold its target; named by columns and classes.

    Parameters
    ----------
    model : Model
        Trained.
    table : Table
        As `model.read` gives it; a few rows.
    member : int
        Of a committee, which of its networks; they count from 0.
    which : str, optional
        A sentence that says which rows these are; it stands at the top.
    **options
        Those of `explain`.
    """
    X, y = model.encoding.encode(table), model.target.encode(table.column(model.target_name))
    names = replace(names_of(model, table), which=which)
    return explain_member(model, member, X, y, None, names=names, **options)


def _encoded(column: Number | Category | Moment | Dropped) -> list[dict[str, Any]]:
    """How each input came of its column."""
    if isinstance(column, Number):
        return _of_number(column)
    if isinstance(column, Moment):
        return _of_moment(column)
    if isinstance(column, Category):
        two = len(column.features) == 1 and len(column.levels) == 2
        return [
            _one(f, column.name, _kind(f, column, two), _levels(column) if two else {})
            for f in column.features
        ]
    return []


def _of_number(column: Number) -> list[dict[str, Any]]:
    """The scaled number, its place, its parts between quartiles, and whether it is missing, as they are encoded."""
    value = {"median": column.median, "scale": column.scale}
    kinds = [("number", value)] if column.scale else []
    if column.knots:
        kinds += [("place", {}), *(("part", {"low": low, "high": high}) for low, high in column.ramps)]
    kinds += [("missing", {})] if column.missing else []
    return [_one(f, column.name, *kind) for f, kind in zip(column.features, kinds, strict=True)]


def _of_moment(column: Moment) -> list[dict[str, Any]]:
    """How late a date is, in days from the median, and cosine and sine of its parts."""
    number = column.number
    known = {"middle": written(number.median), "a_day": number.scale * DAY}
    found = [e | {"kind": "moment", **known} if e["kind"] == "number" else e for e in _of_number(number)]
    features = iter(column.features[len(number.features) :])
    for part in column.parts:
        step, period = PARTS[part]
        kind = "clock" if step == 1 else "turn"
        found += [
            _one(next(features), column.name, kind, {"part": part, "line": line, "period": f"{period:.8g}"})
            for line in ("cos", "sin")
        ]
    return found


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
