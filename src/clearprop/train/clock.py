"""The clock that a run reads: seconds from some moment on. A test gives one that stands still until work is done."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
CLOCK: Clock = time.perf_counter
