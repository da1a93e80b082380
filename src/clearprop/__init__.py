"""Feed-forward networks on a CPU: train them on tables, see every number of a step, check every gradient.

The names below are all there is to import; each is loaded when it is first used, so that
``import clearprop`` costs little.
"""

from clearprop.version import __version__

_HOME = {
    "GridSearch": "estimators.search",
    "MLPClassifier": "estimators.mlp",
    "MLPRegressor": "estimators.mlp",
    "Network": "network",
    "Parameters": "network",
    "Stream": "tables.stream",
    "TabularClassifier": "estimators.tabular",
    "TabularRegressor": "estimators.tabular",
    "check_document": "check.document.checker",
    "check_gradients": "check.gradients",
    "descend": "batch",
    "exercise": "show.exercise.exercise",
    "explain": "show.account.explain",
    "fit_many": "estimators.many",
    "load": "estimators.files",
    "save": "estimators.files",
    "step": "batch",
}
__all__ = [
    "GridSearch",
    "MLPClassifier",
    "MLPRegressor",
    "Network",
    "Parameters",
    "Stream",
    "TabularClassifier",
    "TabularRegressor",
    "__version__",
    "check_document",
    "check_gradients",
    "descend",
    "exercise",
    "explain",
    "fit_many",
    "load",
    "save",
    "step",
]

TYPE_CHECKING = False  # as `typing` has it, whose import would be most of what `import clearprop` costs
if TYPE_CHECKING:
    from clearprop.batch import descend, step
    from clearprop.check.document.checker import check_document
    from clearprop.check.gradients import check_gradients
    from clearprop.estimators.files import load, save
    from clearprop.estimators.many import fit_many
    from clearprop.estimators.mlp import MLPClassifier, MLPRegressor
    from clearprop.estimators.search import GridSearch
    from clearprop.estimators.tabular import TabularClassifier, TabularRegressor
    from clearprop.network import Network, Parameters
    from clearprop.show.account.explain import explain
    from clearprop.show.exercise.exercise import exercise
    from clearprop.tables.stream import Stream


def __getattr__(name: str):
    from importlib import import_module

    if name not in _HOME:
        msg = f"module `clearprop` has no attribute `{name}`"
        raise AttributeError(msg)
    return getattr(import_module(f"clearprop.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
