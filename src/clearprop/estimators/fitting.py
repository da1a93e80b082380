"""From rows to a trained model: encode, split, train."""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import ShapeError, SpecError
from clearprop.estimators.inputs import checked, one_column
from clearprop.estimators.presets import Preset, resolved
from clearprop.network import Network
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.table import Column, Table
from clearprop.tables.target import Classes, Scale, learn_target
from clearprop.tables.weights import weights
from clearprop.train.loop import Watch, train
from clearprop.train.memory import check_memory
from clearprop.train.model import Model
from clearprop.train.progress import shown
from clearprop.train.record import Record
from clearprop.train.scores import better, checked_metric, score
from clearprop.train.settings import Settings
from clearprop.train.split import split

SEEDS = 2**31
# What the estimators call a setting, after scikit-learn.
OURS = {
    "epochs": "max_iter",
    "lr": "learning_rate_init",
    "schedule": "learning_rate",
    "patience": "n_iter_no_change",
    "decay": "weight_decay",
    "l2": "weight_decay",
}


@dataclass(frozen=True)
class Rows:
    """Rows as the user gave them, read: columns, target, weights (float64)."""

    table: Table
    y: Column
    w: np.ndarray

    def weighted(self) -> "Rows":
        """The rows whose weight is above 0: others count as absent."""
        return self if self.w.all() else self.take(np.flatnonzero(self.w))

    def take(self, rows: np.ndarray) -> "Rows":
        """Some of the rows."""
        taken = self.y.table.select([self.y.name]).take(rows)
        return Rows(self.table.take(rows), taken.column(self.y.name), self.w[rows])


def rows_of(X: Any, y: Any, w: Any, estimator: Any, among: Rows | None = None) -> Rows:
    """X, y and w read and checked against each other; `among` are the rows of training."""
    if y is None:
        msg = f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        raise SpecError(msg)
    X = checked(X, type(estimator).__name__)
    table = (
        X
        if isinstance(X, Table)
        else read_table(X, missing=estimator.missing, categorical=estimator.categorical)
    )
    column = one_column(y, among.y.name if among else "y")
    weight = np.ones(table.n_rows) if w is None else weights(one_column(w, "sample_weight"))
    for name, given in (("y", column.n_rows), ("sample_weight", len(weight))):
        if given != table.n_rows:
            msg = f"`{name}` must have one entry a row of `X`: `X` has {table.n_rows:,} rows, `{name}` has {given:,}."
            raise ShapeError(msg)
    return Rows(table, column, weight)


def fit(estimator: Any, task: str, rows: Rows, held: Rows | None, watch: Watch | None) -> Model:
    """A model of the rows; `held` rows choose the epoch, or a share of the rows is set aside for it."""
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    rows, held = rows.weighted(), held.weighted() if held else None
    if rows.table.n_rows < 2:
        msg = "Training needs two rows or more with a weight above 0; got n_samples = 1."
        raise SpecError(msg)
    seed = int(check_random_state(estimator.random_state).randint(SEEDS))
    target = learn_target(rows.y, task)
    if held is None and estimator.early_stopping:
        labels = target.encode(rows.y) if isinstance(target, Classes) else None
        kept, aside = split(rows.table.n_rows, estimator.validation_fraction, seed, labels)
        rows, held = rows.take(kept), rows.take(aside) if len(aside) else None
        target = target if labels is not None else learn_target(rows.y, task)
    encoding = Encoding.learn(
        rows.table, categorical=estimator.categorical, dtype=estimator.dtype, weight=rows.w
    )
    n_out = len(target.classes) if isinstance(target, Classes) else 1
    head = "softmax" if isinstance(target, Classes) else "identity"
    hidden = np.atleast_1d(np.asarray(preset.hidden_layer_sizes, object))  # one number is one layer
    net = Network((encoding.n_outputs, *hidden, n_out), preset.activation, head, relu_grad_at_zero=0)
    batch = _batch(encoding, target, rows)
    settings = _settings(estimator, preset, len(batch.X), seed)
    check_memory(net.sizes, min(settings.batch_size, len(batch.X)), settings.dtype)
    engine = Engine(
        net.initialize(seed, scheme=preset.scheme), settings.solver, settings.batch_size, settings.dtype
    )
    metric = checked_metric(estimator.metric, task)
    judge = None if held is None else _judge(metric, encoding, target, held)
    with shown(watch, estimator.verbose) as tell:
        record = train(engine, batch, settings, judge, tell)
    _warn(record)
    baseline = _baseline(target, batch, rows)
    settled = plain_entries(asdict(preset) | {"batch_size": settings.batch_size})
    params = plain_entries(estimator.get_params(deep=False))
    about = {"class": type(estimator).__name__, "params": params, "settings": settled}
    return Model(engine.params.copy(), encoding, target, rows.y.name, record, baseline, about)


def _settings(estimator: Any, preset: Preset, rows: int, seed: int) -> Settings:
    adamw, sgd, decay = preset.solver == "adamw", preset.solver == "sgd", preset.weight_decay
    try:
        solver = Solver(
            preset.solver, l2=0.0 if adamw else decay, decay=decay if adamw else 0.0,
            momentum=0.9 if sgd else 0.0, nesterov=sgd, betas=preset.betas,
        )  # fmt: skip
        return Settings(
            solver, preset.max_iter, _batch_size(estimator.batch_size, rows), preset.learning_rate_init,
            preset.learning_rate, preset.n_iter_no_change, seed, estimator.time_limit, estimator.threads,
            estimator.dtype,
        )  # fmt: skip
    except SpecError as error:
        msg = str(error)
        for name, ours in OURS.items():
            msg = msg.replace(f"`{name}`", f"`{ours}`")
        raise SpecError(msg) from None


def _batch_size(given: int | str, rows: int) -> int:
    if given == "auto":
        return int(np.clip(2 ** round(np.log2(max(rows, 1) / 16)), 32, 256))
    if isinstance(given, str):
        msg = f'`batch_size` must be "auto" or a whole number, 1 or more; got {given!r}.'
        raise SpecError(msg)
    return given


def _batch(encoding: Encoding, target: Classes | Scale, rows: Rows) -> Batch:
    dtype = np.dtype(encoding.dtype)
    w = (rows.w / rows.w.max()).astype(dtype)  # only their ratios count; none is too large for the dtype
    return Batch(encoding.encode(rows.table), target.encode(rows.y).astype(dtype)[:, None], w)


def _judge(metric: str, encoding: Encoding, target: Classes | Scale, held: Rows) -> Any:
    """The score of an engine on the held-out rows, in the target's units; higher is better."""
    X, y = encoding.encode(held.table), target.encode(held.y)
    if isinstance(target, Scale):
        y = target.decode(y)

    def judge(engine: Engine) -> float:
        p = engine.predict(X)
        if not np.isfinite(p).all():
            return -np.inf
        return better(
            metric, score(metric, y, target.decode(p[:, 0]) if isinstance(target, Scale) else p, held.w)
        )

    return judge


def _baseline(target: Classes | Scale, batch: Batch, rows: Rows) -> list[float]:
    if isinstance(target, Scale):
        return [float(np.average(target.decode(target.encode(rows.y)), weights=rows.w))]
    shares = np.bincount(batch.y[:, 0].astype(int), weights=rows.w, minlength=len(target.classes))
    return (shares / shares.sum()).tolist()


def _warn(record: Record) -> None:
    if record.warning:
        warnings.warn(record.warning, ConvergenceWarning, stacklevel=4)


def plain_entries(found: dict[str, Any]) -> dict[str, Any]:
    """What JSON takes of them, as it gives them back; a generator's state is not kept."""
    plain = {name: _plain(value) for name, value in found.items()}
    return {name: value for name, value in plain.items() if value is not NotImplemented}


def _plain(value: Any) -> Any:
    """A value of JSON, or NotImplemented."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        values = [_plain(x) for x in value]
        return NotImplemented if any(x is NotImplemented for x in values) else values
    return value if value is None or isinstance(value, bool | int | float | str) else NotImplemented
