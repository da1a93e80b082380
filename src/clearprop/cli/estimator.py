"""The estimator that a command asks for."""

from typing import Any

from clearprop.errors import SpecError
from clearprop.estimators.tabular import TabularClassifier, TabularRegressor

# Settings that the other task does not have.
OF_TASK = {"class_weight": "classification", "quantile": "regression"}


def estimator_of(task: str, settings: dict[str, Any]) -> TabularClassifier | TabularRegressor:
    """The estimator of a task with these settings.

    Raises:
        SpecError: a setting is one of the other task.
    """
    for name, needed in OF_TASK.items():
        if name in settings and task != needed:
            option = f"--{name.replace('_', '-')}"
            msg = f"`{option}` is for a {needed}, but this is a {task}. Leave it out."
            raise SpecError(msg)
    return TabularClassifier(**settings) if task == "classification" else TabularRegressor(**settings)
