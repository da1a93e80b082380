"""What commands say and write."""

import fcntl
import os
import struct
import termios

import pytest

from clearprop.cli.outputs import folded, width_of

STOPS = [KeyboardInterrupt, MemoryError, OSError]
SUMMARY = "classification of `rich`: 240 rows, of which each network sets a tenth aside to choose the epoch"


@pytest.mark.parametrize("stop", STOPS)
def test_what_stops_a_write_leaves_nothing(tmp_path, monkeypatch, stop):
    from clearprop.cli import outputs

    def stopped(*names):
        raise stop

    (tmp_path / "p.csv").write_text("old")
    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(outputs.OutputError if stop is OSError else stop):
        outputs.write(tmp_path / "p.csv", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("p.csv", "old")]


@pytest.fixture
def terminal():
    """A terminal of 80 columns: the end that a command writes to, and the one that shows it."""
    shows, writes = os.openpty()
    fcntl.ioctl(writes, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(writes, "w") as stream:
        yield stream, shows
    os.close(shows)


def test_a_terminal_has_a_width_and_a_file_has_none(terminal, tmp_path):
    assert width_of(terminal[0]) == 80
    with open(tmp_path / "f", "w") as file:
        assert width_of(file) is None
    assert width_of(None) is None


def test_lines_end_between_words(terminal, monkeypatch):
    from clearprop.cli import outputs

    stream, shows = terminal
    monkeypatch.setattr("sys.stderr", stream)
    outputs.say(SUMMARY + "\n  accuracy    1   0.5")
    stream.flush()
    lines = os.read(shows, 1000).decode().replace("\r\n", "\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert [line[:2] for line in lines] == ["cl", "  ", "  "]
    assert " ".join(line.strip() for line in lines[:2]) == SUMMARY
    assert lines[2] == "  accuracy    1   0.5"


def test_elsewhere_lines_stay_as_they_are_and_so_do_long_words():
    assert folded(SUMMARY, None) == SUMMARY
    assert folded("see /a/very/long-path/of/a/file.csv", 12) == "see\n  /a/very/long-path/of/a/file.csv"
