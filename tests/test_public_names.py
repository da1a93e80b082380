"""The names that clearprop exports, and what importing it costs."""

import importlib
import subprocess
import sys

import pytest

import clearprop

NAMES = [
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


def test_the_list_of_names():
    assert clearprop.__all__ == NAMES
    assert dir(clearprop) == NAMES


def test_every_lazy_name_is_exported_and_no_other():
    assert sorted([*clearprop._HOME, "__version__"]) == NAMES


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"__version__"}))
def test_each_name_is_found_in_its_home(name):
    home = importlib.import_module(f"clearprop.{clearprop._HOME[name]}")
    value = getattr(clearprop, name)
    assert value is getattr(home, name)
    assert value.__name__ == name
    assert value.__doc__


def test_another_name_is_refused():
    with pytest.raises(AttributeError) as error:
        clearprop.TabularClasifier  # noqa: B018
    assert str(error.value) == "module `clearprop` has no attribute `TabularClasifier`"
    assert not hasattr(clearprop, "_missing")


def test_star_import_takes_the_list():
    namespace: dict = {}
    exec("from clearprop import *", namespace)
    assert set(NAMES) <= set(namespace)


def test_importing_clearprop_loads_the_standard_library_only():
    code = (
        "import sys; before = set(sys.modules); import clearprop;"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert loaded - sys.stdlib_module_names == {"clearprop"}
