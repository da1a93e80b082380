"""A table larger than the memory: speed and peak memory of a streamed training beside one in memory on a tenth.

python bench/streaming.py --rows 5000000 --memory 1GiB --folder /some/disk

The table is made once: rows of 28 float32 numbers whose label a fixed network gives with noise, in the shape of HIGGS
(Baldi and others, Nature Communications 5, 2014). Streamed and in-memory runs alternate, each in its own process; the
ratios are those of the medians of the rows a second that the training loop counts, and of the best.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS, GROUP, SEED = 28, 1 << 16, 20_131_009
CHILD = """
import json, resource, sys, time
from clearprop.cli.request import Request
from clearprop.cli.training import run
from pathlib import Path
table, memory, model, settings = json.loads(sys.argv[1])
settings |= {"missing": (), "categorical": (), "refit": False}
began = time.perf_counter()
done = run(Request(table, "label", "auto", "0.02", None, (), settings, 0, memory), Path(model), None).to_dict()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
kept = ("rows", "rows_per_second", "seconds", "epochs", "threads", "timings")
found = {"peak": peak, "wall": time.perf_counter() - began, "auc": done["scores"]["auc"]}
print(json.dumps(found | {k: done[k] for k in kept}))
"""


def make(path: Path, rows: int) -> None:
    """The table, a row group at a time."""
    fixed = np.random.default_rng(SEED)
    W, v = fixed.normal(size=(COLUMNS, 64)) / np.sqrt(COLUMNS), fixed.normal(size=64) / 8
    schema = pa.schema([("label", pa.int64()), *((f"x{k}", pa.float32()) for k in range(COLUMNS))])
    with pq.ParquetWriter(path.with_suffix(".part"), schema, use_dictionary=["label"]) as writer:
        for group, first in enumerate(range(0, rows, GROUP)):
            random = np.random.default_rng((SEED, group))
            X = random.normal(size=(min(GROUP, rows - first), COLUMNS)).astype(np.float32)
            chance = 1 / (1 + np.exp(-8 * np.tanh(2 * X @ W) @ v))
            label = (random.random(len(X)) < chance).astype(np.int64)
            writer.write_table(pa.table([label, *X.T], schema=schema), row_group_size=GROUP)
    path.with_suffix(".part").rename(path)


def measure(table: Path, memory: str | None, settings: dict) -> dict:
    """One training in a process of its own."""
    given = json.dumps([str(table), memory, str(table.with_suffix(".safetensors")), settings])
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, given], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rows", type=int, default=5_000_000)
    given.add_argument("--memory", default="1GiB")
    given.add_argument("--folder", type=Path, default=Path("."))
    given.add_argument("--preset", default="fast")
    given.add_argument("--epochs", type=int, default=2)
    given.add_argument("--repeats", type=int, default=3)
    given.add_argument("--threads", type=int, default=1)
    asked = given.parse_args()
    tables = {}
    for rows in (asked.rows, asked.rows // 10):
        tables[rows] = asked.folder / f"higgs-like-{rows}.parquet"
        if not tables[rows].exists():
            began = time.perf_counter()
            make(tables[rows], rows)
            print(f"made {tables[rows].name}: {tables[rows].stat().st_size / 1e6:,.0f} MB in "
                  f"{time.perf_counter() - began:.0f} s")  # fmt: skip
    settings = {"preset": asked.preset, "max_iter": asked.epochs, "threads": asked.threads}
    streamed, in_memory = [], []
    for _ in range(asked.repeats):
        streamed.append(measure(tables[asked.rows], asked.memory, settings))
        in_memory.append(measure(tables[asked.rows // 10], None, settings | {"max_iter": asked.epochs * 5}))
        for name, found in (("streamed", streamed[-1]), ("in memory", in_memory[-1])):
            print(f"{name:>10}: {found['rows']:,} rows, {found['epochs']} epochs, {found['rows_per_second']:,.0f} "
                  f"rows/s in steps, {found['rows'] * found['epochs'] / found['seconds']:,.0f} in the loop, "
                  f"peak {found['peak'] / 2**20:,.0f} MiB, {found['wall']:.0f} s in all, "
                  f"AUC {found['auc']:.4f}")  # fmt: skip
    for name, best in (("medians", statistics.median), ("best", max)):
        speeds = [
            best([f["rows"] * f["epochs"] / f["seconds"] for f in found]) for found in (streamed, in_memory)
        ]
        print(f"streamed / in memory, {name}: {speeds[0] / speeds[1]:.2f}")


if __name__ == "__main__":
    main()
