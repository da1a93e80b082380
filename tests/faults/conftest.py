"""What the campaign tried, how often, and what was lost: a table at the end.

Trials are noted in the reports of the tests, so that they are counted whichever process ran them.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from clearprop.cli import main

sys.path.insert(0, str(Path(__file__).parent))
from summary import table

TRIED: Counter[str] = Counter()
LOST: Counter[str] = Counter()
# Tests of other rooms that `make faults` runs too: what they try.
ELSEWHERE = {
    "estimators/test_mlp_faults_values.py": "values: NaN, inf, huge, complex, objects, empty, read-only, float16",
    "estimators/test_mlp_faults_training.py": "training: divergence, Ctrl-C, too little memory",
    "estimators/test_mlp_faults_process.py": "process: threads, fork, read-only home, damaged cache, -O, locales",
    "engine/test_store.py": "compiled code: damaged, stale, no folder, not ours",
    "train/test_damaged_files.py": "model files: cut, changed, foreign, hostile",
    "train/test_checkpoint_folder.py": "checkpoints: damaged, locked, no room",
    "tables/test_delimited.py": "text tables: ragged, quoted, wrong delimiter, encodings, gzip",
    "tables/test_files.py": "tables: absent, empty, damaged Parquet, folders that do not agree",
}


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def nothing_runs_on() -> Iterator[None]:
    """What a failed test has begun is ended."""
    yield
    commands = sys.modules.get("commands")
    for process in getattr(commands, "BEGUN", []):
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """A command run in this process."""

    def go(*arguments: object) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        return Ended(int(ended.value.code or 0), *capfd.readouterr())

    return go


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note a trial: what was tried, and whether anything was lost."""

    def note(what: str, lost: bool = False, times: int = 1) -> None:
        request.node.user_properties.append(("tried", [what, bool(lost), times]))
        assert not lost, what

    return note


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What a test noted, at its end; a test of other rooms counts as a trial."""
    trials = [trial for name, trial in report.user_properties if name == "tried"]
    what = ELSEWHERE.get("/".join(Path(report.nodeid.partition("::")[0]).parts[-2:]))
    if report.when == "call":
        trials = [(what, report.failed, 1)] if what else []
    elif report.when == "setup":
        trials = []
    for tried, lost, times in trials:
        TRIED[tried] += times
        LOST[tried] += lost


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.write_sep("-", "faults")
        terminalreporter.write_line(f"{'tried':<90}{'times':>6}{'lost':>6}")
        for what, times in TRIED.items():
            terminalreporter.write_line(f"{what:<90}{times:>6}{LOST[what]:>6}")
        terminalreporter.write_line("\nfor docs/large.md:\n")
        for line in table(TRIED, LOST):
            terminalreporter.write_line(line)
