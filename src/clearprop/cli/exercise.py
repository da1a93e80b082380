"""``clearprop exercise``: a worksheet on one step of a network, with its key."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.options import Force, Json


class Format(StrEnum):
    """What a sheet can be written as."""

    md = "md"
    html = "html"
    latex = "latex"
    moodle = "moodle"


ENDINGS = {".md": "md", ".html": "html", ".htm": "html", ".tex": "latex", ".xml": "moodle"}
Sizes = Annotated[str, typer.Option(metavar="N,N,...", help="Of the network: inputs, hidden units, outputs.")]


def exercise(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="SHEET", help="The sheet to write.")],
    sizes: Sizes = "3,4,2",
    rows: Annotated[int, typer.Option(metavar="N", help="Samples in the batch.")] = 3,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same sheet.")] = 0,
    blanks: Annotated[
        float | None, typer.Option(metavar="F", help="The share of numbers to fill in.")
    ] = None,
    mistakes: Annotated[int, typer.Option(metavar="N", help="Plant so many mistakes to find.")] = 0,
    form: Annotated[Format | None, typer.Option("--format", help="By default as SHEET's name ends.")] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="KEY", help="The key, JSON, for `clearprop mark`.")
    ] = None,
    solution: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The sheet filled in, with the working (md, latex).")
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Fractions in place of decimals.")] = False,
    digits: Annotated[int, typer.Option(metavar="N", help="Decimals behind the point.")] = 4,
    activation: Annotated[
        str, typer.Option(metavar="NAME", help="relu, identity, tanh or logistic.")
    ] = "relu",
    head: Annotated[str, typer.Option(metavar="NAME", help="softmax, logistic or identity.")] = "softmax",
    lr: Annotated[float, typer.Option(metavar="X", help="The learning rate of the update.")] = 0.1,
    l2: Annotated[float, typer.Option(metavar="X", help="The penalty of the update.")] = 0.01,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Blanks or mistakes in these alone: dW, z[1], ..."),
    ] = None,
    no_hints: Annotated[bool, typer.Option("--no-hints", help="Leave the rules out.")] = False,
    lang: Annotated[str, typer.Option(metavar="en|zh", help="English or Chinese.")] = "en",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Make a worksheet on one step of a network. Blanks are to be filled in, or mistakes to be found."""
    from clearprop.cli import options, outputs
    from clearprop.show.exercise.exercise import exercise as made

    outputs.check(output, key, solution, force=force)
    kind = form.value if form else _kind(output)
    layers = options.sizes(sizes, "--sizes", "3,4,2") or ()
    sheet = made(
        layers, rows, seed=seed, blanks=blanks, mistakes=mistakes, activation=activation, head=head,
        numbers="exact" if exact else "decimal", digits=digits, lr=lr, l2=l2, quantities=only, hints=not no_hints,
        lang=lang,
    )  # fmt: skip
    texts = {output: _written(sheet, kind)}
    if key is not None:
        texts[key] = sheet.to_json()
    if solution is not None:
        texts[solution] = _solved(sheet, kind)
    for path, text in texts.items():
        outputs.write(path, text)
    if as_json:
        about = {
            "sheet": str(output),
            "format": kind,
            "key": key and str(key),
            "solution": solution and str(solution),
        }
        print(json.dumps(about | {"blanks": len(sheet.blanks), "mistakes": len(sheet.slips), "seed": seed}))
    outputs.say(f"{kind}: {output}" + (f", key: {key}" if key else ""))


def _kind(output: Path) -> str:
    from clearprop.errors import SpecError

    if output.suffix.lower() not in ENDINGS:
        msg = (
            f"The name of the sheet must end in {', '.join(ENDINGS)}; got {output}. "
            "Choose another, or pass --format md, html, latex or moodle."
        )
        raise SpecError(msg)
    return ENDINGS[output.suffix.lower()]


def _written(sheet: Any, kind: str) -> str:
    made = {
        "md": sheet.to_markdown,
        "html": sheet.to_html,
        "latex": sheet.to_latex,
        "moodle": sheet.to_moodle,
    }
    return made[kind]()


def _solved(sheet: Any, kind: str) -> str:
    return sheet.to_latex(solution=True) if kind == "latex" else sheet.to_markdown(solution=True)
