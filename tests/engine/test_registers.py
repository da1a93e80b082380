"""Products with the vector registers of other machines: LLVM makes wide vectors of narrow ones where it must."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clearprop.engine.vectors import BROAD, BYTES, TALL

PATCHED = """
import sys
from clearprop.engine import vectors
vectors.BYTES, vectors.TALL, vectors.BROAD = {shape}
vectors.MASKS_ARE_FREE = vectors.BYTES == 64
import pytest
parts = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-k", "product or column"]
sys.exit(pytest.main([*parts, {file!r}]))
"""


OTHERS = {(64, 8, 3), (32, 6, 2), (16, 8, 3), (16, 6, 2)} - {(BYTES, TALL, BROAD)}


@pytest.mark.slow
@pytest.mark.parametrize("shape", sorted(OTHERS), ids=str)
def test_products_are_right_with_other_registers(shape, tmp_path):
    code = PATCHED.format(shape=shape, file=str(Path(__file__).with_name("test_parts.py")))
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}  # the store does not know of the patch
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
