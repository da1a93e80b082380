"""How far a fit with a `time_limit` goes beyond it: ``python bench/time_limit.py --help``.

Each fit has a process of its own, as a user's first fit has; loading the package and making the table do not count.
"""

import argparse
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROWS, COLUMNS = 20_000, 20


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print a table in Markdown."""
    options = parse(arguments)
    found = pd.read_csv(options.csv) if options.csv.exists() else pd.DataFrame()
    for task in options.tasks:
        for preset in options.presets:
            for limit in options.limits:
                if not len(found) or not has(found, task, preset, limit):
                    with multiprocessing.get_context("spawn").Pool(1) as pool:
                        row = pool.apply(measured, (task, preset, limit, options.refit))
                    pd.DataFrame([row]).to_csv(
                        options.csv, mode="a", header=not options.csv.exists(), index=False
                    )
    print(table(pd.read_csv(options.csv)))
    return 0


def has(found: pd.DataFrame, task: str, preset: str, limit: float) -> bool:
    """Whether this was measured."""
    return bool(((found["task"] == task) & (found["preset"] == preset) & (found["limit"] == limit)).any())


def measured(task: str, preset: str, limit: float, refit: bool) -> dict[str, Any]:
    """One fit, on the clock."""
    from clearprop import TabularClassifier, TabularRegressor

    X, y = rows(task)
    kind = TabularRegressor if task == "regression" else TabularClassifier
    name, _, members = preset.partition(" of ")
    model: Any = kind(name, members=int(members) if members else None, time_limit=limit, refit=refit)
    began = time.perf_counter()
    model.fit(X, y)
    seconds, record = time.perf_counter() - began, model.model_.record
    X, y = rows(task, seed=1)
    return {
        "task": task, "preset": preset, "limit": limit, "seconds": seconds,
        "members": len(model.model_.members), "epochs": len(record.rows),
        "planned": model.model_.estimator["settings"]["max_iter"], "stopped": record.stopped,
        "score": model.score(X, y), "cut": record.cut,
    }  # fmt: skip


def rows(task: str, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """A table of numbers whose target depends on ten of them, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, COLUMNS))
    z = np.sin(2 * X[:, 0]) * X[:, 1] + np.abs(X[:, 2]) + X[:, 3:10] @ np.linspace(-1, 1, 7)
    y = z + rng.normal(0, 0.5, ROWS)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(COLUMNS)])
    return frame, y if task == "regression" else np.digitize(y, [-1.0, 1.0])


def table(found: pd.DataFrame) -> str:
    """A row a fit."""
    lines = [
        "| | preset | limit, s | took, s | over % | networks | epochs | score |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for _, row in found.iterrows():
        over = max(row["seconds"] / row["limit"] - 1, 0)
        lines.append(
            f"| {row['task']} | {row['preset']} | {row['limit']:g} | {row['seconds']:.2f} | {100 * over:.1f} | "
            f"{row['members']} | {row['epochs']} | {row['score']:.3f} |"
        )
    return "\n".join(lines)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--limits", nargs="+", type=float, default=[5, 10, 20, 60], help="seconds")
    parser.add_argument("--presets", nargs="+", default=["fast", "fast of 1", "accurate", "best"])
    parser.add_argument("--tasks", nargs="+", default=["classification", "regression"])
    parser.add_argument(
        "--no-refit", dest="refit", action="store_false", help="leave out the second training"
    )
    parser.add_argument("--csv", type=Path, default=Path("time_limit.csv"), help="where runs are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
