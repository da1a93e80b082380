"""An account as plain text, for terminals."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from clearprop.show.account.layout import Box, beside, boxes, flowed
from clearprop.show.account.outline import outline
from clearprop.show.account.worked import Side
from clearprop.show.formula import text as inline

INDENT = 2


def text(trace: Mapping[str, Any], width: int = 80) -> str:
    """The account, no line wider than `width` as far as one number or matrix goes."""
    lines: list[str] = []
    for kind, *parts in outline(trace):
        lines += _PRINTERS[kind](width, *parts)
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _title(width: int, title: str) -> list[str]:
    return [title, "=" * min(width, _wide(title))]


def _part(width: int, title: str) -> list[str]:
    return ["", "", title, "-" * min(width, _wide(title))]


def _say(width: int, said: str) -> list[str]:
    return ["", *wrap(said, width)]


def _list(width: int, heading: str, texts: Sequence[str]) -> list[str]:
    items = [wrap(item, width - 4, subsequent_indent="") or [""] for item in texts]
    return [
        "",
        f"{heading}:",
        *(f"  {'- ' if n == 0 else '  '}{line}" for item in items for n, line in enumerate(item)),
    ]


def _quantity(width: int, symbol: Any, name: str, facts: Sequence[str]) -> list[str]:
    return ["", *wrap(f"{inline(symbol)}  {name}", width), *wrap(f"[{'; '.join(facts)}]", width)]


def _line(width: int, said: str, formula: Any, ids: Sequence[str]) -> list[str]:
    del ids
    general = [] if formula is None else _laid([Side("", formula, "symbols")], width, INDENT)
    return ["", *wrap(said, width, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT), *general, ""]


def _equation(width: int, sides: Sequence[Side]) -> list[str]:
    return _laid(sides, width, 2 * INDENT)


def _laid(sides: Sequence[Side], width: int, indent: int) -> list[str]:
    """Sides one below the other at their signs; on one line if they fit."""
    whole = beside([box for side in sides for box in (_sign(side), *boxes(side.formula)) if box.width])
    if indent + whole.width <= width and len(whole.lines) == 1:
        return [" " * indent + line for line in whole.lines]
    if len(sides) == 1:
        rows = flowed(boxes(sides[0].formula), width - indent)
        return [" " * indent + line for row in rows for line in row.lines]
    left = inline(sides[0].formula)
    hang = indent + min(len(left), 14) + 1
    lines, first = [], True
    for side in sides[1:]:
        sign = side.sign
        for n, row in enumerate(flowed(boxes(side.formula), width - hang - 2)):
            head = f"{left} {sign}" if first and len(left) <= 14 else sign if n == 0 else ""
            if first and len(left) > 14:
                lines.append(" " * indent + left)
            lines += _headed(row, head, hang, first and len(left) <= 14, indent)
            first = False
    return lines


def _headed(row: Box, head: str, hang: int, whole: bool, indent: int) -> list[str]:
    lead = (" " * indent + head).ljust(hang + 2) if whole else (" " * hang + head).ljust(hang + 2)
    return [(lead if n == row.base else " " * len(lead)) + line for n, line in enumerate(row.lines)]


def _sign(side: Side) -> Box:
    return Box((side.sign,))


def _table(width: int, heading: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    columns = [max(_wide(str(row[j])) for row in (header, *rows)) for j in range(len(header))]

    def printed(row: Sequence[str]) -> str:
        return "  " + "  ".join(str(c) + " " * (w - _wide(str(c))) for c, w in zip(row, columns, strict=True))

    hang = " " * (4 + sum(columns[:-1]) + 2 * (len(columns) - 2))
    how = {"width": width, "subsequent_indent": hang, "break_on_hyphens": False}  # 1e-6 is one word
    lines = [line for row in (header, *rows) for line in wrap(printed(row), **how)]
    return [
        "",
        f"{heading}:",
        *(f"  {line.strip()}" if not line.startswith(hang) else line for line in lines),
    ]


def _wide(said: str) -> int:
    """Columns of a terminal that a text takes: a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in said)


_PRINTERS: dict[str, Any] = {
    "title": _title, "part": _part, "say": _say, "list": _list, "quantity": _quantity, "line": _line,
    "equation": _equation, "table": _table,
}  # fmt: skip
