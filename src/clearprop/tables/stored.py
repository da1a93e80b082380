"""Fields of what a model file holds, checked before they are believed."""

import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar, cast

from clearprop.errors import ModelFileError

T = TypeVar("T", str, int, float, bool, list)
LONGEST = 100_000
"""The most columns, levels or letters of a name that a model file may hold."""


def field(data: object, key: str, kind: type[T], what: str) -> T:
    """One field of a mapping, of the type it must have.

    Args:
        data: what the file holds; nothing is assumed of it.
        key: the name of the field.
        kind: str, int, float (finite; whole numbers are taken too), bool or list.
        what: what the mapping describes, for messages.

    Raises:
        ModelFileError: the field is absent or not of its type, or its size is absurd.

    >>> field({"scale": 2.0}, "scale", float, "column `age`")
    2.0
    >>> field({"scale": "2"}, "scale", float, "column `age`")
    Traceback (most recent call last):
    clearprop.errors.ModelFileError: The `scale` of column `age` must be a finite number, but is '2'. \
The model file is damaged.
    """
    if not isinstance(data, Mapping):
        refuse(f"The description of {what} must be a mapping", data)
    if key not in data:
        msg = f"The description of {what} must hold `{key}`, but does not. The model file is damaged."
        raise ModelFileError(msg)
    value: Any = data[key]
    if kind is float and type(value) is int and abs(value) <= 2**53:
        value = float(value)
    if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
        wanted = {
            str: "a text",
            int: "a whole number",
            float: "a finite number",
            bool: "true or false",
            list: "a list",
        }
        refuse(f"The `{key}` of {what} must be {wanted[kind]}", value)
    if isinstance(value, str | list) and len(value) > LONGEST:
        refuse(f"The length of `{key}` of {what} must not be above {LONGEST:,}", len(value))
    return cast(T, value)


def count(data: object, key: str, what: str) -> int:
    """A field that is a whole number, not negative, and not absurdly large.

    >>> count({"missing": 3}, "missing", "column `age`")
    3
    """
    value = field(data, key, int, what)
    if not 0 <= value <= 2**53:
        refuse(f"The `{key}` of {what} must be between 0 and 2^53", value)
    return value


def one_of(data: object, key: str, among: tuple[str, ...], what: str) -> str:
    """A field that is one of a few texts.

    >>> one_of({"kind": "number"}, "kind", ("number", "category"), "a column")
    'number'
    """
    value = field(data, key, str, what)
    if value not in among:
        refuse(f"The `{key}` of {what} must be one of {', '.join(among)}", value)
    return value


def levels(data: object, key: str, what: str) -> tuple[Any, ...]:
    """A field that is a list of different values of one type: text, whole number, number or truth value.

    >>> levels({"levels": ["a", "b"]}, "levels", "column `sex`")
    ('a', 'b')
    """
    values = field(data, key, list, what)
    for value in values:
        if type(value) not in (str, int, float, bool) or type(value) is not type(values[0]):
            refuse(f"The `{key}` of {what} must be texts, numbers or truth values, all of one type", value)
        if (isinstance(value, float) and not math.isfinite(value)) or (
            type(value) is int and abs(value) >= 2**63
        ):
            refuse(f"The `{key}` of {what} must be finite", value)
        if isinstance(value, str) and not _is_text(value):
            refuse(f"The `{key}` of {what} must be proper text", value)
    if len(set(values)) != len(values):
        msg = f"The `{key}` of {what} must differ, but one occurs twice. The model file is damaged."
        raise ModelFileError(msg)
    return tuple(values)


def refuse(must: str, value: object) -> NoReturn:
    """Refuse a value.

    Raises:
        ModelFileError: always.
    """
    shown = ascii(value) if isinstance(value, str | int | float | None) else type(value).__name__
    msg = f"{must}, but is {shown[:60]}. The model file is damaged."
    raise ModelFileError(msg)


def _is_text(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON can hold half a surrogate pair."""
    return len(text) <= LONGEST and not any("\ud800" <= letter <= "\udfff" for letter in text)
