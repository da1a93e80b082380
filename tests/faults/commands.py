"""`clearprop train` as a process of its own, on tables that take it some seconds."""

import os
import subprocess
import sys
import time
from pathlib import Path

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
BEGUN: list[subprocess.Popen] = []  # ended after each test, if they run still
COMMAND = "import sys; from clearprop.cli import main; main(sys.argv[1:])"


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
    mode: str, folder: Path, output: Path, *more: object, patch: str = "", files: int = 0
) -> subprocess.Popen:
    """A training that has begun; `patch` is Python that runs first."""
    table, options = MODES[mode]
    code = (STREAMED if "streamed" in mode else "") + patch + COMMAND
    arguments = ["train", folder / table, "--target", "y", "-o", output, "--force", *options, *more]
    begun = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    BEGUN.append(begun)
    return begun


def finish(process: subprocess.Popen) -> tuple[int, str]:
    """Its exit code and messages."""
    _, said = process.communicate(timeout=900)
    return process.returncode, said


def wait_for(folder: Path, process: subprocess.Popen, seconds: float = 300) -> None:
    """Wait until there is a checkpoint."""
    end = time.monotonic() + seconds
    while not list(folder.glob("*.safetensors")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.005)
