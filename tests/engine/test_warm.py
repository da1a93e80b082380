"""Compiling ahead: what the presets need is compiled, and a fit finds it on the disk."""

import os
import subprocess
import sys

import pytest

from clearprop.engine import warm
from clearprop.estimators.presets import PRESETS
from clearprop.maths.derivation import ACTIVATIONS

FITS = """
import warnings
import numpy as np
from clearprop import TabularClassifier
from clearprop.engine import store, warm
warnings.simplefilter("ignore")
files = lambda: sorted(str(path) for path in store.cache_folder().rglob("*.nbc"))
warm.compile_for(warm.Kind("mish", "softmax", "adamw", 0.0, "float32"))
warm.compile_for(warm.Kind("mish", "identity", "adamw", 0.0, "float32", blended=True))
warm.compile_for(warm.Kind("relu", "identity", "adamw", 0.0, "float32", embedded=True))
before, X = files(), np.random.default_rng(0).normal(size=(300, 4))
for blended in (False, True):
    TabularClassifier("fast", max_iter=2, blended=blended).fit(X, X[:, 0] > 0).predict(X)
TabularClassifier("fast", max_iter=2, embedded=True).fit(X, X[:, 0] > 0).predict(X)
print(len(before), len(set(files()) - set(before)))
"""


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("head", ["softmax", "identity"])
def test_the_usual_kinds_are_those_of_the_presets(preset, head):
    kind = PRESETS[preset]
    assert warm.Kind(kind.activation, head, kind.solver, 0.0, "float32") in warm.wanted()


def test_every_activation_is_blended_too():
    blended = {kind.activation for kind in warm.wanted(everything=True) if kind.blended}
    assert blended == set(ACTIVATIONS)
    usual = {(kind.activation, kind.dtype) for kind in warm.wanted() if kind.blended}
    assert usual >= {(preset.activation, "float32") for preset in PRESETS.values()}


@pytest.mark.parametrize("everything", [False, True])
def test_embedded_inputs_are_among_the_kinds(everything):
    assert {kind.dtype for kind in warm.wanted(everything) if kind.embedded} == set(warm.DTYPES)


@pytest.mark.slow
def test_a_fit_compiles_nothing_more(tmp_path):
    """In a process of its own, whose store is empty at first."""
    ended = subprocess.run(
        [sys.executable, "-c", FITS], capture_output=True, text=True, check=True,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
    )  # fmt: skip
    before, more = map(int, ended.stdout.split())
    assert before > 50
    assert more == 0
