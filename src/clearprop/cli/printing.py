"""Evaluations as text for a terminal."""

from clearprop.train.evaluation import Evaluation
from clearprop.train.importances import Importances
from clearprop.train.scores import LOWER_IS_BETTER

WIDEST = 12  # of a class name in the confusion matrix
MOST = 12  # classes in it
# Of columns, one and more.
KINDS = {"number": ("number", "numbers"), "category": ("category", "categories"), "moment": ("date", "dates")}
LEFT_OUT = ("left out", "left out")
MOST_COLUMNS, LONGEST = 5, 40  # of the columns in a line, and of their names


def columns_text(kinds: list[str]) -> str:
    """How many columns there are of each kind.

    Examples
    --------
    >>> columns_text(["number", "number", "category", "moment", "constant"])
    '2 numbers, 1 category, 1 date, 1 left out'
    """
    told = [KINDS.get(kind, LEFT_OUT) for kind in kinds]
    return ", ".join(f"{n} {kind[n > 1]}" for kind in (*KINDS.values(), LEFT_OUT) if (n := told.count(kind)))


def scores_text(evaluation: Evaluation) -> str:
    """The scores beside those of the baseline, a line each."""
    head = f"held-out scores, {evaluation.rows:,} row{'s' * (evaluation.rows != 1)}"
    lines = [f"{head:<32}{'model':>12}{'baseline':>12}"]
    for name, value in evaluation.scores.items():
        direction = "lower is better" if name in LOWER_IS_BETTER else "higher is better"
        cells = "".join(
            f"{'-':>12}" if v is None else f"{v:>12.4g}" for v in (value, evaluation.baseline[name])
        )
        lines.append(f"  {name:<30}{cells}  {direction}")
    return "\n".join(lines)


def evaluation_text(evaluation: Evaluation) -> str:
    """Scores, then the confusion matrix or the residuals, then the calibration."""
    parts = [scores_text(evaluation).replace("held-out scores", "scores", 1)]
    if evaluation.confusion:
        parts.append(_confusion(evaluation))
    if evaluation.residuals:
        parts.append(_residuals(evaluation))
    if evaluation.interval:
        parts.append(_interval(evaluation))
    if evaluation.calibration:
        parts.append(_calibration(evaluation))
    if evaluation.importances:
        parts.append(str(evaluation.importances))
    return "\n\n".join(parts)


def importances_text(found: Importances) -> str:
    """The columns that matter most, in a line."""
    first = [k for k in found.ranked if found.mean[k] > 0][:MOST_COLUMNS]
    told = ", ".join(f"{found.columns[k][:LONGEST]} {found.mean[k]:.3g}" for k in first)
    return f"columns that matter most ({found.metric} becomes worse by, when shuffled): {told or 'none'}"


def _confusion(evaluation: Evaluation) -> str:
    names = [name if len(name) <= WIDEST else name[: WIDEST - 1] + "…" for name in evaluation.classes]
    shown = min(len(names), MOST)
    width = max(8, *(len(name) + 2 for name in names[:shown]))
    lines = ["confusion matrix: rows are the truth, columns the answer"]
    lines.append(" " * (WIDEST + 2) + "".join(f"{name:>{width}}" for name in names[:shown]))
    for name, row in zip(names[:shown], evaluation.confusion, strict=False):
        lines.append(f"  {name:<{WIDEST}}" + "".join(f"{n:>{width},}" for n in row[:shown]))
    if shown < len(names):
        lines.append(f"  ({len(names) - shown} more classes: see --json)")
    return "\n".join(lines)


def _residuals(evaluation: Evaluation) -> str:
    edges, counts = evaluation.residuals["edges"], evaluation.residuals["counts"]
    most = max(max(counts), 1)
    step = max(1, len(counts) // 10)
    lines = ["residuals, predicted - true"]
    for k in range(0, len(counts), step):
        n, last = sum(counts[k : k + step]), min(k + step, len(counts))
        lines.append(
            f"  {edges[k]:>11.4g} to {edges[last]:>11.4g}{n:>9,.0f}  {'#' * round(30 * n / (most * step))}"
        )
    return "\n".join(lines)


def _interval(evaluation: Evaluation) -> str:
    found = evaluation.interval
    return (
        f"intervals for {found['coverage']:.0%} of the rows: {found['seen']:.1%} lie in theirs; "
        f"mean width {found['width']:.4g}"
    )


def _calibration(evaluation: Evaluation) -> str:
    told = evaluation.temperature
    made = "" if told in (None, 1) else f"   (z is divided by the temperature {told:.4g})"
    lines = [f"calibration{'said':>11}{'seen':>10}{'rows':>10}{made}"]
    lines += [f"{b['said']:>22.3f}{b['seen']:>10.3f}{b['rows']:>10,.0f}" for b in evaluation.calibration]
    return "\n".join(lines)
