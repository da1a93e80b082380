"""Ctrl-C at any time: one line, exit code 130, nothing half-written."""

import signal
import subprocess
import sys
import time
import weakref

import pytest

from clearprop import load
from clearprop.cli import request, training
from clearprop.cli.interrupts import never_lost

# A process in which Ctrl-C is pressed at the moment when a module is imported for the first time.
PRESSED = """
import sys
from importlib.abc import MetaPathFinder

class Press(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            raise KeyboardInterrupt

sys.meta_path.insert(0, Press())
from clearprop.cli import main
main({arguments!r})
"""


# The modules that are loaded before Ctrl-C can be met.
FIRST = """
import sys
before = set(sys.modules)
from clearprop.cli import main
print(*sorted(set(sys.modules) - before))
"""

# An interrupt that passes through `exec`, as it does where a dataclass is made.
THROUGH_EXEC = """
import runpy, sys
import clearprop.cli.app as app
def run(_):
    exec("raise KeyboardInterrupt")
app._run = run
sys.argv = ["clearprop", "demo"]
runpy.run_module("clearprop", run_name="__main__")
"""


class Token:
    """Something that can be forgotten."""


def pressed(*_, **__):
    raise KeyboardInterrupt


def test_nothing_is_imported_before_it_is_met():
    """What is imported outside `main` is what Ctrl-C would show the traceback of."""
    ended = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [
        "clearprop",
        "clearprop.cli",
        "clearprop.cli.interrupts",
        "clearprop.version",
    ]


def test_through_exec_the_exit_code_is_130_too(tmp_path):
    """Python would end itself by the signal: -2 for who started it."""
    (tmp_path / "interrupted.py").write_text(THROUGH_EXEC)
    ended = subprocess.run(
        [sys.executable, "-m", "interrupted"], capture_output=True, text=True, cwd=tmp_path, timeout=200
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "clearprop: Interrupted.\n")


@pytest.mark.parametrize("name", ["clearprop.cli.app", "clearprop.cli.training", "numba", "pyarrow"])
def test_while_modules_are_imported(table, tmp_path, name):
    arguments = ["train", str(table), "--target", "rich", "-o", str(tmp_path / "m.safetensors")]
    code = PRESSED.format(name=name, arguments=arguments)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "clearprop: Interrupted.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "name"), [(request, "check_specified"), (training, "read_table")])
def test_before_the_fit(run, table, tmp_path, monkeypatch, module, name):
    monkeypatch.setattr(module, name, pressed)
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "m", "--report", tmp_path / "r.html")
    assert (ended.code, ended.out, ended.err) == (130, "", "clearprop: Interrupted.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_being_scored_is_not_lost(run, table, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "importances_of", pressed)
    ended = run("train", table, "--target", "rich", "-o", tmp_path / "m", "--preset", "plain", "--epochs", 2)
    assert ended.code == 130
    assert ended.err.endswith(
        "m is written, without importances: it was still being scored.\nclearprop: Interrupted.\n"
    )
    assert len(load(tmp_path / "m").model_.record.rows) == 2


def test_in_a_callback_where_it_would_be_lost():
    """An object dies, and Ctrl-C is pressed within what is called of that: Python prints it and goes on."""
    tokens = [Token()]
    reference = weakref.ref(tokens[0], lambda _: signal.raise_signal(signal.SIGINT))

    def forget_and_work():
        tokens.clear()
        for _ in range(10_000):
            time.sleep(0.01)

    with never_lost(), pytest.raises(KeyboardInterrupt):
        forget_and_work()
    assert reference() is None
