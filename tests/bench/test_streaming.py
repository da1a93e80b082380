"""bench/streaming.py runs through; no figure is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SCRIPT = Path(__file__).parents[2] / "bench" / "streaming.py"


def test_a_small_table(tmp_path):
    how = ("--rows", "500000", "--epochs", "1", "--repeats", "1", "--memory", "700MB", "--folder", tmp_path)
    ended = subprocess.run([sys.executable, SCRIPT, *how], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "it is streamed from the disk, within 700MB." in ended.stderr
    for name in ("  streamed: 4", " in memory: 4", "streamed / in memory, medians"):
        assert name in ended.stdout, ended.stdout
