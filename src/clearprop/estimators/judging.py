"""Rows that judge: they choose the epoch, and afterwards teach the temperature or the residuals."""

from typing import NamedTuple

import numpy as np

from clearprop.engine.committee import Aside, Committee
from clearprop.engine.engine import Engine
from clearprop.maths import derivation
from clearprop.tables.classes import Classes
from clearprop.tables.scale import Scale
from clearprop.train.calibration import loss, temperature
from clearprop.train.held_out import HeldOut, thinned
from clearprop.train.scores import OF_PROBABILITIES, better, score

SMALLEST = -745.0  # the logarithm of what is nearest to 0


class Judged(NamedTuple):
    """Rows that choose the epoch: X; labels, or numbers in the target's units; weights (float64)."""

    X: np.ndarray
    y: np.ndarray
    w: np.ndarray


class Judge:
    """The score of what a network gives on held-out rows.

    Log-loss and Brier score are those after the temperature: the epoch is chosen by how well it tells the rows
    apart, and how sure it is of that is set right afterwards.

    Parameters
    ----------
    metric : str
        The score's name.
    target : Classes or Scale
        Of the task.
    judged : Judged
        The rows.
    level : float
        Which quantile is meant, of the score "quantile".
    calibrate : bool
        Whether probabilities are to have a temperature.
    """

    def __init__(
        self,
        metric: str,
        target: Classes | Scale,
        judged: Judged,
        level: float = 0.5,
        calibrate: bool = True,
    ) -> None:
        self.metric, self.target, self.judged = metric, target, judged
        self.level, self.calibrate = level, calibrate

    def only(self, rows: np.ndarray) -> "Judge":
        """One that has only these of the rows."""
        some = Judged(*(array[rows] for array in self.judged))
        return Judge(self.metric, self.target, some, self.level, self.calibrate)

    def __call__(self, engine: Engine | Committee) -> float:
        """The score of an engine; higher is better."""
        return self.score(self.outputs(engine))

    def outputs(self, engine: Engine | Committee) -> np.ndarray:
        """z[L] of the rows; those of a committee that some members learned from are answered by the others."""
        if isinstance(engine, Committee) and engine.aside is not None:
            return Aside(engine).logits(self.judged.X)
        return engine.logits(self.judged.X)

    def score(self, z: np.ndarray) -> float:
        """The score of z[L] on the rows, (m, n[L]); of many networks, of the logarithm of their mean p."""
        z = _finite(z, self.target)
        if not np.isfinite(z).all():
            return -np.inf
        y, w = self.judged.y, self.judged.w
        if isinstance(self.target, Scale):
            answer = self.target.answer(z[:, 0])
        else:
            honest = self.calibrate and self.metric in OF_PROBABILITIES
            answer = derivation.softmax(derivation.tempered(z, temperature(z, y, w) if honest else 1.0))
        return better(self.metric, score(self.metric, y, answer, w, self.level))

    def taught(self, z: np.ndarray) -> HeldOut:
        """What the rows teach when the training has ended; `z` as in `score`."""
        z, rows = _finite(z, self.target), len(self.judged.y)
        if not np.isfinite(z).all() or not rows:
            return HeldOut(rows)
        if isinstance(self.target, Scale):
            truth = self.target.standardised(self.judged.y)
            return HeldOut(
                rows, residuals=thinned(np.abs(truth - derivation.within(z[:, 0], *self.target.bounds)))
            )
        T = temperature(z, self.judged.y, self.judged.w) if self.calibrate else 1.0
        truth = np.eye(z.shape[1])[self.judged.y]
        return HeldOut(rows, T, tuple(loss(z, truth, self.judged.w, t) for t in (1.0, T)))


def _finite(z: np.ndarray, target: Classes | Scale) -> np.ndarray:
    """z in float64; the logarithm of a p of 0 becomes that of the smallest number."""
    z = np.asarray(z, np.float64)
    return z if isinstance(target, Scale) else np.maximum(z, SMALLEST)
