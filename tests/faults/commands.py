"""`clearprop train` as a process of its own, on tables that take it some seconds.

Processes are forked from one that has the libraries loaded, which is half of what such a run takes.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

ROWS = 12_000
MODES = {
    "accurate, in memory": ("t.csv", ("--preset", "accurate", "--epochs", "3", "--batch-size", "32")),
    "fast, in memory": ("t.parquet", ("--preset", "fast", "--epochs", "15", "--batch-size", "32")),
    "plain, in memory": ("t.parquet", ("--preset", "plain", "--epochs", "60", "--batch-size", "32")),
    "fast, streamed": ("t.parquet", ("--preset", "fast", "--epochs", "15", "--batch-size", "32")),
}
# The table of 12,000 rows is streamed because it is said to take more memory than there is; pools are of 2,000 rows.
STREAMED = """
import clearprop.cli.streaming, clearprop.estimators.streaming
clearprop.cli.streaming.available_memory = lambda: 0
clearprop.estimators.streaming._capacity = lambda *given: 2000
"""
COMMAND = "import sys; from clearprop.cli import main; main(sys.argv[1:])"
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["clearprop.cli.training", "clearprop.engine.store", "typer._adapters"])


class Run:
    """A command in a forked process; the methods are those of `subprocess.Popen`."""

    def __init__(self, code: str, arguments: list[str]) -> None:
        self.stderr, there = CONTEXT.Pipe(duplex=False)
        self.process = CONTEXT.Process(target=_go, args=(code, arguments, there))
        self.process.start()
        there.close()
        assert self.process.pid
        self.pid = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> None:
        self.process.join(timeout)

    def communicate(self, timeout: float | None = None) -> tuple[None, str]:
        """What it said is less than a pipe holds, so that it need not be read meanwhile."""
        self.wait(timeout)
        assert self.poll() is not None, "It runs still."
        with open(self.stderr.fileno(), encoding="utf-8", closefd=False) as said:
            return None, said.read()

    @property
    def returncode(self) -> int | None:
        return self.poll()


def _go(code: str, arguments: list[str], stderr: Any) -> None:
    """In the forked process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(stderr.fileno(), 2)
    sys.argv = ["-c", *arguments]
    exec(code, {"__name__": "__main__"})


BEGUN: list[Run | subprocess.Popen] = []  # ended after each test, if they run still


def make_tables(folder: Path) -> None:
    """12,000 rows of 10 numbers, one with holes, a category and a class, as CSV and Parquet."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(ROWS, 10)).astype(np.float32)
    town = rng.choice(["Oslo", "Łódź", "東京"], ROWS)
    y = np.where(X[:, 0] * X[:, 1] + (town == "Oslo") > 0.3, "yes", "no")
    X[rng.random(ROWS) < 0.1, 2] = np.nan
    columns = {f"x{k}": pa.array(X[:, k], from_pandas=True) for k in range(10)}
    data = pa.table({**columns, "town": town, "y": y})
    pq.write_table(data, folder / "t.parquet", row_group_size=500)
    pyarrow.csv.write_csv(data, folder / "t.csv")


def begin(
    mode: str, folder: Path, output: Path, *more: object, patch: str = "", fresh: bool = False
) -> Run | subprocess.Popen:
    """A training that has begun; `patch` is Python that runs first. `fresh`: by an interpreter of its own."""
    table, options = MODES[mode]
    code = (STREAMED if "streamed" in mode else "") + patch + COMMAND
    given = ["train", folder / table, "--target", "y", "-o", output, "--force", *options, *more]
    arguments = [str(part) for part in given]
    begun = Run(code, arguments) if not fresh else subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    BEGUN.append(begun)
    return begun


def finish(process: Run | subprocess.Popen) -> tuple[int, str]:
    """Its exit code and messages."""
    _, said = process.communicate(timeout=900)
    assert process.returncode is not None
    return process.returncode, said


def wait_for(folder: Path, process: Run | subprocess.Popen, seconds: float = 300) -> None:
    """Wait until there is a checkpoint."""
    end = time.monotonic() + seconds
    while not list(folder.glob("*.safetensors")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.005)
