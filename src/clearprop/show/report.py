"""The report: one HTML file on a trained model, its scores, its mistakes, its table and its training."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from clearprop.show import charts, confusion, importances, running
from clearprop.show.columns import column, summed
from clearprop.show.wording import clipped, counted, fixed, number, percent
from clearprop.train.evaluation import Evaluation
from clearprop.train.model import Model
from clearprop.version import __version__

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST = 60  # of a name in a table; the whole of it is shown when pointed at
MOST_COLUMNS = 500
MOST_EPOCHS = 200
FOLDED = 20  # rows of a table from which it is folded


def report(
    model: Model,
    evaluation: Evaluation,
    *,
    title: str,
    source: str,
    created: str | None = None,
    timings: dict[str, float] | None = None,
) -> str:
    """A page of HTML that needs nothing else: no script, no network, no font.

    Parameters
    ----------
    model : Model
        Trained.
    evaluation : Evaluation
        Of the model, on rows that it has not seen.
    title : str
        The heading.
    source : str
        The name of the table.
    created : str, optional
        When it was made, as it is to be printed.
    timings : dict, optional
        Seconds by name: read, fit, evaluate, or any other.

    Returns
    -------
    str
        The same for the same arguments. Text from the table is escaped.

    Examples
    --------
    >>> from clearprop import TabularClassifier
    >>> from clearprop.tables.read import read_table
    >>> from clearprop.train.evaluation import evaluate
    >>> rows = {"x": [0.0, 1.0] * 20, "y": ["a", "b"] * 20}
    >>> model = TabularClassifier("plain", max_iter=2).fit({"x": rows["x"]}, rows["y"]).model_
    >>> page = report(model, evaluate(model, read_table(rows)), title="a or b?", source="rows.csv")
    >>> page[:15], "<script" in page
    ('<!doctype html>', False)
    """
    about = {"title": title, "source": source, "created": created, "version": __version__}
    parts = {
        "about": about,
        "model": model,
        "rows": counted(evaluation.rows, "held-out row"),
        "headline": _headline(model, evaluation),
        "scores": _scores(evaluation),
        "curves": _curves(model),
        "answers": _answers(evaluation),
        "residuals": _residuals(model, evaluation),
        "calibration": _calibration(evaluation),
        "importances": importances.section(model, evaluation.importances),
        "worst": _worst(evaluation),
        "table": _table(model),
        "network": _network(model),
        "run": running.run_facts(model, timings or {}),
    }
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _template().render(parts))


@cache
def _template() -> Template:
    env = Environment(
        loader=PackageLoader("clearprop.show", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["short"] = lambda text, most=LONGEST: clipped(str(text), most)
    env.globals["style"] = Markup(files("clearprop.show").joinpath("report.css").read_text("utf-8"))
    return env.get_template("report.html.j2")


def _headline(model: Model, evaluation: Evaluation) -> dict[str, Any]:
    """The score that is easiest to understand, beside that of knowing nothing."""
    name = "accuracy" if model.task == "classification" else "mae"
    value, plain = evaluation.scores.get(name), evaluation.baseline.get(name)
    row = running.score_row(name, value, plain)
    found = {"task": model.task, "value": row["value"], "plain": row["plain"], "verdict": row["verdict"]}
    if model.task == "regression":
        return found | {"always": number(model.baseline[0]), "interval": ""}
    most = max(range(len(model.baseline)), key=model.baseline.__getitem__)
    return found | {"always": evaluation.classes[most], "interval": _interval(evaluation)}


def _interval(evaluation: Evaluation) -> str:
    """How far chance alone may have moved the accuracy; nothing is said of weighted rows."""
    accuracy = evaluation.scores.get("accuracy")
    if accuracy is None or evaluation.weight is not None:
        return ""
    low, high = charts.wilson(accuracy, evaluation.rows)
    return f"{percent(low)} to {percent(high)}"


def _scores(evaluation: Evaluation) -> dict[str, Any]:
    rows = [
        running.score_row(name, v, evaluation.baseline.get(name)) for name, v in evaluation.scores.items()
    ]
    return {"rows": rows, "weight": evaluation.weight}


def _curves(model: Model) -> dict[str, Any]:
    """J and the validation score by epoch, as charts and as numbers."""
    record = model.record
    name, values = running.validation(model)
    scored = [row.epoch for row in record.rows if row.score is not None]
    kept, epochs = record.best_epoch, [row.epoch for row in record.rows]
    own_sign = dict(zip(scored, values, strict=True))
    numbers = [
        (
            row.epoch,
            number(row.loss, zeros=True),
            number(own_sign.get(row.epoch), zeros=True),
            number(row.lr),
            fixed(row.seconds, 2),
        )
        for row in record.rows
    ]
    step = -(-len(numbers) // MOST_EPOCHS) or 1
    return {
        "loss": charts.curve("Loss J by epoch", epochs, record.losses, kept, "loss J (lower is better)"),
        "score": charts.curve("Validation score by epoch", scored, values, kept, f"validation: {name}"),
        "scored": bool(scored),
        "kept": kept,
        "name": name,
        "ran": counted(len(epochs), "epoch"),
        "numbers": [row for row in numbers if row[0] % step == 0 or row[0] == kept],
        "step": step,
    }


def _answers(evaluation: Evaluation) -> dict[str, Any] | None:
    if not evaluation.confusion:
        return None
    classes, counts = evaluation.classes, evaluation.confusion
    return {
        "matrix": confusion.matrix(classes, counts),
        "mistakes": confusion.mistakes(classes, counts),
        "classes": confusion.by_class(classes, counts),
        "folded": len(classes) > FOLDED,
        "percent": percent,
    }


def _residuals(model: Model, evaluation: Evaluation) -> dict[str, Any] | None:
    found = evaluation.residuals
    if not found:
        return None
    name = clipped(model.target_name, 40)
    title, label = "How far off the predictions are", f"predicted − true {name}"
    return {
        "scatter": charts.scatter(found["true"], found["predicted"], name),
        "histogram": charts.histogram(title, found["edges"], found["counts"], label),
        "sampled": counted(len(found["true"]), "row") if len(found["true"]) < evaluation.rows else "",
    }


def _calibration(evaluation: Evaluation) -> dict[str, Any] | None:
    """Probabilities said against shares seen; of two classes the second one's."""
    bins = evaluation.calibration
    if not bins:
        return None
    two = len(evaluation.classes) == 2
    name = clipped(evaluation.classes[1], 24) if two else ""
    x = f"probability given to {name}" if two else "probability given to the answer"
    y = f"share that is {name} (95 % interval)" if two else "share that is right (95 % interval)"
    off = sum(b["rows"] * abs(b["said"] - b["seen"]) for b in bins) / sum(b["rows"] for b in bins)
    rows = [(percent(b["said"]), percent(b["seen"]), f"{int(b['rows']):,}") for b in bins]
    points = f"{fixed(100 * off, 1)} percentage points"
    return {
        "chart": charts.reliability(bins, x, y),
        "rows": rows,
        "x": x,
        "off": points,
        "two": evaluation.classes[1] if two else "",
    }


def _worst(evaluation: Evaluation) -> list[dict[str, str]]:
    """The rows with the largest loss, as text."""
    found = []
    for row in evaluation.worst:
        truth, answer = row["truth"], row["answer"]
        if evaluation.task == "regression":
            last = number(answer - truth)
            truth, answer = number(truth), number(answer)
        else:
            last = percent(row["p"]) if row["p"] >= 1e-6 else number(row["p"])
        found.append(
            {
                "where": row["where"],
                "truth": truth,
                "answer": answer,
                "last": last,
                "loss": number(row["loss"], zeros=True),
            }
        )
    return found


def _table(model: Model) -> dict[str, Any]:
    columns, rows = model.encoding.summary(), model.encoding.rows
    return {
        "said": summed(columns, model.encoding.n_outputs),
        "rows": counted(rows, "row"),
        "columns": [column(found, rows) for found in columns[:MOST_COLUMNS]],
        "more": max(0, len(columns) - MOST_COLUMNS),
        "folded": len(columns) > FOLDED,
    }


def _network(model: Model) -> dict[str, Any]:
    net = model.params.net
    return {
        "drawing": charts.network(net.sizes, ["inputs", *net.activations, net.head]),
        "facts": running.network_facts(model) + running.setting_facts(model),
        "conventions": running.conventions(model),
    }
