"""Seconds of training to an accuracy on images: ``python bench/time_to_accuracy.py --data FOLDER --help``.

A 784-200-80-10 network on MNIST or Fashion-MNIST: the four IDX files of a set (`train-images-idx3-ubyte`, ..., also
.gz), in a folder of that name. All peers take Adam with its usual rate and the same batches; "clearprop-best" adds what
keeps a network from learning by heart. After each epoch the accuracy on the test images is taken; its time does not
count, nor does compiling. Every peer has a process of its own; they take turns, an epoch each.
"""

import argparse
import gzip
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import report
from nets import Net
from peers import LEARNING
from remote import Remote, WorkerError
from rich.console import Console
from rich.table import Table
from speed import THREADS, WIDTH, facts, some_of, whole

SETS = ("mnist", "fashion-mnist")
TARGETS = {"mnist": (0.979, 0.984), "fashion-mnist": (0.88, 0.895)}


def main(arguments: list[str] | None = None) -> int:
    """Train, print, write."""
    options = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    parts: dict[str, Any] = {"machine": report.machine(), "sets": {}}
    console.print(facts(parts["machine"]), soft_wrap=True)
    for name in options.sets:
        try:
            images(options.data, name, "t10k")
        except OSError as error:
            sys.exit(
                f"The images of {name} must be in {options.data}/{name}: {error}. Give their folder by --data."
            )
        parts["sets"][name] = learned(name, options)
        console.print(table(name, parts["sets"][name]))
    parts["machine"]["load_after"] = report.machine()["load"]
    console.print(f"Load: {parts['machine']['load']} before, {parts['machine']['load_after']} after.")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(parts, file, indent=1)
    return 0


def images(folder: str, name: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images of a part ("train" or "t10k") as rows of numbers from 0 to 1, and their classes."""
    X, y = (idx(Path(folder, name, f"{part}-{what}")) for what in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    return (X.reshape(len(X), -1) / np.float32(255)).astype(np.float32), y.astype(np.int64)


def idx(path: Path) -> np.ndarray:
    """An IDX file of bytes: 0, 0, 8, the number of axes, their lengths in four bytes each, the numbers."""
    raw = (
        path.read_bytes()
        if path.exists()
        else gzip.decompress(path.with_name(path.name + ".gz").read_bytes())
    )
    if raw[:3] != b"\0\0\x08":
        msg = f"{path} is no IDX file of bytes"
        raise OSError(msg)
    shape = np.frombuffer(raw, ">u4", raw[3], 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def network(folder: str, name: str) -> Net:
    """The network, with the images that it learns from."""
    X, y = images(folder, name, "train")
    return Net(
        name, (784, 200, 80, 10), 125, len(X), solver="adam", lr=1e-3, l2=0.0, given=(X, y)
    )  # 125: whole batches


def learned(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """For each peer the seconds and the accuracy after each epoch."""
    found: dict[str, Any] = {peer: {"seconds": [], "accuracy": []} for peer in options.peers}
    missing = {}
    with ExitStack() as stack:
        workers = {}
        for peer in options.peers:
            workers[peer] = stack.enter_context(Remote(options.threads))
            try:
                workers[peer].ask("learn", peer=peer, data=options.data, set=name)
            except WorkerError as error:
                missing[peer] = str(error)
                found.pop(peer)
        for _ in range(options.epochs):
            for peer, curve in found.items():
                answer = workers[peer].ask("epoch")
                before = curve["seconds"][-1] if curve["seconds"] else 0.0
                curve["seconds"].append(before + answer["seconds"])
                curve["accuracy"].append(answer["accuracy"])
    return {"curves": found, "not_available": missing}


def table(name: str, part: dict[str, Any]) -> Table:
    """Seconds, and epochs, to each target."""
    targets = TARGETS[name]
    drawn = Table(title=f"{name}: 784-200-80-10", title_justify="left", title_style="bold")
    for column in ("peer", *(f"s to {t:.1%} (epochs)" for t in targets), "best", "s an epoch"):
        drawn.add_column(column, justify="left" if column == "peer" else "right")
    for peer, curve in part["curves"].items():
        cells = [reached(curve, target) for target in targets]
        seconds = np.diff(curve["seconds"], prepend=0.0)
        drawn.add_row(peer, *cells, f"{max(curve['accuracy']):.2%}", f"{np.median(seconds):.2f}")
    for peer, reason in part["not_available"].items():
        drawn.add_row(peer, "–", "–", reason, "")
    return drawn


def reached(curve: dict[str, list[float]], target: float) -> str:
    """When a curve first was at the target."""
    at = next((i for i, a in enumerate(curve["accuracy"]) if a >= target), None)
    return "not reached" if at is None else f"{curve['seconds'][at]:.1f} ({at + 1})"


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    folder = os.environ.get("CLEARPROP_IMAGES", ".")
    parser.add_argument(
        "--data", default=folder, help="the folder of the sets; or the variable CLEARPROP_IMAGES"
    )
    parser.add_argument("--sets", type=some_of(SETS), default=list(SETS), help=f"of {','.join(SETS)}")
    parser.add_argument(
        "--peers", type=some_of(LEARNING), default=list(LEARNING), help=f"of {','.join(LEARNING)}"
    )
    parser.add_argument("--epochs", type=whole, default=30)
    parser.add_argument("--threads", type=int, choices=THREADS, default=THREADS[-1])
    parser.add_argument("--json", metavar="FILE", help="write all numbers there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
