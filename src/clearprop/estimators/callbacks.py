"""scikit-learn's callbacks: told when a fit and each of its epochs or iterations begin and end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Task:
    """One epoch, as callbacks see it; `asks_to_stop` once one of them returned True at its end."""

    asks_to_stop = False


class Told:
    """Who is told: the callbacks that were set by `set_callbacks`, if any.

    Each epoch (sgd, adam, adamw: "epoch") or iteration (lbfgs: "iteration") is a task within that of the fit.
    Callbacks that ask for the fitted estimator get a copy with the weights of that moment.
    """

    def __init__(self, mlp: Any, X: Any, y: Any, sample_weight: Any, subtasks: int | None) -> None:
        self.mlp, self.about = mlp, {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        self.on = bool(getattr(mlp, "_skl_callbacks", [])) or hasattr(mlp, "_parent_callback_ctx")
        self.context = mlp._init_callback_context(max_subtasks=subtasks)

    def begins(self) -> None:
        """The fit begins."""
        self.context.call_on_fit_task_begin(estimator=self.mlp, **self.about)

    def ends(self) -> None:
        """The fit ends."""
        self.context.call_on_fit_task_end(
            estimator=self.mlp, **self.about, reconstruction_attributes=self._now
        )

    @contextmanager
    def epoch(self, name: str = "epoch") -> Iterator[Task]:
        """An epoch begins, and ends with the block."""
        task = Task()
        if not self.on:
            yield task
            return
        context = self.context.subcontext(task_name=name)
        context.call_on_fit_task_begin(estimator=self.mlp, **self.about)
        yield task
        task.asks_to_stop = context.call_on_fit_task_end(
            estimator=self.mlp, **self.about, reconstruction_attributes=self._now
        )

    def of_scipy(self, adopt: Callable[[np.ndarray], None]) -> Callable[[np.ndarray], None]:
        """What SciPy calls after an iteration with its vector, which `adopt` makes the estimator's weights."""

        def iteration(xk: np.ndarray) -> None:
            adopt(xk)
            with self.epoch("iteration") as task:
                pass
            if task.asks_to_stop:
                raise StopIteration

        return iteration

    def _now(self) -> dict[str, Any]:
        """What makes a fitted estimator of this moment: the weights, copied."""
        mlp = self.mlp
        return {"coefs_": [W.copy() for W in mlp.coefs_], "intercepts_": [b.copy() for b in mlp.intercepts_]}
