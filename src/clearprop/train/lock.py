"""A folder for one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearprop.errors import CheckpointError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder is ours inside. The system lets go of the lock when a process ends, however it ends.

    Raises
    ------
    CheckpointError
        If another run has it (the message gives its process), or the folder cannot be written to.
    """
    path = folder / "lock"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        msg = f"The checkpoint folder {folder} cannot be written to: {error.strerror}. Choose another."
        raise CheckpointError(msg) from None
    try:
        _take(file, folder)
        os.truncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = os.pread(file, 20, 0).decode(errors="replace").strip()
        msg = (
            f"The checkpoint folder {folder} is in use by {f'process {who}' if who else 'another process'}. "
            "Wait until it has ended, or choose another folder."
        )
        raise CheckpointError(msg) from None
    except OSError as error:
        msg = (
            f"The checkpoint folder {folder} cannot be locked: {error.strerror}. Choose one on a local disk."
        )
        raise CheckpointError(msg) from None
