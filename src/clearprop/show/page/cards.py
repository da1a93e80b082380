"""A card for each quantity of a trace: its formulas, its matrices, the line of each of its numbers."""

import itertools
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from clearprop.show.account.reading import Quantities
from clearprop.show.account.worked import worked_cell
from clearprop.show.formula import Sign, math, read, row
from clearprop.show.page.equation import Layout
from clearprop.show.page.heat import heat
from clearprop.show.page.matrices import symbol
from clearprop.show.page.numbers import plain
from clearprop.show.page.words import Words


def card(key: str, layout: Layout, words: Words) -> dict[str, Any]:
    """What the template needs to show a quantity."""
    q = layout.quantities[key]
    lines, form = q["lines"], layout.trace["options"]["form"]
    return {
        "key": key,
        "anchor": anchor(key),
        "symbol": symbol(q),
        "name": q["name"],
        "ids": statements(q),
        "checks": checks(q, words),
        "ways": [way for line in lines if (way := _way(line, words, form))],
        "equation": layout.equation(key, lines[-1] if lines else None),
        "numbers": sum(1 for _ in layout.found.cells(key)),
        "map": heat(q),
    }


def anchor(key: str) -> str:
    """A name for a place in the page.

    Examples
    --------
    >>> anchor("W'[1]"), anchor("J_total")
    ('W_next-1', 'J_total')
    """
    return re.sub(r"[^\w-]+", "", key.replace("'", "_next").replace("[", "-"))


def statements(q: Mapping[str, Any]) -> list[str]:
    """The statements of the derivation that it covers, each once, in order; runs of numbers drawn together."""
    ids = dict.fromkeys(id for form in ("scalar", "sample", "batch") for id in q["ids"].get(form, ()))
    return runs(list(ids))


def runs(ids: list[str]) -> list[str]:
    """Ids with runs drawn together.

    Examples
    --------
    >>> runs(["F1", "F2", "F3", "G2", "N4"])
    ['F1–F3', 'G2', 'N4']
    """
    split = sorted({(m[1], int(m[2])) for id in ids if (m := re.fullmatch(r"([A-Z]+)(\d+)", id))})
    found = []
    for _, group in itertools.groupby(enumerate(split), key=lambda n_id: (n_id[1][0], n_id[1][1] - n_id[0])):
        (letter, first), *_, (_, last) = [id for _, id in group] * 2
        found.append(f"{letter}{first}" if first == last else f"{letter}{first}–{letter}{last}")
    return found


def checks(q: Mapping[str, Any], words: Words) -> list[dict[str, str]]:
    """How far its numbers are verified: by the complex step where they are derivatives, else by their line."""
    names = {"complex_step": words.checked, "recomputed": words.recomputed}
    found = [(names[kind], q["verified"].get(kind)) for kind in names]
    return [{"by": by, "worst": plain(done["worst"], 2)} for by, done in found if done][:1]


def _way(line: Mapping[str, Any], words: Words, wanted: str) -> dict[str, Any] | None:
    """One way to compute it, as formulas in up to three forms."""
    names = {"scalar": words.scalar, "sample": words.sample, "batch": words.batch}
    forms = [
        (names[form], math(read(latex), block=True))
        for form in names
        if wanted in ("all", form) and (latex := line["latex"][form])
    ]
    return {"rule": line["rule_name"], "forms": forms} if forms else None


def lines(found: Quantities, key: str) -> str:
    """Every number of a quantity with its line: an item of a list each, which scripts find by `data-line`."""
    q = found.by_key[key]
    return "".join(_item(found, key, q["lines"][-1], at) for at in found.cells(key))


def _item(found: Quantities, key: str, line: Mapping[str, Any], at: tuple[int, ...]) -> str:
    sides = worked_cell(found, key, line, at) if line["tree"] else []
    written = " ".join(math(row(Sign(s.sign), s.formula) if s.sign else s.formula) for s in sides)
    return f'<li data-line="{escape(key)}/{",".join(map(str, at))}">{written}</li>'
