"""A group over torch.distributed: the workers of Ray Train, or processes that torchrun started."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np

from clearprop.errors import WorkersError
from clearprop.train.workers.fresh_store import fresh_name


class TorchGroup:
    """See `Group`; the default process group of torch.distributed, which must be there, with gloo."""

    def __init__(self) -> None:
        import torch  # pyright: ignore[reportMissingImports]
        import torch.distributed  # pyright: ignore[reportMissingImports]

        self.torch, self.dist = torch, torch.distributed
        self.rank, self.size = self.dist.get_rank(), self.dist.get_world_size()

    def add(self, numbers: np.ndarray) -> None:
        """See `Group`."""
        with self._lost():
            self.dist.all_reduce(self.torch.from_numpy(numbers))

    def share(self, numbers: np.ndarray) -> None:
        """See `Group`."""
        if numbers.size:
            with self._lost():
                self.dist.broadcast(self.torch.from_numpy(numbers), src=0)

    def gather(self, text: str) -> list[str]:
        """See `Group`."""
        found: list[Any] = [None] * self.size
        with self._lost():
            self.dist.all_gather_object(found, text)
        return found

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            why = " ".join(str(error).split())[-160:]
            msg = f"Worker {self.rank} of {self.size} lost the others: one ended, or did not answer in time ({why})."
            raise WorkersError(msg) from None


def _connect(dist: Any, timeout: float) -> None:
    """Make the group, in a place of the store that earlier processes, which are gone, do not know."""
    within = timedelta(seconds=timeout)
    try:
        store, rank, size = next(dist.rendezvous("env://", timeout=within))
        name = fresh_name(store, rank, size, timeout)
        dist.init_process_group(
            "gloo", store=dist.PrefixStore(name, store), rank=rank, world_size=size, timeout=within
        )
    except (RuntimeError, ValueError) as error:
        if isinstance(error, WorkersError):
            raise
        msg = f"The processes that torchrun started do not find each other: {' '.join(str(error).split())[-160:]}"
        raise WorkersError(msg) from None


@contextmanager
def torchrun_group(timeout: float) -> Iterator[TorchGroup]:
    """The processes that torchrun started, this one among them.

    Raises
    ------
    WorkersError
        If torch is not installed, torchrun did not start this process, or the others do not answer.
    """
    try:
        import torch.distributed as dist  # pyright: ignore[reportMissingImports]
    except ImportError:
        msg = "`workers` needs PyTorch here: pip install clearprop[ray]."
        raise WorkersError(msg) from None
    if not dist.is_torchelastic_launched():
        msg = "workers='torchrun' is for processes that torchrun starts: torchrun --nproc-per-node 2 SCRIPT."
        raise WorkersError(msg)
    begun = not dist.is_initialized()
    if begun:
        _connect(dist, timeout)
    try:
        yield TorchGroup()
    finally:
        if begun:
            dist.destroy_process_group()
