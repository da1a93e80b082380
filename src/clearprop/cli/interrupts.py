"""Ctrl-C, which Python loses where it cannot be raised."""

import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

SOON = 0.02  # seconds


@contextmanager
def never_lost() -> Iterator[None]:
    """Inside, a KeyboardInterrupt that fell into a callback comes again.

    Importing and compiling run callbacks, of which Python prints "Exception ignored" and goes on as if nothing were.
    """
    before = sys.unraisablehook

    def again(lost: Any) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            before(lost)
            return
        later = Timer(SOON, interrupt_main)
        later.daemon = True
        later.start()

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = before
