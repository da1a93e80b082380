"""``clearprop evaluate``: a model's scores on a table that has the target."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Json, Missing


def evaluate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model file.")],
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="CSV(.gz), TSV or Parquet, with the target's column.")
    ],
    weight: Annotated[str | None, typer.Option(metavar="COL", help="The column of row weights.")] = None,
    missing: Missing = None,
    importances: Annotated[
        bool, typer.Option("--importances", help="Also how much each column matters, by shuffling it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Score a model on a table. Also the confusion matrix or residuals, and the calibration."""
    from clearprop.cli.printing import evaluation_text
    from clearprop.cli.reading import model_of, rows_for
    from clearprop.train.evaluation import evaluate as scored
    from clearprop.train.shuffling import importances_of

    found = model_of(model)
    also = (found.target_name, weight) if weight else (found.target_name,)
    rows = rows_for(found, table, tuple(missing or ()), also)
    evaluation = scored(found, rows, weight)
    if importances:
        evaluation = replace(evaluation, importances=importances_of(found, rows, weight))
    if as_json:
        print(json.dumps(evaluation.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        print(evaluation_text(evaluation))
