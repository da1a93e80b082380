"""Processes that run the same loop: what they say to each other."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from clearprop import errors
from clearprop.errors import ClearpropError


class Group(Protocol):
    """The processes of a run, this one among them. Each method is called by all, in the same order.

    Attributes
    ----------
    rank, size : int
        The number of this process, 0 to size - 1, and how many there are.
    """

    rank: int
    size: int

    def add(self, numbers: np.ndarray) -> None:
        """The sum over all processes, in place; the same bits everywhere.

        Raises
        ------
        WorkersError
            If a process was lost, or does not answer.
        """
        ...

    def share(self, numbers: np.ndarray) -> None:
        """What process 0 has, in place."""
        ...

    def gather(self, text: str) -> list[str]:
        """The text of each process."""
        ...


def from_first(group: Group, make: Callable[[], bytes]) -> bytes:
    """What `make` gives in process 0, for all.

    Raises
    ------
    ClearpropError
        In all processes, if `make` raises one in process 0.
    """
    data, kind = b"", ""
    if group.rank == 0:
        try:
            data = make()
        except ClearpropError as error:
            data, kind = str(error).encode(), type(error).__name__
    lengths = np.array([len(data), len(kind)])
    group.share(lengths)
    numbers = np.frombuffer(kind.encode() + data, np.uint8).copy()
    numbers = numbers if group.rank == 0 else np.empty(int(lengths.sum()), np.uint8)
    group.share(numbers)
    kind, data = numbers[: lengths[1]].tobytes().decode(), numbers[lengths[1] :].tobytes()
    if kind:
        raise getattr(errors, kind, ClearpropError)(data.decode())
    return data
