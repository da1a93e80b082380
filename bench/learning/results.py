"""What was measured: a CSV that grows a row a run, and the means over tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from learning.data import half

Frame = Any  # of pandas, a Series too: pandas' own types do not say what its methods return
MEASURES = ("error", "log_loss", "nrmse")
COLUMNS = (
    "table", "learner", "seed", "rows", "columns", *MEASURES, "fit_seconds", "fit_cpu_seconds",
    "predict_seconds", "failure",
)  # fmt: skip
SHIFT = 0.01  # added before the logarithm, so that a table learned without error does not decide all


def read(path: Path) -> Frame:
    """All runs so far."""
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns=list(COLUMNS))


def append(path: Path, row: dict[str, object]) -> None:
    """One run more."""
    frame = pd.DataFrame([{name: row.get(name, "") for name in COLUMNS}])
    frame.to_csv(path, mode="a", header=not path.exists(), index=False)


def by_split(runs: Frame, measure: str) -> Frame:
    """A row a table and seed, a column a learner."""
    found = runs.dropna(subset=[measure])
    return found.pivot_table(index=["table", "seed"], columns="learner", values=measure)


def by_table(runs: Frame, measure: str) -> Frame:
    """The mean over the seeds, a row a table and a column a learner; only splits that all have done."""
    return by_split(runs, measure).dropna(axis=0).groupby("table").mean()


def more(runs: Frame, measure: str, reference: str) -> Frame:
    """Per cent by which each learner's error is above that of the reference, a row a table.

    It is the difference of logarithms of (error + `SHIFT`), the mean over the splits that both have done.
    """
    values = np.log(by_split(runs, measure) + SHIFT)
    if reference not in values:
        return pd.DataFrame()
    return 100 * values.sub(values[reference], axis=0).groupby("table").mean()


def beside(runs: Frame, reference: str) -> str:
    """Of each learner the mean of `more` over the tables, with its standard error and their number, in Markdown."""
    found = {measure: more(runs, measure, reference) for measure in MEASURES}
    head = [f"| | {' | '.join(f'{measure} %' for measure in MEASURES)} |", "|---|" + "--:|" * len(MEASURES)]
    learners = sorted({name for values in found.values() for name in values} - {reference})
    rows = [
        f"| {name} | {' | '.join(cell(found[measure], name) for measure in MEASURES)} |" for name in learners
    ]
    return "\n".join(head + rows)


def cell(values: Frame, learner: str) -> str:
    """Mean, standard error over the tables, and how many there are; nothing where there are none."""
    if learner not in values or not values[learner].count():
        return ""
    one = values[learner]
    return f"{one.mean():+.1f} ± {one.sem():.1f} ({one.count()})"


def shifted_mean(values: Frame) -> Frame:
    """The shifted geometric mean over the tables."""
    return np.exp(np.log(values + SHIFT).mean()) - SHIFT


def ranks(values: Frame) -> Frame:
    """The mean rank over the tables; 1 is best."""
    return values.rank(axis=1).mean()


def win_rate(values: Frame) -> Frame:
    """The share of the other learners beaten, a tie counting half, over the tables."""
    n = values.shape[1]
    return (n - values.rank(axis=1)).mean() / max(n - 1, 1)


def critical_difference(n_learners: int, n_tables: int, level: float = 0.05) -> float:
    """Nemenyi's: mean ranks that differ by less do not differ (Demsar 2006)."""
    q = stats.studentized_range.ppf(1 - level, n_learners, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_learners * (n_learners + 1) / (6 * n_tables)))


def seconds_per_1000_rows(runs: Frame) -> Frame:
    """Of the processor, for a fit; the median over the runs."""
    return (runs["fit_cpu_seconds"] / runs["rows"] * 1000).groupby(runs["learner"]).median()


def markdown(found: Frame) -> str:
    """A summary as a table in Markdown; of each measure the mean and the rank."""
    columns = [name for name in found.columns if not name.endswith("wins")]
    lines = [f"| | {' | '.join(columns)} |", "|---|" + "--:|" * len(columns)]
    for learner, row in found[columns].iterrows():
        lines.append(f"| {learner} | {' | '.join('' if v != v else f'{v:.3g}' for v in row)} |")
    return "\n".join(lines)


def summary(runs: Frame, which: str) -> Frame:
    """A row a learner: each measure's shifted mean, rank and win rate on one half of the tables, or on `all`."""
    runs = runs if which == "all" else runs[[half(name) == which for name in runs["table"]]]
    parts = []
    for measure in MEASURES:
        values = by_table(runs, measure)
        found = {"mean": shifted_mean(values), "rank": ranks(values), "wins": win_rate(values)}
        parts += [one.rename(f"{measure} {name}") for name, one in found.items()]
    return pd.concat([*parts, seconds_per_1000_rows(runs).rename("fit CPU s / 1,000 rows")], axis=1)
