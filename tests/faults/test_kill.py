"""kill -9 at any moment, SIGTERM, a kill inside the write, two at once: nothing is lost, and the bits are the same."""

import os
import random
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from commands import MODES, begin, finish, make_tables, wait_for

from oracles.bits import bits_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1100)]
KILLS = int(os.environ.get("CLEARPROP_KILLS", "30"))
AT_ONCE = 4  # runs: on a busy machine each gets its share
OFTEN = ("--checkpoint-every", "0.05")
# The moments of a write, each the place of a call in `Folder.write`: the process ends before or after it.
WRITE = {
    "before the file is synced": ("fsync", 3, "before"),
    "before it has its name": ("replace", 2, "before"),
    "before the folder is synced": ("replace", 2, "after"),
    "before the oldest is removed": ("fsync", 6, "after"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("faults")
    make_tables(path)
    return path


@pytest.fixture(scope="module")
def never(folder):
    """Of each mode, the model of a run that nothing stopped, and the seconds it took beside others."""

    def ran(mode):
        began, output = time.monotonic(), folder / f"never {mode}"
        code, said = finish(begin(mode, folder, output))
        assert code == 0, said
        return bits_in(output), time.monotonic() - began

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(MODES, pool.map(ran, MODES), strict=True))


def test_kills_at_random_moments(folder, never, tally, tmp_path):
    """Four of five after the first checkpoint; each run is killed while it runs."""

    def trial(number):
        mode, at = list(MODES)[number % len(MODES)], random.Random(number)
        place, (wanted, seconds) = tmp_path / str(number), never[mode]
        how = ("--checkpoint", place / "c", *OFTEN, "--resume")
        for again in range(12):
            place.mkdir()
            process = begin(mode, folder, place / "m", *how)
            if at.random() < 0.8:
                wait_for(place / "c", process)
            time.sleep(at.uniform(0, 0.4) * seconds / 2**again)
            if process.poll() is None:
                break
            shutil.rmtree(place)  # it had ended, on a machine less busy than before: once more, earlier
        process.kill()
        finish(process)
        left = list(place.glob(".m*.part"))
        code, said = finish(begin(mode, folder, place / "m", *how))
        assert code == 0, said
        when = "during the training" if "Going on in epoch" in said else "before the first checkpoint"
        left += (place / "c").glob("*.part")
        return f"kill -9 {when}, then --resume: {mode}", bool(left) or bits_in(place / "m") != wanted

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for what, lost in pool.map(trial, range(KILLS)):
            tally(what, lost)


@pytest.mark.parametrize("moment", WRITE)
def test_a_kill_inside_the_write(folder, never, tally, moment, tmp_path):
    name, count, side = WRITE[moment]
    patch = f"""
import os, signal
whole, calls = os.{name}, []
def patched(*given):
    calls.append(given)
    here = len(calls) >= {count} and ("{name}" != "replace" or "checkpoint-" in str(given[0]))
    if here and "{side}" == "before": os.kill(os.getpid(), signal.SIGKILL)
    whole(*given)
    if here: os.kill(os.getpid(), signal.SIGKILL)
os.{name} = patched
"""
    mode, how = "fast, in memory", ("--checkpoint", tmp_path / "c", *OFTEN, "--resume")
    code, _ = finish(begin(mode, folder, tmp_path / "m", *how, patch=patch))
    assert code == -signal.SIGKILL
    assert list((tmp_path / "c").glob("checkpoint-*.safetensors"))
    code, said = finish(begin(mode, folder, tmp_path / "m", *how))
    assert code == 0, said
    assert "cannot be used" not in said
    tally(f"kill -9 inside the write, {moment}", lost=bits_in(tmp_path / "m") != never[mode][0])


@pytest.mark.parametrize("mode", MODES)
def test_sigterm_saves_and_exits_with_143(folder, never, tally, mode, tmp_path):
    how = ("--checkpoint", tmp_path / "c", "--checkpoint-every", "0.2", "--resume")
    process = begin(mode, folder, tmp_path / "m", *how)
    wait_for(tmp_path / "c", process)
    process.terminate()
    code, said = finish(process)
    assert code == 143, said
    assert f"{tmp_path / 'c'} holds a checkpoint to resume from." in said
    assert "Traceback" not in said
    assert not (tmp_path / "m").exists()
    code, said = finish(begin(mode, folder, tmp_path / "m", *how))
    assert code == 0, said
    assert "Going on in epoch" in said
    tally(f"SIGTERM, then --resume: {mode}", lost=bits_in(tmp_path / "m") != never[mode][0])


def test_two_runs_at_once_are_kept_apart(folder, never, tally, tmp_path):
    mode, how = "fast, in memory", ("--checkpoint", tmp_path / "c", *OFTEN, "--resume")
    first = begin(mode, folder, tmp_path / "first", *how)
    wait_for(tmp_path / "c", first)
    first.send_signal(signal.SIGSTOP)  # it holds the folder, and cannot end before the second has tried
    code, said = finish(begin(mode, folder, tmp_path / "second", *how))
    first.send_signal(signal.SIGCONT)
    assert code == 2
    assert f"is in use by process {first.pid}" in said
    assert finish(first)[0] == 0
    tally("two runs in one folder", lost=bits_in(tmp_path / "first") != never[mode][0])


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(folder, never, tally, damage, tmp_path):
    mode, how = "plain, in memory", ("--checkpoint", tmp_path / "c", *OFTEN, "--resume")
    process = begin(mode, folder, tmp_path / "m", *how)
    while len(list((tmp_path / "c").glob("checkpoint-*.safetensors"))) < 2:
        time.sleep(0.005)
    process.kill()
    finish(process)
    newest = max((tmp_path / "c").glob("checkpoint-*.safetensors"))
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes({"cut": data[: len(data) // 2], "flipped": data, "emptied": b""}[damage])
    code, said = finish(begin(mode, folder, tmp_path / "m", *how))
    assert code == 0, said
    assert "warning: The checkpoint" in said
    assert "going on from the one before" in said
    tally(f"newest checkpoint {damage}", lost=bits_in(tmp_path / "m") != never[mode][0])


def test_no_room_is_found_before_the_training(folder, tally, tmp_path):
    patch = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    patch = "import clearprop.engine.store, clearprop.cli.training, clearprop.train.loop\n" + patch
    how = ("--checkpoint", tmp_path / "c")
    code, said = finish(begin("accurate, in memory", folder, tmp_path / "m", *how, patch=patch))
    assert code == 2
    assert "File too large. Make room, or choose another folder." in said
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["lock"]
    tally("no room for checkpoints (RLIMIT_FSIZE)", lost=(tmp_path / "m").exists())


def test_a_folder_that_is_no_folder_is_found_before_the_training(folder, tally, tmp_path):
    (tmp_path / "c").write_text("")
    code, said = finish(begin("accurate, in memory", folder, tmp_path / "m", "--checkpoint", tmp_path / "c"))
    assert code == 2
    assert "cannot be made: File exists" in said
    tally("a file in place of the folder")


def test_another_table_or_parameter_is_refused(folder, tally, tmp_path):
    how = ("--checkpoint", tmp_path / "c", "--resume")
    mode = "fast, in memory"
    assert finish(begin(mode, folder, tmp_path / "m", *how))[0] == 0
    code, said = finish(begin(mode, folder, tmp_path / "m", *how, "--lr", "0.01"))
    assert code == 2
    assert "`--lr` was not set and is 0.01" in said
    tally("another parameter")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "t.parquet", other)
    code, said = finish(begin(mode, other, tmp_path / "m", *how))
    assert code == 0, said  # a copy is the same table
    make_tables(other)
    import pyarrow.parquet as pq

    pq.write_table(pq.read_table(other / "t.parquet").slice(1), other / "t.parquet")
    code, said = finish(begin(mode, other, tmp_path / "m", *how))
    assert code == 2
    assert "the number of rows to learn from was" in said
    tally("another table")
