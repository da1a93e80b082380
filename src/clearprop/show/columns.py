"""The raw columns of a table, in words and small drawings."""

from typing import Any

from markupsafe import Markup

from clearprop.show.charts import shares, spread
from clearprop.show.wording import clipped, counted, number, percent

KINDS = {"number": "numbers", "category": "categories", "moment": "dates"}
LEVELS = 4
LONGEST = 40


def column(found: dict[str, Any], rows: int) -> dict[str, Any]:
    """One raw column as the report prints it.

    Parameters
    ----------
    found : dict
        Of `Encoding.summary`.
    rows : int
        That it was learned from.

    Examples
    --------
    >>> column({"kind": "empty", "name": "id", "missing": 3, "why": "all values are missing", "width": 0}, 3)["kind"]
    'left out'
    """
    said, little = _DESCRIBED.get(found["kind"], _dropped)(found)
    missing, width = found["missing"], found["width"]
    return {
        "name": found["name"],
        "kind": KINDS.get(found["kind"], "left out"),
        "missing": f"{missing:,} ({percent(missing / rows)})" if missing and rows else "0",
        "said": said,
        "little": little,
        "width": f"{width:,}",
    }


def summed(columns: list[dict[str, Any]], width: int) -> str:
    """What the columns are, in a sentence.

    Examples
    --------
    >>> summed([{"kind": "number"}, {"kind": "empty"}], 1).replace("\\xa0", " ")
    '2 columns: 1 of numbers, 1 left out. They become 1 input.'
    """
    of = {kind: sum(c["kind"] == kind for c in columns) for kind in KINDS}
    left = len(columns) - sum(of.values())
    parts = [f"{n} of {KINDS[kind]}" for kind, n in of.items() if n] + [f"{left} left out"] * (left > 0)
    return f"{counted(len(columns), 'column')}: {', '.join(parts)}. They become {counted(width, 'input')}."


def _number(found: dict[str, Any]) -> tuple[str, Markup]:
    five = [found[key] for key in ("least", "q25", "median", "q75", "most")]
    least, q25, median, q75, most = (number(value) for value in five)
    return f"median {median}, middle half {q25} to {q75}, range {least} to {most}", spread(*five)


def _moment(found: dict[str, Any]) -> tuple[str, Markup]:
    five = [found[key] for key in ("least", "q25", "median", "q75", "most")]
    parts = f"; with {', '.join(found['parts'])}" if found["parts"] else ""
    return f"from {found['first']} to {found['last']}, half of them by {found['middle']}{parts}", spread(
        *five
    )


def _category(found: dict[str, Any]) -> tuple[str, Markup]:
    counts, others = found["counts"], found["others"]
    total = max(sum(counts) + others, 1)
    order = sorted(range(len(counts)), key=lambda k: -counts[k])
    first = ", ".join(
        f"{clipped(str(found['levels'][k]), LONGEST)} {percent(counts[k] / total, 0)}" for k in order[:LEVELS]
    )
    more = f", and {len(counts) - LEVELS:,} more" if len(counts) > LEVELS else ""
    rare = f"; rarer ones together {percent(others / total, 0)}" if others else ""
    strip = shares([*counts, others] if others else counts)
    return f"{counted(len(counts), 'level')}: {first}{more}{rare}", strip


def _dropped(found: dict[str, Any]) -> tuple[str, Markup]:
    return found["why"], Markup("")


_DESCRIBED = {"number": _number, "category": _category, "moment": _moment}
