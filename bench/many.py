"""64 networks at once, beside scikit-learn's one after the other and JAX under vmap: ``python bench/many.py --help``.

Every way has a process of its own for each number of threads, and all take turns in every round; the best number of
threads counts. A round is a fit of all networks, from the checks of X to the fitted estimators; of JAX it is the
training alone, compiled before.
"""

import argparse
import json
import random
import sys
from contextlib import ExitStack
from statistics import median
from typing import Any

import report
from arithmetic import fastest, ratio
from nets import MANY, NETS
from peers import MANY as WAYS
from remote import Remote, WorkerError
from rich.console import Console
from rich.table import Table
from speed import THREADS, WIDTH, facts, some_of, whole

FIRST = "fit_many"
Times = dict[str, dict[int, list[float]]]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write."""
    options = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    parts: dict[str, Any] = {"machine": report.machine(), "options": vars(options), "nets": {}}
    console.print(facts(parts["machine"]), soft_wrap=True)
    for name in options.nets:
        times, missing = measured(name, options)
        parts["nets"][name] = {"results": rows(times), "rounds_us": times, "not_available": missing}
        console.print(table(name, options.epochs, parts["nets"][name]))
    parts["machine"]["load_after"] = report.machine()["load"]
    console.print(f"Load: {parts['machine']['load']} before, {parts['machine']['load_after']} after.")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(parts, file, indent=1)
    return 0


def measured(name: str, options: argparse.Namespace) -> tuple[Times, dict[str, str]]:
    """Microseconds for a step of each network, a round each; and why a way has none."""
    times: Times = {}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        workers = {}
        for way in options.ways:
            try:
                for threads in THREADS:
                    workers[way, threads] = stack.enter_context(Remote(threads))
                    workers[way, threads].ask("many", way=way, net=name)
            except WorkerError as error:
                missing[way] = str(error)
        turns = [key for key in workers if key[0] not in missing]
        for r in range(options.rounds):
            for way, threads in random.Random(r).sample(turns, len(turns)):
                us = workers[way, threads].ask("round", turns=options.epochs)["us"]
                times.setdefault(way, {}).setdefault(threads, []).append(us / MANY)
    return times, missing


def rows(times: Times) -> list[dict[str, Any]]:
    """A way each: its best number of threads, and how many times as long as `fit_many` it takes."""
    ours = times[FIRST][fastest(times[FIRST])] if FIRST in times else None
    found = []
    for way, each in times.items():
        best = fastest(each)
        found.append(
            {
                "way": way,
                "threads": best,
                "us_per_step": median(each[best]),
                "ratio": ratio(each[best], ours) if ours else None,
            }
        )
    return found


def table(name: str, epochs: int, part: dict[str, Any]) -> Table:
    """A net's part, to be looked at."""
    title = f"{MANY} times {NETS[name]}; {epochs} epochs"
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for column in ("way", "threads", "µs a step of one network", "× fit_many"):
        drawn.add_column(column, justify="left" if column == "way" else "right")
    for row in part["results"]:
        times = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        drawn.add_row(row["way"], str(row["threads"]), f"{row['us_per_step']:.2f}", times)
    for way, reason in part["not_available"].items():
        drawn.add_row(way, "–", "–", reason)
    return drawn


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known = {name: net for name, net in NETS.items() if net.head == "softmax" and net.activation != "mish"}
    parser.add_argument("--nets", type=some_of(known), default=["D"], help=f"of {','.join(known)}")
    parser.add_argument("--ways", type=some_of(WAYS), default=list(WAYS), help=f"of {','.join(WAYS)}")
    parser.add_argument("--rounds", type=whole, default=5)
    parser.add_argument("--epochs", type=whole, default=20, help="of a fit; 20")
    parser.add_argument("--json", metavar="FILE", help="write all numbers there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
