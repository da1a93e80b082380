"""Training steps a second, beside scikit-learn, PyTorch and JAX: ``python bench/speed.py --help``.

Every peer has a process of its own for each number of threads, and all take turns in every round; the best
number of threads counts. First, in one process, the peers' losses after the same steps are compared.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import Any

import measure
import report
from nets import NETS
from peers import PEERS
from rich.console import Console

THREADS = (1, 2)
WIDTH = 118
NOTES = """\
× clearprop: how many times as long a step takes, round by round, then the median. % of peak: of the sgemm rate on
as many threads, on the products' FLOPs alone. First call: memory, compiling (what is on the disk is not compiled
again) and one turn, the slower of the numbers of threads. scikit-learn trains T as 3-4-1, one logistic unit."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write. Returns 1 where the peers do not do the same work."""
    options = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    parts: dict[str, Any] = {"machine": report.machine(), "options": vars(options)}
    console.print(facts(parts["machine"]), soft_wrap=True)
    console.print(f"Loss after {measure.AGREE_STEPS} steps from the same weights, on the same batches:")
    agreements = measure.losses(options.nets, options.peers)
    console.print("\n".join(map(report.agreement, agreements)), soft_wrap=True)
    if not all(found.holds for found in agreements):
        return 1
    parts["agreement"] = [asdict(found) | {"spread": found.spread} for found in agreements]
    parts |= run(options, console)
    parts["machine"]["load_after"] = report.machine()["load"]
    console.print(NOTES)
    console.print(f"Load: {parts['machine']['load']} before, {parts['machine']['load_after']} after.")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(parts, file, indent=1)
    return 0


def run(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    """All rounds of all nets, each net's table as soon as it is there."""
    threads = [t for t in THREADS if t <= (os.cpu_count() or 1)]
    tell = Console(stderr=True).print if options.verbose else lambda line: None
    nets = {}
    with measure.Bench(options.peers, threads, tell) as bench:
        for peer, reason in bench.missing.items():
            console.print(f"Skipped: {peer} ({reason})", soft_wrap=True)
        for name in options.nets:
            nets[name] = report.as_dict(name, bench.net(name, options.rounds, options.seconds))
            console.print(report.table(nets[name]))
        return {"skipped": bench.missing, "nets": nets}


def facts(machine: dict[str, Any]) -> str:
    """The machine in a line."""
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    return f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {libraries}"


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options; `--quick` fills in what is not given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nets", type=some_of(NETS), default=list(NETS), help=f"of {','.join(NETS)}")
    parser.add_argument("--peers", type=some_of(PEERS), default=list(PEERS), help=f"of {','.join(PEERS)}")
    parser.add_argument("--rounds", type=whole, help="11, or 3 with --quick")
    parser.add_argument("--quick", action="store_true", help="short rounds, and few")
    parser.add_argument("--json", metavar="FILE", help="write all numbers there")
    parser.add_argument("--verbose", action="store_true", help="say what is being done")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 11)
    options.seconds = 0.03 if options.quick else 0.3  # of a round of one peer
    return options


def some_of(known: Any) -> Any:
    """A parser of names with commas between them."""

    def names(text: str) -> list[str]:
        given = [name.strip() for name in text.split(",")]
        if unknown := [name for name in given if name not in known]:
            msg = f"must be of {', '.join(known)}; got {', '.join(unknown)}"
            raise argparse.ArgumentTypeError(msg)
        return list(dict.fromkeys(given))

    return names


def whole(text: str) -> int:
    """A parser of a whole number, 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"must be a whole number, 1 or more; got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
