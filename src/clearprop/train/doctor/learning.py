"""Findings about the training: the rate, the number of epochs, and what was learned by heart."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.maths import derivation
from clearprop.train.doctor.case import Case, Limits
from clearprop.train.doctor.columns import Columns
from clearprop.train.doctor.curve import LEAST_EPOCHS, Reading, read_curve
from clearprop.train.doctor.data import scale_of
from clearprop.train.doctor.diagnosis import Finding
from clearprop.train.doctor.wording import number, percent, round_up


def rate_too_high(case: Case) -> Iterator[Finding]:
    """J goes up and down instead of down."""
    curve = case.curve
    assert curve is not None
    if _swings(curve, case.limits) and not (case.run.rests and _came_down(curve, case.limits)):
        yield Finding(
            "learning rate too high",
            "serious",
            f"J rose in {percent(curve.rose)} of the {curve.epochs} epochs, typically by {percent(curve.rise)}; "
            f"it went from {number(curve.first)} to {number(curve.last)}.",
            {"rose": curve.rose, "rise": curve.rise, "first": curve.first, "last": curve.last},
            "Lower `learning_rate_init` to a tenth.",
        )


def rate_too_low(case: Case) -> Iterator[Finding]:
    """J falls at the end as it did at the start, and far too slowly."""
    curve = case.curve
    assert curve is not None
    if _crawls(curve, case.limits) and not (case.run.stale and _came_down(curve, case.limits)):
        need = math.log(10) / curve.pace
        yield Finding(
            "learning rate too low",
            "serious",
            f"J still fell by {percent(curve.pace)} an epoch at the end, as steadily as at the start: it would take "
            f"{round_up(need):,} epochs to a tenth of it, and {curve.epochs:,} were run.",
            {"pace": curve.pace, "early pace": curve.early_pace, "falls": curve.falls, "epochs": need},
            "Raise `learning_rate_init` tenfold, or `max_iter`; see also that X and y are scaled.",
        )


def not_converged(case: Case) -> Iterator[Finding]:
    """The run was cut while J still fell."""
    curve, run, limits = case.curve, case.run, case.limits
    if run.epochs < run.most or run.rests or run.stale:
        return
    if not len(run.losses):
        yield from _steep(case)
    elif len(run.losses) < LEAST_EPOCHS:
        yield from _short(case)
    elif curve and curve.pace > 0 and curve.gain >= limits.gain and not _settled(curve, limits):
        if _crawls(curve, limits) or _swings(curve, limits):
            return
        more = "a good deal more" if math.isinf(curve.gain) else f"about another {percent(curve.gain)} of J"
        yield Finding(
            "not converged",
            "warning",
            f"The run ended at `max_iter`={run.most} while J still fell by {percent(curve.pace)} an epoch; {more} is "
            "to be expected from going on.",
            {"pace": curve.pace, "gain": None if math.isinf(curve.gain) else curve.gain, "J": curve.last},
            f"{_more(curve, run.tol)}.",
        )


def _steep(case: Case) -> Iterator[Finding]:
    """L-BFGS keeps no curve: the gradient itself says how far the minimum is."""
    if case.working is None:
        return
    W, dW, db = case.params.W[1:], case.working.dW[1:], case.working.db[1:]
    parts = [derivation.decayed(d, w, case.l2) for d, w in zip(dW, W, strict=True)] + db
    steepest = max(float(np.abs(part).max()) for part in parts)
    if steepest > case.run.tol:
        yield Finding(
            "not converged",
            "warning",
            f"The run ended at `max_iter`={case.run.most} where the largest entry of the gradient is "
            f"{number(steepest)}, above `tol`={case.run.tol:g}.",
            {"gradient": steepest, "tol": case.run.tol},
            "Raise `max_iter`, and scale X.",
        )


def _short(case: Case) -> Iterator[Finding]:
    """Too few epochs for a curve, and the last one still took off a good share of J."""
    losses = np.asarray(case.run.losses, float)
    fell = float((losses[-2] - losses[-1]) / losses[-2]) if len(losses) > 1 and losses[-2] > 0 else 1.0
    if fell * LEAST_EPOCHS >= case.limits.gain:
        seen = (
            f"J still fell by {percent(fell)} in the last of them" if len(losses) > 1 else "that is a start"
        )
        epochs = f"{len(losses)} epoch{'s' * (len(losses) > 1)}"
        yield Finding(
            "not converged",
            "warning",
            f"The run ended at `max_iter`={case.run.most}, after {epochs}: {seen}.",
            {"pace": fell, "gain": None, "J": float(losses[-1])},
            "Raise `max_iter`.",
        )


def overfitting(case: Case) -> Iterator[Finding]:
    """The rows of training are answered much better than those of validation."""
    scores = case.scores
    assert scores is not None
    way = scores.best - scores.baseline
    if not way > 0 or not np.isfinite([scores.train, scores.validation]).all():
        return
    gap = (scores.train - scores.validation) / way
    if gap > case.limits.gap + case.limits.chance / math.sqrt(max(scores.rows, 1.0)):
        yield Finding(
            "overfitting",
            "warning",
            f"{scores.name} is {scores.train:.3g} on these rows but {scores.validation:.3g} in validation: "
            f"{percent(gap)} of the way from the baseline ({scores.baseline:.3g}) to {scores.best:g} is learned by "
            "heart.",
            {"train": scores.train, "validation": scores.validation, "baseline": scores.baseline, "gap": gap},
            "Raise `alpha` or `weight_decay`, take fewer units, or find more rows.",
        )


def why_not_converged(
    losses: Sequence[float],
    tol: float,
    columns: Columns,
    names: Sequence[str] | None,
    limits: Limits | None = None,
) -> str:
    """The most likely reason that a run reached `max_iter`, in one sentence.

    Parameters
    ----------
    losses : sequence of float
        J after each epoch of the run.
    tol : float
        A fall an epoch that no longer counts.
    columns : Columns
        The figures of the columns of X: see `glance`.
    names : sequence of str or None
        Of the columns; by default their numbers.

    Examples
    --------
    >>> from clearprop.train.doctor.columns import glance
    >>> columns = glance(np.random.default_rng(0).normal(size=(30, 2)))
    >>> why_not_converged([1.0, 2.0] * 10, 1e-4, columns, None)
    'J rose in 53 % of the epochs: lower `learning_rate_init`.'
    """
    limits = limits or Limits()
    names = [str(j) for j in range(len(columns.sds))] if names is None else names
    scale = scale_of(columns, names, limits)
    if scale:
        return f"{scale[0][:-1]}; scale X."
    curve = read_curve(losses)
    if curve is None:
        few = "1 epoch is" if len(losses) == 1 else f"{len(losses)} epochs are"
        return f"{few} too few to say why: raise `max_iter`."
    if _swings(curve, limits) or curve.pace <= 0:
        return f"J rose in {percent(curve.rose)} of the epochs: lower `learning_rate_init`."
    more = "raise `learning_rate_init`" if _crawls(curve, limits) else _more(curve, tol, start="raise")
    return f"J still fell by {percent(curve.pace)} an epoch at the end: {more}."


def _more(curve: Reading, tol: float, start: str = "Raise") -> str:
    """How to go on: to how many epochs, where that can be said."""
    need = curve.epochs_until(tol)
    known = math.isfinite(need)
    epochs = f"`max_iter` to about {round_up(max(need, 1.1 * curve.epochs))}" if known else "`max_iter`"
    return f"{start} {epochs}, or `learning_rate_init`"


def _settled(curve: Reading, limits: Limits) -> bool:
    return curve.last <= limits.negligible * curve.first


def _came_down(curve: Reading, limits: Limits) -> bool:
    return curve.last <= limits.progress * curve.first


def _swings(curve: Reading, limits: Limits) -> bool:
    return curve.rose > limits.rose and curve.rise > limits.rise and not _settled(curve, limits)


def _crawls(curve: Reading, limits: Limits) -> bool:
    slow = 0 < curve.pace * limits.tenfold * curve.epochs < math.log(10)
    as_before = curve.pace >= 0.5 * curve.early_pace
    return slow and as_before and curve.falls >= limits.falls and not _settled(curve, limits)
