"""The examination: every check that can be made, in turn."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from clearprop.train.doctor import data, learning, units
from clearprop.train.doctor.case import Case
from clearprop.train.doctor.diagnosis import SEVERITIES, Diagnosis, Finding


class Check(NamedTuple):
    """A check, and the attributes of the case that it cannot do without."""

    find: Callable[[Case], Iterator[Finding]]
    needs: tuple[str, ...] = ()


CHECKS = {
    "unscaled inputs": Check(data.unscaled_inputs, ("enough",)),
    "unscaled target": Check(data.unscaled_target, ("y", "enough")),
    "constant inputs": Check(data.constant_inputs, ("enough",)),
    "repeated inputs": Check(data.repeated_inputs, ("enough",)),
    "one class predicted": Check(data.one_class, ("y", "enough")),
    "saturated outputs": Check(data.sure_and_wrong, ("y",)),
    "dead units": Check(units.dead, ("enough",)),
    "nearly linear units": Check(units.nearly_linear, ("enough",)),
    "saturated units": Check(units.saturated, ("enough",)),
    "vanishing gradients": Check(units.vanishing, ("y",)),
    "exploding gradients": Check(units.exploding, ("y",)),
    "learning rate too high": Check(learning.rate_too_high, ("curve",)),
    "learning rate too low": Check(learning.rate_too_low, ("curve",)),
    "not converged": Check(learning.not_converged),
    "overfitting": Check(learning.overfitting, ("scores",)),
}


def examine(case: Case) -> Diagnosis:
    """Every check for which the case has what it needs; the worst findings first.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop.network import Network
    >>> from clearprop.train.doctor.case import Run
    >>> net, X = Network((2, 8, 2)), np.random.default_rng(0).normal(size=(50, 2))
    >>> case = Case(net, net.initialize(seed=0), X * [1, 1e5], None, None, ["age", "income"], Run([], 0, 1, 0.0))
    >>> print(examine(case).findings[0].sentence)
    The inputs are unscaled: column `income` has sd 9.9e4 against 0.93 for column `age`.
    """
    able = {
        name: check
        for name, check in CHECKS.items()
        if all(getattr(case, need) is not None for need in check.needs)
    }
    found = [finding for check in able.values() for finding in check.find(case)]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Diagnosis(tuple(found), case.m, tuple(able))
