"""``clearprop predict``: a model and a table to predictions, a row a row."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Force, Missing


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
    """Predict the target for each row, in order; CSV on standard output, or a file."""
    from clearprop.cli import outputs
    from clearprop.errors import SpecError
    from clearprop.tables.classes import Classes
    from clearprop.train.files import read_model

    outputs.check(output, force=force, inputs=(model, table))
    if output is not None and output.suffix.lower() not in (".csv", ".parquet", ".pq"):
        msg = f"Predictions are written as .csv or .parquet; got {output}. Choose one of these endings."
        raise outputs.OutputError(msg)
    found = read_model(model)
    if proba and not isinstance(found.target, Classes):
        msg = f"`--proba` is for classes, but {model} predicts numbers. Leave it out."
        raise SpecError(msg)
    rows = found.read(table, tuple(missing or ()))
    if extra := found.encoding.extra(rows):
        names = ", ".join(f"`{name}`" for name in extra[:8] if name != found.target_name)
        if names:
            outputs.say(f"note: columns that the model does not use: {names}")
    columns = {found.target_name: found.predict(rows)}
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
