"""Row weights: those that were given, times those of the classes."""

from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight

from clearprop.errors import SpecError


def row_weights(X: Any, y: np.ndarray, sample_weight: Any, class_weight: Any) -> np.ndarray | None:
    """The weight of each row, (m,), or None where all are 1.

    `y` holds classes, or whatever where `class_weight` is None.

    Raises
    ------
    SpecError
        If all weights are zero, or `class_weight` is given for several labels.
    """
    w = None
    if sample_weight is not None:
        w = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
    if class_weight is not None:
        if type_of_target(y).startswith("multilabel"):
            msg = "`class_weight` needs one class a row; `y` holds several labels a row. Use `sample_weight` instead."
            raise SpecError(msg)
        of_class = compute_sample_weight(class_weight, y)
        w = of_class if w is None else w * of_class
    if w is not None and not np.any(w):
        what = "`sample_weight`" if class_weight is None else "`sample_weight` times `class_weight`"
        msg = f"{what} must not be all zero. Give some row a weight above 0."
        raise SpecError(msg)
    return w
