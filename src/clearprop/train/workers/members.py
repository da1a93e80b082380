"""This process as a worker that torchrun or mpirun started together with others."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from clearprop.train.workers.group import Group, from_first
from clearprop.train.workers.wanted import Workers


@contextmanager
def group_of(workers: Workers | None) -> Iterator[Group | None]:
    """The processes that this one belongs to; None where it works alone, or Ray is to start others.

    Raises
    ------
    WorkersError
        If they were not started so.
    """
    from clearprop.train.workers.mpi_group import mpi_group
    from clearprop.train.workers.torch_group import torchrun_group

    if workers is None or not workers.is_member:
        yield None
        return
    with torchrun_group(workers.timeout) if workers.count == "torchrun" else mpi_group() as group:
        yield group


@contextmanager
def on_first(group: Group | None, context: AbstractContextManager[Any]) -> Iterator[Any]:
    """A context that process 0 alone enters, and its value; None elsewhere. Its errors are raised in all."""
    with ExitStack() as stack:
        found: list[Any] = [None]

        def enter() -> bytes:
            found[0] = stack.enter_context(context)
            return b""

        if group is None:
            enter()
        else:
            from_first(group, enter)
        yield found[0]
