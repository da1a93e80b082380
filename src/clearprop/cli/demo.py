"""``clearprop demo``: the main job on a real table that needs no download."""

from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.options import Force

SHOWN = 3  # rows of the working


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the files go.")] = Path(
        "demo"
    ),
    force: Force = False,
) -> int:
    """Train on a real table, with nothing to set.

    A model, predictions, a report, and the working of one step are written.

    The table is scikit-learn's copy of the Wisconsin breast cancer data: 569 rows, 30 measurements.
    """
    from clearprop.cli import outputs
    from clearprop.cli.request import Request
    from clearprop.cli.training import run
    from clearprop.train.files import read_model

    if output.exists() and not output.is_dir():
        msg = f"{output} is a file; the demo needs a folder. Choose another name."
        raise outputs.OutputError(msg)
    names = ("train.csv", "new.csv", "model.safetensors", "predictions.csv", "report.html", "working.html")
    train_csv, new_csv, model, predictions, report, working = (output / name for name in names)
    if output.is_dir():
        outputs.check(*(output / name for name in names), force=force)
    output.mkdir(parents=True, exist_ok=True)
    _write_tables(train_csv, new_csv)
    settings = {"preset": "accurate", "missing": (), "categorical": ()}
    request = Request(str(train_csv), "diagnosis", "auto", str(new_csv), None, (), settings, 0)
    result = run(request, model, report, "Breast cancer: malignant or benign?")
    found = read_model(model)
    columns = {"diagnosis": found.predict(new_csv), "P(malignant)": found.predict_proba(new_csv)[:, 1]}
    outputs.write(predictions, outputs.table_bytes(columns, parquet=False))
    outputs.write(working, _working(found, new_csv).encode())
    outputs.say(result.summary())
    outputs.say(f"predictions: {predictions}")
    outputs.say(f"working: {working} (open it and the report in a browser)")
    return 130 if result.model.record.stopped == "interrupted" else 0


def _working(model: Any, new_csv: Path) -> str:
    """A step on the new rows that the model is least sure of, at its own weights, as a page."""
    import numpy as np

    from clearprop.show.account.tabular import explain_model

    p = model.predict_proba(new_csv)
    unsure = np.sort(np.argsort(p.max(axis=1), kind="stable")[:SHOWN])
    table = model.read(str(new_csv), (), (model.target_name,)).take(unsure)
    which = f"These are the {SHOWN} new rows that the model is least sure of: there a step has most to do."
    return explain_model(model, table, which=which, lr=0.01).to_html()


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
