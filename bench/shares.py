"""What a step's time goes to: ``python bench/shares.py --help``.

A whole step on one thread and on two, and its products alone, of the same shapes and as often, on one thread. Each
has its turn in every round. What the products do not take goes to element-wise passes (bias, activation, loss head,
moving), to gathering the rows and to calls; what two threads take beyond half the time of one is sharing and waiting.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import numpy as np
import report
from nets import NETS, Net
from numba import njit
from peers.ours import Clearprop
from rich.console import Console
from rich.table import Table
from speed import WIDTH, facts, some_of

from clearprop.engine.products import multiply, product_function, scratch_size

SECONDS = 0.3  # of a turn


@njit(nogil=True)
def _products(function, shapes, a, b, c, scratch, steps):
    size = a.itemsize
    at = a.ctypes.data, b.ctypes.data, c.ctypes.data, scratch.ctypes.data
    for _ in range(steps):
        for ta, tb, m, n, k in shapes:
            multiply(function, size, ta, tb, m, n, k, 1.0, at[0], at[1], 0.0, at[2], at[3])


class Products:
    """The products of a step of a network, on numbers that lie where those of a step would: in the caches."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.shapes = np.array(list(shapes(net)))
        largest = max(max(m * k, k * n, m * n) for _, _, m, n, k in self.shapes)
        self.arrays = [np.full(largest, 0.5, np.float32) for _ in range(3)]
        self.arrays.append(np.empty(scratch_size(int(self.shapes[:, 4].max()), 4), np.float32))

    def turns(self, n: int) -> None:
        function = product_function("float32").address
        _products(function, self.shapes, *self.arrays, n * self.net.steps)


def shapes(net: Net) -> list[tuple[int, int, int, int, int]]:
    """Of each product of a step: which factor is stored transposed, then rows, columns, and terms of a sum."""
    layers = list(pairwise(net.sizes))
    forward = [(0, 0, net.batch, n_out, n_in) for n_in, n_out in layers]
    back = [(0, 1, net.batch, n_in, n_out) for n_in, n_out in layers[1:]]
    gradients = [(1, 0, n_in, n_out, net.batch) for n_in, n_out in layers]
    return forward + back + gradients


def measured(net: Net, rounds: int) -> dict[str, float]:
    """Medians over the rounds: microseconds of a step on one thread, and the shares."""
    turns: dict[str, Callable[[int], None]] = {
        "one": Clearprop(net, 1).turns, "two": Clearprop(net, 2).turns, "products": Products(net).turns,
    }  # fmt: skip
    many = {name: _turns(turn) for name, turn in turns.items()}
    found: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            found[name].append(_seconds(turn, many[name]) / (many[name] * net.steps) * 1e6)
    products = median(p / one for p, one in zip(found["products"], found["one"], strict=True))
    waiting = median(1 - one / (2 * two) for one, two in zip(found["one"], found["two"], strict=True))
    return {"us": median(found["one"]), "products": products, "rest": 1 - products, "waiting": waiting}


def _turns(turn: Callable[[int], None]) -> int:
    """How many make up `SECONDS`; the first call compiles."""
    turn(1)
    return max(1, round(SECONDS / _seconds(turn, 1)))


def _seconds(turn: Callable[[int], None], n: int) -> float:
    start = time.perf_counter()
    turn(n)
    return time.perf_counter() - start


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nets", type=lambda text: some_of(text, NETS), default=list(NETS))
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(facts(report.machine()), soft_wrap=True)
    table = Table(
        "network", "µs a step, one thread", "products", "the rest", "sharing and waiting, two threads"
    )
    for name in options.nets:
        found = measured(NETS[name], options.rounds)
        shares = (f"{found[part]:.0%}" for part in ("products", "rest", "waiting"))
        table.add_row(str(NETS[name]), f"{found['us']:,.1f}", *shares)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
