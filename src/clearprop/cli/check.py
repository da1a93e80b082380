"""``clearprop check``: a written derivation, verified line by line."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.options import Force, Json


def check(
    documents: Annotated[
        list[str],
        typer.Argument(metavar="DOCUMENT...", help="Markdown, LaTeX or notebook files, or a formula."),
    ],
    sizes: Annotated[
        str | None,
        typer.Option(metavar="3,4,2", help="Units of each layer, input first; else as the text says."),
    ] = None,
    activation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the hidden layers: relu, tanh, logistic, ...")
    ] = None,
    symbols: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help='What letters mean, such as: q = "target".')
    ] = None,
    layout: Annotated[
        str | None, typer.Option(metavar="row|column", help="A sample in each row, or in each column.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a copy of the document with its verdicts.")
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with 1 also if something was not read, or there is no statement."),
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Verify a written derivation, line by line, on real networks. Exit 0: all holds; 1: findings."""
    from clearprop.check.document.checker import check_document
    from clearprop.cli import options, outputs
    from clearprop.errors import SpecError

    if html is not None and len(documents) > 1:
        msg = f"`--html` is a copy of one document; got {len(documents)}. Check them one by one."
        raise SpecError(msg)
    inputs = tuple(d for d in documents if "\n" not in d and len(d) < 256)
    outputs.check(html, force=force, inputs=inputs)
    layers = options.sizes(sizes, "--sizes", "3,4,2")
    checks = [
        check_document(one, sizes=layers, activation=activation, symbols=symbols, layout=layout)
        for one in documents
    ]
    if html is not None:
        outputs.write(html, checks[0].to_html())
    if as_json:
        print(json.dumps(_together([one.to_dict() for one in checks]), ensure_ascii=False))
    else:
        _print(checks)
    bad = any(not one.ok or (strict and (one.unread or not one.statements)) for one in checks)
    return 1 if bad else 0


def _together(found: list[dict[str, Any]]) -> dict[str, Any]:
    """One object for all documents: counts added, lists joined."""
    if len(found) == 1:
        return found[0]
    joined: dict[str, Any] = {"files": [one["file"] for one in found]}
    for key in ("statements", "verified"):
        joined[key] = sum(one[key] for one in found)
    for key in ("findings", "unread"):
        joined[key] = [entry for one in found for entry in one[key]]
    return joined


def _print(checks: list) -> None:
    """The reports; with colours if this is a terminal."""
    from rich.console import Console

    from clearprop.check.document.report import lines
    from clearprop.cli.outputs import folded, width_of

    width = width_of(sys.stdout)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for number, one in enumerate(checks):
        if number:
            console.print()
        for line in lines(one):
            console.print(folded(line, width), style=_style(line))


def _style(line: str) -> str | None:
    if line.startswith("    fix"):
        return "green"
    if ": not read" in line and not line.startswith(" "):
        return "yellow"
    if line and not line.startswith(("    ", "read as")) and line.count(":") >= 3:
        return "bold red"
    return None
