"""Texts that are dates, and other values of time, to Arrow's timestamps in microseconds without a zone."""

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from clearprop.tables.arrow import pc

MICRO = pa.timestamp("us")
DATE = r"^(\d{4}-\d{2}-\d{2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})([T ]\d{2}:\d{2}.*)?$"
ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
ALIKE = re.compile(  # 31/12/2020, 31-Dec-2020, Dec 31, 2020, 2020.12.31, each with a time after it or not
    r"(\d{1,2}([-/.])\d{1,2}\2(\d{4}|\d{2})|\d{4}([-/.])\d{1,2}\4\d{1,2}"
    r"|\d{1,2}[- ][^\W\d]{3,9}\.?[- ,]+(\d{4}|\d{2})|[^\W\d]{3,9}\.? \d{1,2},? \d{4})([T ,].*)?"
)
FORMS = (  # of a date that is not 2024-05-31: what it looks like, and how it is written so
    (r"^(\d{4})/(\d{1,2})/(\d{1,2})", r"\1-\2-\3"),
    (r"^(\d{1,2})\.(\d{1,2})\.(\d{4})", r"\3-\2-\1"),
    (r"^(\d{4})-(\d)-", r"\1-0\2-"),
    (r"^(\d{4})-(\d{2})-(\d)($|[T ])", r"\1-\2-0\3\4"),
)


def moments_of(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Texts as timestamps, if all of them are dates whose order of day and month is beyond doubt; else None.

    Those are 2024-05-31, 2024/5/31 and 31.5.2024, each with a time after it or not. A time with a zone counts in UTC.

    >>> moments_of(pa.chunked_array([["2024-05-31", "31.5.2024 13:45", None]])).to_pylist()[1:]
    [datetime.datetime(2024, 5, 31, 13, 45), None]
    >>> moments_of(pa.chunked_array([["5/6/2024"]])) is None
    True
    """
    if text.null_count == len(text) or not all(
        pc.all(pc.match_substring_regex(part, DATE)).as_py() for part in (text.slice(0, 100), text)
    ):
        return None
    for pattern, form in FORMS:
        text = pc.replace_substring_regex(text, pattern, form)
    try:
        zoned = pc.match_substring_regex(pc.utf8_slice_codeunits(text, 10), ZONE)
        if not pc.any(zoned).as_py():
            return text.cast(MICRO)
        return text.cast(pa.timestamp("us", "UTC")).cast(MICRO)
    except pa.ArrowInvalid:
        return None


def look_like_dates(values: Iterable[Any]) -> bool:
    """Whether all are texts that people would take for dates, in whatever order of day and month; of none, no.

    >>> look_like_dates(["31/12/2020", "1/2/2021 13:45"]), look_like_dates(["31 Dec 2020"]), look_like_dates(["B-12"])
    (True, True, False)
    """
    texts = list(values)
    return bool(texts) and all(isinstance(text, str) and ALIKE.fullmatch(text) for text in texts)


def plain_time(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values of time in normal form: dates are timestamps in microseconds, on their own zone's clock; times of day and
    durations are seconds.

    >>> import datetime
    >>> plain_time(pa.chunked_array([[datetime.time(0, 1)]])).to_pylist()
    [60.0]
    """
    kind = values.type
    if pa.types.is_timestamp(kind):
        values = pc.local_timestamp(values) if kind.tz else values
        return values.cast(MICRO, safe=False)
    if pa.types.is_date(kind):
        return values.cast(MICRO)
    unit = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
    whole = values.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    return pc.divide(whole.cast(pa.float64()), float(unit))
