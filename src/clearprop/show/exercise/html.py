"""A worksheet as a page that marks itself: the formulas travel as trees, so no answer stands in it."""

import base64
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from clearprop.show.exercise.exercise import Exercise
from clearprop.show.exercise.markdown import introduction
from clearprop.show.exercise.marking import place, plain
from clearprop.show.exercise.mistakes import same_slips
from clearprop.show.exercise.outline import Block, sections
from clearprop.show.formula import math, read


def html(exercise: Exercise) -> str:
    """See `Exercise.to_html`."""
    parts = [
        (exercise.words[name], [_block(block) for block in blocks]) for name, blocks in sections(exercise)
    ]
    keys = [plain(key) for key in exercise.problem.plan.lines]
    kinds = {letter: exercise.words.slip(name) for letter, name in exercise.letters.items()}
    return _template().render(
        exercise=exercise, words=exercise.words, introduction=introduction(exercise), sections=parts, keys=keys,
        kinds=kinds, place=place, data=_data(exercise), font=_font(), css=_file("exercise.css"),
        script=_file("evaluate.js") + _file("exercise.js"),
    )  # fmt: skip


@cache
def _template() -> Template:
    loader = PackageLoader("clearprop.show", "exercise")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("exercise.html.j2")


def _file(name: str) -> Markup:
    return Markup((files("clearprop.show.exercise") / name).read_text(encoding="utf-8"))


@cache
def _font() -> str:
    """The part of a font of mathematics that pages carry, as text."""
    return base64.b64encode(
        (files("clearprop.show.page.font") / "stix-two-math-part.woff2").read_bytes()
    ).decode()


def _block(block: Block) -> dict[str, Any]:
    sign = "=" if block.exact else r"\approx"
    left = f"{block.rule or block.symbol} {sign}" + (r" \ln 2 \cdot" if block.in_ln2 else "")
    return {
        "key": block.key, "name": plain(block.key), "rows": block.rows, "blanks": block.blanks,
        "math": Markup(math(read(left), label=plain(block.key))),
    }  # fmt: skip


# ---- What the script knows ----------------------------------------------------------------------------------
def _data(exercise: Exercise) -> Markup:
    problem, words = exercise.problem, exercise.words
    lines = {key: {"tree": line.tree, "slips": line.slips} for key, line in problem.plan.lines.items()}
    found = {
        "sheet": f"{exercise.title} {exercise.seed}", "lines": {} if exercise.slips else lines,
        "shapes": problem.plan.shapes, "given": problem.given,
        "units": {key: problem.unit(key) for key in problem.plan.shapes},
        "scalars": {"m": problem.rows, "lr": float(problem.lr), "l2": float(problem.l2)},
        "digits": problem.digits, "exact": problem.exact,
        "blanks": exercise.blanks, "mistakes": _mistakes(exercise) if exercise.slips else None,
        "words": words.texts.TEXTS, "status": words.texts.STATUS, "slips": words.texts.SLIPS,
    }  # fmt: skip
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _mistakes(exercise: Exercise) -> dict[str, Any]:
    """Where the mistakes are, and what, as hashes: to be compared, not to be read."""
    salt, problem = f"{exercise.seed}/{exercise.title}", exercise.problem
    found = []
    for key in exercise.slips:
        good = same_slips(problem, exercise.slips, key)
        letters = [letter for letter, name in exercise.letters.items() if name in good]
        hashes = [hashed(f"{salt}|{plain(key)}|{letter}") for letter in letters]
        found.append({"where": hashed(f"{salt}|{plain(key)}"), "what": hashes})
    return {"salt": salt, "hashes": found}


def hashed(text: str) -> str:
    """FNV-1a of 64 bits over the UTF-8 bytes, in hexadecimal; the script has the same.

    Examples
    --------
    >>> hashed("")
    'cbf29ce484222325'
    """
    found = 0xCBF29CE484222325
    for byte in text.encode():
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return f"{found:016x}"
