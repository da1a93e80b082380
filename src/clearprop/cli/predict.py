"""``clearprop predict``: a model and a table to predictions, a row a row."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Force, Missing

MOST_NAMES = 8  # of columns that are not used


def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file.")],
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="CSV(.gz), TSV or Parquet: a file, a folder or a glob.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="CSV or Parquet.")
    ] = None,
    proba: Annotated[bool, typer.Option("--proba", help="Also the probability of each class.")] = False,
    missing: Missing = None,
    force: Force = False,
) -> None:
    """Predict the target for each row, in order. They are CSV on standard output, or a file."""
    from clearprop.cli import outputs
    from clearprop.cli.reading import model_of, rows_for
    from clearprop.errors import SpecError
    from clearprop.tables.classes import Classes

    outputs.check(output, force=force, inputs=(model, table))
    if output is not None and output.suffix.lower() not in (".csv", ".parquet", ".pq"):
        msg = f"Predictions are written as .csv or .parquet; got {output}. Choose one of these endings."
        raise outputs.OutputError(msg)
    found = model_of(model)
    if proba and not isinstance(found.target, Classes):
        msg = f"`--proba` is for classes, but {model} predicts numbers. Leave it out."
        raise SpecError(msg)
    rows = rows_for(found, table, tuple(missing or ()))
    columns = {found.target_name: found.predict(rows)}
    if extra := [f"`{name}`" for name in found.encoding.extra(rows) if name != found.target_name]:
        outputs.say(f"note: columns that the model does not use: {', '.join(extra[:MOST_NAMES])}")
    if proba and isinstance(found.target, Classes):
        p = found.predict_proba(rows)
        columns |= {f"P({name})": p[:, c] for c, name in enumerate(found.target.classes)}
    data = outputs.table_bytes(columns, output is not None and output.suffix.lower() in (".parquet", ".pq"))
    if output is None and sys.stdout is None:
        msg = "Standard output is closed, so the predictions have nowhere to go. Pass -o FILE."
        raise outputs.OutputError(msg)
    if output is None:
        sys.stdout.write(data.decode())
        sys.stdout.flush()
    else:
        outputs.write(output, data)
        outputs.say(f"{rows.n_rows:,} predictions: {output}")
