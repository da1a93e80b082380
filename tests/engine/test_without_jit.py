"""With NUMBA_DISABLE_JIT=1 the page itself runs: the same numbers, from one process to the other."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from clearprop.engine.engine import COMPILED

SCRIPT = """
import json
import numpy as np
from clearprop.engine.engine import COMPILED, Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network
rng = np.random.default_rng(0)
found = {"compiled": COMPILED}
for name, solver in {
    "sgd": Solver("sgd", l2=0.1), "nesterov": Solver("sgd", momentum=0.9, nesterov=True), "adamw": Solver(decay=0.1),
}.items():
    X, y, w = rng.standard_normal((11, 4)), rng.integers(0, 3, (11, 1)).astype(float), rng.uniform(0.5, 2, 11)
    w[4:8] = 0  # a batch that is no step
    engine = Engine(Network((4, 6, 3), "gelu").initialize(1), solver, 4, "float64")
    epoch = Engine.epoch(engine, Batch(X, y, w), np.arange(11), np.full(3, 0.01))
    epoch = Engine.epoch(engine, Batch(X, y, w), np.arange(11), np.full(3, 0.01), so_far=epoch)
    engine.epoch(Batch(X, y, w), np.arange(11), np.full(3, 0.01), gradient_only=True)
    arrays = engine.arrays(3, 1)
    found[name] = [
        engine.params.flat.tolist(), engine.state.ravel().tolist(), list(epoch[:2]), engine.predict(X).tolist(),
        engine.logits(X[:0]).tolist(), *(arrays[k][1].tolist() for k in ("z", "a", "delta", "dW", "db")),
    ]
    X[9] = np.nan
    failed = engine.epoch(Batch(X, y, w), np.arange(11), np.full(3, 0.01)).failed_at
    found[name] += [[failed, engine.first_not_finite(3, 1), engine.hyper[9]]]
print(json.dumps(found))
"""
FIT = """
import numpy as np
from clearprop import TabularClassifier
from clearprop.engine.engine import COMPILED
X = np.random.default_rng(0).standard_normal((60, 3))
y = np.where(X[:, 0] > 0, "a", "b")
print(COMPILED, TabularClassifier("fast", max_iter=3).fit(X, y).score(X, y))
"""


def run(script, disable):
    env = os.environ | {"NUMBA_DISABLE_JIT": disable}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_and_the_kernels_give_the_same_numbers():
    plain, compiled = (json.loads(run(SCRIPT, flag)) for flag in ("1", "0"))
    assert (plain.pop("compiled"), compiled.pop("compiled")) == (False, True)
    for name, wanted in compiled.items():
        for got, want in zip(plain[name], wanted, strict=True):
            # float64 sums in another order
            np.testing.assert_allclose(np.array(got), np.array(want), rtol=1e-12, atol=1e-12)


def test_a_classifier_fits_without_the_compiler():
    compiled, score = run(FIT, "1").split()
    assert compiled == "False"
    assert float(score) > 0.9


@pytest.mark.skipif(not COMPILED, reason="this process runs without the compiler")
def test_modules_import_without_the_compiler():
    rooms = (
        "maths.scalars",
        "maths.powers",
        "engine.passes",
        "engine.kernels",
        "engine.store",
        "engine.products",
        "engine.peak",
    )
    run("\n".join(f"import clearprop.{room}" for room in rooms), "1")
