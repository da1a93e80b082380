"""Models and evaluations for the report, made without training."""

import numpy as np
import pytest

from clearprop.network import Network
from clearprop.show.report import report
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.scale import Scale
from clearprop.train.evaluation import evaluate
from clearprop.train.model import Model
from clearprop.train.record import EpochRow, Record
from html_reader import Page

PARAMS = {"preset": "fast", "solver": None, "metric": "auto", "random_state": 0}


def record_of(losses, scores=None, best=None, **ended):
    scores = scores if scores is not None else [-loss - 0.1 for loss in losses]
    rows = [EpochRow(k, losses[k - 1], scores[k - 1], 1e-3, 0.5 * k) for k in range(1, len(losses) + 1)]
    best = len(losses) if best is None else best
    return Record(rows, best, seconds=12.3, rows_per_second=45678.0, threads=2, **ended)


def columns_of(m, seed, more=()):
    rng = np.random.default_rng(seed)
    towns = np.array(["Aachen", "Bonn", "Köln", None], object)[rng.integers(0, 4, m)]
    ages = np.where(rng.random(m) < 0.1, np.nan, rng.normal(40, 12, m))
    return {"age": ages, "town": towns, "one": np.ones(m), **dict(more)}


def model_of(table, target, name, record, hidden=(8,), activation="silu"):
    encoding = Encoding.learn(table, exclude=[name])
    classes = isinstance(target, Classes)
    sizes = (encoding.n_outputs, *hidden, len(target.classes) if classes else 1)
    net = Network(sizes, activation, "softmax" if classes else "identity", relu_grad_at_zero=0)
    params = net.initialize(1, dtype=np.float32)
    n = sizes[-1]
    baseline = [1 / n] * n if classes else [target.mean]
    about = {"class": "TabularClassifier" if classes else "TabularRegressor", "params": PARAMS}
    return Model(
        params, encoding, target, name, record or record_of([0.7, 0.5, 0.4], best=2), baseline, about
    )


def classified(classes=("no", "yes"), m=200, record=None, more=(), name="answer", weight=None, **net):
    """A model that knows nothing and its evaluation, on rows of these classes."""
    labels = np.random.default_rng(3).integers(0, len(classes), m)
    labels[: len(classes)] = np.arange(len(classes))[:m]
    columns = columns_of(m, 5, more) | {name: np.array(classes, object)[labels]}
    table = read_table(columns)
    model = model_of(table, Classes(tuple(sorted(classes))), name, record, **net)
    return model, evaluate(model, table, weight)


def regressed(m=200, record=None, scale=1.0, name="price", learn=50, **net):
    """The same for numbers."""
    many = columns_of(max(m, learn), 6)
    price = scale * np.random.default_rng(4).normal(150, 70, max(m, learn))
    table = read_table(many | {name: price})
    model = model_of(table, Scale.learn(table.column(name)), name, record, **net)
    return model, evaluate(model, table.take(np.arange(m)))


def page_of(made, **said):
    """The report, read strictly."""
    said = {"title": "A title", "source": "rows.csv"} | said
    return Page(report(*made, **said))


@pytest.fixture
def make():
    """Everything above under one name."""

    class Make:
        record = staticmethod(record_of)
        classes = staticmethod(classified)
        numbers = staticmethod(regressed)
        page = staticmethod(page_of)

    return Make
