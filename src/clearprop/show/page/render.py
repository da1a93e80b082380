"""The page: one HTML file on the working of a step, that needs nothing else."""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from clearprop.show.account import committee
from clearprop.show.account.words import Words as Spoken
from clearprop.show.formula import math, read
from clearprop.show.page import cards
from clearprop.show.page.equation import Layout
from clearprop.show.page.network import Drawing
from clearprop.show.page.numbers import plain
from clearprop.show.page.training import training
from clearprop.show.page.words import Words, words_of
from clearprop.version import __version__

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PACKED = 500_000  # characters of lines from which they are packed: then they need scripts
HERE = files("clearprop.show.page")


def render(trace: Mapping[str, Any]) -> str:
    """The page of a trace.

    Parameters
    ----------
    trace : dict
        What `Account.to_json` writes, schema ``clearprop.account/1``.

    Returns
    -------
    str
        HTML with its style, its script, its font and its data inside; it asks for nothing. The same for the
        same trace. Names from data are escaped.
    """
    words = words_of(trace["lang"])
    layout = Layout(trace)
    parts = _parts(trace, layout, words)
    lines = {key: cards.lines(layout.found, key) for part in parts for key in part["lined"]}
    packed = sum(map(len, lines.values())) > PACKED
    found = {
        "trace": trace,
        "words": words,
        "version": __version__,
        "headline": headline(trace, words),
        "about": _about(trace),
        "badge": badge(trace, words),
        "scalars": [
            {"symbol": Markup(math(read(one["latex"]))), "value": plain(one["value"], 6)}
            for one in trace["scalars"].values()
        ],
        "cut": any(q.get("map") for q in trace["quantities"].values()),
        "parts": parts,
        "packed": packed,
        "lines": {} if packed else {key: Markup(text) for key, text in lines.items()},
        "drawing": Markup(Drawing(trace, words).svg()),
        "committee": _committee(trace),
        "training": training(trace, layout, words),
        "data": Markup(_data(trace, words, lines if packed else None)),
        "style": Markup(style()),
        "script": Markup(_read("page.js")),
        "script_hash": _hash(_read("page.js")),
    }
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _template().render(found))


def style() -> str:
    """The style sheet with the font in it."""
    font = base64.b64encode(HERE.joinpath("font/stix-two-math-part.woff2").read_bytes()).decode()
    return _read("page.css").replace("FONT", f"data:font/woff2;base64,{font}")


@cache
def _template() -> Template:
    env = Environment(
        loader=PackageLoader("clearprop.show.page", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters["trusted"] = Markup
    return env.get_template("page.html.j2")


@cache
def _read(name: str) -> str:
    return HERE.joinpath(name).read_text("utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()


def _parts(trace: Mapping[str, Any], layout: Layout, words: Words) -> list[dict[str, Any]]:
    found = []
    for part in trace["parts"]:
        keys = [key for key in part["quantities"] if trace["quantities"][key]["shown"]]
        if keys:
            found.append(
                {
                    "id": part["id"],
                    "title": words.parts[part["id"]],
                    "cards": [cards.card(key, layout, words) for key in keys],
                    "lined": [key for key in keys if trace["quantities"][key]["lines"]],
                }
            )
    return found


def _about(trace: Mapping[str, Any]) -> list[str]:
    """What a reader must know before the first number: which rows these are, and which network of several."""
    which = trace["batch"].get("which")
    network = [one["text"] for one in trace["conventions"] if one["id"] == "committee"]
    return [*([which] if which else []), *network]


def _committee(trace: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the template needs for a committee; None if there is but one network."""
    found = trace.get("committee")
    if not found:
        return None
    spoken = Spoken(trace["lang"])
    header, rows = committee.table(trace, spoken)
    formula = Markup(math(read(found["latex"]), block=True))
    said = {"title": spoken.text("committee"), "said": found["said"], "formula": formula}
    return said | {"header": header, "rows": rows}


def headline(trace: Mapping[str, Any], words: Words) -> Markup:
    """What the step did, in one sentence."""
    held, digits = trace["quantities"], trace["options"]["digits"]
    total = "J_total" if "J_total" in held else "J"
    m = trace["batch"]["rows"]
    rows = words.rows.format(n=f"{m:,}") if m > 1 else words.one_row
    J = plain(held[total]["values"][0][0], digits)
    after = held.get(f"{total}'")
    if after is None:
        return Markup(words.unchanged.format(J=J, rows=rows))
    return Markup(words.headline.format(J=J, rows=rows, after=plain(after["values"][0][0], digits)))


def badge(trace: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Whether the numbers are verified, and by how much they are off."""
    verified = trace["verified"]
    worst, cells = verified["worst"], verified["cells"]
    said = words.verified_more.format(
        recomputed=plain(worst["recomputed"], 2),
        step=plain(worst["complex_step"], 2),
        cells=cells["complex_step"],
    )
    mark = f"✓ {words.verified}" if verified["ok"] else f"✗ {words.doubtful}"
    return {"ok": verified["ok"], "said": said, "mark": f"{mark} · {plain(max(worst.values()), 2)}"}


def _axes(q: Mapping[str, Any]) -> list[int | str]:
    """What each axis runs over: the layer whose units they are, or "sample", or "one"."""
    return [
        layer if kind == "unit" else kind for kind, layer in zip(q["axes"], q["axis_layers"], strict=True)
    ]


def _data(trace: Mapping[str, Any], words: Words, lines: dict[str, str] | None) -> str:
    """What scripts read, as JSON that no tag can end."""
    kept = ("letters", "cells", "kinks")
    quantities = {
        key: {name: q[name] for name in kept} | {"tree": q["lines"][-1]["tree"]}
        for key, q in trace["quantities"].items()
        if q["lines"]
    }
    found: dict[str, Any] = {
        "axes": {key: _axes(q) for key, q in trace["quantities"].items()},
        "samples": trace["batch"]["samples"],
        "quantities": quantities,
        "maps": {key: q["map"] for key, q in trace["quantities"].items() if q.get("map")},
        "training": trace["training"],
        "digits": trace["options"]["digits"],
        "words": {"full": words.exactly, "kink": words.kink},
    }
    if lines is not None:
        found["lines"] = base64.b64encode(zlib.compress("".join(lines.values()).encode(), 9)).decode()
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
