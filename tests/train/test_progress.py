"""The bar on a terminal."""

import numba
import pytest

from clearprop.train.loop import Progress
from clearprop.train.progress import COMPILING, bar, compiling


@pytest.fixture
def terminal(monkeypatch):
    """Standard error counts as one, of 80 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_what_is_done_and_how_well(terminal, capfd):
    with bar() as tell:
        tell(Progress(done=3.0, epochs=64, loss=0.5, score=-0.25, rows_per_second=12345.0))
    drawn = capfd.readouterr().err
    assert "preparing" in drawn
    for said in ("epoch 3/64", "J 0.5000", "score -0.2500", "12,345 rows/s"):
        assert said in drawn


def test_the_score_is_named_and_has_its_own_sign(terminal, capfd):
    with bar("log_loss") as tell:
        tell(Progress(done=3.0, epochs=64, loss=0.5, score=-0.25, rows_per_second=12345.0))
    assert "log_loss 0.2500" in capfd.readouterr().err


def test_nothing_is_drawn_elsewhere(capfd, monkeypatch):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with bar() as tell:
        assert tell is None
    assert capfd.readouterr().err == ""


def test_compiling_is_told():
    told = []
    with compiling(lambda: told.append(COMPILING)):
        assert numba.njit(lambda x: x + 1)(1) == 2
    assert told == ([] if numba.config.DISABLE_JIT else [COMPILING])
    numba.njit(lambda x: x + 2)(1)
    assert len(told) <= 1


def test_a_wait_for_the_compiler_is_said(terminal, capfd):
    with bar():
        numba.njit(lambda x: x + 3)(1)
    assert numba.config.DISABLE_JIT or COMPILING in capfd.readouterr().err
