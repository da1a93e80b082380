"""bench/ is a folder of scripts, not a package: its modules are found as the script finds them."""

import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench"
sys.path.insert(0, str(BENCH))
