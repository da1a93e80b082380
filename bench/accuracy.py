"""Error and time on real tables, beside scikit-learn, boosted trees and RealMLP: ``python bench/accuracy.py --help``.

Tables are Parquet files, their target in the column ``__target__``: texts are classes, numbers a regression.
Every learner keeps its defaults. A run that is in the CSV already is not repeated, so a stopped campaign goes on.
"""

import argparse
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

from learning import data, page, results
from learning.learners import LEARNERS
from rich.console import Console
from rich.table import Table

WIDTH = 150
REFERENCE = "clearprop accurate"


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, print the means, write the page."""
    options = parse(arguments)
    os.environ.update({f"{name}_NUM_THREADS": str(options.threads) for name in ("OMP", "OPENBLAS", "MKL")})
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    for seed in range(options.seeds):
        for learner in options.learners:
            with Worker() as worker:
                for name in options.tables or data.names(options.folder):
                    if not done(options, name, learner, seed):
                        console.print(run(worker, options, name, learner, seed), soft_wrap=True)
    runs = results.read(options.csv)
    runs = runs[runs["learner"].isin(options.learners)]
    for which in ("choose", "report"):
        console.print(drawn(results.summary(runs, which), which))
    if options.markdown:
        reported = half_of(runs, "report")
        print(results.markdown(results.summary(runs, "report")))
        print(f"\nMore than {REFERENCE}:\n\n{results.beside(reported, REFERENCE)}")
    if options.page:
        options.page.write_text(page.html(runs), encoding="utf-8")
    if options.figures:
        reported = half_of(runs, "report")
        for measure in results.MEASURES:
            (options.figures / f"accuracy_{measure}.svg").write_bytes(page.svg(reported, measure))
    return 0


class Worker:
    """A process that does one run after the other; a new one takes its place after a run that failed."""

    def __init__(self) -> None:
        self.pool: Any = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        if self.pool:
            self.pool.terminate()
        self.pool = None

    def run(self, asked: tuple[Any, ...], limit: float) -> dict[str, Any]:
        """What `measured` gives, or why there is nothing."""
        self.pool = self.pool or multiprocessing.get_context("spawn").Pool(1)
        try:
            return self.pool.apply_async(measured, asked).get(limit)
        except Exception as error:  # written down, so that the other runs go on
            self.end()
            return {"failure": f"{type(error).__name__}: {error}".partition("\n")[0][:200]}


def half_of(runs: results.Frame, which: str) -> results.Frame:
    return runs[[data.half(name) == which for name in runs["table"]]]


def done(options: argparse.Namespace, name: str, learner: str, seed: int) -> bool:
    """Whether the CSV has this run."""
    runs = results.read(options.csv)
    return bool(((runs["table"] == name) & (runs["learner"] == learner) & (runs["seed"] == seed)).any())


def run(worker: Worker, options: argparse.Namespace, name: str, learner: str, seed: int) -> str:
    """One run, in a process that may take its time but not all of it; a line about it."""
    asked = (str(options.folder or ""), name, learner, seed, options.rows, options.threads)
    row = worker.run(asked, options.limit)
    results.append(options.csv, {"table": name, "learner": learner, "seed": seed} | row)
    shown = {key: round(value, 4) for key, value in row.items() if isinstance(value, float)}
    return f"{name}, {learner}, seed {seed}: {shown or row}"


def measured(folder: str, name: str, learner: str, seed: int, rows: int, threads: int) -> dict[str, Any]:
    """What the other process does: twice the same fit, the first of a tenth of the rows, so that code is loaded."""
    from learning.judge import judged

    place = Path(folder) if folder else None
    judged(LEARNERS[learner], data.task(place, name, max(rows // 10, 300), seed), threads, seed)
    task = data.task(place, name, rows, seed)
    about = {"rows": len(task.y), "columns": task.X.shape[1]}
    return about | judged(LEARNERS[learner], task, threads, seed)


def drawn(found: Any, which: str) -> Table:
    """The means of one half of the tables, to be looked at."""
    table = Table(
        title=f"tables to {which}: shifted geometric means, mean ranks, win rates", title_justify="left"
    )
    for column in ("learner", *found.columns):
        table.add_column(column, justify="left" if column == "learner" else "right")
    for learner, row in found.iterrows():
        table.add_row(str(learner), *("–" if value != value else f"{value:.3g}" for value in row))
    return table


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, help="of Parquet files; without it scikit-learn's tables"
    )
    parser.add_argument("--tables", nargs="+", help="only these")
    parser.add_argument(
        "--learners", nargs="+", choices=list(LEARNERS), default=list(LEARNERS), metavar="NAME"
    )
    parser.add_argument("--rows", type=int, default=6000, help="of a table, at most; a third is for the test")
    parser.add_argument("--seeds", type=int, default=1, help="splits of each table")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one run")
    parser.add_argument("--csv", type=Path, default=Path("accuracy.csv"), help="where runs are kept")
    parser.add_argument("--page", type=Path, help="write a page with plots")
    parser.add_argument("--markdown", action="store_true", help="print the means of the tables to report")
    parser.add_argument("--figures", type=Path, help="a folder to write the plots of the tables to report to")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
