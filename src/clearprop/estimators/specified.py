"""What of an estimator on tables can be judged before any row is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

import numpy as np

from clearprop.engine.solver import Solver
from clearprop.errors import SpecError
from clearprop.estimators.deadline import Deadline
from clearprop.estimators.presets import Preset, resolved
from clearprop.network import Network
from clearprop.train.scores import checked_metric
from clearprop.train.settings import Settings

# What the estimators call a setting, after scikit-learn.
OURS = {
    "epochs": "max_iter",
    "lr": "learning_rate_init",
    "schedule": "learning_rate",
    "patience": "n_iter_no_change",
    "decay": "weight_decay",
    "l2": "weight_decay",
    "sizes": "hidden_layer_sizes",
}


def check_specified(estimator: Any, task: str | None) -> None:
    """Refuse settings that no table makes right; a task of None is not known yet.

    Raises
    ------
    SpecError
        With the name of the first.

    Examples
    --------
    >>> from clearprop import TabularClassifier
    >>> check_specified(TabularClassifier(max_iter=0), None)
    Traceback (most recent call last):
    clearprop.errors.SpecError: `max_iter` must be a whole number, 1 or more; got 0.
    """
    preset = resolved(estimator.preset, estimator.get_params(deep=False), task == "classification")
    settings_of(estimator, preset, rows=1, seed=0)
    network_of(preset, 1, 2)
    Deadline(estimator.time_limit)
    checked_metric(estimator.metric, task)
    if hasattr(estimator, "quantile"):
        level_of(estimator)


def network_of(
    preset: Preset, inputs: int, outputs: int, head: str = "softmax", constants: tuple[float, ...] = (),
    scaled: tuple[int, ...] = (),
) -> Network:  # fmt: skip
    """The network of a preset's hidden layers; `scaled`: the inputs that are embedded where the preset says so."""
    hidden = (
        np.atleast_1d(np.asarray(preset.hidden_layer_sizes, object)).ravel().tolist()
    )  # one number is one layer
    if not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 1 for n in hidden):
        msg = "`hidden_layer_sizes` must be whole numbers, each 1 or more, such as (256, 256); "
        msg += f"got {preset.hidden_layer_sizes!r}."
        raise SpecError(msg)
    if not isinstance(preset.embedded, bool | np.bool_):
        msg = f"`embedded` must be True or False; got {preset.embedded!r}."
        raise SpecError(msg)
    with _our_names():
        sizes = inputs, *hidden, outputs
        return Network(
            sizes,
            preset.activation,
            head,
            relu_grad_at_zero=0,
            head_constants=constants,
            blended=preset.blended,
            embedded=scaled if preset.embedded else (),
        )


def settings_of(estimator: Any, preset: Preset, rows: int, seed: int) -> Settings:
    """The settings of a run over so many rows, checked."""
    adamw, sgd, decay = preset.solver == "adamw", preset.solver == "sgd", preset.weight_decay
    with _our_names():
        solver = Solver(
            preset.solver, l2=0.0 if adamw else decay, decay=decay if adamw else 0.0,
            momentum=0.9 if sgd else 0.0, nesterov=sgd, betas=preset.betas,
            tangent=preset.tangent and not sgd, bias_rate=1.0 if sgd else preset.bias_rate,
            scale_rate=preset.scale_rate if adamw else 0.0, blend_rate=1.0 if sgd else preset.blend_rate,
            embed_rate=1.0 if sgd else preset.embed_rate,
        )  # fmt: skip
        return Settings(
            solver, preset.max_iter, _batch_size(estimator.batch_size, rows), preset.learning_rate_init,
            preset.learning_rate, preset.n_iter_no_change, seed, None, estimator.threads,
            estimator.dtype,
        )  # fmt: skip


def level_of(estimator: Any) -> float:
    """Which quantile is learned."""
    level = estimator.quantile
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        msg = f"`quantile` must be above 0 and below 1; got {level!r}."
        raise SpecError(msg)
    return float(level)


@contextmanager
def _our_names() -> Iterator[None]:
    """Faults of settings under the names that the estimators have for them."""
    try:
        yield
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
