"""`--memory` is kept by every preset, from the start of the process to the scores, on a table that is larger."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearprop.estimators.presets import PRESETS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROWS, GROUP, COLUMNS, BUDGET = 400_000, 1 << 13, 28, 600  # MB; 370 by the estimate, and 233 are given
TRAIN = """
import json, resource, sys
from clearprop.cli import main
from clearprop.engine.store import _SealedFile
compiled, save = [], _SealedFile.save
_SealedFile.save = lambda self, *given: (compiled.append(given), save(self, *given))
try:
    main(sys.argv[1:])
finally:
    print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, len(compiled)]))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Numbers, and a label that depends on two of them."""
    path = tmp_path_factory.mktemp("large") / "t.parquet"
    schema = pa.schema([*((f"x{k}", pa.float32()) for k in range(COLUMNS)), ("y", pa.int8())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, ROWS, GROUP):
            X = np.random.default_rng(first).normal(size=(min(GROUP, ROWS - first), COLUMNS))
            data = [*X.T.astype(np.float32), (X[:, 0] * X[:, 1] > 0).astype(np.int8)]
            writer.write_table(pa.table(data, schema=schema), row_group_size=GROUP)
    return path


def trained(large, tmp_path, *options, again=False):
    """What it said, the result, and the bytes that it took at most; again if code was compiled, which takes more."""
    command = [
        "train",
        large,
        "--target",
        "y",
        "-o",
        tmp_path / "m",
        "--force",
        "--epochs",
        1,
        "--hidden",
        8,
        "--json",
        *options,
    ]
    ended = subprocess.run(
        [sys.executable, "-c", TRAIN, *map(str, command)], capture_output=True, text=True, check=True
    )
    result, (peak, compiled) = map(json.loads, ended.stdout.splitlines())
    if compiled and not again:
        return trained(large, tmp_path, *options, again=True)
    return ended.stderr, result, peak


@pytest.mark.parametrize("preset", PRESETS)
def test_a_streamed_training_stays_within_its_memory(large, tally, tmp_path, preset):
    said, result, peak = trained(large, tmp_path, "--preset", preset, "--memory", f"{BUDGET}MB")
    assert "it is streamed from the disk, within 600MB." in said
    assert 0.79 * ROWS < result["rows"] < 0.81 * ROWS
    print(f"{preset}: {peak / 1e6:.0f} MB")
    tally(f"a table larger than the memory, {preset}: within `--memory`", lost=peak > BUDGET * 10**6)
