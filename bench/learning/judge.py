"""One learner on one table: how wrong, and how long it took."""

import time
import warnings
from typing import Any

import numpy as np
from sklearn.metrics import log_loss, mean_squared_error

from learning.data import Task
from learning.learners import Make

FLOOR = 1e-15  # of a probability under the logarithm


def judged(make: Make, task: Task, threads: int, seed: int) -> dict[str, float]:
    """`error` (share of rows) and `log_loss`, or `nrmse` (RMSE over the standard deviation); seconds.

    `fit_cpu_seconds` are those of the processor, which other work on the machine does not lengthen.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began, busy = time.perf_counter(), time.process_time()
        learner = make(task.is_regression, threads, seed).fit(task.X, task.y)
        fitted, busy = time.perf_counter(), time.process_time() - busy
        found = regression(learner, task) if task.is_regression else classification(learner, task)
    took = {"fit_seconds": fitted - began, "fit_cpu_seconds": busy}
    return found | took | {"predict_seconds": time.perf_counter() - fitted}


def regression(learner: Any, task: Task) -> dict[str, float]:
    p = np.ravel(learner.predict(task.X_test))
    return {"nrmse": float(np.sqrt(mean_squared_error(task.y_test, p)) / np.std(task.y_test))}


def classification(learner: Any, task: Task) -> dict[str, float]:
    p = np.clip(np.asarray(learner.predict_proba(task.X_test), float), FLOOR, 1.0)
    classes = np.asarray(learner.classes_).astype(str)
    p /= p.sum(axis=1, keepdims=True)
    order = np.argsort(classes)
    return {
        "error": float(np.mean(classes[p.argmax(axis=1)] != task.y_test)),
        "log_loss": float(log_loss(task.y_test, p[:, order], labels=classes[order])),
    }
