"""A case for the doctor that is healthy but for what is given."""

import json

import numpy as np

from clearprop.network import Network
from clearprop.train.doctor.case import Case, Run
from clearprop.train.doctor.diagnosis import SEVERITIES
from clearprop.train.doctor.examination import CHECKS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4))
X = (X - X.mean(axis=0)) / X.std(axis=0)
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 1)
NET = Network((4, 10, 3))
GOOD = [0.2 + 0.9**n for n in range(120)]  # falls, and settles


def case_of(net=NET, X=X, y=LABELS, losses=GOOD, params=None, scores=None, classes=(), **run):
    """A case that is healthy but for what is given."""
    params = params or net.initialize(seed=0)
    y = np.eye(net.sizes[-1])[y] if y is not None and net.head == "softmax" else y
    how = {"epochs": len(losses), "most": 1000, "tol": 1e-4} | run
    names = [str(j) for j in range(X.shape[1])]
    return Case(net, params, X, y, None, names, Run(losses, **how), scores, classes=classes)


def only(diagnosis, name):
    """The one finding, which must be of this name; its figures are such as JSON takes."""
    assert [finding.name for finding in diagnosis] == [name]
    finding = diagnosis.findings[0]
    assert name in CHECKS
    assert finding.severity in SEVERITIES
    json.dumps(finding.figures, allow_nan=False)
    return finding
