"""Folders of checkpoints: locked, kept to two, checked, swept; and what a damaged file does."""

import multiprocessing
import os
import stat
import warnings

import numpy as np
import pytest

from clearprop.errors import CheckpointError
from clearprop.train.checkpoint import check_same
from clearprop.train.checkpoint_file import DamagedError, Saved, from_bytes, to_bytes
from clearprop.train.checkpoint_folder import folder_of, opened
from clearprop.train.lock import locked

SAVED = Saved({"seed": 0}, {"epoch": 3}, {"best": np.arange(5.0), "last": np.ones((2, 3), np.float32)})


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


def test_what_was_written_is_read():
    found = from_bytes(to_bytes(SAVED))
    assert (found.identity, found.numbers) == (SAVED.identity, SAVED.numbers)
    for name, array in SAVED.tensors.items():
        np.testing.assert_array_equal(found.tensors[name], array)
        assert found.tensors[name].dtype == array.dtype


def test_every_cut_and_every_flipped_bit_is_noticed():
    data = to_bytes(SAVED)
    for size in range(0, len(data), 7):
        with pytest.raises(DamagedError):
            from_bytes(data[:size])
    unnoticed = 0
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        try:
            found = from_bytes(bytes(flipped))
        except DamagedError:
            continue
        unnoticed += found.identity != SAVED.identity or found.numbers != SAVED.numbers
        unnoticed += any((found.tensors[k] != SAVED.tensors[k]).any() for k in SAVED.tensors)
    assert unnoticed == 0


@pytest.mark.parametrize(
    "data", [b"", b"\x80\x04K\x01.", b"\xff" * 100, b"\x02" + b"\0" * 7 + b"{}", b"[]" * 50]
)
def test_foreign_bytes_are_refused(data):
    with pytest.raises(DamagedError):
        from_bytes(data)


def test_a_newer_format_is_refused(monkeypatch):
    monkeypatch.setattr("clearprop.train.checkpoint_file.VERSION", 99)
    data = to_bytes(SAVED)
    monkeypatch.undo()
    with pytest.raises(DamagedError, match="format version 99, and this clearprop reads 1"):
        from_bytes(data)


def test_two_are_kept_and_the_newest_is_read(tmp_path):
    with opened(tmp_path / "new" / "folder") as folder:
        for epoch in range(5):
            folder.write(to_bytes(SAVED._replace(numbers={"epoch": epoch})))
        assert names(folder.path) == ["checkpoint-00000004.safetensors", "checkpoint-00000005.safetensors"]
        assert folder.latest().numbers == {"epoch": 4}


def test_a_damaged_one_gives_way_to_the_one_before_and_says_so(tmp_path):
    said = []
    with opened(tmp_path, warn=said.append) as folder:
        for epoch in range(2):
            folder.write(to_bytes(SAVED._replace(numbers={"epoch": epoch})))
        newest = tmp_path / "checkpoint-00000002.safetensors"
        newest.write_bytes(newest.read_bytes()[:-3])
        assert folder.latest().numbers == {"epoch": 0}
        assert said == [
            f"The checkpoint {newest} cannot be used (it is cut, or no checkpoint): going on from the one before."
        ]
        (tmp_path / "checkpoint-00000001.safetensors").write_bytes(b"x")
        with pytest.raises(CheckpointError, match=r"No checkpoint in .* can be used"):
            folder.latest()


def test_python_is_warned_where_nobody_else_listens(tmp_path):
    with opened(tmp_path) as folder:
        folder.write(to_bytes(SAVED))
        folder.write(b"x")
        with pytest.warns(UserWarning, match="going on from the one before"):
            folder.latest()


def test_earlier_checkpoints_are_neither_mixed_in_nor_lost(tmp_path):
    with opened(tmp_path) as folder:
        folder.write(to_bytes(SAVED))
    with (
        pytest.raises(CheckpointError, match=r"holds checkpoints of an earlier run\. Pass `resume`"),
        opened(tmp_path),
    ):
        pass
    assert len(names(tmp_path)) == 1
    with opened(tmp_path, resume=True) as folder:
        assert folder.latest() is not None
    with opened(tmp_path, anew=True) as folder:
        assert folder.latest() is None


def test_what_a_killed_write_left_is_swept(tmp_path):
    (tmp_path / "checkpoint-00000001.part").write_bytes(b"half")
    with opened(tmp_path):
        assert names(tmp_path) == []


def test_the_lock_names_the_process_that_has_it(tmp_path):
    with opened(tmp_path), pytest.raises(CheckpointError) as error, opened(tmp_path):
        pass
    assert str(error.value) == (
        f"The checkpoint folder {tmp_path} is in use by process {os.getpid()}. "
        "Wait until it has ended, or choose another folder."
    )
    with opened(tmp_path):  # and is given back
        pass


def _hold(folder, ready):
    with locked(folder):
        ready.set()
        ready.wait(60)
        os.kill(os.getpid(), 9)


def test_a_killed_process_holds_no_lock(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    with locked(tmp_path):
        pass


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="cannot be made"), opened(tmp_path / "file"):
        pass


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(CheckpointError, match="cannot be written to"), opened(tmp_path):
        pass


def test_a_full_disk_is_found_beforehand_and_leaves_nothing(tmp_path):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(tmp_path) as folder:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
        try:
            with pytest.raises(CheckpointError, match="must take 12,000 bytes, and cannot"):
                folder.check_room(4000)
            folder.check_room(1000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert names(tmp_path) == []


@pytest.mark.parametrize("every", [-1, float("nan")])
def test_the_seconds_between_are_checked(tmp_path, every):
    with pytest.raises(CheckpointError, match="0 or more"), opened(tmp_path, every=every):
        pass


def test_resume_needs_a_folder():
    with (
        pytest.raises(CheckpointError, match="`resume` needs a `checkpoint` folder"),
        folder_of(None, True, 1.0),
    ):
        pass
    with warnings.catch_warnings(), folder_of(None, False, 1.0) as nothing:
        assert nothing is None


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"`lr`": 0.1}, {"`lr`": 0.2}, "`lr` was 0.1 and is 0.2"),
        (
            {"the values": {"a": 1, "b": 2}},
            {"the values": {"a": 1, "b": 3}},
            "the values of `b` differ from what",
        ),
        (
            {"the values": {"a": 1}},
            {"the values": {"a": 1, "b": 3}},
            "the values now have `b`, which they had not",
        ),
        ({"the values": {"a": 1, "b": 1}}, {"the values": {"a": 1}}, "the values no longer have `b`"),
        ({"a": 1}, {"a": 1, "b": 2}, "b was not set and is 2"),
    ],
)
def test_a_difference_is_named(before, now, said):
    with pytest.raises(CheckpointError, match=said):
        check_same(before, now, "here")
    check_same(now, now, "here")
