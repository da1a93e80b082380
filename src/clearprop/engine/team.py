"""Python threads that run one kernel together, each on its share; kernels hold no lock of the interpreter."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import numpy as np

_LOCK = Lock()
_CROWDS: list[int] = []  # how many fits run side by side, an entry for each `crowd` under way


def together(run: Callable[[int, np.ndarray], None], ranks: int) -> None:
    """``run(rank, team)`` for rank 0..ranks-1 at once; rank 0 in this thread. `team`: see `calls.meet`.

    Raises whatever one of them raised, after all have ended: an error ends the waiting of the others.

    Examples
    --------
    >>> found = []
    >>> together(lambda rank, team: found.append(rank), 3)
    >>> sorted(found)
    [0, 1, 2]
    """
    team, errors = np.zeros(2, np.int64), []

    def guarded(rank: int) -> None:
        try:
            run(rank, team)
        except BaseException as error:  # handed to the caller
            team[1] = 1
            errors.append(error)

    threads: list[Thread] = []
    try:
        for rank in range(1, ranks):
            thread = Thread(target=guarded, args=(rank,), name=f"clearprop-{rank}")
            thread.start()
            threads.append(thread)
        guarded(0)
    except BaseException:
        team[1] = 1
        raise
    finally:
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


def available() -> int:
    """The cores that this thread may use: of the process, its share where fits run side by side.

    Fewer if OMP_NUM_THREADS says so, as it does in joblib's workers.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    cores = min(cores, int(wanted)) if wanted.isdecimal() and int(wanted) else cores
    return max(cores // max(sum(_CROWDS), 1), 1)


def crowded() -> bool:
    """Whether fits run side by side."""
    return sum(_CROWDS) > 1


@contextmanager
def crowd(fits: int) -> Iterator[None]:
    """So many fits run side by side meanwhile, in Python threads, and share the cores."""
    with _LOCK:
        _CROWDS.append(fits)
    try:
        yield
    finally:
        with _LOCK:
            _CROWDS.remove(fits)
