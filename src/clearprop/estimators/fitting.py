"""From rows to a trained model: encode, split, train."""

import warnings
from dataclasses import asdict, replace
from numbers import Real
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.estimators import log_target
from clearprop.estimators.class_weights import class_weights, weighed
from clearprop.estimators.deadline import Deadline, in_time
from clearprop.estimators.identity import identity_of, sums_of
from clearprop.estimators.judging import Judge, Judged
from clearprop.estimators.plain import plain_entries
from clearprop.estimators.presets import Preset, resolved
from clearprop.estimators.rows import Learned, Rows, baseline_of, batch_of, judged_of
from clearprop.network import Network, Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.encoding import Encoding
from clearprop.tables.scale import Scale
from clearprop.tables.target import learn_target
from clearprop.tables.target_checks import target_numbers
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.held_out import HeldOut
from clearprop.train.loop import Watch
from clearprop.train.memory import check_memory
from clearprop.train.model import Model
from clearprop.train.progress import shown
from clearprop.train.record import Record
from clearprop.train.scores import checked_metric
from clearprop.train.settings import Settings
from clearprop.train.source import Divisible, InMemory
from clearprop.train.split import shares, shares_of_groups, split, split_groups
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


def fit(
    estimator: Any,
    task: str,
    rows: Rows,
    held: Rows | None,
    watch: Watch | None,
    folder: Folder | None = None,
    spread: Spread | None = None,
    deadline: Deadline | None = None,
) -> Model:
    """A model of the rows; `held` rows choose the epoch, or a share of the rows is set aside for it."""
    seed = seed_of(estimator, folder)
    deadline = deadline or Deadline(estimator.time_limit)
    rows, held = rows.weighted(), held.weighted() if held else None
    if rows.table.n_rows < 2:
        msg = "Training needs two rows or more with a weight above 0; got n_samples = 1."
        raise SpecError(msg)
    whole, given = rows, held is not None
    target, apart = learn_target(rows.y, task), None
    balance = class_weights(estimator, target, whole)
    whole = rows = weighed(rows, target, balance)
    held = held and weighed(held, target, balance)
    members = resolved(estimator.preset, estimator.get_params(deep=False)).members
    if held is None and estimator.early_stopping and members > 1:
        apart = _apart(estimator, rows, target, members, seed)
        judges = np.flatnonzero(apart.any(axis=0))
        held = rows.take(judges) if len(judges) else None
    elif held is None and estimator.early_stopping:
        kept, aside = _set_aside(estimator, rows, target, seed)
        rows, held = rows.take(kept), rows.take(aside) if len(aside) else None
        target = target if isinstance(target, Classes) else Scale.learn(rows.y)
    encoding = Encoding.learn(
        rows.table, categorical=estimator.categorical, dtype=estimator.dtype, weight=rows.w,
        places=resolved(estimator.preset, estimator.get_params(deep=False)).places,
    )  # fmt: skip
    batch = batch_of(encoding, target, rows, float(rows.w.max()))
    baseline = baseline_of(target, batch, rows)
    judged = None if held is None else judged_of(encoding, target, held)
    target, notes = _logged(estimator, target, whole, rows, batch, judged, seed, apart)
    if notes:
        batch = batch._replace(y=target.encode(rows.y).astype(batch.X.dtype)[:, None])
    learned = Learned(encoding, target, rows.y.name, baseline, notes)
    about = {} if folder is None else sums_of(batch, encoding.feature_names)
    # The members of a committee learn from all rows together, so it is not trained again.
    again = estimator.refit and held is not None and not given and apart is None
    share, source = 0.5 if again else 1.0, InMemory(batch, seed)
    model = trained(
        estimator, learned, source, judged, watch, folder, seed, about, spread, apart, deadline, share
    )
    if share == 1:
        return model
    from clearprop.estimators.refitting import refitted

    return refitted(estimator, model, whole, watch, seed, deadline)


def _set_aside(
    estimator: Any, rows: Rows, target: Classes | Scale, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from, and rows to choose the epoch."""
    labels = target.encode(rows.y) if isinstance(target, Classes) else None
    if rows.groups is None:
        return split(rows.table.n_rows, estimator.validation_fraction, seed, labels)
    return split_groups(rows.groups, estimator.validation_fraction, seed, labels)


def _apart(estimator: Any, rows: Rows, target: Classes | Scale, members: int, seed: int) -> np.ndarray:
    """The rows that each member of a committee sets aside, (members, rows) bool."""
    labels = target.encode(rows.y) if isinstance(target, Classes) else None
    if rows.groups is None:
        return shares(rows.table.n_rows, estimator.validation_fraction, members, seed, labels)
    return shares_of_groups(rows.groups, estimator.validation_fraction, members, seed, labels)


def _logged(
    estimator: Any, target: Classes | Scale, whole: Rows, rows: Rows, batch: Batch, judged: Judged | None,
    seed: int, apart: np.ndarray | None,
) -> tuple[Classes | Scale, tuple[str, ...]]:  # fmt: skip
    """The target or its logarithm, and what is to be said of the choice."""
    wanted = getattr(estimator, "log_target", False)
    if isinstance(target, Classes) or wanted is False:
        return target, ()
    shift = log_target.shift_of(wanted, whole.y)
    if shift is None:
        return target, ()
    logged = Scale.learn(rows.y, shift)
    if wanted is True:
        return logged, ("the logarithm of the target is learned, as was asked for",)
    if judged is None or len(judged.y) < log_target.FEWEST:
        return target, ()
    if apart is not None:  # the first member's rows judge what the others teach
        first = np.flatnonzero(apart[0])
        w = rows.w[first]
        judged = Judged(batch.X[first], target_numbers(rows.y)[first], w)
        kept = np.flatnonzero(~apart[0])
        rows, batch = rows.take(kept), Batch(batch.X[kept], batch.y[kept], batch.w[kept])
    chosen, note = log_target.decided(
        target, logged, batch.X, rows.y, batch.w, lambda t: judge_of(estimator, t, judged), seed
    )
    return chosen, (note,)


def judge_of(estimator: Any, target: Classes | Scale, judged: Judged, singly: bool = False) -> Judge:
    """What scores an epoch of this estimator.

    Where single members of a committee answer for the rows, `singly`, there is no temperature: it would be that of
    one network, which is surer of itself than the mean of many.
    """
    metric = checked_metric(estimator.metric, target.task)
    level, calibrate = getattr(estimator, "quantile", 0.5), getattr(estimator, "calibrate", False)
    return Judge(metric, target, judged, level, calibrate and not singly)


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
    apart: np.ndarray | None = None,
    deadline: Deadline | None = None,
    share: float = 1.0,
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
    apart : bool array of shape (members, rows), optional
        The rows that each member of a committee sets aside; `judged` are those that some member does.
    deadline : Deadline, optional
        When the whole fit must have ended.
    share : float
        Of the time left that this training may take.
    """
    checked_metric(estimator.metric, learned.target.task)
    engine, settings, settled = begun(estimator, learned, source.rows, seed, apart)
    judge = None if judged is None else judge_of(estimator, learned.target, judged, apart is not None)
    identity = {} if folder is None else identity_of(estimator, settled, seed, about, learned, judged)
    spread = spread or Spread()
    if folder is None and spread.most == 1:
        settings = in_time(settings, engine, source.rows, deadline or Deadline(estimator.time_limit), share)
    elif deadline is not None:  # other workers, or this process when it goes on, must have the same epochs
        settings = replace(settings, time_limit=deadline.left(share))
    with shown(watch, estimator.verbose) as tell:
        record = spread.train(engine, source, settings, judge, tell, folder, identity)
    warn(record)
    settled = settled | {"max_iter": settings.epochs}
    made_by = made_by_of(estimator, settled, 0 if judged is None else len(judged.X))
    held = HeldOut() if judge is None else judge.taught(judge.outputs(engine))
    params, *others = trained_members(engine)
    return Model(
        params, *learned[:3], record, learned.baseline, made_by, others, replace(held, notes=learned.notes)
    )


def begun(
    estimator: Any, learned: Learned, rows: int, seed: int, aside: np.ndarray | None = None
) -> tuple[Engine | Committee, Settings, dict[str, Any]]:
    """The engine before the first step, the settings of a run over so many rows, and what the preset came to."""
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    encoding, target = learned.encoding, learned.target
    n_out = len(target.classes) if isinstance(target, Classes) else 1
    head, constants = head_of(estimator, target)
    hidden = np.atleast_1d(np.asarray(preset.hidden_layer_sizes, object))  # one number is one layer
    sizes = (encoding.n_outputs, *hidden, n_out)
    net = Network(sizes, preset.activation, head, relu_grad_at_zero=0, head_constants=constants)
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


def head_of(estimator: Any, target: Classes | Scale) -> tuple[str, tuple[float, ...]]:
    """The head whose loss is the metric, where a loss is; and its constants."""
    if isinstance(target, Classes):
        return "softmax", ()
    if estimator.metric == "quantile":
        level = estimator.quantile
        if not isinstance(level, Real) or not 0 < float(level) < 1:
            msg = f"`quantile` must be above 0 and below 1; got {level!r}."
            raise SpecError(msg)
        return "quantile", (float(level),)
    return "absolute" if estimator.metric == "mae" else "identity", ()


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
            preset.learning_rate, preset.n_iter_no_change, seed, None, estimator.threads,
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


def warn(record: Record) -> None:
    if record.warning:
        warnings.warn(record.warning, ConvergenceWarning, stacklevel=4)
