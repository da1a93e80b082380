"""What the fits of one call find out about the rows that they share: found out once, and told to the next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clearprop.train.doctor.columns import Columns, glance


class Shared:
    """Rows that several fits are given as the same objects.

    Parameters
    ----------
    said : callable
        How many warnings the fit of this thread has given: what warns is found out anew by each.
    """

    def __init__(self, said: Callable[[], int]) -> None:
        self.said = said
        self._checked: dict[Any, tuple[Any, np.ndarray, dict[str, Any]]] = {}
        self._columns: dict[int, Columns] = {}

    @contextmanager
    def known_to(self, mlp: Any) -> Iterator[None]:
        """A fit meanwhile uses this; not one that tells callbacks, which may copy the estimator."""
        if getattr(mlp, "_skl_callbacks", None) or hasattr(mlp, "_parent_callback_ctx"):
            yield
            return
        mlp._shared = self
        try:
            yield
        finally:
            del mlp._shared

    def checked(self, mlp: Any, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        """As `_validate_input` of a first fit; the attributes that it sets are set."""
        key = type(mlp), getattr(mlp, "loss", None), id(X), id(y)
        found = self._checked.get(key)
        if found is None:
            before, said = dict(vars(mlp)), self.said()
            checked, targets = mlp._validate_input(X, y, False, True)
            learned = {name: value for name, value in vars(mlp).items() if before.get(name) is not value}
            if self.said() == said:
                self._checked[key] = checked, targets, learned
            return checked, targets
        vars(mlp).pop("feature_names_in_", None)
        vars(mlp).update(found[2])
        return found[:2]

    def columns(self, X: Any) -> Columns:
        """The figures of the columns of X."""
        if all(X is not checked for checked, _, _ in self._checked.values()):  # rows of one fit alone
            return glance(X)
        if id(X) not in self._columns:
            self._columns[id(X)] = glance(X)
        return self._columns[id(X)]


def checked(mlp: Any, X: Any, y: Any, go_on: bool, first: bool) -> tuple[Any, np.ndarray]:
    """X and y checked, y as numbers: by this fit, or by one before it that was given the same."""
    shared = getattr(mlp, "_shared", None)
    if shared is None or go_on or not first or mlp.warm_start:
        return mlp._validate_input(X, y, go_on, first)
    return shared.checked(mlp, X, y)


def columns_of(mlp: Any, X: Any) -> Columns:
    """The figures of the columns of X: by this fit, or by one before it."""
    shared = getattr(mlp, "_shared", None)
    return glance(X) if shared is None else shared.columns(X)
