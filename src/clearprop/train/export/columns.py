"""The encoding of a table as nodes of an ONNX graph: the same rules as `Number`, `Moment` and `Category`."""

from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.tables.category import Category
from clearprop.tables.encoding import Encoding
from clearprop.tables.moment import PARTS, SINE, Moment
from clearprop.tables.normal import MISSING
from clearprop.tables.number import FAR, Number
from clearprop.train.export.graph import ML, TEXT, Graph, Value, apply, equal, page, where

ABSENT, UNKNOWN = -2, -1


def encoded(graph: Graph, encoding: Encoding, missing: tuple[str, ...], dtype: np.dtype[Any]) -> Value:
    """X of an encoding, (rows, n[0]): one input (rows, 1) a raw column that it needs.

    Parameters
    ----------
    graph : Graph
        What the nodes are added to.
    encoding : Encoding
        Of the raw columns.
    missing : tuple of str
        Texts that mean a missing value besides those that always do; numbers among them count in columns of
        numbers.
    dtype : dtype
        Of X.
    """
    parts: list[Value] = []
    for column in encoding.columns:
        if isinstance(column, Number):
            parts += _number(graph, column, missing, dtype)
        elif isinstance(column, Moment):
            parts += _moment(graph, column, missing, dtype)
        elif isinstance(column, Category):
            parts += _category(graph, column, missing, dtype)
    return graph.add("Concat", *parts, axis=1)


def _number(graph: Graph, column: Number, missing: tuple[str, ...], dtype: np.dtype[Any]) -> list[Value]:
    x = graph.input(column.name, np.float64, 1)
    return _number_of(x, _absent(x, missing), column, dtype)


def _moment(graph: Graph, column: Moment, missing: tuple[str, ...], dtype: np.dtype[Any]) -> list[Value]:
    """Of seconds since 1970-01-01."""
    x = graph.input(column.name, np.float64, 1)
    absent = _absent(x, ())
    parts = _number_of(x, absent, column.number, dtype)
    known = where(absent, 0.0, x)
    for step, period in (PARTS[part] for part in column.parts):
        count = apply("Floor", known / step)
        turns = (page().cyclic(count, period, shift) for shift in (0.0, SINE))
        parts += [where(absent, 0.0, turn).cast(dtype) for turn in turns]
    return parts


def _number_of(x: Value, absent: Value, column: Number, dtype: np.dtype[Any]) -> list[Value]:
    parts = []
    if column.scale:
        scaled = page().robust_scale(where(absent, column.median, x), column.median, column.scale)
        scaled = apply("Max", apply("Min", scaled, FAR), -FAR)
        parts.append(page().smooth_clip(scaled).cast(dtype))
    if column.knots:
        known = where(absent, column.median, x)
        parts.append(_place(x.graph, known, column).cast(dtype))
        parts += [page().between(known, a, b, -1.0, 1.0).cast(dtype) for a, b in column.ramps]
    if column.missing:
        parts.append(absent.cast(dtype))
    return parts


def _place(graph: Graph, x: Value, column: Number) -> Value:
    """`Number.place`: the sum of what each stretch between two knots adds, (rows, 1)."""
    knots, places = np.array(column.knots)[None], np.array(column.places)[None]
    held = apply("Max", apply("Min", x, knots[:, 1:]), knots[:, :-1])
    shares = (held - knots[:, :-1]) / (knots[:, 1:] - knots[:, :-1])
    return graph.add("MatMul", shares, (places[:, 1:] - places[:, :-1]).T) + places[0, 0]


def _category(graph: Graph, column: Category, missing: tuple[str, ...], dtype: np.dtype[Any]) -> list[Value]:
    read = _texts if isinstance(column.levels[0], str) else _codes
    hits, absent = read(graph, column, missing)
    is_level = hits.cast(dtype)  # (rows, levels)
    if len(column.levels) == 2 and not column.others:
        return [graph.add("MatMul", is_level, np.array([[-1.0], [1.0]]))]
    parts = [is_level] if len(column.levels) > 1 else []
    if column.others:
        known = graph.add("ReduceMax", is_level, axes=[1], keepdims=1)
        parts.append(1.0 - apply("Max", known, absent.cast(dtype)))
    if column.missing:
        parts.append(absent.cast(dtype))
    return parts


def _texts(graph: Graph, column: Category, missing: tuple[str, ...]) -> tuple[Value, Value]:
    """Whether each text is each level, and whether it is missing."""
    x = graph.input(column.name, TEXT, 1)
    places = {t: i for i, t in enumerate(column.levels)} | dict.fromkeys((*MISSING, *missing), ABSENT)
    code = graph.add(
        "LabelEncoder", x, dtype=np.int64, domain=ML, keys_strings=list(places),
        values_int64s=list(places.values()), default_int64=UNKNOWN,
    )  # fmt: skip
    return equal(code, np.arange(len(column.levels))[None, :]), equal(code, ABSENT)


def _codes(graph: Graph, column: Category, missing: tuple[str, ...]) -> tuple[Value, Value]:
    """As `_texts`, of levels that are numbers or truth values; NaN is missing where training had such."""
    kind = np.array(column.levels).dtype
    x = graph.input(column.name, np.float64 if column.missing or kind == np.float64 else kind, 1)
    if x.dtype == np.float64 and max(map(abs, column.levels)) > 2**53:
        msg = (
            f"ONNX keeps whole numbers with missing values among them up to 2^53; the categories of column "
            f"`{column.name}` are larger. Turn them into texts before training."
        )
        raise SpecError(msg)
    hits, absent = equal(x, np.array(column.levels)[None, :].astype(x.dtype)), _absent(x, missing)
    return (apply("And", hits, apply("Not", absent)) if missing else hits), absent


def _absent(x: Value, missing: tuple[str, ...]) -> Value:
    """Whether a number is missing: NaN, or one that the user calls so."""
    absent = apply("IsNaN", x, dtype=bool) if x.dtype == np.float64 else None
    codes = {code for code in map(_float, missing) if code is not None and x.dtype != np.bool_}
    for code in sorted(codes):
        hit = equal(x, code)
        absent = hit if absent is None else apply("Or", absent, hit)
    return absent if absent is not None else apply("Not", equal(x, x))


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
