"""A group over MPI: processes that mpirun started."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clearprop.errors import WorkersError


class MpiGroup:
    """See `Group`; a communicator of mpi4py. Where a process is lost, MPI ends them all."""

    def __init__(self, world: Any, in_place: Any) -> None:
        self.world, self.in_place = world, in_place
        self.rank, self.size = world.Get_rank(), world.Get_size()

    def add(self, numbers: np.ndarray) -> None:
        """See `Group`."""
        self.world.Allreduce(self.in_place, numbers)

    def share(self, numbers: np.ndarray) -> None:
        """See `Group`."""
        self.world.Bcast(numbers, root=0)

    def gather(self, text: str) -> list[str]:
        """See `Group`."""
        return self.world.allgather(text)


@contextmanager
def mpi_group() -> Iterator[MpiGroup]:
    """The processes that mpirun started, this one among them; an error that ends one of them ends all.

    Raises
    ------
    WorkersError
        If mpi4py is not installed, or finds no MPI.
    """
    try:
        from mpi4py import MPI  # pyright: ignore[reportMissingImports]
    except (ImportError, RuntimeError) as error:
        msg = f"workers='mpi' needs mpi4py and an MPI: pip install mpi4py ({' '.join(str(error).split())[:120]})."
        raise WorkersError(msg) from None
    group = MpiGroup(MPI.COMM_WORLD, MPI.IN_PLACE)
    yield group
