"""What each item of the recipe is worth: `accurate` with one item off: ``python bench/ablation.py --help``.

Figures are differences of the logarithm of (error + 0.01), as in the means of bench/accuracy.py, in per cent, with
their standard error over the tables; above 0 the item helps. Runs that are in the CSV are not repeated, so a stopped
campaign goes on.
"""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from learning import data, results
from learning.judge import judged

WHOLE = "accurate"
DROPS = 0.15


@dataclass(frozen=True)
class Item:
    """How an item is switched: fields of the preset, parameters of the estimator, or a part of the package replaced."""

    preset: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    part: Callable[[], Any] | None = None


def of(**preset: Any) -> Item:
    return Item(preset)


def no_parts() -> Any:
    from clearprop.tables.number import Number

    return mock.patch.object(Number, "ramps", ())


def no_clip() -> Any:
    return mock.patch("clearprop.maths.derivation.smooth_clip", lambda x: x)


def drops() -> Any:
    """Dropout after each hidden layer."""
    from clearprop.engine.engine import Engine

    def engine(params: Any, solver: Any, batch_size: int, dtype: str) -> Engine:
        return Engine(params, solver, batch_size, dtype, (0.0, DROPS, DROPS), seed=1)

    return mock.patch("clearprop.estimators.beginning.Engine", engine)


ITEMS = {
    "committee of eight (one network)": of(members=1),
    "committee of eight (one network of 3 x 256)": of(members=1, hidden_layer_sizes=(256, 256, 256)),
    "scales of the inputs": of(scale_rate=0.0),
    "tangent rates and start (one rate, He's start)": of(
        tangent=False, bias_rate=1.0, scheme="he", learning_rate_init=6e-3
    ),
    "slow biases": of(bias_rate=1.0),
    "places and parts of numbers": of(places=False),
    "parts of numbers": Item(part=no_parts),
    "contrasts of numbers": of(contrasts=0.0),
    "smooth clip": Item(part=no_clip),
    "Mish (SiLU)": of(activation="silu"),
    "Mish (relu)": of(activation="relu"),
    "beta2 = 0.95 (0.999)": of(betas=(0.9, 0.999)),
    "four falls of the rate (constant)": of(learning_rate="constant"),
    "four falls of the rate (one, a cosine)": of(learning_rate="cosine"),
    "lr = 0.1 (0.05)": of(learning_rate_init=0.05),
    "lr = 0.1 (0.2)": of(learning_rate_init=0.2),
    "decay = 0.05, of numbers 0.02 (0)": of(weight_decay=0.0, weight_decay_of_classes=0.0),
    "decay = 0.05, of numbers 0.02 (all 0.02)": of(weight_decay=0.02, weight_decay_of_classes=0.02),
    "decay = 0.05, of numbers 0.02 (all 0.1)": of(weight_decay=0.1, weight_decay_of_classes=0.1),
    "the best epoch (the last, of all rows)": Item(parameters={"early_stopping": False}),
    "logarithm of long tails": Item(parameters={"log_target": False}),
    "no shares of activations (0.1)": of(blended=True),
    "no shares of activations (1)": of(blended=True, blend_rate=1.0),
    "no embeddings of numbers (PBLD)": of(embedded=True),
    "places and parts of numbers (PBLD)": of(embedded=True, places=False),
    f"no dropout ({DROPS})": Item(part=drops),
}


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, and print the table."""
    options = parse(arguments)
    os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")})
    for seed in range(options.seeds):
        for name in options.tables or chosen(options.folder):
            task = data.task(options.folder, name, options.rows, seed)
            for variant in (WHOLE, *(item for item in ITEMS if options.only in item)):
                if not done(options.csv, name, variant, seed) and applies(variant, task):
                    row = {"table": name, "learner": variant, "seed": seed, "rows": len(task.y)}
                    results.append(options.csv, row | run(variant, task, seed))
    print(table(results.read(options.csv)))
    return 0


def chosen(folder: Path | None) -> list[str]:
    """The tables to choose by."""
    return [name for name in data.names(folder) if data.half(name) == "choose"]


def applies(variant: str, task: data.Task) -> bool:
    """Whether the item is one of this table's: only numbers have a logarithm."""
    return task.is_regression or "log_target" not in ITEMS.get(variant, Item()).parameters


def run(variant: str, task: data.Task, seed: int) -> dict[str, float]:
    """How wrong `accurate` is with an item off."""
    from clearprop import TabularClassifier, TabularRegressor
    from clearprop.estimators.presets import PRESETS

    item = ITEMS.get(variant, Item())

    def make(regression: bool, threads: int, seed: int) -> Any:
        kind = TabularRegressor if regression else TabularClassifier
        return kind(variant, random_state=seed, threads=threads, **item.parameters)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(PRESETS, {variant: replace(PRESETS[WHOLE], **item.preset)}))
        if item.part:
            stack.enter_context(item.part())
        return judged(make, task, 1, seed)


def done(csv: Path, table: str, variant: str, seed: int) -> bool:
    """Whether the CSV has this run."""
    runs = results.read(csv)
    return bool(((runs["table"] == table) & (runs["learner"] == variant) & (runs["seed"] == seed)).any())


def table(runs: results.Frame) -> str:
    """A row an item, in Markdown: per cent that its absence adds, with the standard error."""
    columns = [results.more(runs, measure, WHOLE) for measure in results.MEASURES]
    head = ["| without | error % | log-loss % | nRMSE % |", "|---|--:|--:|--:|"]
    rows = [f"| {item} | {' | '.join(results.cell(found, item) for found in columns)} |" for item in ITEMS]
    return "\n".join(head + rows)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, help="of Parquet files; without it scikit-learn's tables"
    )
    parser.add_argument("--tables", nargs="+", help="only these; without it those to choose by")
    parser.add_argument("--only", default="", metavar="TEXT", help="only items in whose names this stands")
    parser.add_argument("--rows", type=int, default=3000, help="of a table, at most; a third is for the test")
    parser.add_argument("--seeds", type=int, default=1, help="splits of each table")
    parser.add_argument("--csv", type=Path, default=Path("ablation.csv"), help="where runs are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
