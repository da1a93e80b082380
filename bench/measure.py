"""Workers for every peer and number of threads; rounds in which each has its turn."""

import math
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from arithmetic import gflops
from nets import NETS
from peers import COMPARED, SGEMM
from peers.sgemm import FLOPS
from remote import Remote, WorkerError

AGREE_STEPS = 10
TOLERANCE = {  # relative
    "sgd": 1e-4,  # float32 sums taken in other orders, over some steps
    "adam": 1e-3,  # and eps added before the bias correction, or after it
    "adamw": 1e-3,
}
Tell = Callable[[str], None]


@dataclass
class Measured:
    """What the rounds of one net gave.

    times: by peer and threads, microseconds a step of each round; cores: the same, cores busy;
    peaks: by threads, GFLOP/s of the large product in each round; first: seconds of a peer's first turn;
    missing: why a peer has no times.
    """

    times: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    cores: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    peaks: dict[int, list[float]] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def drop(self, peer: str, reason: str) -> None:
        """The peer is out of this net."""
        self.missing[peer] = reason
        for found in (self.times, self.cores, self.first):
            found.pop(peer, None)


@dataclass
class Agreement:
    """The peers' losses after the same steps of a solver on the same batches, from the same weights."""

    net: str
    solver: str
    losses: dict[str, float] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)  # why

    @property
    def spread(self) -> float:
        """The largest relative difference; 0 where there are no two."""
        if not all(map(math.isfinite, self.losses.values())):
            return math.nan
        low, high = min(self.losses.values(), default=0.0), max(self.losses.values(), default=0.0)
        return (high - low) / max(abs(low), abs(high)) if high != low else 0.0

    @property
    def holds(self) -> bool:
        """Whether they do the same work. NaN is no agreement."""
        return self.spread <= TOLERANCE[self.solver]


class Bench:
    """All workers of a run. `missing` names the peers that are not installed."""

    def __init__(self, peers: Sequence[str], threads: Sequence[int], tell: Tell) -> None:
        self.peers, self.threads, self.tell = list(peers), list(threads), tell
        self.missing: dict[str, str] = {}
        self.workers: dict[tuple[str, int], Remote] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Bench":
        for peer in (SGEMM, *self.peers):
            try:
                self._load(peer)
            except WorkerError as error:
                if peer == SGEMM:
                    raise
                self.missing[peer] = f"not installed: {error}" if error.missing else str(error)
                self.tell(f"{peer} is skipped: {self.missing[peer]}")
        self.peers = [peer for peer in self.peers if peer not in self.missing]
        return self

    def __exit__(self, *about: object) -> None:
        self._stack.close()

    def _load(self, peer: str) -> None:
        for threads in self.threads:
            worker = self._stack.enter_context(Remote(threads))
            worker.ask("load", peer=peer)
            self.workers[peer, threads] = worker

    def net(self, name: str, rounds: int, seconds: float) -> Measured:
        """One net: all workers made ready one by one, then the rounds, each in an order of its own."""
        found = Measured()
        for peer in (SGEMM, *self.peers):
            self.tell(f"{name}: {peer} gets ready")
            self._prepare(name, peer, seconds, found)
        for r in range(rounds):
            self.tell(f"{name}: round {r + 1} of {rounds}")
            turns = [key for key in self.workers if key[0] == SGEMM or key[0] in found.first]
            random.Random(r).shuffle(turns)
            for peer, threads in turns:
                self._round(peer, threads, found)
        return found

    def _prepare(self, name: str, peer: str, seconds: float, found: Measured) -> None:
        try:
            first = [
                self.workers[peer, threads].ask("prepare", peer=peer, net=name, seconds=seconds)["first_call"]
                for threads in self.threads
            ]
        except WorkerError as error:
            found.drop(peer, str(error))
            return
        if peer != SGEMM:
            found.first[peer] = max(first)  # the later ones may find what the first compiled on the disk

    def _round(self, peer: str, threads: int, found: Measured) -> None:
        if peer in found.missing:
            return
        try:
            answer = self.workers[peer, threads].ask("round")
        except WorkerError as error:
            found.drop(peer, str(error))
            return
        if peer == SGEMM:
            found.peaks.setdefault(threads, []).append(gflops(FLOPS, answer["us"]))
            return
        for kept, value in ((found.times, answer["us"]), (found.cores, answer["cores"])):
            kept.setdefault(peer, {}).setdefault(threads, []).append(value)


def losses(nets: Sequence[str], peers: Sequence[str]) -> list[Agreement]:
    """Of every net, in one process: by plain descent, and by its own solver."""
    found = []
    with Remote(1) as worker:
        for name in nets:
            for solver in dict.fromkeys(("sgd", NETS[name].solver)):
                found.append(Agreement(name, solver))
                for peer in (p for p in COMPARED if p in peers):
                    try:
                        answer = worker.ask("loss", peer=peer, net=name, step=AGREE_STEPS, solver=solver)
                        found[-1].losses[peer] = answer["loss"]
                    except WorkerError as error:
                        found[-1].absent[peer] = str(error)
    return found
