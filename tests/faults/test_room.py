"""Too little memory, full disks, folders that cannot be written to: one line, and nothing half written."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from commands import begin, finish, make_tables

from oracles.bits import bits_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MODE = "fast, in memory"
LOADED = """
import numba, typer._adapters
import clearprop.cli.train, clearprop.cli.training, clearprop.engine.store, clearprop.show.report
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("room")
    make_tables(path)
    return path


def limited(more):
    """Python that loads the libraries, and then limits the address space to so many bytes more."""
    return f"""{LOADED}
import resource
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + {more}, now + {more}))
"""


def clean(path):
    """Whether nothing is half written there."""
    return not list(path.glob("**/*.part")) and not list(path.glob(".*"))


@pytest.mark.parametrize("number", range(8))
def test_too_little_memory(folder, tally, number, tmp_path):
    """A limit of the address space, from what the loaded libraries take, to a gigabyte more."""
    more = int(random.Random(number).uniform(0, 1) ** 3 * 2**30)
    code, said = finish(begin(MODE, folder, tmp_path / "m", "--epochs", "3", patch=limited(more)))
    ok = code == 0 or (code == 2 and "Traceback" not in said and not (tmp_path / "m").exists())
    print(code, said)
    tally("too little memory (RLIMIT_AS): done, or one line", lost=not (ok and clean(tmp_path)))


def test_too_little_memory_to_compile(folder, tally, tmp_path, monkeypatch):
    """Where no code is compiled yet: one line; without the limit, what was compiled is found again or made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    code, said = finish(begin(MODE, folder, tmp_path / "m", patch=limited(420 * 2**20), fresh=True))
    assert code == 2, said
    assert said.splitlines()[-1].startswith(
        ("clearprop: Compiling needs", "clearprop: There is not enough memory")
    )
    lost = not clean(tmp_path) or (tmp_path / "m").exists() or "Traceback" in said
    code, said = finish(begin(MODE, folder, tmp_path / "m", "--epochs", "1", fresh=True))
    assert code == 0, said
    tally("too little memory to compile (RLIMIT_AS): one line", lost)


@pytest.mark.parametrize("size", [0, 1000, 30_000, 80_000, 200_000])
def test_no_room_for_the_model(folder, tally, size, tmp_path):
    """A limit of the size of files; an earlier model is kept."""
    (tmp_path / "m").write_bytes(b"the model before")
    patch = LOADED + f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    code, said = finish(begin(MODE, folder, tmp_path / "m", "--epochs", "2", patch=patch))
    kept = (tmp_path / "m").read_bytes() == b"the model before"
    ok = (code == 2 and kept and "Traceback" not in said) if code else not kept
    tally(
        "no room for the model (RLIMIT_FSIZE): done, or the one before is kept",
        lost=not (ok and clean(tmp_path)),
    )


@pytest.fixture
def small_disk(tmp_path):
    """A folder of 300 kB; skipped where none can be made."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", place], capture_output=True)
    if made.returncode:
        pytest.skip("Making a small disk needs the rights to mount one.")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk(folder, small_disk, tally):
    code, said = finish(begin(MODE, folder, small_disk / "m", "--checkpoint", small_disk / "c"))
    assert code == 2, said
    assert "No space left on device. Make room, or choose another folder." in said
    tally("a full disk for checkpoints, found before the training", lost=(small_disk / "m").exists())
    (small_disk / "fill").write_bytes(bytes(280_000))
    code, said = finish(begin(MODE, folder, small_disk / "m", "--epochs", "2"))
    assert code == 2, said
    assert "Traceback" not in said
    tally("a full disk for the model", lost=not clean(small_disk) or (small_disk / "m").exists())


def test_a_disk_that_fills_up_during_the_run(folder, small_disk, tally, tmp_path):
    """The checkpoints made before are kept, and the run goes on."""
    patch = f"""
import contextlib
import clearprop.train.checkpoint_folder as f
write = f.Folder.write
def fill(self, data):
    if self.number == 2:
        with contextlib.suppress(OSError), open({str(small_disk / "fill")!r}, "wb", 0) as file:
            file.write(bytes(10**6))
    write(self, data)
f.Folder.write = fill
f.Folder.check_room = lambda self, size: None
"""
    how = ("--hidden", "8", "--checkpoint", small_disk / "c", "--checkpoint-every", "0")
    code, said = finish(begin(MODE, folder, tmp_path / "m", *how, patch=patch))
    assert code == 0, said
    assert "A checkpoint could not be written to" in said
    left = len(list((small_disk / "c").glob("*.safetensors")))
    tally(
        "a disk that fills up: the run goes on, checkpoints are kept", lost=left < 2 or not clean(small_disk)
    )


@pytest.mark.parametrize("what", ["-o", "--checkpoint", "--report"])
def test_a_folder_that_cannot_be_written_to(folder, tally, what, tmp_path):
    """/proc takes no files, whoever asks."""
    options = {"-o": tmp_path / "m", what: "/proc/clearprop/x.html"}
    how = [str(part) for pair in options.items() if pair[0] != "-o" for part in pair]
    code, said = finish(begin(MODE, folder, options["-o"], *how))
    assert code == 2, said
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if line.startswith("clearprop: ")]) == 1
    tally("a folder that cannot be written to, found before the training", lost=(tmp_path / "m").exists())


@pytest.mark.parametrize("number", range(5))
def test_a_kill_while_the_model_is_written(folder, tally, number, tmp_path):
    """The model before, or the new one; never a part of one."""
    assert finish(begin(MODE, folder, tmp_path / "m", "--epochs", "1"))[0] == 0
    before = bits_in(tmp_path / "m")
    name = ("fsync", "replace")[number % 2]
    patch = f"import os, signal\nos.{name} = lambda *given: os.kill(os.getpid(), signal.SIGKILL)\n"
    code, _ = finish(begin(MODE, folder, tmp_path / "m", "--epochs", "2", patch=patch))
    assert code == -signal.SIGKILL
    tally("kill -9 while a model is written", lost=bits_in(tmp_path / "m") != before)
