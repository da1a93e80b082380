"""What the doctor looks at, and from where on it speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from clearprop.batch import activation_pairs, embedded, head_of, whole_step
from clearprop.maths import derivation
from clearprop.maths.derivation import Working
from clearprop.network import Network, Parameters
from clearprop.train.doctor.columns import Columns, read_columns
from clearprop.train.doctor.curve import Reading, read_curve


@dataclass(frozen=True)
class Limits:
    """From where on the doctor speaks; every threshold is here.

    Attributes
    ----------
    rows : int
        Fewer rows say nothing about units: of a few rows many units see one side only.
    dead_share, dead_most : float
        Of a layer's relu units: a note from the first on, for some die in any wide layer; serious from the second.
    linear_share : float
        Of a layer's relu units that are positive on every row.
    flat_slope, flat_rows, flat_share : float
        A tanh or logistic unit is saturated if its slope is below the first (as a share of the greatest) on the
        second (a share of the rows); a layer is, from the third (a share of its units).
    sure, sure_share : float
        A row is wrong and sure if the truth is given less than the first; a thousandth of such rows is too many.
    rose, rise : float
        The rate is too high if J rose in more than this share of the epochs, typically by this share of J.
    progress : float
        A J below this share of the first one excuses the swings of a schedule, and a slow end after the best score.
    negligible : float
        A J below this share of the first one has nothing left to gain or to lose.
    falls, tenfold : float
        The rate is too low if J fell in this share of the last epochs, no slower than half as fast as at the start,
        and so slowly that a tenth of it is more than this many times the run away.
    gain : float
        The share of J that further epochs would take off, from which on a run that was cut is not converged.
    spread : float
        The largest standard deviation of a column over the smallest, or either beside 1.
    offset : float
        The mean of a column in its standard deviations.
    share_of_columns : float
        Of constant columns, and of columns that repeat another: a few are harmless.
    layers : float
        The rms of delta in one hidden layer over that in the last layer, or the reverse.
    gap, chance : float
        The gap between training and validation, as a share of the way from the baseline to the best score, beyond
        which the network is overfitted; to it comes the second number over the root of the validation rows.
    target, target_least : float
        The standard deviation of a regression's target: no more than the first, no less than the second.
    """

    rows: int = 20
    dead_share: float = 0.3
    dead_most: float = 0.6
    linear_share: float = 0.5
    flat_slope: float = 0.01
    flat_rows: float = 0.9
    flat_share: float = 0.1
    sure: float = 1e-6
    sure_share: float = 1e-3
    rose: float = 0.3
    rise: float = 0.05
    progress: float = 0.5
    negligible: float = 0.01
    falls: float = 0.9
    tenfold: float = 5.0
    gain: float = 0.05
    spread: float = 1e3
    offset: float = 100.0
    share_of_columns: float = 0.1
    layers: float = 1e3
    gap: float = 0.1
    chance: float = 2.0
    target: float = 1e3
    target_least: float = 1e-3


class Scores(NamedTuple):
    """A score in training and in validation (higher is better), what the baseline gets, the best there is."""

    name: str
    train: float
    validation: float
    baseline: float
    best: float
    rows: float  # of the validation set


class Run(NamedTuple):
    """How the training went.

    `losses`: J after each epoch, empty if there is no curve. `epochs`, `most`: run, and allowed. `tol`: a fall an
    epoch that no longer counts. `rests`: whether the rate has a schedule that brings it to rest. `stale`: whether the
    validation score no longer rose in the last quarter.
    """

    losses: Sequence[float]
    epochs: int
    most: int
    tol: float
    rests: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Case:
    """A network with rows to look at it on.

    Attributes
    ----------
    net, params : Network, Parameters
        The network and its weights.
    X : ndarray of shape (m, n[0])
        Rows.
    y : ndarray of shape (m, n[L]) or None
        Targets as `step` takes them.
    w : ndarray of shape (m,) or None
        Weights of the rows.
    names : sequence of str
        Of the columns of X.
    run : Run
        How the training went.
    scores : Scores, optional
        Where there was a validation set.
    limits : Limits
        The thresholds.
    l2 : float
        The penalty's lambda, for the gradient that L-BFGS follows.
    classes : sequence
        The names of the classes, or of the labels; empty if unknown.
    """

    net: Network
    params: Parameters
    X: np.ndarray
    y: np.ndarray | None
    w: np.ndarray | None
    names: Sequence[str]
    run: Run
    scores: Scores | None = None
    limits: Limits = Limits()
    l2: float = 0.0
    classes: Sequence[Any] = ()

    @property
    def m(self) -> int:
        """The rows."""
        return len(self.X)

    @cached_property
    def working(self) -> Working | None:
        """One step on the rows; None without y."""
        if self.y is None:
            return None
        with np.errstate(all="ignore"):
            return whole_step(self.net, self.params, self.X, self.y, self.w)

    @cached_property
    def passed(self) -> tuple[list[Any], list[Any]]:
        """The lists z and a of the rows."""
        if self.working is not None:
            return self.working.z, self.working.a
        with np.errstate(all="ignore"):
            params = self.params
            fed = embedded(self.net, params.embedding, self.X)
            return derivation.forward(
                params.W, params.b, fed, activation_pairs(self.net, shares=params.c), head_of(self.net)
            )

    @property
    def p(self) -> np.ndarray:
        """The output, (m, n[L])."""
        return self.passed[1][-1]

    @cached_property
    def columns(self) -> Columns:
        """The columns of X in figures."""
        return read_columns(self.X)

    @cached_property
    def curve(self) -> Reading | None:
        """The loss curve in figures; None if it is absent or short."""
        return read_curve(self.run.losses)

    @property
    def enough(self) -> bool | None:
        """True if there are rows enough to judge units by, else None."""
        return True if self.m >= self.limits.rows else None
