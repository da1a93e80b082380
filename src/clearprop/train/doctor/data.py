"""Findings about the data: inputs and target out of scale, columns that say nothing, answers all the same."""

from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.train.doctor.case import Case, Limits
from clearprop.train.doctor.columns import Columns, repeats
from clearprop.train.doctor.diagnosis import Finding
from clearprop.train.doctor.wording import column, number, percent, quoted, some, worst


def scale_of(columns: Columns, names: Sequence[str], limits: Limits) -> tuple[str, dict[str, object]] | None:
    """What is wrong with the scale of the inputs, in a sentence and in figures; None if nothing is."""
    able = columns.judged
    if not len(able):
        return None
    sds, means = columns.sds[able], columns.means[able]
    low, high = int(able[np.argmin(sds)]), int(able[np.argmax(sds)])
    least, most = float(sds.min()), float(sds.max())
    figures: dict[str, object] = {"least sd": least, "largest sd": most}
    if most > limits.spread * least:
        figures["columns"] = worst(able, columns.sds, names)[:5]
        said = f"{column(names[high])} has sd {number(most)} against {number(least)} for {column(names[low])}"
        return f"The inputs are unscaled: {said}.", figures
    if most > limits.spread or most * limits.spread < 1:
        figures["columns"] = worst(able, columns.sds, names)[:5]
        return (
            f"The inputs are unscaled: their sds are {number(least)} to {number(most)}, far from 1.",
            figures,
        )
    offsets = np.abs(columns.means) / np.where(columns.sds > 0, columns.sds, np.inf)
    far = able[np.abs(means) > limits.offset * sds]
    if len(far):
        found = worst(far, offsets, names)
        j = int(far[np.argmax(offsets[far])])
        mean, sd = float(columns.means[j]), float(columns.sds[j])
        figures |= {"columns": found[:5], "mean": mean, "sd": sd}
        said = f"{column(names[j])} has mean {number(mean)} and sd {number(sd)}"
        return f"The inputs are not centred: {said}.", figures
    return None


def unscaled_inputs(case: Case) -> Iterator[Finding]:
    """Columns of very different spread, or far from 0: one rate cannot suit all weights."""
    found = scale_of(case.columns, case.names, case.limits)
    if found:
        advice = "Scale X: put `sklearn.preprocessing.StandardScaler` before the network, or use a Tabular estimator."
        yield Finding("unscaled inputs", "serious", *found, advice)


def constant_inputs(case: Case) -> Iterator[Finding]:
    """Columns whose values are all the same."""
    columns = [case.names[j] for j in np.flatnonzero(case.columns.constant).tolist()]
    n = len(case.names)
    if len(columns) > case.limits.share_of_columns * n:
        yield Finding(
            "constant inputs",
            "note",
            f"{len(columns)} of {n} columns have one value on all {case.m:,} rows: {some(map(quoted, columns))}.",
            {"columns": columns, "share": len(columns) / n},
            "Leave them out: they act as further biases.",
        )


def repeated_inputs(case: Case) -> Iterator[Finding]:
    """Columns that are another one, up to scale and offset."""
    pairs = [(case.names[j], case.names[k]) for j, k in repeats(case.X, case.columns)]
    n = len(case.names)
    if len(pairs) > case.limits.share_of_columns * n:
        said = some(f"{quoted(a)} repeats {quoted(b)}" for a, b in pairs)
        yield Finding(
            "repeated inputs",
            "note",
            f"{len(pairs)} of {n} columns repeat another up to scale and offset: {said}.",
            {"pairs": [list(pair) for pair in pairs], "share": len(pairs) / n},
            "Leave them out: they count what they repeat twice.",
        )


def unscaled_target(case: Case) -> Iterator[Finding]:
    """A regression's target whose spread is far from 1, where the head is a straight line."""
    assert case.y is not None
    if case.net.head in ("softmax", "logistic", "exp"):
        return
    sds = case.y.std(axis=0)
    j, limits = int(np.argmax(sds)), case.limits
    large = sds[j] > limits.target
    if not large and not 0 < sds[j] < limits.target_least:
        return
    rule = f"above {number(limits.target)}" if large else f"below {number(limits.target_least)}"
    why = (
        "steps of the usual rate do not get there"
        if large
        else "`tol` ends the run before anything is learned"
    )
    yield Finding(
        "unscaled target",
        "serious",
        f"y has mean {number(case.y[:, j].mean())} and sd {number(sds[j])}, {rule}: {why}.",
        {"mean": float(case.y[:, j].mean()), "sd": float(sds[j]), "output": j},
        "Scale y: wrap the network in `sklearn.compose.TransformedTargetRegressor`, or use `TabularRegressor`.",
    )


def one_class(case: Case) -> Iterator[Finding]:
    """One answer for every row, although y has several."""
    assert case.y is not None
    if case.net.head not in ("softmax", "logistic"):
        return
    if case.net.head == "softmax":
        answers, truths = case.p.argmax(axis=1)[:, None], case.y.argmax(axis=1)[:, None]
    else:
        answers, truths = (case.p > 0.5).astype(int), (case.y > 0.5).astype(int)
    for j in range(answers.shape[1]):
        answer, truth = int(answers[0, j]), truths[:, j]
        if (answers[:, j] != answer).any() or (truth == truth[0]).all():
            continue
        share = float((truth == answer).mean())
        said = _answer(case, answer, j if answers.shape[1] > 1 else None)
        yield Finding(
            "one class predicted",
            "serious",
            f"Every one of the {case.m:,} rows gets {said}, but only {percent(share)} of them have it.",
            {"answer": answer, "output": j, "share": share, "classes": len(np.unique(truth))},
            "Weight the rows of the rare classes up by `sample_weight`, scale X, or lower `alpha`.",
        )


def _answer(case: Case, answer: int, label: int | None) -> str:
    if label is None:
        return f"class {case.classes[answer] if case.classes else answer}"
    return f"{'the' if answer else 'not the'} label {case.classes[label] if case.classes else label}"


def sure_and_wrong(case: Case) -> Iterator[Finding]:
    """Wrong rows whose probability is within 1e-6 of 0 or 1."""
    assert case.y is not None
    if case.net.head not in ("softmax", "logistic"):
        return
    near = np.where(case.y > 0.5, case.p, 1 - case.p)  # what the truth gets, output by output
    if case.net.head == "softmax":
        near = np.where(case.y > 0.5, case.p, 1.0)
    wrong = near.min(axis=1) < case.limits.sure
    share = float(wrong.mean())
    if share >= case.limits.sure_share:
        rows = np.flatnonzero(wrong)
        yield Finding(
            "saturated outputs",
            "warning",
            f"{len(rows):,} of {case.m:,} rows are wrong and sure: what is true gets less than "
            f"{number(case.limits.sure)}, the first at row {rows[0]} with {number(near.min(axis=1)[rows[0]])}.",
            {"rows": rows[:20].tolist(), "count": len(rows), "share": share},
            "Raise `alpha`, use `early_stopping=True`, or look at the labels of these rows.",
        )
