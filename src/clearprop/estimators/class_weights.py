"""The weights of classes, for rows of tables."""

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from clearprop.errors import SpecError
from clearprop.estimators.rows import Rows
from clearprop.tables.classes import Classes
from clearprop.tables.scale import Scale


def class_weights(estimator: Any, target: Classes | Scale, rows: Rows) -> np.ndarray | None:
    """The weight of each class, (C,); None where there are none.

    Raises
    ------
    SpecError
        If `class_weight` cannot be, or is 0 for all classes.
    """
    given = getattr(estimator, "class_weight", None)
    if given is None or isinstance(target, Scale):
        return None
    classes = target.decode(np.arange(len(target.classes)))
    try:
        found = compute_class_weight(given, classes=classes, y=target.decode(target.encode(rows.y)))
    except (ValueError, TypeError) as error:
        msg = f'`class_weight` must be None, "balanced" or a weight a class; got {given!r} ({error}).'
        raise SpecError(msg) from None
    if not (np.isfinite(found).all() and (found >= 0).all() and found.any()):
        msg = f"`class_weight` must hold finite numbers, none negative and not all zero; got {given!r}."
        raise SpecError(msg)
    return found


def weighed(rows: Rows, target: Classes | Scale, balance: np.ndarray | None) -> Rows:
    """The rows with the weight of their class; those of a class of weight 0 count as absent."""
    if balance is None or isinstance(target, Scale):
        return rows
    return replace(rows, w=rows.w * balance[target.encode(rows.y)]).weighted()
