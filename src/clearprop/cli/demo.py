"""``clearprop demo``: the main job on a real table that needs no download."""

from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.options import Force


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the files go.")] = Path(
        "demo"
    ),
    force: Force = False,
) -> int:
    """Train on a real table, predict, write a report: nothing to set.

    The table is scikit-learn's copy of the Wisconsin breast cancer data: 569 rows, 30 measurements.
    """
    from clearprop.cli import outputs
    from clearprop.cli.training import Request, run
    from clearprop.train.files import read_model

    if output.exists() and not output.is_dir():
        msg = f"{output} is a file; the demo needs a folder. Choose another name."
        raise outputs.OutputError(msg)
    names = ("train.csv", "new.csv", "model.safetensors", "predictions.csv", "report.html")
    train_csv, new_csv, model, predictions, report = (output / name for name in names)
    if output.is_dir():
        outputs.check(train_csv, new_csv, model, predictions, report, force=force)
    output.mkdir(parents=True, exist_ok=True)
    _write_tables(train_csv, new_csv)
    settings = {"preset": "accurate", "missing": (), "categorical": ()}
    request = Request(str(train_csv), "diagnosis", "auto", str(new_csv), None, (), settings, 0)
    result = run(request, model, report, "Breast cancer: malignant or benign?")
    found = read_model(model)
    columns = {"diagnosis": found.predict(new_csv), "P(malignant)": found.predict_proba(new_csv)[:, 1]}
    outputs.write(predictions, outputs.table_bytes(columns, parquet=False))
    outputs.say(result.summary())
    outputs.say(f"predictions: {predictions} (open the report in a browser)")
    return 130 if result.model.record.stopped == "interrupted" else 0


def _write_tables(train_csv: Path, new_csv: Path) -> None:
    """Two tables: rows to learn from, and rows that are new."""
    from sklearn.datasets import load_breast_cancer

    from clearprop.cli import outputs
    from clearprop.train.split import split

    data: Any = load_breast_cancer()
    kinds = data.target_names[data.target]
    kept, aside = split(len(kinds), 0.25, seed=0, labels=data.target)
    for path, rows in ((train_csv, kept), (new_csv, aside)):
        columns = {str(name): data.data[rows, k] for k, name in enumerate(data.feature_names)}
        outputs.write(
            path, outputs.table_bytes(columns | {"diagnosis": kinds[rows].astype(object)}, parquet=False)
        )
