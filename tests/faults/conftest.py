"""What the campaign tried, how often, and what was lost: a table at the end."""

from collections import Counter
from collections.abc import Callable

import pytest

TRIED: Counter[str] = Counter()
LOST: Counter[str] = Counter()


@pytest.fixture
def tally() -> Callable[..., None]:
    """Note a trial: what was tried, and whether anything was lost."""

    def note(what: str, lost: bool = False) -> None:
        TRIED[what] += 1
        LOST[what] += lost
        assert not lost, what

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.write_sep("-", "faults")
        terminalreporter.write_line(f"{'tried':<72}{'times':>6}{'lost':>6}")
        for what, times in TRIED.items():
            terminalreporter.write_line(f"{what:<72}{times:>6}{LOST[what]:>6}")
