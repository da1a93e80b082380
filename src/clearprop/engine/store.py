"""Compiled code, kept on disk in a folder named after the sources it was compiled from.

Numba's own cache does not notice an edit in another file, such as the derivation page: hence the name.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import numba
import numba.core.config

from clearprop.maths import derivation

config: Any = numba.core.config
_LOCK = RLock()
FAST = {"contract", "nsz"}  # fused multiply-adds; NaN and infinity keep their meaning


def kernel(function: Callable[..., Any]) -> Any:
    """The decorator of kernels: compiled on first use, kept on disk, free of the interpreter's lock."""
    with _folder_in_use() as keep:
        return numba.njit(cache=keep, nogil=True, error_model="numpy", fastmath=FAST)(function)


def c_function(signature: Any, function: Callable[..., Any]) -> Any:
    """A C function compiled now, or read from the disk; ``.address`` is what kernels call."""
    with _folder_in_use() as keep:
        return numba.cfunc(signature, cache=keep, error_model="numpy", fastmath=FAST)(function)


@contextmanager
def _folder_in_use() -> Iterator[bool]:
    """Numba's cache pointed at our folder; yields whether there is one."""
    with _LOCK:
        before, folder = config.CACHE_DIR, cache_folder()
        config.CACHE_DIR = str(folder or before)
        try:
            yield folder is not None
        finally:
            config.CACHE_DIR = before


@cache
def cache_folder() -> Path | None:
    """Where compiled code is kept: the first place that can be written to, or None."""
    home = os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError):
        home = home or str(Path.home() / ".cache")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    for base in (home, os.path.join(tempfile.gettempdir(), f"clearprop-{user}")):
        if base and _is_writable(folder := Path(base, "clearprop", f"kernels-{fingerprint()}")):
            _drop_stale(folder)
            return folder
    return None


@cache
def fingerprint() -> str:
    """A hash of every source that compiled code depends on, and of Numba's version."""
    rooms = Path(__file__).parent, Path(derivation.__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(file for room in rooms for file in room.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _drop_stale(folder: Path, keep: int = 3) -> None:
    """Keep the folders of the last few versions; another process may be using the one before."""
    with suppress(OSError):
        kept = sorted(folder.parent.glob("kernels-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in (path for path in kept[keep:] if path != folder):
            for file in old.rglob("*"):
                with suppress(OSError):
                    file.unlink()
            for room in (*old.glob("*"), old):
                with suppress(OSError):
                    room.rmdir()
