"""Expressions in the engine: the page's numbers, at a built-in's cost, found again on disk."""

import os
import subprocess
import sys

import numpy as np
import pytest

from clearprop.engine.solver import Solver
from clearprop.network import Network
from oracles.engines import Twin, assert_near, batch_for, cast, engine_for, rounded

DTYPES = ("float64", "float32")
MISH = "x*tanh(softplus(x))"
NETS = [
    Network((5, 7, 3), MISH),
    Network((5, 7, 6, 2), ("x*sin(x)", "where(z >= 0, z, expm1(z))"), "identity"),
    Network((5, 7, 2), "relu(x)**2 - 0.1*abs(x)", "log(cosh(p-y))", relu_grad_at_zero=0),
    Network((5, 2), "relu", "3*p - p*y + where(p > y, (p-y)**2, 0)"),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("net", NETS, ids=range(4))
def test_G2_to_G11_every_field_is_the_page_s(net, dtype):
    m = 7
    batch = rounded(batch_for(net, m, weighted=True), dtype)
    engine = engine_for(net, Solver("sgd", l2=0.1), size=m, dtype=dtype)
    twin = Twin(engine)
    want = twin.epoch(batch, np.arange(m), [0.1], move=False).working
    got = engine.epoch(cast(batch, dtype), np.arange(m), np.array([0.1]), gradient_only=True)
    assert_near(got.loss, want.J, dtype)
    found = engine.arrays(m, batch.y.shape[1])
    for l in range(1, net.L + 1):
        for name in ("z", "delta", "dW", "db", "a") if l < net.L else ("z", "delta", "dW", "db"):
            assert_near(found[name][l], getattr(want, name)[l], dtype)
    assert_near(engine.predict(cast(batch, dtype).X), want.p, dtype)
    engine.epoch(cast(batch, dtype), np.arange(m), np.array([0.1]))
    twin.epoch(batch, np.arange(m), [0.1])
    assert_near(engine.params.flat, twin.params.flat, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_expression_of_mish_trains_as_mish_does(dtype):
    flats = []
    for name in ("mish", MISH):
        net = Network((6, 20, 20, 3), name)
        engine, batch = engine_for(net, Solver("adam"), size=16, dtype=dtype), batch_for(net, 160)
        for _ in range(5):
            engine.epoch(cast(batch, dtype), np.arange(160), np.full(10, 0.01))
        flats.append(engine.params.flat)
    assert_near(*flats, dtype, times=100)  # Adam's quotients make more of a last digit, in 50 steps


def test_a_network_that_diverges_is_seen_to_do_so():
    net = Network((5, 7, 2), "where(x > 0, x, 0)", "max(p-y, y-p)")
    batch = batch_for(net, 4)
    batch.X[2] = np.nan
    done = engine_for(net).epoch(batch, np.arange(4), np.ones(1))
    assert done.failed_at == 0


SCRIPT = """
import numpy as np
from clearprop.engine import passes
from clearprop.engine.engine import Batch, Engine
from clearprop.engine.solver import Solver
from clearprop.network import Network
text = "x*tanh(softplus(2*x))"
net = Network((2, 3, 1), text, "log(cosh(p-y))")
engine = Engine(net.initialize(0), Solver("sgd"), 2, "float64")
engine.epoch(Batch(np.eye(2), np.ones((2, 1)), np.ones(2)), np.arange(2), np.full(1, 0.1))
engine.predict(np.eye(2))
print(engine.params.flat.tobytes().hex())
"""


def run(cache, script=SCRIPT):
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {"XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_second_process_compiles_nothing_and_another_expression_is_another_file(tmp_path):
    first = run(tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")}
    assert (
        sum("expression_" in file.name for file in before) == 8
    )  # an index and code for each of four passes
    assert run(tmp_path) == first
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")} == before
    assert run(tmp_path, SCRIPT.replace("2*x", "3*x")) != first
    assert sum("expression_" in file.name for file in tmp_path.rglob("*.nb?")) == 14
