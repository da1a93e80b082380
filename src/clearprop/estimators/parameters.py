"""What the parameters of `MLPClassifier` and `MLPRegressor` may be, and how a constructor keeps them."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, Options, RealNotInt, StrOptions

from clearprop.errors import SpecError
from clearprop.estimators.expressible import NameOrExpression
from clearprop.maths import expressions
from clearprop.maths.derivation import ACTIVATIONS
from clearprop.train.schedule import SCHEDULES

STOCHASTIC = ("sgd", "adam", "adamw")
SGD_ONLY = ("invscaling", "adaptive")  # learning_rate: ignored by adam, as in scikit-learn

_positive = Interval(Real, 0, None, closed="neither")
_not_negative = Interval(Real, 0, None, closed="left")
_count = Interval(Integral, 1, None, closed="left")
_share = Interval(Real, 0, 1, closed="left")

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", _count],
    "activation": [NameOrExpression(set(ACTIVATIONS), expressions.activation, "xz"), list, tuple],
    "solver": [StrOptions({"lbfgs", *STOCHASTIC})],
    "alpha": [_not_negative],
    "batch_size": [StrOptions({"auto"}), _count],
    "learning_rate": [StrOptions({*SCHEDULES, *SGD_ONLY, "plateau"}), callable],
    "learning_rate_init": [_positive],
    "power_t": [_not_negative],
    "max_iter": [_count],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [_not_negative],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [_share],
    "beta_1": [_share],
    "beta_2": [_share],
    "epsilon": [_positive],
    "n_iter_no_change": [_count, Options(Real, {np.inf})],
    "max_fun": [_count],
    "scoring": [str, callable, None],
    "warmup": [Interval(Integral, 0, None, closed="left"), Interval(RealNotInt, 0, 1, closed="neither")],
    "weight_decay": [_not_negative],
    "dropout": [_share, list, tuple],
    "input_dropout": [_share],
    "l1": [_not_negative],
    "max_norm": [_positive, None],
    "clip_norm": [_positive, None],
    "threads": [_count, None],
}


def keep(estimator: Any, arguments: Mapping[str, Any]) -> None:
    """The arguments of a constructor (its `locals()`), each as the attribute of its name."""
    for name, value in arguments.items():
        if name != "self":
            setattr(estimator, name, value)


def check_together(mlp: Any, hidden: int) -> None:
    """Refuse parameters that the chosen solver cannot honour.

    Raises
    ------
    SpecError
        If lbfgs is asked for dropout, l1, max_norm or clip_norm, or adamw for a schedule of sgd.
    """
    asked = {
        "dropout": any(per_layer(mlp.dropout, hidden)),
        "input_dropout": mlp.input_dropout > 0,
        "l1": mlp.l1 > 0,
        "max_norm": mlp.max_norm is not None,
        "clip_norm": mlp.clip_norm is not None,
    }
    for name, wanted in asked.items():
        if wanted and mlp.solver == "lbfgs":
            msg = f"`{name}` needs a solver that takes steps; got {name}={getattr(mlp, name)!r} with solver='lbfgs'. "
            msg += "Use solver='adam', 'adamw' or 'sgd'."
            raise SpecError(msg)
    if mlp.solver == "adamw" and isinstance(mlp.learning_rate, str) and mlp.learning_rate in SGD_ONLY:
        msg = f"`learning_rate` of adamw must be {', '.join([*SCHEDULES, 'plateau'])} or a function; "
        msg += f"got {mlp.learning_rate!r}, which belongs to solver='sgd'."
        raise SpecError(msg)


def per_layer(value: Any, hidden: int) -> tuple[float, ...]:
    """The dropout of each hidden layer: one number for all, or one each.

    Examples
    --------
    >>> per_layer(0.5, 2), per_layer([0.1, 0.2], 2)
    ((0.5, 0.5), (0.1, 0.2))
    """
    given = tuple(value) if isinstance(value, list | tuple) else (value,) * hidden
    right = all(isinstance(p, Real) and not isinstance(p, bool) and 0 <= float(p) < 1 for p in given)
    if len(given) != hidden or not right:
        msg = "`dropout` must be a number from 0 to below 1, or one for each of the "
        msg += f"{hidden} hidden layers; got {value!r}."
        raise SpecError(msg)
    return tuple(float(p) for p in given)


Scoring = str | Callable[..., float] | None
