"""Answers as people give them: one number each, in a filled-in sheet, a CSV file, or JSON."""

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from clearprop.errors import SpecError

NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<top>\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)?\s*(?:/\s*(?P<bottom>\d+))?\s*"
    r"(?P<log>[*·]?\s*ln\s*\(?\s*2\s*\)?)?(?:\s*/\s*(?P<below>\d+))?",
    re.IGNORECASE,
)
FILLED = re.compile(r"^\s*[-*]?\s*\((?P<id>\d+(?: (?:where|what))?)\)(?P<rest>.*)$", re.MULTILINE)
BLANK = re.compile(r"\d+( where| what)?")
MOST = 10_000_000  # bytes of a file of answers
LONGEST = 60  # characters of an answer that is a number


class Number(NamedTuple):
    """A number that was answered.

    Attributes
    ----------
    value : Fraction
        Without ln 2.
    of_ln2 : bool
        Whether ln 2 was written behind it.
    fraction : bool
        Whether it is a fraction, which is meant exactly.
    decimals : int
        How many stand behind the point.
    """

    value: Fraction
    of_ln2: bool
    fraction: bool
    decimals: int


def number(text: str) -> Number | None:
    """A number as people write it; None if it is none.

    Examples
    --------
    >>> number("−13/27 ln 2")
    Number(value=Fraction(-13, 27), of_ln2=True, fraction=True, decimals=0)
    >>> number("0.50").decimals, number("three")
    (2, None)
    """
    text = text.strip().strip("$").replace("−", "-").replace("\\ln", "ln").replace("\\,", " ")
    found = NUMBER.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or not (found["top"] or found["log"]):
        return None
    bottom = int(found["bottom"] or found["below"] or 1)
    if bottom == 0 or (found["bottom"] and found["below"]):
        return None
    top = found["top"] or "1"
    if abs(int(top.lower().partition("e")[2] or 0)) > 300:
        return None
    value = Fraction(top) / bottom * (-1 if found["sign"] == "-" else 1)
    decimals = len(top.lower().partition("e")[0].partition(".")[2])
    return Number(value, found["log"] is not None, bottom != 1, decimals)


# ---- Files --------------------------------------------------------------------------------------------------
def read_answers(path: Path) -> dict[str, str]:
    """The answers in a file, by the number of the blank: JSON, CSV, or a sheet in Markdown that was filled in.

    Raises SpecError if there are none in it.
    """
    try:
        data = path.read_bytes()[: MOST + 1]
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, data = "", b""
    if not data or len(data) > MOST:
        msg = f"{path} holds no answers: it must be a text of at most {MOST // 1_000_000} MB. Check the name."
        raise SpecError(msg)
    kind = path.suffix.lower()
    read = {".json": _of_json, ".csv": _of_csv}.get(kind, answers_of_sheet)
    found = read(text)
    if not found:
        msg = (
            f"{path} holds no answers. Give the filled-in Markdown sheet, CSV with the columns "
            "`blank,answer`, or the JSON that the HTML sheet saves."
        )
        raise SpecError(msg)
    return found


def answers_of_sheet(text: str) -> dict[str, str]:
    """The answers in a Markdown sheet: what stands behind the last `=`, `≈` or `:` of each numbered line.

    Examples
    --------
    >>> answers_of_sheet("- (1) z(1)[1,2] = 3\\n- (2) z(1)[2,1] = ____")
    {'1': '3', '2': ''}
    """
    found = {}
    for line in FILLED.finditer(text):
        parts = re.split(r"[=≈:\uff1a]|\\approx", line["rest"])
        if len(parts) > 1:
            found[line["id"]] = re.sub(r"_{2,}", "", parts[-1]).strip(" `$*")
    return found


def _of_csv(text: str) -> dict[str, str]:
    """The first two columns, with a line `blank,answer` above them or none; below another it is another table."""
    rows = [[cell.strip() for cell in row[:2]] for row in csv.reader(io.StringIO(text)) if len(row) >= 2]
    if rows and not BLANK.fullmatch(rows[0][0]) and rows[0][1].lower() != "answer":
        return {}
    return {blank: answer for blank, answer in rows if BLANK.fullmatch(blank)}


def _of_json(text: str) -> dict[str, str]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = found.get("answers", found) if isinstance(found, dict) else {}
    if not isinstance(found, dict):
        return {}
    return {
        str(k): str(v)
        for k, v in found.items()
        if isinstance(v, str | int | float) and not isinstance(v, bool)
    }
