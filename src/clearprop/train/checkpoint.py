"""A run's checkpoints: saved by time and at the end; taken up again if they are of the same run."""

import errno
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.errors import CheckpointError
from clearprop.train.checkpoint_file import Saved, to_bytes
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.checkpoint_signals import Asked, held_back
from clearprop.train.state import RunState

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Checkpoint:
    """The observer of a run: `train` shows it the state between two steps.

    Parameters
    ----------
    folder : Folder
        Where they go.
    identity : dict
        What must agree for a run to go on: a description of each thing, by name, as JSON takes it.
    asked : Asked
        Which signal came.
    """

    def __init__(self, folder: Folder, identity: dict[str, Any], asked: Asked) -> None:
        self.folder, self.identity, self.asked = folder, json.loads(json.dumps(identity)), asked
        self.saved_at = time.monotonic()

    def begin(self, engine: Engine | Committee, state: RunState) -> None:
        """Take up the run where its last checkpoint was made, if there is one; check that there is room.

        Raises
        ------
        CheckpointError
            If the checkpoint is of another run; the message names the first difference.
        """
        if self.folder.resume:
            saved = self.folder.latest()
            if saved is None:
                self.folder.tell(
                    f"There is no checkpoint in {self.folder.path} yet: starting from the beginning."
                )
            else:
                self._take(saved, engine, state)
        self.folder.check_room(len(self._bytes(engine, state)))

    def look(self, engine: Engine | Committee, state: RunState) -> None:
        """Save if it is time, or if a signal came; then answer the signal."""
        asked = self.asked.number is not None
        if asked or time.monotonic() - self.saved_at >= self.folder.every:
            self.save(engine, state)
        if asked:
            self.folder.tell(
                f"Stopped in epoch {state.epoch}; {self.folder.path} holds a checkpoint to resume from."
            )
            self.asked.answer()

    def save(self, engine: Engine | Committee, state: RunState) -> None:
        """A checkpoint now; where the disk refuses it, the run goes on with the one before."""
        try:
            self.folder.write(self._bytes(engine, state))
        except OSError as error:
            self.folder.warn(
                f"A checkpoint could not be written to {self.folder.path}: {error.strerror}. "
                f"{'Make room' if error.errno in FULL else 'Put the folder right'}; the run goes on."
            )
        self.saved_at = time.monotonic()

    def _bytes(self, engine: Engine | Committee, state: RunState) -> bytes:
        return to_bytes(Saved(self.identity, state.numbers(), state.tensors(engine)))

    def _take(self, saved: Saved, engine: Engine | Committee, state: RunState) -> None:
        check_same(saved.identity, self.identity, str(self.folder.path))
        try:
            state.take(saved.tensors, saved.numbers, engine)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            why = f"{error}"[:120]
            msg = (
                f"The checkpoints in {self.folder.path} cannot be gone on with: {why}. Start anew elsewhere."
            )
            raise CheckpointError(msg) from None
        self.folder.tell(
            f"Going on in epoch {state.epoch} after {state.step:,} steps, from {self.folder.path}."
        )


@contextmanager
def checkpoint_in(folder: Folder | None, identity: dict[str, Any]) -> Iterator[Checkpoint | None]:
    """The checkpoints of a run in a folder, with signals held back inside; None without a folder."""
    if folder is None:
        yield None
        return
    with held_back() as asked:
        yield Checkpoint(folder, identity, asked)


def check_same(before: dict[str, Any], now: dict[str, Any], where: str) -> None:
    """Check that a run is the one that a checkpoint is of.

    Raises
    ------
    CheckpointError
        If something differs; the message names it, and gives both.

    Examples
    --------
    >>> check_same({"`batch_size`": 64}, {"`batch_size`": 128}, "here")
    Traceback (most recent call last):
    clearprop.errors.CheckpointError: The checkpoints in here are of another run: `batch_size` was 64 and is 128. \
Go on with the same table and settings, or start anew elsewhere.
    """
    for name in (*before, *(name for name in now if name not in before)):
        was, is_now = before.get(name), now.get(name)
        if was == is_now:
            continue
        msg = (
            f"The checkpoints in {where} are of another run: {name} {_difference(was, is_now)}. "
            "Go on with the same table and settings, or start anew elsewhere."
        )
        raise CheckpointError(msg)


def _difference(was: Any, now: Any) -> str:
    """Both, or of two long mappings the first entry that differs."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in (*was, *(key for key in now if key not in was)):
            if was.get(key) != now.get(key):
                what = "differ from what they were"
                return f"of `{key}` {what}" if key in was and key in now else _came_or_went(key, key in now)
    return f"was {_short(was)} and is {_short(now)}"


def _came_or_went(key: str, came: bool) -> str:
    return f"now have `{key}`, which they had not" if came else f"no longer have `{key}`"


def _short(value: Any) -> str:
    text = "not set" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."
