"""What a fit imports: not what shows, checks and exports, which is imported when it is used."""

import subprocess
import sys

LATER = ("show", "check", "tables", "train.export", "train.model")
FIT = f"""
import sys
import numpy as np
from clearprop import MLPClassifier, MLPRegressor
X = np.random.default_rng(0).normal(size=(20, 2))
MLPRegressor(hidden_layer_sizes=(3,), max_iter=2).fit(X, X[:, 0])
MLPClassifier((3,), max_iter=2).fit(X, X[:, 0] > 0).predict(X)
print([name for name in sys.modules if name.startswith({tuple("clearprop." + room for room in LATER)})])
"""


def test_a_fit_imports_what_it_needs():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FIT], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
