"""SIGTERM and Ctrl-C held back until a run stands between two steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

TERMINATED = 128 + signal.SIGTERM  # 143: what shells give for a process that SIGTERM ended


class Asked:
    """Which signal came, if one did."""

    number: int | None = None

    def answer(self) -> None:
        """End as the signal wants: KeyboardInterrupt, or SystemExit with 143."""
        if self.number == signal.SIGINT:
            self.number = None
            raise KeyboardInterrupt
        if self.number is not None:
            raise SystemExit(TERMINATED)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if self.number is not None and number == signal.SIGINT:
            raise KeyboardInterrupt  # the second time: at once
        self.number = number


@contextmanager
def held_back() -> Iterator[Asked]:
    """Signals are noted inside, and answered by `Asked.answer`; only Python's main thread hears any."""
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before: dict[int, Any] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, asked._heard)
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
