"""Compiled code, kept on disk in a folder named after the sources it was compiled from.

Numba's own cache does not notice an edit in another file, such as the derivation page: hence the name. Nor
does it bear a damaged file, or a full disk: hence the checksums.
"""

import hashlib
import logging
import os
import pickle
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import numba
import numba.core.config
from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.ccallback import CFunc
from numba.core.runtime.nrt import rtsys

from clearprop.engine import address_space
from clearprop.errors import SpecError
from clearprop.maths import derivation

config: Any = numba.core.config
_LOCK = RLock()
LOG = logging.getLogger("clearprop")
FAST = {"contract", "nsz"}  # fused multiply-adds; NaN and infinity keep their meaning
UNUSED = 7 * 24 * 3600.0  # seconds after which code of another version may go
COMPILING = 256 * 10**6  # bytes; a kernel was seen to take 140 at most
SEAL = hashlib.sha256().digest_size


def kernel(function: Callable[..., Any], flags: frozenset[str] = frozenset(FAST)) -> Any:
    """The decorator of kernels: compiled on first use, kept on disk, free of the interpreter's lock."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy", fastmath=set(flags))(function)
    if config.DISABLE_JIT:
        return compiled
    _take_any_number(compiled)
    with _folder_in_use() as keep:
        if keep:
            compiled._cache = _Cache(function)
    return compiled


def _take_any_number(compiled: Any) -> None:
    """Have a kernel compiled once that is called with 0 here and with 1 there: Numba would do so for each constant."""
    template_for = compiled.get_call_template

    def of_any_number(args: Any, kws: Any) -> Any:
        return template_for(
            [types.unliteral(a) for a in args], {k: types.unliteral(v) for k, v in kws.items()}
        )

    compiled.get_call_template = of_any_number


def kernel_that_reorders_sums(function: Callable[..., Any]) -> Any:
    """`kernel`, whose sums may be taken in any order, and so by several numbers at a time."""
    return kernel(function, frozenset(FAST | {"reassoc"}))


def c_function(signature: Any, function: Callable[..., Any]) -> Any:
    """A C function compiled now, or read from the disk; ``.address`` is what kernels call."""
    options = {"error_model": "numpy", "fastmath": FAST}
    compiled: Any = CFunc(function, (signature.args, signature.return_type), {}, options)
    with _folder_in_use() as keep:
        if keep:
            compiled._cache = _Cache(function)
        compiled.compile()
    return compiled


class _Cache(FunctionCache):
    """Numba's cache of one function, in files that may be damaged."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _SealedFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Code from the disk: it needs the counting of references, not what Numba imports in order to compile."""
        rtsys.initialize(target_context)
        found = None
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
        if found is None:
            _check_room()
            _tell_once()
            target_context.refresh()
        return found


@cache
def _tell_once() -> None:
    """Say, once in a process, what a first fit waits for; where all code is on the disk, nothing is said."""
    LOG.info(
        "Compiling for the first run on this machine, which may take half a minute; `clearprop warmup` does so ahead."
    )


def _check_room() -> None:
    """Refuse to compile where the compiler, which needs some room, would end the process."""
    left = address_space.left()
    if left is not None and left < COMPILING:
        msg = (
            f"Compiling needs {COMPILING // 10**6} MB of address space; its limit (`ulimit -v`) leaves "
            f"{left / 1e6:.0f} MB. Raise it, or let `clearprop warmup` compile without it."
        )
        raise SpecError(msg)


class _SealedFile(IndexDataCacheFile):
    """Compiled code with its key and a checksum: what does not agree counts as absent, and is compiled anew."""

    def load(self, key: Any) -> Any:
        found = super().load(key)
        return found[1] if found is not None and found[0] == key else None

    def save(self, key: Any, data: Any) -> None:
        with suppress(OSError):  # a full disk, or a folder that is gone
            super().save(key, (key, data))

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index()
        except Exception:  # whatever pickle makes of a damaged file
            return {}

    def _load_data(self, name: str) -> Any:
        data = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(data[:-SEAL]).digest() != data[-SEAL:]:
            msg = f"{name} is damaged"
            raise OSError(msg)
        return pickle.loads(data[:-SEAL])

    def _dump(self, obj: Any) -> bytes:
        data = super()._dump(obj)
        return data + hashlib.sha256(data).digest()


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
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return _is_ours(folder)
    except OSError:
        return False


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can put code into a folder that lies where everybody writes."""
    if not hasattr(os, "getuid"):
        return True
    found = (os.stat(place) for place in (folder, folder.parent, folder.parent.parent))
    return all(f.st_uid in (0, os.getuid()) and not f.st_mode & stat.S_IWOTH for f in found)


def _drop_stale(folder: Path, keep: int = 3) -> None:
    """Keep the folders of the last few versions, and those in use: by other environments, or processes under way."""
    with suppress(OSError):
        os.utime(folder)  # the time of its last use
        used = {path: path.stat().st_mtime for path in folder.parent.glob("kernels-*")}
        kept = sorted(used, key=used.__getitem__, reverse=True)
        for old in (path for path in kept[keep:] if used[folder] - used[path] > UNUSED):
            for file in old.rglob("*"):
                with suppress(OSError):
                    file.unlink()
            for room in (*old.glob("*"), old):
                with suppress(OSError):
                    room.rmdir()
