"""What a notebook shows of a trace: tables that stand by themselves, without scripts, also where styles are dropped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from clearprop.show.account.reading import Quantities
from clearprop.show.formula import html, read
from clearprop.show.page.matrices import Names, selected
from clearprop.show.page.numbers import shown
from clearprop.show.page.render import badge, headline
from clearprop.show.page.words import words_of
from clearprop.show.wording import clipped

MOST = 8  # rows or columns of a matrix
STYLE = (
    ".clearprop{font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums;line-height:1.4}"
    ".clearprop table{border-collapse:collapse;margin:0;font-size:.95em}"
    ".clearprop td,.clearprop th{border:0;background:none}"
    ".clearprop summary{cursor:pointer;font-weight:600;margin:.5em 0}"
    ".clearprop .steps>tbody>tr>td,.clearprop .steps>tbody>tr>th{border-top:1px solid #8884;padding:.5em 1em .5em 0;"
    "text-align:left;vertical-align:middle;font-weight:400}"
    ".clearprop .steps i,.clearprop .steps sub,.clearprop .steps sup{font-family:'STIX Two Text',Cambria,serif}"
    ".clearprop .matrix{border-left:1.5px solid;border-right:1.5px solid}"
    ".clearprop .matrix td{text-align:right;padding:.05em .6em;white-space:nowrap}"
    ".clearprop small{opacity:.75}"
)


def fragment(trace: Mapping[str, Any]) -> str:
    """A piece of HTML for `_repr_html_`: each part folded, a row a quantity: its formula, its numbers.

    Parameters
    ----------
    trace : dict
        As `render` takes it.
    """
    words, found, names = words_of(trace["lang"]), Quantities(trace), Names.of(trace)
    verdict = badge(trace, words)
    said = f'<p>{headline(trace, words)} <small title="{escape(verdict["said"])}">{escape(verdict["mark"])}</small></p>'
    parts = []
    for part in trace["parts"]:
        keys = [key for key in part["quantities"] if trace["quantities"][key]["shown"]]
        if keys:
            rows = "".join(_row(found, key, names) for key in keys)
            is_open = " open" if part["id"] in ("forward", "loss") else ""
            title = escape(words.parts[part["id"]])
            parts.append(
                f'<details{is_open}><summary>{title}</summary><table class="steps">{rows}</table></details>'
            )
    return f'<div class="clearprop"><style>{STYLE}</style>{said}{"".join(parts)}</div>'


def _row(found: Quantities, key: str, names: Names) -> str:
    q = found.by_key[key]
    forms = q["lines"][-1]["latex"] if q["lines"] else {}
    latex = forms.get("batch") or forms.get("sample") or forms.get("scalar") or q["latex"]["batch"]
    rule = f"<br><small>{escape(q['name'])}</small>"
    part = selected(q)
    shape = " × ".join(f"{n:,}" for n in q["shape"]) if max(q["shape"]) > 1 else ""
    matrices = [_matrix(found, part, names)] if len(q["shape"]) == 2 else _layers(found, part, names)
    return f"<tr><th>{html(read(latex))}{rule}</th><td>{' '.join(matrices)}</td><td><small>{shape}</small></td></tr>"


def _layers(found: Quantities, q: Mapping[str, Any], names: Names) -> list[str]:
    """The matrices of a quantity with three axes, a row a sample."""
    rows = []
    for n, at in enumerate(q["held"][0][:MOST]):
        part = {**q, "held": q["held"][1:], "shape": q["shape"][1:], "values": q["values"][n]}
        rows.append(
            f"<small>{escape(clipped(names.name('sample', None, at), 18))}</small>{_matrix(found, part, names, at)}"
        )
    return rows


def _matrix(found: Quantities, q: Mapping[str, Any], names: Names, *before: int) -> str:
    if q["shape"] == [1, 1]:
        return f"<table><tr>{_cell(found, q, before, 0, 0)}</tr></table>"
    rows, columns = (_cut(len(held)) for held in q["held"])
    body = "".join(
        f"<tr>{''.join(_cell(found, q, before, r, c) for c in columns)}</tr>" for r in rows
    )  # fmt: skip
    return f'<table class="matrix">{body}</table>'


def _cut(n: int) -> list[int | None]:
    """Places of an axis: all, or the first ones, a gap, and the last."""
    return list(range(n)) if n <= MOST else [*range(MOST - 2), None, n - 1]


def _cell(
    found: Quantities, q: Mapping[str, Any], before: tuple[int, ...], r: int | None, c: int | None
) -> str:
    if r is None or c is None:
        return "<td>…</td>"
    value = q["values"][r][c]
    if found.trace["options"]["numbers"] == "exact":
        written = html(found.exact_formula(["ref", q["key"], *before, q["held"][0][r], q["held"][1][c]]))
    else:
        written = shown(value, found.trace["options"]["digits"])
    return f'<td title="{value!r}">{written}</td>'
