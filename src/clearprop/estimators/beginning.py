"""A network on a table before its first step: its engine, its settings, its seed."""

from dataclasses import asdict
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.errors import SpecError
from clearprop.estimators.plain import plain_entries
from clearprop.estimators.presets import Preset, resolved
from clearprop.estimators.rows import Learned
from clearprop.estimators.specified import level_of, network_of, settings_of
from clearprop.network import Network, Parameters
from clearprop.tables.classes import Classes
from clearprop.tables.scale import Scale
from clearprop.train.checkpoint_folder import Folder
from clearprop.train.memory import check_memory
from clearprop.train.settings import Settings

SEEDS = 2**31


def begun(
    estimator: Any, learned: Learned, rows: int, seed: int, aside: np.ndarray | None = None
) -> tuple[Engine | Committee, Settings, dict[str, Any]]:
    """The engine before the first step, the settings of a run over so many rows, and what the preset came to."""
    target = learned.target
    preset = resolved(estimator.preset, estimator.get_params(deep=False), isinstance(target, Classes))
    n_out = len(target.classes) if isinstance(target, Classes) else 1
    head, constants = head_of(estimator, target)
    net = network_of(preset, learned.n_inputs, n_out, head, constants, learned.encoding.scaled)
    settings = settings_of(estimator, preset, rows, seed)
    how: dict[str, Any] = {
        "members": preset.members,
        "scales": settings.solver.scale_rate > 0,
        "blended": net.blended,
        "embedded": len(net.embedded),
    }
    check_memory(net.sizes, min(settings.batch_size, rows), settings.dtype, **how)
    draws = (seed, *((seed, j) for j in range(1, preset.members)))
    engine = engine_of([_first(net, preset, draw) for draw in draws], settings, aside)
    return engine, settings, plain_entries(asdict(preset) | {"batch_size": settings.batch_size})


def engine_of(
    members: list[Parameters], settings: Settings, aside: np.ndarray | None = None
) -> Engine | Committee:
    """An engine, or a committee of several."""
    engines = (Engine(params, settings.solver, settings.batch_size, settings.dtype) for params in members)
    return next(engines) if len(members) == 1 else Committee(engines, aside, len(members))


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
        return "quantile", (level_of(estimator),)
    return "absolute" if estimator.metric == "mae" else "identity", ()


def seed_of(estimator: Any, folder: Folder | None) -> int:
    """The seed of all that is random in a fit."""
    if folder is not None and estimator.random_state is None:
        msg = "A fit with checkpoints needs a `random_state` that can be given again: a number; got None."
        raise SpecError(msg)
    return int(check_random_state(estimator.random_state).randint(SEEDS))
