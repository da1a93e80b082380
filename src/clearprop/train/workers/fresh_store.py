"""A place in a store that processes share, which those that were started before them do not know."""

import time
from typing import Any, Protocol
from uuid import uuid4

from clearprop.errors import WorkersError

PAUSE = 0.02  # seconds between two looks


class Store(Protocol):
    """What is asked of a store of torch.distributed."""

    def set(self, key: str, value: str) -> Any: ...
    def get(self, key: str) -> bytes: ...
    def check(self, keys: list[str]) -> bool: ...


def fresh_name(store: Store, rank: int, size: int, timeout: float) -> str:
    """A name that all processes agree upon, and that was never used before.

    torchrun hands one store to the processes that it starts and, where some are lost, to those that it starts again:
    what they find there may be of those that are gone. So each process asks by a name of its own, and takes what
    process 0 answers to just that name.

    Parameters
    ----------
    store : Store
        Which all share.
    rank, size : int
        The number of this process, and how many there are.
    timeout : float
        Seconds to wait for the others.

    Raises
    ------
    WorkersError
        If they do not answer in time.
    """
    name, end = uuid4().hex, time.monotonic() + timeout
    if rank == 0:
        _answer(store, name, size, end)
        return name
    store.set(f"asks {rank}", name)
    _wait(store, f"answer to {name}", end)
    found = store.get(f"answer to {name}").decode()
    store.set(f"{rank} has {found}", "")
    return found


def _answer(store: Store, name: str, size: int, end: float) -> None:
    """Answer whoever asks, until each process has the answer; some may have asked before they were started again."""
    answered, others = set(), set(range(1, size))
    while others:
        for rank in sorted(others):
            if (
                store.check([f"asks {rank}"])
                and (asked := store.get(f"asks {rank}").decode()) not in answered
            ):
                store.set(f"answer to {asked}", name)
                answered.add(asked)
        others -= {rank for rank in others if store.check([f"{rank} has {name}"])}
        _pause(end, others)


def _wait(store: Store, key: str, end: float) -> None:
    while not store.check([key]):
        _pause(end, {0})


def _pause(end: float, others: set[int]) -> None:
    if others and time.monotonic() > end:
        msg = f"The workers do not find each other: nothing was heard of {sorted(others)[:8]} in time. Start anew."
        raise WorkersError(msg)
    time.sleep(PAUSE * bool(others))
