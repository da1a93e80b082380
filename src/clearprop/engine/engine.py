"""An engine: one network's parameters, its optimiser's state, and the kernels that move them."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from clearprop.engine import kernels, lanes, plain, store
from clearprop.engine.addresses import passes_forward, passes_of, product_of, waves_of
from clearprop.engine.hyper import checked_dropout, hyper_of
from clearprop.engine.layout import AT_A, AT_DELTA, AT_MASK, AT_Z, LINE, Layout, aligned, lay_out
from clearprop.engine.passes import STEPS
from clearprop.engine.plan import (
    DIRECTION,
    GRAD,
    GRADIENT_ONLY,
    ONE_PRODUCT,
    PASSES,
    SCALE,
    THETA,
    Memory,
    Plan,
)
from clearprop.engine.products import scratch_size
from clearprop.engine.softmax import FURTHER_LINES
from clearprop.engine.solver import Solver
from clearprop.engine.team import available, crowded, together
from clearprop.errors import ShapeError, SpecError
from clearprop.maths.derivation import Working
from clearprop.network import Parameters

COMPILED = not store.config.DISABLE_JIT  # else the page itself runs, in NumPy
ROWS_AT_ONCE = 256  # of a forward pass over many rows: the slice stays in cache
WORTH = 200_000  # weights times slices from which threads are started for a forward pass: some tenths of a millisecond


class Batch(NamedTuple):
    """What the maths sees, checked and C-contiguous: X (m, n[0]); y (m, 1) labels or (m, n[L]); w (m,)."""

    X: np.ndarray
    y: np.ndarray
    w: np.ndarray


class Epoch(NamedTuple):
    """What one epoch gave: the sums of w J_i and of w, and the batch at which J ceased to be finite, or None.

    `means` and `penalties` are sums over the batches of their rows times J, and times the penalty that the
    solver's alpha makes: scikit-learn's loss of an epoch is their sum over the rows.
    """

    total: float = 0.0
    weight: float = 0.0
    failed_at: int | None = None
    means: float = 0.0
    penalties: float = 0.0

    @property
    def loss(self) -> float:
        """The mean of J over the rows; NaN where there is none."""
        return self.total / self.weight if self.weight else math.nan


NOTHING = Epoch()


class Room(NamedTuple):
    """Where batches of a size are worked on: the layout, and the memory of each thread."""

    layout: Layout
    memories: tuple[Memory, ...]


class Engine:
    """A network in training, or at work.

    Parameters
    ----------
    params : Parameters
        Where it starts; copied.
    solver : Solver
        How it moves.
    batch_size : int
        Rows a step, at most.
    dtype : {"float32", "float64"}
        Of all arrays.
    dropout : sequence of float
        The share of a[l] that is dropped in training, for l = 0..L-1; layers that are not named drop nothing.
    seed : int
        Of the masks: with the number of the step it settles them.
    threads : int
        That share the work of a step; they leave every bit as it is.

    Attributes
    ----------
    params : Parameters
        The current ones: a view that each step moves.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop.network import Network
    >>> net = Network((2, 8, 2))
    >>> engine = Engine(net.initialize(seed=0), Solver("sgd"), batch_size=2, dtype="float64")
    >>> batch = Batch(np.eye(2), np.array([[0.0], [1.0]]), np.ones(2))
    >>> first = engine.epoch(batch, np.arange(2), np.full(1, 0.5))
    >>> engine.epoch(batch, np.arange(2), np.full(1, 0.5)).loss < first.loss
    True
    """

    def __init__(
        self,
        params: Parameters,
        solver: Solver | None = None,
        batch_size: int = ROWS_AT_ONCE,
        dtype: DTypeLike = np.float32,
        dropout: Sequence[float] = (),
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.net, self.solver = params.net, solver or Solver()
        self.dtype = np.dtype(dtype)
        if self.dtype.name not in ("float32", "float64"):
            msg = f"`dtype` must be float32 or float64; got {self.dtype.name}."
            raise SpecError(msg)
        self.state = np.zeros((8 if self.solver.scale_rate else 4, self.net.n_parameters), self.dtype)
        self.params = Parameters(self.net, self.state[THETA])
        self.start_from(params.flat)
        self.dropout, self.seed = checked_dropout(self.net, dropout), int(seed)
        self.hyper = hyper_of(self.net, self.solver, self.dropout, self.seed)
        self.threads = int(threads)
        self._rooms: dict[tuple[int, int], Room] = {}
        self.batch_size = batch_size
        self._counters: dict[tuple[int, str], tuple[Plan, Memory]] = {}
        self._working: Working | None = None  # of the last step, where there are no blocks

    @property
    def batch_size(self) -> int:
        """Rows a step, at most; it decides, with the network, which kernels take the steps."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, rows: int) -> None:
        self._batch_size = int(rows)
        self.in_lanes = COMPILED and lanes.suits(self.net, self._batch_size) and not any(self.dropout)
        self._rooms.clear()
        for name in ("_passes", "_product"):
            self.__dict__.pop(name, None)

    def epoch(
        self,
        batch: Batch,
        order: np.ndarray,
        rates: np.ndarray,
        *,
        gradient_only: bool = False,
        so_far: Epoch = NOTHING,
    ) -> Epoch:
        """Steps over the rows `order` of a batch, `batch_size` at a time, one learning rate a step.

        An epoch may be cut between two steps: given what came before as `so_far`, the bits stay the same.
        """
        orders, rates = np.asarray(order)[None], np.asarray(rates)[None]
        return self.epochs(batch, orders, rates, gradient_only=gradient_only, so_far=so_far)[0]

    def epochs(
        self,
        batch: Batch,
        orders: np.ndarray,
        rates: np.ndarray,
        *,
        gradient_only: bool = False,
        so_far: Epoch = NOTHING,
    ) -> list[Epoch]:
        """Several epochs in one call: a row of `orders` and of `rates` each; up to that in which J is not finite.

        `so_far`: of the first.
        """
        steps = -(-orders.shape[1] // self.batch_size)
        if rates.shape[1] != steps:
            msg = f"{orders.shape[1]} rows in batches of {self.batch_size} take {steps} rates; "
            msg += f"`rates` has {rates.shape[1]}."
            raise ShapeError(msg)
        if not COMPILED:
            return self._plain_epochs(batch, orders, rates, not gradient_only, so_far)
        room, how = self._room(self.batch_size, batch.y.shape[1]), PASSES
        if gradient_only or self.solver.in_one_product:
            how = GRADIENT_ONLY if gradient_only else ONE_PRODUCT
        plan, data = self._plan(room, how), tuple(np.ascontiguousarray(part, self.dtype) for part in batch)
        orders, rates = np.ascontiguousarray(orders, np.int64), np.ascontiguousarray(rates, np.float64)
        out = np.tile([0.0, 0.0, -1.0, 0.0, 0.0], (len(orders), 1))
        out[0] = so_far.total, so_far.weight, -1.0, so_far.means, so_far.penalties
        for memory in room.memories[1:]:
            memory.hyper[:] = self.hyper

        def run(rank: int, team: np.ndarray) -> None:
            if self.in_lanes:
                lanes.epochs(data, orders, plan, room.memories[0], rates, out, team)
                return
            kernels.epochs(
                data, orders, plan, room.memories[rank], rates, out, rank, len(room.memories), team
            )

        together(run, len(room.memories))
        return _as_epochs(out)

    @property
    def flat(self) -> np.ndarray:
        """The parameters as one vector."""
        return self.params.flat

    def start_from(self, flat: np.ndarray) -> None:
        """Go on from these parameters; scales of inputs begin at 1."""
        self.params.flat[:] = flat
        if self.solver.scale_rate:
            self.state[DIRECTION], self.state[SCALE, : self.net.widths[0]] = flat, 1.0

    def keep_in(self, state: np.ndarray, hyper: np.ndarray) -> None:
        """Keep all numbers in these arrays from now on: shaped as `state` and `hyper`, and part of something larger."""
        state[...], hyper[...] = self.state, self.hyper
        self.state, self.hyper = state, hyper
        self.params = Parameters(self.net, state[THETA])
        self._rooms.clear()

    def move(self, mass: float, rate: float, n_targets: int) -> None:
        """One update from the gradient in `state`, whose batch has the mass `mass` and targets of so many columns."""
        if not COMPILED:
            self.hyper[STEPS] += 1
            plain.clip(self.solver, self.state)
            l2 = self.solver.l2 + self.solver.alpha / mass
            plain.move_all(self.net, self.state, self.solver, rate, int(self.hyper[STEPS]), l2)
            return
        room = self._room(self.batch_size, n_targets)
        kernels.move(
            self._plan(room, PASSES),
            room.memories[0],
            float(mass),
            float(rate),
            np.zeros(2, np.int64),
        )

    def prepare(self, batch: Batch) -> None:
        """Compile, or read from the disk, all that `epoch` needs for such a batch; nothing moves."""
        self.epoch(batch, np.arange(0), np.zeros(0))

    def predict(self, X: np.ndarray, threads: int | None = None) -> np.ndarray:
        """p of each row (G4): (rows, n[L]); by as many threads as help, or by `threads`."""
        return self._forward(X, self.net.out_activation, threads)

    def logits(self, X: np.ndarray, threads: int | None = None) -> np.ndarray:
        """z[L] of each row: (rows, n[L])."""
        return self._forward(X, "identity", threads)

    def arrays(self, m: int, n_targets: int) -> dict[str, list[Any]]:
        """z[l], a[l], delta[l] as the last step of m rows left them, and dW[l], db[l], dc[l] where they were formed,
        and the gradients of embeddings.

        With dropout also mask[l] of each layer that drops; a[l] is without it.
        """
        gradient = Parameters(self.net, self.state[GRAD])
        found: dict[str, list[Any]] = {"dW": gradient.W, "db": gradient.b, "dc": gradient.c}
        found["embedding"] = [gradient.embedding]
        if self._working is not None:
            return found | {name: getattr(self._working, name) for name in ("z", "a", "delta")}
        layout, memories = self._room(self.batch_size, n_targets)
        block = memories[0].block
        for name, column, first, last in (("z", AT_Z, 1, 0), ("a", AT_A, 0, 1), ("delta", AT_DELTA, 1, 0)):
            at = layout.layers[:, column]
            found[name] = [
                self._rows(block[at[l] :], m, n) if first <= l <= self.net.L - last else None
                for l, n in enumerate(self.net.widths)
            ]
        for l in np.flatnonzero(self.dropout):
            at, n = layout.layers[l, AT_MASK], self.net.widths[l]
            found.setdefault("mask", [None] * self.net.L)[l] = block[at : at + m * n].reshape(m, n)
        return found

    def _rows(self, block: np.ndarray, m: int, n: int) -> np.ndarray:
        """The array (m, n) that a block starts with."""
        return lanes.rows_of(block, m, n) if self.in_lanes else block[: m * n].reshape(m, n)

    def first_not_finite(self, m: int, n_targets: int) -> int:
        """The first layer whose z the last step left not finite; 0 if it is the input."""
        arrays = self.arrays(m, n_targets)
        if not np.isfinite(arrays["a"][0]).all():
            return 0
        return next(
            (l for l in range(1, self.net.L + 1) if not np.isfinite(arrays["z"][l]).all()), self.net.L
        )

    def _forward(self, X: np.ndarray, head: str, threads: int | None) -> np.ndarray:
        if not COMPILED:
            with np.errstate(all="ignore"):
                return plain.forward(self.params, np.asarray(X, self.dtype), head)
        X, result = np.ascontiguousarray(X, self.dtype), np.empty((len(X), self.net.sizes[-1]), self.dtype)
        slices = -(-len(X) // ROWS_AT_ONCE)
        if slices <= 1 or slices * self.net.n_weights <= WORTH or crowded():
            self._forward_rows(X, head, result)
            return result
        ranks = min(threads or available(), slices)

        def run(rank: int, team: np.ndarray) -> None:
            first, last = (slices * r // ranks * ROWS_AT_ONCE for r in (rank, rank + 1))
            self._forward_rows(X[first:last], head, result[first:last])

        together(run, ranks)
        return result

    def _forward_rows(self, X: np.ndarray, head: str, result: np.ndarray) -> None:
        key = min(ROWS_AT_ONCE, len(X)), head
        counter = self._counters.pop(key, None) or self._new_counter(
            *key
        )  # out of the reach of other threads
        kernels.forward(X, *counter, result)
        self._counters[key] = counter

    def _new_counter(self, rows: int, head: str) -> tuple[Plan, Memory]:
        """What a forward pass over slices of `rows` rows needs."""
        layout, memories = self._new_room(max(rows, 1), 0)
        passes = passes_forward(self.net, head, self.dtype.name)
        product, waves = product_of(self.dtype.name, False), waves_of(layout, self.dtype.name)
        return Plan(layout.layers, np.array([max(rows, 1)]), passes, product, waves), memories[0]

    def _plain_epochs(
        self, batch: Batch, orders: np.ndarray, rates: np.ndarray, move: bool, so_far: Epoch
    ) -> list[Epoch]:
        found: list[Epoch] = []
        for order, lr in zip(orders, rates, strict=True):
            moves = int(self.hyper[STEPS])
            before = plain.Steps(so_far.total, so_far.weight, moves, so_far.means, so_far.penalties)
            with np.errstate(all="ignore"):
                done = plain.epoch(
                    self.net, self.state, self.solver, batch, order, self.batch_size, lr, before, move,
                    (self.dropout, self.seed),
                )  # fmt: skip
            self.hyper[STEPS], self._working = done.moves, done.working
            found.append(Epoch(done.total, done.weight, done.failed_at, done.means, done.penalties))
            if done.failed_at is not None:
                break
            so_far = NOTHING
        return found

    @cached_property
    def _product(self) -> Any:
        """`Plan.product` of a step."""
        return product_of(self.dtype.name, self.in_lanes)

    @cached_property
    def _passes(self) -> np.ndarray:
        """The addresses of what a step calls; the network and the solver of an engine do not change."""
        return passes_of(self.net, self.solver, self.dropout, self.dtype.name, self.in_lanes)

    def _plan(self, room: Room, how: int) -> Plan:
        """What kernels are told of a room; `how`: the way the parameters move."""
        places = np.array([self.batch_size, room.layout.at_y, room.layout.at_w, how])
        waves = waves_of(room.layout, self.dtype.name)
        return Plan(room.layout.layers, places, self._passes, self._product, waves)

    def _room(self, rows: int, n_targets: int) -> Room:
        """The layout and the memory for batches of this size, made once."""
        ranks = min(self.threads, available()) if crowded() else self.threads
        ranks = 1 if self.in_lanes else ranks
        room = self._rooms.get((rows, n_targets))
        if room is None or len(room.memories) != ranks:
            room = self._rooms[rows, n_targets] = self._new_room(rows, n_targets, ranks)
        return room

    def _new_room(self, rows: int, n_targets: int, ranks: int = 1) -> Room:
        drops = self.dropout if n_targets else ()  # no targets: a forward pass, without dropout
        in_lanes = self.in_lanes and n_targets > 0
        rows = lanes.rows_in_panels(rows, self.dtype) if in_lanes else rows
        layout = lay_out(self.net, rows, n_targets, self.dtype, drops)
        block, losses = aligned(layout.size, self.dtype), np.zeros(rows)
        memories = []
        for rank in range(ranks):
            scratch = aligned(self._scratch_size(rows), self.dtype)
            scratch[: lanes.ONES if in_lanes else 1] = 1
            memories.append(
                Memory(self.state, block, losses, self.hyper.copy() if rank else self.hyper, scratch)
            )
        return Room(layout, tuple(memories))

    def _scratch_size(self, rows: int) -> int:
        """The numbers of `Memory.scratch`."""
        lines = max(rows, *self.net.widths) + FURTHER_LINES
        return LINE // self.dtype.itemsize + scratch_size(lines, self.dtype.itemsize)


def _as_epochs(out: np.ndarray) -> list[Epoch]:
    """What kernels wrote, a row an epoch, up to the one in which J was not finite."""
    found = []
    for total, weight, failed, means, penalties in out.tolist():
        found.append(Epoch(total, weight, None if failed < 0 else int(failed), means, penalties))
        if failed >= 0:
            break
    return found
