"""How training scales over workers: one and two measured, and a model fitted to that for 10, 100 and 1000.

python bench/scaling.py

Strong scaling keeps the batch and divides it; weak scaling gives every worker a batch's worth, so that the batch grows
with them. Measured are processes on this machine over gloo, the loop and the sums of `clearprop.train.workers`. The
model takes a step as the work of the fullest share and a ring allreduce (Patarasu and Yuan, Journal of Parallel and
Distributed Computing 69, 2009): 2 (N - 1) messages of latency a, and 2 (N - 1) / N of the gradient at b bytes a second.
a and b are fitted to sums over the two processes; the tenth of the steps that was least disturbed counts.
Those of a network can be put in their place: `--latency`, `--bandwidth`.
"""

import argparse
import json
import math
import subprocess
import sys
from typing import NamedTuple

import numpy as np

NET, BATCH, ROWS = (28, 256, 256, 256, 2), 256, 40_000  # the preset `accurate` on a table of 28 numbers
SIZES = (
    1 << 10,
    1 << 14,
    1 << 17,
    1 << 20,
    1 << 22,
)  # bytes of the sums that latency and bandwidth are fitted to
SHARE = 0.1  # of the steps: the quantile that is taken, as the machine may have other work
MODELLED = (1, 2, 10, 100, 1000)
CHILD = """
import json, sys, time
import numpy as np
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network
from clearprop.train.checkpoint_signals import Asked
from clearprop.train.loop import train
from clearprop.train.settings import Settings
from clearprop.train.source import InMemory
from clearprop.train.workers.together import Together
from clearprop.train.workers.torch_group import torchrun_group
net, batch, rows, seconds, sizes, share = json.loads(sys.argv[1])
with torchrun_group(60) as group:
    sums = {}
    for size in sizes:
        numbers, times = np.zeros(size // 4, np.float32), []
        for _ in range(60):
            group.share(np.zeros(1))  # all begin together
            began = time.perf_counter()
            group.add(numbers)
            times.append(time.perf_counter() - began)
        sums[size] = float(np.quantile(times[10:], share))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, net[0])).astype(np.float32)
    data = Batch(X, (X[:, :1] > 0).astype(np.float32), np.ones(rows, np.float32))
    settings = Settings(Solver("adamw"), 10**6, batch, 1e-4, threads=1, time_limit=seconds)
    engine, way = Engine(Network(tuple(net)).initialize(0), settings.solver, batch), Together(group, Asked())
    train(engine, InMemory(data, 0).share(group.rank, group.size), settings, way=way)
    if group.rank == 0:
        work, sum_ = np.quantile(way.worth.times[: way.worth.steps], share, axis=0)
        print(json.dumps({"work": work, "sum": sum_, "sums": sums, "parameters": engine.net.n_parameters}))
"""


class Cost(NamedTuple):
    """What a step is made of: seconds of its own, seconds a row, latency of a message, bytes a second, bytes."""

    fixed: float
    row: float
    latency: float
    bandwidth: float
    size: int

    def step(self, workers: int, batch: int) -> float:
        """Seconds of a step of `batch` rows over so many workers."""
        ring = 2 * (workers - 1) * self.latency + 2 * (workers - 1) / workers * self.size / self.bandwidth
        return self.fixed + self.row * fullest(workers, batch) + ring

    def rate(self, workers: int, batch: int) -> float:
        """Rows a second."""
        return batch / self.step(workers, batch)


def fullest(workers: int, batch: int) -> float:
    """The rows of the worker that has the most of a batch whose rows lie with workers at random, on average, about."""
    mean = batch / workers
    return min(batch, mean + math.sqrt(2 * mean * math.log(workers))) if workers > 1 else mean


def measure(workers: int, batch: int, seconds: float) -> dict:
    """The seconds of a step's own work and of its sum, and of sums of several sizes."""
    given = json.dumps([NET, batch, ROWS, seconds, SIZES, SHARE])
    how = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(workers), "--no-python")
    command = [sys.executable, *how, sys.executable, "-c", CHILD, given]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return json.loads(ended.stdout.splitlines()[-1])


def fitted(found: dict[tuple[int, int], list[dict]], size: int) -> Cost:
    """Least squares of relative errors: of the work of steps of one worker, and of the sums over two."""
    one = {batch: min(f["work"] for f in runs) for (workers, batch), runs in found.items() if workers == 1}
    two = [f["sums"] for (workers, _), runs in found.items() if workers == 2 for f in runs]
    row, fixed = line_through(one)
    byte, start = line_through({b: min(sums[str(b)] for sums in two) for b in SIZES})
    return Cost(max(fixed, 0.0), row, max(start / 2, 1e-6), 1 / byte, size)


def line_through(points: dict[int, float]) -> tuple[float, float]:
    """Slope and start."""
    slope, start = np.polyfit(list(points), list(points.values()), 1, w=1 / np.array(list(points.values())))
    return float(slope), float(start)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--latency", type=float, help="seconds of a message, in place of the fitted ones")
    given.add_argument("--bandwidth", type=float, help="bytes a second, in place of the fitted ones")
    asked = given.parse_args()
    runs = [(1, BATCH // 2), (1, BATCH), (2, BATCH), (1, 2 * BATCH), (2, 2 * BATCH)]
    found: dict[tuple[int, int], list[dict]] = {run: [] for run in runs}
    for _ in range(asked.rounds):
        for workers, batch in runs:
            found[workers, batch].append(measure(workers, batch, asked.seconds))
    cost = fitted(found, 4 * found[1, BATCH][0]["parameters"])
    print(f"a step: {1e6 * cost.fixed:.0f} us, {1e6 * cost.row:.2f} us a row; a message {1e6 * cost.latency:.0f} us, "
          f"{cost.bandwidth / 1e9:.2f} GB/s; gradient {cost.size / 1e6:.2f} MB")  # fmt: skip
    cost = cost._replace(latency=asked.latency or cost.latency, bandwidth=asked.bandwidth or cost.bandwidth)
    for name, grows in (("strong", False), ("weak", True)):
        print(
            f"\n{name} scaling\n{'workers':>8}{'batch':>8}{'rows/s':>12}{'times one':>11}{'of ideal':>10}  from"
        )
        told = measured(found, grows)
        for workers in MODELLED:
            batch = BATCH * (workers if grows else 1)
            if workers in told:
                line(workers, batch, told[workers], told[1], "measured")
            line(workers, batch, cost.rate(workers, batch), cost.rate(1, BATCH), "model")
    print("\nfor docs/large.md, rows a second:\n")
    print(table(found, cost))


def table(found: dict[tuple[int, int], list[dict]], cost: Cost) -> str:
    """Both scalings in Markdown, measured and modelled; two figures of the model that count, three of the others."""
    lines = [
        "| workers | strong, measured | strong, model | weak, measured | weak, model |",
        "|--:|--:|--:|--:|--:|",
    ]
    for workers in MODELLED:
        cells = [f"{workers}"]
        for grows in (False, True):
            seen = measured(found, grows).get(workers)
            cells.append("" if seen is None else f"{float(f'{seen:.3g}'):,.0f}")
            cells.append(f"{float(f'{cost.rate(workers, BATCH * (workers if grows else 1)):.2g}'):,.0f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def measured(found: dict[tuple[int, int], list[dict]], grows: bool) -> dict[int, float]:
    """Rows a second of one worker and of two, in the best round."""
    rates = {}
    for workers in (1, 2):
        batch = BATCH * (workers if grows else 1)
        steps = (f["work"] + (f["sum"] if workers > 1 else 0) for f in found[workers, batch])
        rates[workers] = batch / min(steps)
    return rates


def line(workers: int, batch: int, rate: float, one: float, source: str) -> None:
    times = rate / one
    print(f"{workers:>8}{batch:>8}{rate:>12,.0f}{times:>11.2f}{times / workers:>10.0%}  {source}")


if __name__ == "__main__":
    main()
