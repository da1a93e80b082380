"""What each item of the recipe is worth: `accurate` with one item off: ``python bench/ablation.py --help``.

Figures are differences of the logarithm of (error + 0.01), as in the means of bench/accuracy.py, in per cent, with
their standard error over the tables; above 0 the item helps. Runs that are in the CSV are not repeated.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from learning import data, results
from learning.judge import judged
from learning.learners import clearprop

WHOLE = "accurate"
OFF: dict[str, dict[str, Any]] = {
    "eight members (one)": {"members": 1},
    "scales of the inputs": {"scale_rate": 0.0},
    "neural-tangent rates and start": {
        "tangent": False,
        "bias_rate": 1.0,
        "scheme": "he",
        "learning_rate_init": 6e-3,
    },
    "places and parts of numbers": {"places": False},
    "mish (relu)": {"activation": "relu"},
    "mish (silu)": {"activation": "silu"},
    "beta2 of 0.95 (0.999)": {"betas": (0.9, 0.999)},
    "four falls of the rate (constant)": {"learning_rate": "constant"},
    "four falls of the rate (one, a cosine)": {"learning_rate": "cosine"},
    "slow biases": {"bias_rate": 1.0},
    "weight decay": {"weight_decay": 0.0},
}


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, and print the table."""
    options = parse(arguments)
    os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")})
    from clearprop.estimators.presets import PRESETS

    whole = PRESETS[WHOLE]
    PRESETS.update({name: replace(whole, **change) for name, change in OFF.items()})
    for seed in range(options.seeds):
        for name in options.tables or data.names(options.folder):
            task = data.task(options.folder, name, options.rows, seed)
            for variant in (WHOLE, *OFF):
                if not done(options.csv, name, variant, seed):
                    found = judged(clearprop(variant), task, 1, seed)
                    row = {"table": name, "learner": variant, "seed": seed, "rows": len(task.y)}
                    results.append(options.csv, row | found)
    print(table(results.read(options.csv)))
    return 0


def done(csv: Path, table: str, variant: str, seed: int) -> bool:
    """Whether the CSV has this run."""
    runs = results.read(csv)
    return bool(((runs["table"] == table) & (runs["learner"] == variant) & (runs["seed"] == seed)).any())


def table(runs: results.Frame) -> str:
    """A row an item, in Markdown: per cent that its absence adds, with the standard error."""
    columns = {measure: worth(runs, measure) for measure in results.MEASURES}
    lines = ["| without | error % | log-loss % | nRMSE % |", "|---|--:|--:|--:|"]
    for variant in OFF:
        cells = [f"{m:+.1f} ± {se:.1f}" for m, se in (columns[k][variant] for k in results.MEASURES)]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    return "\n".join(lines)


def worth(runs: results.Frame, measure: str) -> dict[str, tuple[float, float]]:
    """Of each item the mean over the tables, and its standard error."""
    values = np.log(results.by_table(runs, measure) + results.SHIFT)
    if values.empty:
        return dict.fromkeys(OFF, (np.nan, np.nan))
    more = 100 * values.sub(values[WHOLE], axis=0)
    return {name: (float(more[name].mean()), float(more[name].std() / np.sqrt(len(more)))) for name in OFF}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, help="of Parquet files; without it scikit-learn's tables"
    )
    parser.add_argument("--tables", nargs="+", help="only these")
    parser.add_argument("--rows", type=int, default=3000, help="of a table, at most; a third is for the test")
    parser.add_argument("--seeds", type=int, default=1, help="splits of each table")
    parser.add_argument("--csv", type=Path, default=Path("ablation.csv"), help="where runs are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
