"""A folder of checkpoints: the last two are kept, each written whole or not at all."""

import os
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clearprop.errors import CheckpointError
from clearprop.train.checkpoint_file import DamagedError, Saved, from_bytes
from clearprop.train.lock import locked

KEPT = 2
NAME = re.compile(r"checkpoint-(\d{8})\.safetensors")
EVERY = 30.0  # seconds between two checkpoints


class Folder:
    """A folder that is ours: made by `opened`.

    Attributes
    ----------
    path : Path
        Where it is.
    resume : bool
        Whether a run goes on from what is there.
    every : float
        Seconds between two checkpoints.
    tell, warn : callable
        Take a sentence: what happens, and what went wrong and was survived.
    """

    def __init__(
        self, path: Path, resume: bool, every: float, tell: Callable[[str], None], warn: Callable[[str], None]
    ) -> None:
        self.path, self.resume, self.every = path, resume, every
        self.tell, self.warn = tell, warn
        self.number = max(self._numbers(), default=0)

    def latest(self) -> Saved | None:
        """The newest checkpoint that is sound; None where there is none at all.

        Raises
        ------
        CheckpointError
            If there are some, but none is sound.
        """
        numbers = sorted(self._numbers(), reverse=True)
        for number in numbers:
            path = self._file(number)
            try:
                return from_bytes(path.read_bytes())
            except (DamagedError, OSError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                older = ": going on from the one before" if number != numbers[-1] else ""
                self.warn(f"The checkpoint {path} cannot be used ({why}){older}.")
        if numbers:
            msg = f"No checkpoint in {self.path} can be used. Start anew in another folder."
            raise CheckpointError(msg)
        return None

    def write(self, data: bytes) -> None:
        """A further checkpoint; then the oldest beyond `KEPT` are removed.

        Raises
        ------
        OSError
            If it cannot be written; the earlier ones are kept.
        """
        path = self._file(self.number + 1)
        beside = path.with_suffix(".part")
        try:
            with open(beside, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:  # also of an interrupt; after the renaming there is none
            with suppress(OSError):
                beside.unlink()
        self.number += 1
        _sync(self.path)
        for old in sorted(self._numbers())[:-KEPT]:
            self._file(old).unlink(missing_ok=True)

    def check_room(self, size: int) -> None:
        """Check that the checkpoints of a run, of `size` bytes each, have room: before the run.

        Raises
        ------
        CheckpointError
            If the folder cannot be written to, or is full.
        """
        probe, need = self.path / "room.part", (KEPT + 1 - min(KEPT, len(self._numbers()))) * size
        try:
            with open(probe, "wb") as file:
                for _ in range(-(-need // size)):
                    file.write(bytes(size))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            msg = (
                f"The checkpoint folder {self.path} must take {need:,} bytes, and cannot: {error.strerror}. "
                "Make room, or choose another folder."
            )
            raise CheckpointError(msg) from None
        finally:
            probe.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a run that was killed left half written."""
        for part in self.path.glob("*.part"):
            part.unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return [int(found[1]) for path in self.path.iterdir() if (found := NAME.fullmatch(path.name))]

    def _file(self, number: int) -> Path:
        return self.path / f"checkpoint-{number:08d}.safetensors"


@contextmanager
def opened(
    path: str | Path,
    *,
    resume: bool = False,
    anew: bool = False,
    every: float = EVERY,
    tell: Callable[[str], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Iterator[Folder]:
    """A folder for the checkpoints of one run; made if absent, and locked inside.

    Parameters
    ----------
    path : str or Path
        The folder.
    resume : bool
        Whether to go on from the checkpoint that is there, if one is.
    anew : bool
        Whether checkpoints that are there may be removed.
    every : float
        Seconds between two checkpoints.
    tell, warn : callable, optional
        See `Folder`; by default nothing is told, and Python's `warnings` warn.

    Raises
    ------
    CheckpointError
        If another run has the folder, it cannot be written to, or it holds checkpoints and neither `resume` nor
        `anew` says what to do.
    """
    path = Path(path)
    if not every >= 0:
        msg = f"The seconds between two checkpoints must be a number, 0 or more; got {every!r}."
        raise CheckpointError(msg)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"The checkpoint folder {path} cannot be made: {error.strerror}. Choose another."
        raise CheckpointError(msg) from None
    with locked(path):
        folder = Folder(path, resume, every, tell or _nobody, warn or _python)
        folder.sweep()
        if folder.number and not resume:
            if not anew:
                msg = (
                    f"{path} holds checkpoints of an earlier run. Pass `resume` to go on with it, "
                    "or choose another folder."
                )
                raise CheckpointError(msg)
            for number in folder._numbers():
                folder._file(number).unlink(missing_ok=True)
        yield folder


@contextmanager
def folder_of(given: str | Path | Folder | None, resume: bool, every: float) -> Iterator[Folder | None]:
    """What an estimator was given: a folder that is opened already, the path of one, or none.

    Raises
    ------
    CheckpointError
        As `opened`; or if there is no folder to resume from.
    """
    if given is None and resume:
        msg = "`resume` needs a `checkpoint` folder to go on from; got none."
        raise CheckpointError(msg)
    if given is None or isinstance(given, Folder):
        yield given
        return
    with opened(given, resume=resume, every=every) as folder:
        yield folder


def _nobody(text: str) -> None:
    pass


def _python(text: str) -> None:
    warnings.warn(text, stacklevel=2)


def _sync(folder: Path) -> None:
    """The names in a folder, on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
