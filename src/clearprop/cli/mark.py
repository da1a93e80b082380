"""``clearprop mark``: the marks of a worksheet."""

import json
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Json


def mark(
    key: Annotated[
        Path, typer.Argument(metavar="KEY", help="The key that `clearprop exercise --key` wrote.")
    ],
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWERS",
            help="The filled-in Markdown sheet, CSV (blank,answer), or the JSON of the HTML sheet.",
        ),
    ],
    as_json: Json = False,
) -> int:
    """Mark a worksheet: right, carried forward, or wrong and why. Exit 0: all right; 1: not all."""
    from clearprop.errors import SpecError
    from clearprop.show.exercise.answers import read_answers
    from clearprop.show.exercise.exercise import Exercise

    try:
        text = key.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = ""
    try:
        sheet = Exercise.from_json(text)
    except SpecError as error:
        msg = f"{key}: {error}"
        raise SpecError(msg) from None
    marking = sheet.mark(read_answers(answers))
    if as_json:
        print(json.dumps(marking.to_dict(), ensure_ascii=False))
    else:
        print(marking)
    return 0 if marking.ok else 1
