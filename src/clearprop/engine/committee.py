"""A committee: networks of one shape that learn side by side, each from its own rows, and answer as one."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from clearprop.engine.engine import NOTHING, Batch, Engine, Epoch
from clearprop.engine.team import together
from clearprop.maths import derivation
from clearprop.network import Network

SUMS = 5  # the sums of the epoch under way, kept for each member behind its `hyper`


class Committee:
    """Engines that are trained together; to a training loop it is an engine.

    Each member is moved as if it were alone, so that the number of threads leaves every bit as it is.

    Parameters
    ----------
    members : iterable of Engine
        Of one network, one batch size and one dtype. The numbers of each move into arrays of all.
    aside : bool array of shape (members, rows), optional
        The rows that each member does not learn from. Without it all learn from all rows.
    count : int, optional
        How many there are, where `members` makes them one by one, so that their numbers are not there twice.

    Attributes
    ----------
    flat : ndarray of shape (members, n_parameters)
        The parameters: a view that each step moves.
    state, hyper : ndarray
        Of all members, one after the other.
    """

    def __init__(
        self, members: Iterable[Engine], aside: np.ndarray | None = None, count: int | None = None
    ) -> None:
        if count is None:
            members = list(members)
            count = len(members)
        self.members, self.aside = [], aside
        for engine in members:
            if not self.members:
                self.state = np.empty((count, *engine.state.shape), engine.dtype)
                self.hyper = np.zeros((count, len(engine.hyper) + SUMS))
            j = len(self.members)
            engine.keep_in(self.state[j], self.hyper[j, :-SUMS])
            self.members.append(engine)
        first = self.members[0]
        self.net, self.batch_size, self.dtype, self.threads = first.net, first.batch_size, first.dtype, 1
        self._weights: tuple[np.ndarray, list[np.ndarray]] | None = None

    def first(self, members: int) -> "Committee":
        """A committee of the first members; this one must not be used any more."""
        return Committee(self.members[:members], None if self.aside is None else self.aside[:members])

    def start_from(self, flat: np.ndarray) -> None:
        """Go on from these parameters, (members, n_parameters)."""
        for engine, one in zip(self.members, flat, strict=True):
            engine.start_from(one)

    @property
    def flat(self) -> np.ndarray:
        """The parameters of all members."""
        return self.state[:, 0]

    def prepare(self, batch: Batch) -> None:
        """Compile, or read from the disk, all that `epoch` needs."""
        for engine in self.members:
            engine.prepare(batch)

    def epoch(self, batch: Batch, order: np.ndarray, rates: np.ndarray, *, so_far: Epoch = NOTHING) -> Epoch:
        """Steps of every member, as `Engine.epoch` makes them.

        With rows `aside`, `order` runs over all rows of the batch in an epoch, and member j steps over them j
        shares further on, so that no two have the same batches; a row that it must not see has the weight 0.
        """
        if so_far == NOTHING:
            self.hyper[:, -SUMS:] = 0.0
        failed: list[int | None] = [None] * len(self.members)

        def run(rank: int, team: np.ndarray) -> None:
            for j in range(rank, len(self.members), ranks):
                failed[j] = self._member_epoch(j, batch, order, rates)

        ranks = min(self.threads, len(self.members))
        together(run, ranks)
        total, weight, means, penalties, _ = self.hyper[:, -SUMS:].sum(axis=0).tolist()
        first = min((f for f in failed if f is not None), default=None)
        return Epoch(total, weight, first, means, penalties)

    def _member_epoch(self, j: int, batch: Batch, order: np.ndarray, rates: np.ndarray) -> int | None:
        sums = self.hyper[j, -SUMS:]
        so_far = Epoch(sums[0], sums[1], None, sums[2], sums[3])
        if self.aside is not None:
            n = len(batch.w)
            batch = Batch(batch.X, batch.y, self._weights_of(batch.w)[j])
            order = (order + j * n // len(self.members)) % n
        done = self.members[j].epoch(batch, order, rates, so_far=so_far)
        sums[:4] = done.total, done.weight, done.means, done.penalties
        return done.failed_at

    def _weights_of(self, w: np.ndarray) -> list[np.ndarray]:
        """The weights of the rows to each member."""
        assert self.aside is not None
        if self._weights is None or self._weights[0] is not w:
            self._weights = w, [np.where(aside, w.dtype.type(0), w) for aside in self.aside]
        return self._weights[1]

    def logits(self, X: np.ndarray, threads: int | None = None) -> np.ndarray:
        """What `agreed` makes of the members' z[L] on rows that none has seen: (rows, n[L]), float64."""
        return agreed(self.net, [engine.logits(X, threads) for engine in self.members])

    def predict(self, X: np.ndarray, threads: int | None = None) -> np.ndarray:
        """p of the committee: (rows, n[L]), float64."""
        return heads(self.net)(self.logits(X, threads))

    def first_not_finite(self, m: int, n_targets: int) -> int:
        """As `Engine.first_not_finite`, of the member where it is nearest to the input."""
        return min(engine.first_not_finite(m, n_targets) for engine in self.members)


class Aside:
    """A committee as seen from rows that it learns from: each row is answered by those that did not see it.

    Parameters
    ----------
    committee : Committee
        With rows aside.

    Attributes
    ----------
    rows : ndarray
        The rows that some member did not see, in ascending order: the methods take these.

    Examples
    --------
    >>> net = Network((2, 2))
    >>> engines = [Engine(net.initialize(seed=j), batch_size=2) for j in range(2)]
    >>> committee = Committee(engines, np.array([[True, False], [False, True]]))
    >>> X = np.eye(2, dtype="float32")
    >>> bool(np.allclose(Aside(committee).predict(X)[1], engines[1].predict(X)[1]))
    True
    """

    def __init__(self, committee: Committee) -> None:
        assert committee.aside is not None
        self.committee, self.net = committee, committee.net
        self.rows = np.flatnonzero(committee.aside.any(axis=0))
        self.aside = committee.aside[:, self.rows]

    def logits(self, X: np.ndarray) -> np.ndarray:
        """z[L] of these rows, (rows, n[L]) float64."""
        found = np.zeros((len(X), self.net.sizes[-1]))
        for engine, rows in zip(self.committee.members, self.aside, strict=True):
            found[rows] += answers(self.net, engine.logits(X[rows]))
        return _inverse(self.net, derivation.agreed(found, self.aside.sum(axis=0)[:, None]))

    def predict(self, X: np.ndarray) -> np.ndarray:
        """p of these rows, (rows, n[L]) float64."""
        return heads(self.net)(self.logits(X))


def agreed(net: Network, z: Sequence[np.ndarray]) -> np.ndarray:
    """The z[L] whose p is the mean of the members' p: the logarithm of that mean where the head is softmax.

    Parameters
    ----------
    net : Network
        Of all members.
    z : sequence of arrays of shape (rows, n[L])
        Of each member.

    Returns
    -------
    ndarray of shape (rows, n[L]), float64

    Examples
    --------
    >>> agreed(Network((1, 1), head="identity"), [np.array([[1.0]]), np.array([[2.0]])])
    array([[1.5]])
    """
    if len(z) == 1:
        return np.asarray(z[0], np.float64)
    return _inverse(net, derivation.agreed(np.sum([answers(net, one) for one in z], axis=0), len(z)))


def answers(net: Network, z: np.ndarray) -> np.ndarray:
    """p of one member, float64."""
    return heads(net)(np.asarray(z, np.float64))


def heads(net: Network) -> Any:
    """The line that makes p of z[L]."""
    return derivation.softmax if net.head == "softmax" else derivation.identity


def _inverse(net: Network, p: np.ndarray) -> np.ndarray:
    """A z[L] that gives this p."""
    if net.head != "softmax":
        return p
    with np.errstate(divide="ignore"):
        return np.log(p)
