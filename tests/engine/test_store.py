"""Compiled code on disk: found again, made anew when its sources change or its files are damaged."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clearprop.engine import address_space, store
from clearprop.errors import SpecError

# A fit so small that one kernel and three passes are all it compiles; prints what a later process must see again.
FIT = """
import numpy as np
from clearprop.engine import lanes, store
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network
engine = Engine(Network((2, 1), (), "identity").initialize(0), Solver("sgd"), 2, "float64")
batch = Batch(np.eye(2), np.ones((2, 1)), np.ones(2))
engine.epoch(batch, np.arange(2), np.full(1, 0.1))
print(engine.params.flat.tobytes().hex(), sum(lanes.epochs.stats.cache_hits.values()), store.cache_folder())
"""


def fit(cache, code=FIT, **environment):
    """Bits, cache hits of the epoch, and the folder, of a process with this cache."""
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    env |= {"XDG_CACHE_HOME": str(cache)} | environment
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    bits, hits, folder = done.stdout.split(maxsplit=2)
    return bits, int(hits), folder.strip()


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A cache that one process has filled, and the bits that it gave."""
    cache = tmp_path_factory.mktemp("cache")
    bits, hits, folder = fit(cache)
    assert hits == 0
    assert folder.startswith(str(cache / "clearprop" / "kernels-"))
    return cache, bits


@pytest.fixture
def filled(once, tmp_path):
    """A copy of it, to be spoilt."""
    return shutil.copytree(once[0], tmp_path / "cache"), once[1]


AFTER = """
import numba
@numba.njit
def total(n):
    kept, known = [np.ones(k) for k in range(n)], {0: 1.0}
    return sum([part.sum() for part in kept]) + known[0]
assert total(4) == 7.0
"""


def test_code_from_the_disk_leaves_numba_able_to_compile(filled):
    """What Numba imports in order to compile is not imported for code that is read, but when it is needed."""
    fit(filled[0], code=FIT + AFTER)


def test_a_second_process_compiles_nothing(filled):
    cache, bits = filled
    before = {file: file.stat().st_mtime_ns for file in cache.rglob("*.nb?")}
    assert fit(cache)[:2] == (bits, 1)
    assert {file: file.stat().st_mtime_ns for file in cache.rglob("*.nb?")} == before


def test_a_first_fit_says_once_that_it_compiles_and_a_later_one_nothing(tmp_path):
    log = tmp_path / "log"
    heard = f"""
import logging
logging.getLogger("clearprop").setLevel(logging.INFO)
logging.getLogger("clearprop").addHandler(logging.FileHandler({str(log)!r}))
"""
    for _ in range(2):
        fit(tmp_path / "cache", heard + FIT)
    (said,) = log.read_text().splitlines()
    assert said.startswith("Compiling for the first run on this machine, which may take half a minute")


def test_damaged_files_are_compiled_anew(filled):
    """Each file cut, replaced by garbage, emptied, or with one bit flipped."""
    cache, bits = filled
    for at, file in enumerate(sorted(cache.rglob("*.nb?"))):
        data = file.read_bytes()
        flipped = bytearray(data)
        flipped[len(data) // 2] ^= 4
        file.write_bytes([data[: len(data) // 2], b"no pickle", b"", bytes(flipped)][at % 4])
    assert fit(cache)[0] == bits
    assert fit(cache)[:2] == (bits, 1)  # and the new files are whole


def test_code_with_one_flipped_bit_is_not_run(filled):
    """Nothing but the checksum would notice: the file unpickles, and LLVM would link it."""
    cache, bits = filled
    for file in cache.rglob("*.nbc"):
        data = bytearray(file.read_bytes())
        data[data.index(b".text") + 1] ^= 1  # in a name in the object code
        file.write_bytes(data)
    assert fit(cache)[:2] == (bits, 0)
    assert fit(cache)[:2] == (bits, 1)


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path):
    """XDG_CACHE_HOME is a file: no folder can be made in it, not even by root; the next place is taken."""
    home = tmp_path / "home"
    home.write_text("a file")
    places = {"HOME": str(home), "TMPDIR": str(tmp_path)}
    _, _, folder = fit("/dev/null", **places)
    assert folder.startswith(str(tmp_path))


def test_no_folder_at_all(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(store.tempfile, "gettempdir", lambda: str(tmp_path / "file"))
    store.cache_folder.cache_clear()
    try:
        assert store.cache_folder() is None

        @store.kernel
        def twice(x):
            return 2 * x

        assert twice(2) == 4
    finally:
        store.cache_folder.cache_clear()


def test_a_folder_that_vanishes_does_no_harm(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store.cache_folder.cache_clear()
    try:

        @store.kernel
        def thrice(x):
            return 3 * x

        for file in sorted(tmp_path.rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        assert thrice(2) == 6
    finally:
        store.cache_folder.cache_clear()


def test_a_folder_that_others_may_write_to_is_not_trusted(monkeypatch, tmp_path):
    """Cached code is run: in a folder open to all, anyone could have put it there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "open"))
    monkeypatch.setattr(store.tempfile, "gettempdir", lambda: str(tmp_path))
    (tmp_path / "open" / "clearprop").mkdir(parents=True)
    (tmp_path / "open" / "clearprop").chmod(0o777)
    store.cache_folder.cache_clear()
    try:
        assert store.cache_folder() == tmp_path / f"clearprop-{os.getuid()}" / "clearprop" / (
            f"kernels-{store.fingerprint()}"
        )
    finally:
        store.cache_folder.cache_clear()


@pytest.fixture
def rooms(monkeypatch, tmp_path):
    """Copies of the sources that the fingerprint is taken of."""
    for room, module in (("engine", store), ("maths", store.derivation)):
        (tmp_path / room).mkdir()
        for file in Path(str(module.__file__)).parent.glob("*.py"):
            (tmp_path / room / file.name).write_bytes(file.read_bytes())
        monkeypatch.setattr(module, "__file__", str(tmp_path / room / Path(str(module.__file__)).name))
    store.fingerprint.cache_clear()
    yield tmp_path
    store.fingerprint.cache_clear()


@pytest.mark.parametrize("name", ["maths/derivation.py", "maths/powers.py", "engine/passes.py"])
def test_the_name_of_the_folder_changes_with_a_source(rooms, name):
    before = store.fingerprint()
    store.fingerprint.cache_clear()
    assert store.fingerprint() == before
    store.fingerprint.cache_clear()
    (rooms / name).write_text((rooms / name).read_text() + "\n")
    assert store.fingerprint() != before


def test_stale_folders_are_dropped_but_the_last_three_and_those_of_the_last_week(tmp_path):
    folders = [tmp_path / f"kernels-{n}" for n in range(6)]
    for n, folder in enumerate(folders):
        (folder / "engine").mkdir(parents=True)
        (folder / "engine" / "x.nbi").write_text("")
        last_used = time.time() - (30, 20, 10, 3, 2, 1)[n] * 24 * 3600
        os.utime(folder, (last_used, last_used))
    store._drop_stale(folders[0])  # is used now
    assert sorted(tmp_path.glob("*")) == [folders[0], *folders[3:]]


def test_numba_keeps_its_own_cache_folder():
    """Other users of Numba in the process are not disturbed."""
    before = store.config.CACHE_DIR
    with store._folder_in_use() as keep:
        assert not keep or str(store.cache_folder()) == store.config.CACHE_DIR
    assert before == store.config.CACHE_DIR


def test_a_kernel_is_compiled_once_for_all_constants():
    """Numba would compile it for 0, for 1 and for a number that is not known."""

    @store.kernel
    def inner(row, by):
        return row + 2 * by

    @store.kernel
    def outer(n):
        return inner(0, 1) + inner(1, n) + inner(n, 2)

    assert outer(3) == 2 + 7 + 7
    assert len(inner.overloads) == 1


def test_where_the_compiler_would_end_the_process_it_is_not_begun(monkeypatch):
    """LLVM, where it gets no memory, ends a process without a word."""

    @store.kernel
    def one_more(x):
        return x + 1.0

    if not hasattr(one_more, "_cache"):
        pytest.skip("Nothing is compiled here.")
    monkeypatch.setattr(address_space, "left", lambda: 100 * 10**6)
    said = (
        r"Compiling needs 256 MB of address space; its limit \(`ulimit -v`\) leaves 100 MB. Raise it, or let"
    )
    with pytest.raises(SpecError, match=said):
        one_more(1.0)
