"""From rows to a trained model: encode, split, train."""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from clearprop.engine.committee import Aside, Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import ShapeError, SpecError
from clearprop.estimators.identity import identity_of, sums_of
from clearprop.estimators.inputs import checked, one_column
from clearprop.estimators.plain import plain_entries
from clearprop.estimators.presets import Preset, resolved
from clearprop.network import Network, Parameters
from clearprop.tables.encoding import Encoding
from clearprop.tables.read import read_table
from clearprop.tables.table import Column, Table
from clearprop.tables.target import Classes, Scale, learn_target
from clearprop.tables.weights import weights
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.loop import Watch
from clearprop.train.memory import check_memory
from clearprop.train.model import Model
from clearprop.train.progress import shown
from clearprop.train.record import Record
from clearprop.train.scores import better, checked_metric, score
from clearprop.train.settings import Settings
from clearprop.train.source import Divisible, InMemory
from clearprop.train.split import shares, split
from clearprop.train.workers.training import Spread

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


class Judged(NamedTuple):
    """Rows that choose the epoch: X; labels, or numbers in the target's units; weights (float64)."""

    X: np.ndarray
    y: np.ndarray
    w: np.ndarray


class Learned(NamedTuple):
    """What a table taught before the training: encoding, target, its name, and what is known without columns."""

    encoding: Encoding
    target: Classes | Scale
    target_name: str
    baseline: list[float]


def fit(
    estimator: Any,
    task: str,
    rows: Rows,
    held: Rows | None,
    watch: Watch | None,
    folder: Folder | None = None,
    spread: Spread | None = None,
) -> Model:
    """A model of the rows; `held` rows choose the epoch, or a share of the rows is set aside for it."""
    seed = seed_of(estimator, folder)
    rows, held = rows.weighted(), held.weighted() if held else None
    if rows.table.n_rows < 2:
        msg = "Training needs two rows or more with a weight above 0; got n_samples = 1."
        raise SpecError(msg)
    target, aside = learn_target(rows.y, task), None
    if held is None and estimator.early_stopping:
        labels = target.encode(rows.y) if isinstance(target, Classes) else None
        members = resolved(estimator.preset, estimator.get_params(deep=False)).members
        if members > 1:
            aside = shares(rows.table.n_rows, estimator.validation_fraction, members, seed, labels)
            judges = np.flatnonzero(aside.any(axis=0))
            held = rows.take(judges) if len(judges) else None
        else:
            kept, judges = split(rows.table.n_rows, estimator.validation_fraction, seed, labels)
            rows, held = rows.take(kept), rows.take(judges) if len(judges) else None
            target = target if labels is not None else learn_target(rows.y, task)
    encoding = Encoding.learn(
        rows.table, categorical=estimator.categorical, dtype=estimator.dtype, weight=rows.w,
        places=resolved(estimator.preset, estimator.get_params(deep=False)).places,
    )  # fmt: skip
    batch = batch_of(encoding, target, rows, float(rows.w.max()))
    learned = Learned(encoding, target, rows.y.name, baseline_of(target, batch, rows))
    judged = None if held is None else judged_of(encoding, target, held)
    about = {} if folder is None else sums_of(batch, encoding.feature_names)
    return trained(
        estimator, learned, InMemory(batch, seed), judged, watch, folder, seed, about, spread, aside
    )


def trained(
    estimator: Any,
    learned: Learned,
    source: Divisible,
    judged: Judged | None,
    watch: Watch | None,
    folder: Folder | None,
    seed: int,
    about: dict[str, Any],
    spread: Spread | None = None,
    aside: np.ndarray | None = None,
) -> Model:
    """A model from rows that are encoded.

    Parameters
    ----------
    estimator : TabularClassifier or TabularRegressor
        With the settings.
    learned : Learned
        From the rows.
    source : Source
        Gives the rows to learn from.
    judged : Judged or None
        The rows that choose the epoch.
    watch, folder
        As `fit` has them.
    seed : int
        Of the weights and the order of the rows.
    about : dict
        What describes the rows in a checkpoint, by name.
    spread : Spread, optional
        The workers that take the steps.
    aside : bool array of shape (members, rows), optional
        The rows that each member of a committee sets aside; `judged` are those that some member does.
    """
    engine, settings, settled = begun(estimator, learned, source.rows, seed, aside)
    target, metric = learned.target, checked_metric(estimator.metric, learned.target.task)
    identity = {} if folder is None else identity_of(estimator, settled, seed, about, learned, judged)
    with shown(watch, estimator.verbose) as tell:
        judge = None if judged is None else _judge(metric, target, judged)
        record = (spread or Spread()).train(engine, source, settings, judge, tell, folder, identity)
    _warn(record)
    made_by = made_by_of(estimator, settled, 0 if judged is None else len(judged.X))
    params, *others = trained_members(engine)
    return Model(
        params, learned.encoding, target, learned.target_name, record, learned.baseline, made_by, others
    )


def begun(
    estimator: Any, learned: Learned, rows: int, seed: int, aside: np.ndarray | None = None
) -> tuple[Engine | Committee, Settings, dict[str, Any]]:
    """The engine before the first step, the settings of a run over so many rows, and what the preset came to."""
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    encoding, target = learned.encoding, learned.target
    n_out, head = (len(target.classes), "softmax") if isinstance(target, Classes) else (1, "identity")
    hidden = np.atleast_1d(np.asarray(preset.hidden_layer_sizes, object))  # one number is one layer
    net = Network((encoding.n_outputs, *hidden, n_out), preset.activation, head, relu_grad_at_zero=0)
    settings = settings_of(estimator, preset, rows, seed)
    check_memory(net.sizes, min(settings.batch_size, rows), settings.dtype, members=preset.members)
    draws = (seed, *((seed, j) for j in range(1, preset.members)))
    engine = engine_of([_first(net, preset, draw) for draw in draws], settings, aside)
    return engine, settings, plain_entries(asdict(preset) | {"batch_size": settings.batch_size})


def engine_of(
    members: list[Parameters], settings: Settings, aside: np.ndarray | None = None
) -> Engine | Committee:
    """An engine, or a committee of several."""
    engines = [Engine(params, settings.solver, settings.batch_size, settings.dtype) for params in members]
    return engines[0] if len(engines) == 1 else Committee(engines, aside)


def _first(net: Network, preset: Preset, seed: Any) -> Parameters:
    """The parameters of a network before its first step."""
    params = net.initialize(np.random.default_rng(seed), scheme=preset.scheme)
    if preset.scheme == "ntk":  # the last layer starts at zero, so that no class or number is favoured
        params.W[net.L][...], params.b[net.L][...] = 0.0, 0.0
    return params


def trained_members(engine: Engine | Committee) -> list[Parameters]:
    """The parameters of an engine, or of each member of a committee, copied."""
    members = engine.members if isinstance(engine, Committee) else [engine]
    return [one.params.copy() for one in members]


def made_by_of(estimator: Any, settled: dict[str, Any], judges: int) -> dict[str, Any]:
    """What made a model, for its file; `judges` is how many rows chose the epoch."""
    params = plain_entries(estimator.get_params(deep=False))
    return {"class": type(estimator).__name__, "params": params, "settings": settled, "judges": judges}


def seed_of(estimator: Any, folder: Folder | None) -> int:
    """The seed of all that is random in a fit."""
    if folder is not None and estimator.random_state is None:
        msg = "A fit with checkpoints needs a `random_state` that can be given again: a number; got None."
        raise SpecError(msg)
    return int(check_random_state(estimator.random_state).randint(SEEDS))


def settings_of(estimator: Any, preset: Preset, rows: int, seed: int) -> Settings:
    """The settings of a run over so many rows, checked."""
    adamw, sgd, decay = preset.solver == "adamw", preset.solver == "sgd", preset.weight_decay
    try:
        solver = Solver(
            preset.solver, l2=0.0 if adamw else decay, decay=decay if adamw else 0.0,
            momentum=0.9 if sgd else 0.0, nesterov=sgd, betas=preset.betas,
            tangent=preset.tangent and not sgd, bias_rate=1.0 if sgd else preset.bias_rate,
            scale_rate=preset.scale_rate if adamw else 0.0,
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


def batch_of(encoding: Encoding, target: Classes | Scale, rows: Rows, most: float) -> Batch:
    """Rows as the engine takes them; `most` is the largest weight: only ratios count, and none leaves the dtype."""
    dtype = np.dtype(encoding.dtype)
    w = (rows.w / most).astype(dtype)
    return Batch(encoding.encode(rows.table), target.encode(rows.y).astype(dtype)[:, None], w)


def judged_of(encoding: Encoding, target: Classes | Scale, held: Rows) -> Judged:
    """Held-out rows as scores take them."""
    y = target.encode(held.y)
    return Judged(encoding.encode(held.table), target.decode(y) if isinstance(target, Scale) else y, held.w)


def _judge(metric: str, target: Classes | Scale, judged: Judged) -> Callable[[Any], float]:
    """The score of an engine on the held-out rows; higher is better."""

    def judge(engine: Engine | Committee) -> float:
        apart = isinstance(engine, Committee) and engine.aside is not None
        p = (Aside(engine) if apart else engine).predict(judged.X)
        if not np.isfinite(p).all():
            return -np.inf
        answer = target.decode(p[:, 0]) if isinstance(target, Scale) else p
        return better(metric, score(metric, judged.y, answer, judged.w))

    return judge


def baseline_of(target: Classes | Scale, batch: Batch, rows: Rows) -> list[float]:
    """The share of each class, or the mean."""
    if isinstance(target, Scale):
        return [float(np.average(target.decode(target.encode(rows.y)), weights=rows.w))]
    shares = np.bincount(batch.y[:, 0].astype(int), weights=rows.w, minlength=len(target.classes))
    return (shares / shares.sum()).tolist()


def _warn(record: Record) -> None:
    if record.warning:
        warnings.warn(record.warning, ConvergenceWarning, stacklevel=4)
